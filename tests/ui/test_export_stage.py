"""The pictures of an export: what they show, their sizes, and that they are the window's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QRect

from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.diffusion.chains import forward_chain
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.export import AnimationPlan
from ddpm_studio.ui.export_layout import ExportView, StageOptions, stage_layout
from ddpm_studio.ui.export_stage import ExportStage, export_animation
from ddpm_studio.ui.theme import DARK, LIGHT, Chain, Theme
from ddpm_studio.ui.views.chain_painting import ChainPainting

pytestmark = pytest.mark.usefixtures("qapp")


def recorded(T: int, seed: int, *, first: int = 0) -> Trajectory:
    generator = torch.Generator().manual_seed(seed)
    trajectory = Trajectory(T, 60, (2,))
    for step in forward_chain(NoiseSchedule.cosine(T), torch.ones(60, 2), generator):
        if step.t >= first:
            trajectory.record(step.t, step.x)
    return trajectory


def options(view: ExportView = ExportView.BOTH, theme: Theme = DARK, **others) -> StageOptions:
    return StageOptions(view=view, width_px=others.pop("width_px", 640), theme=theme, **others)


def coloured(picture: np.ndarray, colour: str) -> int:
    """How many pixels lie near a colour's hue: the difference of red and blue says which chain."""
    red, _, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    difference = picture[..., 0].astype(int) - picture[..., 2]
    return int((difference > 60).sum() if red > blue else (difference < -60).sum())


@pytest.mark.parametrize("width_px", [160, 333, 800, 1600])
@pytest.mark.parametrize("view", list(ExportView))
def test_pictures_have_the_size_that_was_asked_for(view: ExportView, width_px: int) -> None:
    stage = ExportStage(recorded(10, 0), recorded(10, 1), options(view, width_px=width_px))
    picture = stage.picture(5)
    assert picture.shape == (stage.height_px, width_px, 3)
    assert stage.height_px % 2 == 0  # video formats want that


def test_each_view_shows_its_chains_alone() -> None:
    chains = recorded(10, 0), recorded(10, 1)
    for view, has_forward, has_reverse in (
        (ExportView.BOTH, True, True),
        (ExportView.FORWARD, True, False),
        (ExportView.REVERSE, False, True),
    ):
        chosen = options(view, histogram=False, captions=False)
        picture = ExportStage(*chains, chosen).picture(10)
        assert (coloured(picture, DARK.forward) > 50) == has_forward, view
        assert (coloured(picture, DARK.reverse) > 50) == has_reverse, view


def test_chain_is_painted_as_in_the_window() -> None:
    forward = recorded(10, 0)
    chosen = options(ExportView.FORWARD, width_px=440, histogram=False, captions=False)
    picture = ExportStage(forward, None, chosen).picture(4)
    (place,) = stage_layout(chosen, 2).chains
    box = place.canvas.toRect()
    painting = ChainPainting(Chain.FORWARD, DARK)
    painting.set_trajectory(forward)
    own = painting.picture(4, (box.width(), box.height()), 1.0, font())
    expected = rgb(own)
    shown = picture[box.top() : box.top() + box.height(), box.left() : box.left() + box.width()]
    # Labels may be set in another font size; the cloud in the middle is the same to the pixel.
    middle = QRect(box.width() // 4, box.height() // 4, box.width() // 8, box.height() // 8)
    rows = slice(middle.top(), middle.bottom())
    columns = slice(middle.left(), middle.right())
    np.testing.assert_array_equal(shown[rows, columns], expected[rows, columns])


def font():
    from PySide6.QtGui import QFont
    from PySide6.QtWidgets import QApplication

    from ddpm_studio.ui.export_layout import FONT_PX

    result = QFont(QApplication.font())
    result.setPixelSize(FONT_PX)
    return result


def rgb(image) -> np.ndarray:
    image = image.convertToFormat(image.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    # A copy: the bytes are the image's, which ends with this function.
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def test_other_frames_are_other_pictures_and_the_same_frame_the_same() -> None:
    stage = ExportStage(recorded(10, 0), recorded(10, 1), options())
    first, second = stage.picture(2), stage.picture(8)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(stage.picture(2), first)


def test_both_themes() -> None:
    chains = recorded(10, 0), recorded(10, 1)
    dark = ExportStage(*chains, options(theme=DARK)).picture(5)
    light = ExportStage(*chains, options(theme=LIGHT)).picture(5)
    assert dark.mean() < 60 < 200 < light.mean()


def test_a_marked_sample_shows_its_path_and_says_no_key() -> None:
    forward = recorded(10, 0)
    plain = ExportStage(forward, None, options(ExportView.FORWARD)).picture(5)
    marked = ExportStage(forward, None, options(ExportView.FORWARD, chosen=3)).picture(5)
    assert not np.array_equal(plain, marked)


def test_chains_of_different_length_are_at_the_same_share_of_the_way() -> None:
    stage = ExportStage(recorded(10, 0), recorded(40, 1), options())
    assert stage.T == 10
    assert [stage.reverse_t(t) for t in (0, 5, 10)] == [0, 20, 40]


def test_what_is_not_recorded_is_not_ready(tmp_path: Path) -> None:
    chains = recorded(10, 0), recorded(10, 1, first=4)
    stage = ExportStage(*chains, options())
    assert [t for t in range(11) if stage.is_ready(t)] == list(range(4, 11))
    plan = AnimationPlan(10, 0, frame_count=11)
    with pytest.raises(LookupError):
        list(export_animation(*chains, options(), plan, tmp_path / "no.gif"))
    assert list(tmp_path.iterdir()) == []


def test_preview_has_the_same_layout_with_fewer_pixels() -> None:
    chains = recorded(10, 0), recorded(10, 1)
    full = ExportStage(*chains, options())
    small = ExportStage(*chains, options(), pixel_ratio=0.5)
    assert small.size_px == (full.size_px[0] // 2, full.size_px[1] // 2)
    shrunk = full.picture(5).reshape(small.size_px[1], 2, small.size_px[0], 2, 3).mean(axis=(1, 3))
    assert np.abs(shrunk - small.picture(5)).mean() < 6  # of 255: text and dots are drawn anew
