"""The film strip: which frames, where they are, that they fill in, and that one can seek on it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.ui.theme import DARK, LIGHT, Chain
from ddpm_studio.ui.views.film_strip import FilmStrip
from ddpm_studio.ui.views.thumbnails import strip_times, thumbnail


def as_rgb(picture: np.ndarray) -> np.ndarray:
    """(height, width, 3) of 0 … 255 from 0xAARRGGBB."""
    return np.stack([picture >> shift & 255 for shift in (16, 8, 0)], axis=-1)


def recorded(T: int = 100, first: int = 0, shape: tuple[int, ...] = (2,)) -> Trajectory:
    """Five samples that are spread wider with t; the frames from ``first`` on are there."""
    trajectory = Trajectory(T, 5, shape)
    fill(trajectory, first, T)
    return trajectory


def fill(trajectory: Trajectory, first: int, last: int) -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(5, *trajectory.sample_shape, generator=generator)
    for t in range(first, last + 1):
        trajectory.record(t, x * t / trajectory.T)


@pytest.fixture
def strip(qtbot) -> FilmStrip:
    strip = FilmStrip(DARK)
    qtbot.addWidget(strip)
    strip.resize(880, strip.sizeHint().height())
    strip.show()
    return strip


def draw_all(qtbot, strip: FilmStrip, count: int) -> None:
    """Wait until the strip's own timer has drawn so many thumbnails."""
    qtbot.waitUntil(lambda: sum(len(strip.rendered(chain)) for chain in Chain) == count)


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.bytesPerLine() // 4, 4)[
        :, : image.width(), 2::-1
    ].copy()


def part(strip: FilmStrip, chain: Chain, t: int, inset: int = 3) -> np.ndarray:
    """What the strip shows where the thumbnail of t is."""
    place = strip.thumbnail_rect(chain, t).toRect().adjusted(inset, inset, -inset, -inset)
    shown = pixels(strip.grab().toImage()).astype(int)
    return shown[place.top() : place.bottom() + 1, place.left() : place.right() + 1]


def shows_border(strip: FilmStrip, chain: Chain, t: int) -> bool:
    """Whether the thumbnail of t is highlighted in its chain's colour."""
    place = strip.thumbnail_rect(chain, t).toRect()
    column = pixels(strip.grab().toImage())[place.center().y(), place.left() - 1 : place.left() + 2]
    colour = DARK.chain(chain).getRgb()[:3]
    return bool((np.abs(column.astype(int) - colour).sum(axis=-1) < 40).any())


class TestTimes:
    @pytest.mark.parametrize("T", [1, 2, 7, 50, 97, 200, 1000, 4000])
    @pytest.mark.parametrize("least_step", [0.3, 1, 7.6, 80, 10_000])
    def test_they_are_evenly_spaced_from_0_to_T(self, T: int, least_step: float) -> None:
        times = strip_times(T, least_step)
        assert (times[0], times[-1]) == (0, T)
        steps = np.diff(times)
        assert steps.min() >= min(least_step, T)
        assert steps.max() - steps.min() <= 1

    def test_round_steps_are_preferred(self) -> None:
        assert strip_times(1000, 80) == tuple(range(0, 1001, 100))
        assert strip_times(50, 3.9) == tuple(range(0, 51, 5))

    def test_a_strip_of_the_usual_width_shows_about_a_dozen(self, strip: FilmStrip) -> None:
        strip.set_trajectories(recorded(1000, first=1000), None)
        assert 9 <= len(strip.times()) <= 14

    def test_thumbnails_do_not_overlap_and_lie_inside(self, strip: FilmStrip) -> None:
        for width in (400, 880, 1700):
            strip.resize(width, strip.height())
            for T in (3, 97, 1000):
                strip.set_trajectories(recorded(T, first=T), None)
                places = [strip.thumbnail_rect(Chain.FORWARD, t) for t in strip.times()]
                assert places[0].left() > 10
                assert places[-1].right() <= width
                for one, two in pairwise(places):
                    assert one.right() < two.left()


