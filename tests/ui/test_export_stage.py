"""The pictures of an export: what they show, their sizes, and that they are the window's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor

from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.diffusion.chains import forward_chain
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.export import AnimationPlan
from ddpm_studio.ui.export_captions import CaptionRow, Time
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
    assert [stage.reverse_frame(t) for t in (0, 5, 10)] == [0, 20, 40]


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


# A chain that takes fewer steps than its schedule has


def respaced(steps: int, T: int, seed: int, *, first: int = 0) -> Trajectory:
    """Every T / steps-th frame of a chain, as a chain of its own; frames from ``first`` on."""
    whole = recorded(T, seed)
    times = np.arange(steps + 1) * (T // steps)
    trajectory = Trajectory(steps, whole.count, whole.sample_shape, times=times)
    for frame in range(first, steps + 1):
        trajectory.record(frame, torch.tensor(whole.frame(int(times[frame]))))
    return trajectory


@pytest.fixture
def captions(monkeypatch: pytest.MonkeyPatch) -> list[list[Time]]:
    """The t of every picture, as they are written."""
    seen: list[list[Time]] = []
    paint = CaptionRow.paint

    def look(self, painter, times) -> None:
        seen.append(list(times))
        paint(self, painter, times)

    monkeypatch.setattr(CaptionRow, "paint", look)
    return seen


def part(picture: np.ndarray, box: QRectF, stage: ExportStage) -> np.ndarray:
    """The pixels of a place of the layout."""
    ratio = picture.shape[1] / stage_layout(stage.options, 2).size_px[0]
    ratio *= stage_layout(stage.options, 2).ratio
    rows = slice(round(box.top() * ratio), round(box.bottom() * ratio))
    return picture[rows, round(box.left() * ratio) : round(box.right() * ratio)]


def has(picture: np.ndarray, colour: str) -> bool:
    wanted = QColor(colour)
    rgb = np.array([wanted.red(), wanted.green(), wanted.blue()])
    return bool(np.any(np.abs(picture.astype(int) - rgb).max(axis=-1) <= 8))


def test_as_many_steps_at_other_t_are_told_apart(captions: list[list[Time]]) -> None:
    stage = ExportStage(recorded(10, 0), respaced(10, 1000, 1), options())
    stage.image(7)
    assert [time[:2] for time in captions[-1]] == [(7, 10), (700, 1000)]


def test_the_reverse_view_counts_the_models_t(captions: list[list[Time]]) -> None:
    stage = ExportStage(None, respaced(10, 1000, 1), options(ExportView.REVERSE))
    assert stage.T == 1000
    assert [stage.reverse_frame(t) for t in (0, 49, 51, 437, 1000)] == [0, 0, 1, 4, 10]
    assert all(stage.is_ready(t) for t in range(1001))
    for t in (0, 437, 1000):
        stage.picture(t)
    assert captions == [[(at, 1000, DARK.text)] for at in (0, 400, 1000)]


def test_between_two_steps_the_nearer_one_is_shown() -> None:
    stage = ExportStage(None, respaced(10, 1000, 1), options(ExportView.REVERSE))
    at_400 = stage.picture(400)
    np.testing.assert_array_equal(stage.picture(437), at_400)
    np.testing.assert_array_equal(stage.picture(360), at_400)
    assert not np.array_equal(stage.picture(500), at_400)


def test_a_respaced_picture_is_that_of_the_whole_chain_at_the_same_t() -> None:
    chosen = options(ExportView.REVERSE)
    few = ExportStage(None, respaced(10, 200, 1), chosen).picture(140)
    whole = ExportStage(None, recorded(200, 1), chosen).picture(140)
    np.testing.assert_array_equal(few, whole)


def test_side_by_side_each_chain_has_its_own_t(captions: list[list[Time]]) -> None:
    stage = ExportStage(recorded(100, 0), respaced(10, 1000, 1), options())
    assert stage.T == 100
    for t in (0, 44, 46, 100):
        picture = stage.picture(t)
        box = stage_layout(stage.options, 2).caption
        assert box is not None
        assert has(part(picture, box, stage), DARK.forward)
        assert has(part(picture, box, stage), DARK.reverse)
    assert captions == [
        [(t, 100, DARK.forward), (at, 1000, DARK.reverse)]
        for t, at in ((0, 0), (44, 400), (46, 500), (100, 1000))
    ]


def test_chains_of_the_same_steps_share_one_t(captions: list[list[Time]]) -> None:
    stage = ExportStage(recorded(10, 0), recorded(10, 1), options())
    picture = stage.picture(7)
    assert captions == [[(7, 10, DARK.text)]]
    box = stage_layout(stage.options, 2).caption
    assert box is not None
    assert not has(part(picture, box, stage), DARK.reverse)


def test_a_step_that_is_missing_makes_all_around_it_wait() -> None:
    stage = ExportStage(None, respaced(10, 100, 1, first=4), options(ExportView.REVERSE))
    assert [t for t in range(0, 101, 2) if stage.is_ready(t)] == list(range(36, 101, 2))


def test_the_forward_view_does_not_care_how_the_reverse_chain_is_sampled() -> None:
    chosen = options(ExportView.FORWARD)
    forward = recorded(20, 0)
    pictures = [
        ExportStage(forward, each, chosen).picture(9) for each in (None, respaced(2, 20, 1))
    ]
    np.testing.assert_array_equal(pictures[0], pictures[1])


# The exact law


def lawful(T: int, seed: int) -> Trajectory:
    law = GaussianMixture(np.ones(1), np.ones((1, 2)), np.full((1, 2), 0.01))
    schedule = NoiseSchedule.cosine(T)
    whole = recorded(T, seed)
    trajectory = Trajectory(T, 60, (2,), law=lambda frame: law.at(schedule, frame))
    for t in range(T + 1):
        trajectory.record(t, torch.tensor(whole.frame(t)))
    return trajectory


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("view", list(ExportView))
def test_the_exact_law_is_drawn_and_named_where_it_is_known(view: ExportView, theme: Theme) -> None:
    chosen = options(view, theme=theme, width_px=1200)
    place = stage_layout(chosen, 2).histogram
    assert place is not None
    for chains, is_known in (
        ((lawful(10, 0), lawful(10, 1)), True),
        ((recorded(10, 0), recorded(10, 1)), False),
    ):
        stage = ExportStage(*chains, chosen)
        picture = stage.picture(6)
        assert has(part(picture, place.legend, stage), theme.exact) == is_known
        for plot in place.plots:
            assert has(part(picture, plot, stage), theme.exact) == is_known
