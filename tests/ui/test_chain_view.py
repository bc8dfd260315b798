"""The view of one chain: what it paints, what a person may pick out, and what it says while waiting."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, QTranslator
from PySide6.QtGui import QColor, QFont, QImage, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.diffusion.chains import forward_chain
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.ui.theme import DARK, LIGHT, Chain
from ddpm_studio.ui.views.chain_painting import ChainPainting
from ddpm_studio.ui.views.chain_view import ChainView
from ddpm_studio.ui.views.sample_path import SamplePath

T = 20


def recorded(x_0: torch.Tensor, first: int = 0, last: int = T) -> Trajectory:
    """A forward chain of which the frames first … last are there."""
    trajectory = Trajectory(T, len(x_0), tuple(x_0.shape[1:]))
    extend(trajectory, x_0, first, last)
    return trajectory


def extend(trajectory: Trajectory, x_0: torch.Tensor, first: int, last: int) -> None:
    generator = torch.Generator().manual_seed(1)
    for step in forward_chain(NoiseSchedule.cosine(T), x_0, generator):
        if first <= step.t <= last:
            trajectory.record(step.t, step.x)


def corners() -> torch.Tensor:
    """Four points, one in each quadrant."""
    return torch.tensor([[2.0, 2.0], [-2.0, 2.0], [-2.0, -2.0], [2.0, -2.0]])


def flat_images(count: int = 4) -> torch.Tensor:
    """Image i has the constant grey level 40 i + 60."""
    levels = (torch.arange(count) * 40 + 60) / 127.5 - 1
    return levels[:, None, None, None].expand(count, 1, 4, 4).clone()


@pytest.fixture
def view(qtbot) -> ChainView:
    view = ChainView(Chain.FORWARD, DARK)
    qtbot.addWidget(view)
    view.resize(420, 420)
    view.show()
    return view


def grabbed(view: QWidget) -> QImage:
    return view.grab().toImage()


def pixels(image: QImage) -> np.ndarray:
    """(height, width, 3) uint8."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.bytesPerLine() // 4, 4)[
        :, : image.width(), 2::-1
    ].copy()


def distance(image: QImage, colour: str, box: tuple[int, int, int, int]) -> float:
    """The least difference to a colour inside (left, top, right, bottom)."""
    left, top, right, bottom = box
    part = pixels(image)[top:bottom, left:right].astype(int)
    return float(np.abs(part - QColor(colour).getRgb()[:3]).sum(axis=-1).min())


def colourful(image: QImage, box: tuple[int, int, int, int] = (0, 0, 420, 420)) -> int:
    """The largest saturation in (left, top, right, bottom): points have it; axes and text do not."""
    left, top, right, bottom = box
    part = pixels(image)[top:bottom, left:right].astype(int)
    return int((part.max(axis=-1) - part.min(axis=-1)).max())


class PaintCounter:
    """Counts the paint events of a widget."""

    def __init__(self, widget: QWidget) -> None:
        counter = self

        class Filter(QObject):
            def eventFilter(self, watched, event):
                counter.count += event.type() == QEvent.Type.Paint
                return False

        self.count = 0
        self._filter = Filter(widget)
        widget.installEventFilter(self._filter)