class TestAxis:
    def test_centres_are_proportional_to_t_between_the_margins(self, strip: FilmStrip) -> None:
        strip.set_trajectories(recorded(), None)
        left, right = strip.groove_margins()
        for t in strip.times():
            expected = left + (880 - left - right) * t / 100
            assert strip.thumbnail_rect(Chain.FORWARD, t).center().x() == pytest.approx(
                expected, abs=1.1
            )
            assert strip.thumbnail_rect(Chain.REVERSE, t).center().x() == pytest.approx(
                expected, abs=1.1
            )

    def test_new_margins_are_announced(self, qtbot, strip: FilmStrip) -> None:
        with qtbot.waitSignal(strip.groove_margins_changed) as signal:
            strip.resize(900, strip.height() + 60)
        assert tuple(signal.args) == strip.groove_margins()

    def test_a_longer_label_of_T_moves_the_end_and_is_announced(self, strip: FilmStrip) -> None:
        strip.resize(880, 80)  # thumbnails narrower than the label
        strip.set_trajectories(recorded(10, first=10), None)
        short = strip.groove_margins()
        seen: list[tuple[int, int]] = []
        strip.groove_margins_changed.connect(lambda left, right: seen.append((left, right)))
        strip.set_trajectories(recorded(10_000, first=10_000), None)
        assert seen == [strip.groove_margins()]
        assert strip.groove_margins()[1] > short[1]


class TestSeeking:
    def test_a_click_asks_for_the_t_under_it(self, qtbot, strip: FilmStrip) -> None:
        strip.set_trajectories(recorded(), recorded())
        left, right = strip.groove_margins()
        x = round(left + (880 - left - right) * 0.37)
        with qtbot.waitSignal(strip.seek_requested) as signal:
            QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(x, 40))
        assert signal.args == [37]

    def test_a_click_on_a_thumbnail_asks_for_its_t(self, qtbot, strip: FilmStrip) -> None:
        strip.set_trajectories(recorded(), recorded())
        for t in strip.times()[1:]:
            place = strip.thumbnail_rect(Chain.REVERSE, t).center().toPoint()
            with qtbot.waitSignal(strip.seek_requested) as signal:
                QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=place)
            assert abs(signal.args[0] - t) <= 1

    def test_a_drag_seeks_all_along_and_stops_at_the_ends(self, strip: FilmStrip) -> None:
        strip.set_trajectories(recorded(), recorded())
        asked: list[int] = []
        strip.seek_requested.connect(asked.append)
        strip.seek_requested.connect(strip.show_frame)
        QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=QPoint(300, 40))
        for x in (400, 500, 879, -50):
            QTest.mouseMove(strip, QPoint(x, 40))
        QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=QPoint(-50, 40))
        assert asked[0] < asked[1] < asked[2] < 100
        assert asked[3:] == [100, 0]

    def test_moving_without_a_button_or_without_data_asks_for_nothing(self, strip) -> None:
        asked: list[int] = []
        strip.seek_requested.connect(asked.append)
        QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(500, 40))
        strip.set_trajectories(recorded(), None)
        QTest.mouseMove(strip, QPoint(300, 40))
        QTest.mouseClick(strip, Qt.MouseButton.RightButton, pos=QPoint(500, 40))
        assert asked == []


class TestFilling:
    def test_at_most_two_are_drawn_at_once_and_all_in_the_end(self, qtbot, strip) -> None:
        strip.set_trajectories(recorded(), recorded())
        drawn = []
        while not drawn or drawn[-1] < 2 * len(strip.times()):
            strip.refresh()
            drawn.append(sum(len(strip.rendered(chain)) for chain in Chain))
        assert np.diff([0, *drawn]).max() <= 2

    def test_they_are_drawn_without_being_asked_again(self, qtbot, strip: FilmStrip) -> None:
        strip.set_trajectories(recorded(), recorded())
        draw_all(qtbot, strip, 2 * len(strip.times()))
        assert strip.rendered(Chain.FORWARD) == strip.times()

    def test_only_recorded_frames_are_drawn_and_the_rest_follows(self, qtbot, strip) -> None:
        reverse = recorded(first=55)
        strip.set_trajectories(None, reverse)
        there = [t for t in strip.times() if t >= 55]
        draw_all(qtbot, strip, len(there))
        placeholder = part(strip, Chain.REVERSE, strip.times()[1])
        assert np.ptp(placeholder.reshape(-1, 3), axis=0).max() == 0  # one quiet colour
        fill(reverse, 0, 54)
        strip.refresh()
        draw_all(qtbot, strip, len(strip.times()))
        assert (
            np.ptp(part(strip, Chain.REVERSE, strip.times()[1]).reshape(-1, 3), axis=0).max() > 60
        )

    def test_nothing_is_painted_again_when_nothing_is_new(self, qtbot, strip: FilmStrip) -> None:
        strip.set_trajectories(recorded(), recorded(first=60))
        qtbot.waitUntil(lambda: strip.rendered(Chain.FORWARD) == strip.times())
        QTest.qWait(40)
        painted = []
        original = strip.paintEvent
        strip.paintEvent = lambda event: (painted.append(1), original(event))[0]
        strip.refresh()
        strip.show_frame(0)
        QTest.qWait(40)
        assert painted == []

    def test_other_trajectories_and_another_theme_start_over(self, qtbot, strip) -> None:
        strip.set_trajectories(recorded(), None)
        draw_all(qtbot, strip, len(strip.times()))
        strip.set_theme(LIGHT)
        assert strip.rendered(Chain.FORWARD) == ()
        draw_all(qtbot, strip, len(strip.times()))
        corner = part(strip, Chain.FORWARD, 0)[0, 0]
        assert corner.tolist() == list(QColor(LIGHT.canvas).getRgb()[:3])
        strip.set_trajectories(recorded(), None)
        assert strip.rendered(Chain.FORWARD) == ()

    def test_the_same_trajectories_keep_what_is_drawn(self, qtbot, strip: FilmStrip) -> None:
        forward = recorded()
        strip.set_trajectories(forward, None)
        draw_all(qtbot, strip, len(strip.times()))
        strip.set_trajectories(forward, None)
        assert strip.rendered(Chain.FORWARD) == strip.times()

    def test_each_thumbnail_is_the_frame_of_its_t(self, qtbot, strip: FilmStrip) -> None:
        forward = recorded(shape=(1, 4, 4))
        strip.set_trajectories(forward, None)
        draw_all(qtbot, strip, len(strip.times()))
        for t in (strip.times()[1], strip.times()[-2]):
            side = int(strip.thumbnail_rect(Chain.FORWARD, t).width())
            alone = as_rgb(thumbnail(forward.frame(t), side, DARK.forward, DARK.canvas))
            shown = part(strip, Chain.FORWARD, t, inset=4)
            assert np.array_equal(shown, alone[4:-4, 4:-4])


