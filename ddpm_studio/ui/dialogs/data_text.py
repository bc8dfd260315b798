"""How far an import has come and what came of it, in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ddpm_studio.datasets.importing.import_progress import ImportResult, Stage
from ddpm_studio.explained_error import printable
from ddpm_studio.session.data_sets import WorkProgress
from ddpm_studio.ui.data_names import data_name
from ddpm_studio.ui.problem_text import explained_text

_LEAST_SECONDS = 1.0  # before and until a time left is worth its name
_BYTES_PER_MEGABYTE = 1_000_000


def progress_text(work: WorkProgress, downloading: str = "") -> str:
    """For example "Downloading CIFAR-10: 12.5 of 170.1 MB · 20 s left", of the set of that name."""
    translate = QCoreApplication.translate
    done, total = work.progress.done, work.progress.total
    megabytes = f"{done / _BYTES_PER_MEGABYTE:,.1f}", f"{total / _BYTES_PER_MEGABYTE:,.1f}"
    if work.progress.stage is Stage.IMPORTING:
        text = translate("DataText", "Importing: {0} of {1} images").format(
            f"{done:,}", f"{total:,}"
        )
    elif work.progress.stage is Stage.DOWNLOADING:
        text = translate("DataText", "Downloading {0}: {1} of {2} MB").format(
            data_name(downloading), *megabytes
        )
    else:
        text = translate("DataText", "Moving: {0} of {1} MB").format(*megabytes)
    if min(work.elapsed_seconds, work.seconds_left) >= _LEAST_SECONDS:
        left = round(work.seconds_left)
        text += translate("DataText", " · {0} s left").format(f"{left:,}")
    return text


def result_text(result: ImportResult) -> str:
    """What was imported, what was assumed, and what was left out."""
    translate = QCoreApplication.translate
    about = result.description
    text = translate("DataText", "{0} is there: {1} images, {2} of them held out.").format(
        data_name(about.name), f"{about.count:,}", f"{about.held_out:,}"
    )
    if result.assumption is not None:
        text += " " + explained_text(result.assumption)
    if result.skipped_count:
        name, reason = next(iter(result.skipped.items()))
        text += " " + translate("DataText", "Left out: {0}. The first is {1}: {2}.").format(
            f"{result.skipped_count:,}", printable(name), explained_text(reason)
        )
    return text