class TestPoints:
    def test_points_are_painted_at_their_coordinates(self, view: ChainView) -> None:
        view.set_trajectory(recorded(corners()))
        image = grabbed(view)
        for x, y in ((330, 90), (90, 90), (90, 330), (330, 330)):
            assert distance(image, DARK.forward, (x - 2, y - 2, x + 2, y + 2)) < 60
        assert colourful(image, (100, 100, 320, 320)) < 40

    def test_the_reverse_chain_is_orange(self, qtbot) -> None:
        view = ChainView(Chain.REVERSE, LIGHT)
        qtbot.addWidget(view)
        view.resize(420, 420)
        view.set_trajectory(recorded(corners()))
        assert distance(grabbed(view), LIGHT.reverse, (328, 88, 332, 92)) < 60

    def test_another_t_shows_other_places(self, view: ChainView) -> None:
        trajectory = recorded(corners())
        view.set_trajectory(trajectory)
        view.show_frame(T)
        x, y = trajectory.frame(T)[0].tolist()
        left, top = round(210 + 60 * x), round(210 - 60 * y)
        box = (left - 2, top - 2, left + 2, top + 2)
        assert distance(grabbed(view), DARK.forward, box) < 60

    def test_the_circles_of_the_normal_distribution_are_dashed(self, view: ChainView) -> None:
        view.set_trajectory(recorded(corners()))
        shown = pixels(grabbed(view)).astype(int)
        for radius in (60, 120):
            angles = np.linspace(0, 2 * np.pi, 2000)
            columns = (210 + radius * np.cos(angles)).astype(int)
            rows = (210 - radius * np.sin(angles)).astype(int)
            bright = shown[rows, columns].mean(axis=-1) > 70
            assert 0.25 < bright.mean() < 0.85
            assert np.abs(np.diff(bright.astype(int))).sum() > 40

    def test_a_click_marks_the_nearest_sample_and_says_which(self, qtbot, view: ChainView) -> None:
        view.set_trajectory(recorded(corners()))
        before = pixels(grabbed(view)).copy()
        with qtbot.waitSignal(view.sample_selected) as signal:
            QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 120))
        assert signal.args == [1]
        assert view.chosen == 1
        ring = distance(grabbed(view), DARK.text, (94, 84, 99, 96))
        assert ring < 30 < np.abs(before[84:96, 94:99] - QColor(DARK.text).getRgb()[:3]).sum()

    def test_the_path_leads_through_every_recorded_place(self, view: ChainView) -> None:
        trajectory = recorded(corners())
        view.set_trajectory(trajectory)
        without = pixels(grabbed(view)).astype(int)
        view.show_selected(2)
        changed = np.abs(pixels(grabbed(view)).astype(int) - without).sum(axis=-1)
        for t in range(T + 1):
            x, y = trajectory.frame(t)[2].tolist()
            left, top = round(210 + 60 * x), round(210 - 60 * y)
            if 5 < left < 415 and 30 < top < 415:
                assert changed[top - 2 : top + 3, left - 2 : left + 3].max() > 60, t

    def test_a_second_click_and_escape_clear_the_mark(self, qtbot, view: ChainView) -> None:
        view.set_trajectory(recorded(corners()))
        seen: list[int] = []
        view.sample_selected.connect(seen.append)
        place = QPoint(330, 330)
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
        QTest.keyClick(view, Qt.Key.Key_Escape)
        assert seen == [3, -1, 3, -1]

    def test_enter_marks_one_sample_after_another(self, view: ChainView) -> None:
        view.set_trajectory(recorded(corners()))
        seen: list[int] = []
        view.sample_selected.connect(seen.append)
        for _ in range(5):
            QTest.keyClick(view, Qt.Key.Key_Return)
        assert seen == [0, 1, 2, 3, 0]

    def test_show_selected_does_not_answer(self, view: ChainView) -> None:
        view.set_trajectory(recorded(corners()))
        seen: list[int] = []
        view.sample_selected.connect(seen.append)
        view.show_selected(2)
        assert (view.chosen, seen) == (2, [])
        view.show_selected(99)
        assert view.chosen == -1

    def test_points_on_a_line_are_marked_at_their_own_height(self, qtbot, view: ChainView) -> None:
        trajectory = recorded(torch.tensor([[-2.0], [0.0], [2.0]]))
        view.set_trajectory(trajectory)
        painting = ChainPainting(Chain.FORWARD, DARK)
        painting.set_trajectory(trajectory)
        place = painting.place_of(QRectF(0, 0, 420, 420), 2, 0, 1.0)
        assert place.x() == pytest.approx(330)
        with qtbot.waitSignal(view.sample_selected) as signal:
            QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place.toPoint())
        assert signal.args == [2]
        later = painting.place_of(QRectF(0, 0, 420, 420), 2, T, 1.0)
        assert later.y() == place.y()
        assert later.x() != place.x()