class TestCursor:
    def test_the_nearest_thumbnails_of_both_chains_are_highlighted(self, qtbot, strip) -> None:
        strip.set_trajectories(recorded(), recorded())
        draw_all(qtbot, strip, 2 * len(strip.times()))
        for t in (0, 34, 36, 100):
            strip.show_frame(t)
            nearest = min(strip.times(), key=lambda time: abs(time - t))
            for chain in Chain:
                lit = [time for time in strip.times() if shows_border(strip, chain, time)]
                assert lit == [nearest]

    def test_a_line_stands_at_t(self, qtbot, strip: FilmStrip) -> None:
        strip.set_trajectories(recorded(), recorded())
        left, right = strip.groove_margins()
        between = strip.thumbnail_rect(Chain.FORWARD, 0).bottom() + 3  # the rows
        for t in (5, 50, 95):
            strip.show_frame(t)
            row = pixels(strip.grab().toImage())[round(between)].astype(int).sum(axis=-1)
            assert abs(int(row.argmax()) - (left + (880 - left - right) * t / 100)) <= 1.5


class TestThumbnail:
    def test_four_images_where_they_are_recognisable_else_one(self) -> None:
        levels = torch.tensor([-1.0, -0.5, 0.5, 1.0, 0.0])[:, None, None, None]
        for size, distinct in ((8, 4), (64, 1)):
            frame = levels.expand(5, 1, size, size).numpy()
            picture = as_rgb(thumbnail(frame, 56, DARK.forward, "#ff0000"))
            assert picture.shape == (56, 56, 3)
            greys = {tuple(c) for c in picture.reshape(-1, 3).tolist()} - {(255, 0, 0)}
            assert len(greys) == distinct

    def test_points_in_a_plane_and_on_a_line(self) -> None:
        for dimensions in (1, 2):
            frame = np.zeros((3, dimensions), np.float32)
            picture = as_rgb(thumbnail(frame, 56, DARK.forward, DARK.canvas))
            assert picture[:, 20:36].astype(int).sum() > picture[:, :16].astype(int).sum()


def test_a_chain_of_another_length_is_shown_at_the_same_share_of_its_way(qtbot, strip) -> None:
    forward, reverse = recorded(T=100), recorded(T=250)
    strip.set_trajectories(forward, reverse)
    qtbot.waitUntil(lambda: strip.rendered(Chain.REVERSE) == strip.times())
    last = strip.times()[-1]
    assert last == 100
    half = strip.times()[len(strip.times()) // 2]
    side = round(strip.thumbnail_rect(Chain.REVERSE, half).width())
    colour, canvas = DARK.reverse, DARK.canvas
    expected = as_rgb(thumbnail(reverse.frame(round(2.5 * half)), side, colour, canvas))
    shown = part(strip, Chain.REVERSE, half, inset=0)
    inner = slice(side // 4, 3 * side // 4)
    np.testing.assert_array_equal(shown[inner, inner], expected[inner, inner])
