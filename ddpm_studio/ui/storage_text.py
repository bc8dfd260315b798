"""How exactly the samples on the screen are kept, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

_PRECISIONS_IN_WORDS = {"float16", "8-bit levels"}
_GIGABYTE = 1e9


def storage_text(trajectory: Trajectory) -> str:
    """What is approximate about what is shown; "" where nothing is."""
    if trajectory.precision not in _PRECISIONS_IN_WORDS:
        return ""
    translate = QCoreApplication.translate
    if trajectory.precision == "float16":
        kept = translate("Storage", "Kept as 16-bit numbers: off by 0.05 % of a value at most.")
    else:
        kept = translate(
            "Storage",
            "Kept in 256 levels at each t: off by 0.2 % of the range of x_t at most.",
        )
    texts = [kept, *_file_texts(trajectory)]
    texts.append(translate("Storage", "All figures and histograms are of the exact numbers."))
    return " ".join(texts)


def _file_texts(trajectory: Trajectory) -> list[str]:
    if trajectory.is_in_memory:
        return []
    translate = QCoreApplication.translate
    size = translate("Storage", "Too large for memory: in a temporary file of up to {size} GB.")
    texts = [size.format(size=f"{trajectory.file_bytes / _GIGABYTE:.1f}")]
    if trajectory.overview_shrinkings:
        texts.append(
            translate("Storage", "The grid shows averages of pixels; enlarge a sample to see each.")
        )
    if trajectory.kept_every > 1:
        every = translate(
            "Storage",
            "The disk has room for every {count}th picture alone; in between the nearest is shown.",
        )
        texts.append(every.format(count=trajectory.kept_every))
    return texts