class TestImages:
    def test_the_grid_shows_every_sample_in_order(self, view: ChainView) -> None:
        view.set_trajectory(recorded(flat_images()))
        shown = pixels(grabbed(view))[..., 0]
        levels = [shown[y, x] for y in (110, 310) for x in (110, 310)]
        assert levels == [60, 100, 140, 180]

    def test_a_click_enlarges_and_another_goes_back(self, view: ChainView) -> None:
        view.set_trajectory(recorded(flat_images()))
        seen: list[int] = []
        view.sample_enlarged.connect(seen.append)
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(310, 110))
        enlarged = pixels(grabbed(view))
        assert (enlarged[30:370, 60:360] == 100).all()
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(310, 110))
        assert seen == [1, -1]
        assert pixels(grabbed(view))[310, 310, 0] == 180

    def test_a_click_beside_the_images_does_nothing(self, view: ChainView) -> None:
        view.set_trajectory(recorded(flat_images(3)))
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(310, 310))
        assert view.chosen == -1

    def test_keys_enlarge_walk_and_go_back(self, view: ChainView) -> None:
        view.set_trajectory(recorded(flat_images()))
        seen: list[int] = []
        view.sample_enlarged.connect(seen.append)
        key = Qt.Key
        for pressed in (
            key.Key_Return,
            key.Key_Right,
            key.Key_Down,
            key.Key_Down,  # there is no row below
            key.Key_Left,
            key.Key_Up,
            key.Key_Escape,
            key.Key_Enter,
            key.Key_Return,
        ):
            QTest.keyClick(view, pressed)
        assert seen == [0, 1, 3, 2, 0, -1, 0, -1]

    def test_arrow_keys_belong_to_the_window_until_a_sample_is_enlarged(self, qtbot) -> None:
        window = QWidget()
        qtbot.addWidget(window)
        view = ChainView(Chain.FORWARD, DARK)
        QVBoxLayout(window).addWidget(view)
        window.resize(440, 440)
        steps: list[str] = []
        QShortcut(QKeySequence(Qt.Key.Key_Right), window).activated.connect(
            lambda: steps.append("timeline")
        )
        view.set_trajectory(recorded(flat_images()))
        window.show()
        window.activateWindow()
        view.setFocus()
        qtbot.waitUntil(view.hasFocus)
        QTest.keyClick(view, Qt.Key.Key_Right)
        assert (steps, view.chosen) == (["timeline"], -1)
        view.show_enlarged(0)
        QTest.keyClick(view, Qt.Key.Key_Right)
        assert (steps, view.chosen) == (["timeline"], 1)

    def test_two_views_can_follow_each_other(self, qtbot, view: ChainView) -> None:
        other = ChainView(Chain.REVERSE, DARK)
        qtbot.addWidget(other)
        for one, two in ((view, other), (other, view)):
            one.set_trajectory(recorded(flat_images()))
            one.sample_enlarged.connect(two.show_enlarged)
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(110, 310))
        assert (view.chosen, other.chosen) == (2, 2)
        QTest.keyClick(other, Qt.Key.Key_Escape)
        assert (view.chosen, other.chosen) == (-1, -1)

    def test_the_slots_are_for_their_own_kind(self, view: ChainView) -> None:
        view.set_trajectory(recorded(flat_images()))
        view.show_selected(1)
        assert view.chosen == -1
        view.set_trajectory(recorded(corners()))
        view.show_enlarged(1)
        assert view.chosen == -1


class TestWaiting:
    def test_without_a_trajectory_there_is_a_hint_and_nothing_to_click(self, view) -> None:
        empty = pixels(grabbed(view)).astype(int)
        canvas = QColor(DARK.canvas).getRgb()[:3]
        assert np.abs(empty[180:250, 60:360] - canvas).sum() > 10_000
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
        QTest.keyClick(view, Qt.Key.Key_Return)
        assert view.chosen == -1

    def test_a_frame_that_is_not_there_shows_no_points(self, view: ChainView) -> None:
        view.set_trajectory(recorded(corners(), first=10))
        view.show_frame(3)
        image = grabbed(view)
        assert colourful(image) < 40
        view.show_frame(10)
        assert colourful(grabbed(view)) > 100

    def test_the_frontier_is_where_the_chain_has_arrived(self) -> None:
        for chain, expected in ((Chain.FORWARD, 12), (Chain.REVERSE, 5)):
            painting = ChainPainting(chain, DARK)
            assert painting.frontier() is None
            painting.set_trajectory(Trajectory(T, 4, (2,)))
            assert painting.frontier() is None
            painting.set_trajectory(recorded(corners(), 5, 12))
            assert painting.frontier() == expected

    def test_refresh_paints_only_what_has_changed(self, qtbot) -> None:
        view = ChainView(Chain.REVERSE, DARK)
        qtbot.addWidget(view)
        view.resize(420, 420)
        view.show()
        trajectory = recorded(corners(), first=10)
        view.set_trajectory(trajectory)
        view.show_frame(3)
        QTest.qWait(30)
        paints = PaintCounter(view)
        view.refresh()
        QTest.qWait(30)
        assert paints.count == 0
        hint = pixels(grabbed(view)).copy()
        extend(trajectory, corners(), 6, 9)  # still not t = 3, but the hint says how far it is
        paints.count = 0
        view.refresh()
        QTest.qWait(30)
        assert paints.count == 1
        assert not np.array_equal(pixels(grabbed(view)), hint)
        extend(trajectory, corners(), 3, 5)
        view.refresh()
        assert colourful(grabbed(view)) > 100
        QTest.qWait(30)
        paints.count = 0
        extend(trajectory, corners(), 0, 2)  # nothing that is visible
        view.refresh()
        QTest.qWait(30)
        assert paints.count == 0

    def test_show_frame_paints_once(self, view: ChainView) -> None:
        view.set_trajectory(recorded(corners()))
        QTest.qWait(30)
        paints = PaintCounter(view)
        for t in (4, 5, 6):
            view.show_frame(t)
        QTest.qWait(30)
        assert paints.count == 1
        view.show_frame(6)
        QTest.qWait(30)
        assert paints.count == 1

    def test_a_new_run_of_the_same_kind_keeps_the_choice_and_another_kind_does_not(self, view):
        view.set_trajectory(recorded(flat_images()))
        view.show_enlarged(3)
        view.set_trajectory(recorded(flat_images()))
        assert view.chosen == 3
        view.set_trajectory(recorded(flat_images(2)))
        assert view.chosen == -1
        view.show_enlarged(1)
        view.set_trajectory(recorded(corners()))
        assert view.chosen == -1


class TestPicture:
    def test_it_has_the_size_and_ratio_asked_for(self, view: ChainView) -> None:
        view.set_trajectory(recorded(corners()))
        picture = view.picture(0, (200, 160), 2.0)
        assert (picture.width(), picture.height()) == (200, 160)
        assert picture.devicePixelRatio() == 2.0

    def test_a_picture_is_what_the_view_shows(self, view: ChainView) -> None:
        view.set_trajectory(recorded(corners()))
        picture = pixels(view.picture(0, (420, 420))).astype(int)
        shown = pixels(grabbed(view)).astype(int)
        assert np.abs(picture - shown)[10:410, 10:410].max() == 0  # but for the round corners

    def test_it_does_not_move_the_view(self, view: ChainView) -> None:
        view.set_trajectory(recorded(corners()))
        before = pixels(grabbed(view)).copy()
        view.picture(T, (100, 100))
        assert np.array_equal(pixels(grabbed(view)), before)

    def test_at_twice_the_pixels_a_point_is_at_twice_its_place(self, qtbot) -> None:
        painting = ChainPainting(Chain.FORWARD, DARK)
        painting.set_trajectory(recorded(corners()))
        image = painting.picture(0, (840, 840), 2.0, QFont())
        assert distance(image, DARK.forward, (658, 178, 662, 182)) < 60

    def test_a_change_of_theme_changes_the_colours(self, view: ChainView) -> None:
        view.set_trajectory(recorded(corners()))
        grabbed(view)
        view.set_theme(LIGHT)
        image = grabbed(view)
        assert image.pixelColor(260, 40).lightness() > 200
        assert distance(image, LIGHT.forward, (328, 88, 332, 92)) < 60


class Brackets(QTranslator):
    """A language that puts every text in brackets."""

    def translate(self, context, source, disambiguation=None, n=-1) -> str:
        return f"[{source}]"

    def isEmpty(self) -> bool:
        return False


def test_texts_follow_the_language(qapp, view: ChainView) -> None:
    view.set_trajectory(recorded(corners()))
    before = view.accessibleName(), view.toolTip()
    translator = Brackets()
    qapp.installTranslator(translator)
    try:
        QTest.qWait(10)
        assert (view.accessibleName(), view.toolTip()) == tuple(f"[{text}]" for text in before)
    finally:
        qapp.removeTranslator(translator)
    QTest.qWait(10)
    assert (view.accessibleName(), view.toolTip()) == before


class TestSamplePath:
    def test_it_grows_with_the_recording(self) -> None:
        trajectory = recorded(corners(), first=15)
        path = SamplePath(trajectory, 1)
        assert path.recorded_count == 6
        assert np.isnan(path.points[:15]).all()
        assert not path.extend()
        extend(trajectory, corners(), 0, 14)
        assert path.extend()
        expected = np.stack([trajectory.frame(t)[1] for t in range(T + 1)])
        assert np.array_equal(path.points, expected)
