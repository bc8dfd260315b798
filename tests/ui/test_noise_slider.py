"""The slider of t: clicks, drags, the wheel and keys; its ramp, its handle and what it marks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ddpm_studio.ui.groove_slider import BAND_HEIGHT, BAND_TOP, GROOVE_CENTRE, LABEL_TOP
from ddpm_studio.ui.noise_slider import NoiseSlider
from ddpm_studio.ui.theme import DARK, LIGHT, Theme

T = 1000
WIDTH = 822  # 800 pixels of groove
MIDDLE = round(GROOVE_CENTRE)
NONE, SHIFT, CONTROL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


@pytest.fixture
def slider(qtbot) -> NoiseSlider:
    slider = NoiseSlider(DARK)
    qtbot.addWidget(slider)
    slider.set_length(T, 0)
    slider.setPageStep(20)
    slider.resize(WIDTH, slider.sizeHint().height())
    slider.show()
    return slider


@pytest.fixture
def values(slider: NoiseSlider) -> list[int]:
    """What the slider has emitted."""
    seen: list[int] = []
    slider.valueChanged.connect(seen.append)
    return seen


def at(slider: NoiseSlider, t: float) -> QPoint:
    return QPoint(round(slider.x_of(t)), MIDDLE)


def wheel(
    slider: NoiseSlider, up: int, right: int = 0, modifiers: Qt.KeyboardModifier = NONE
) -> QWheelEvent:
    """Turn the wheel by eighths of a degree; 120 are a notch."""
    place = QPointF(slider.rect().center())
    event = QWheelEvent(
        place,
        slider.mapToGlobal(place),
        QPoint(),
        QPoint(right, up),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    event.ignore()
    QApplication.sendEvent(slider, event)
    return event


def pixels(slider: NoiseSlider) -> np.ndarray:
    """(height, width, 3) of what it shows."""
    image = slider.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8)
    rows = flat.reshape(image.height(), image.bytesPerLine() // 4, 4)
    return rows[:, : image.width(), 2::-1].astype(int)


def rgb(colour: QColor | str) -> tuple[int, ...]:
    return QColor(colour).getRgb()[:3]


class TestPlaces:
    def test_the_ends_lie_at_the_margins(self, slider: NoiseSlider) -> None:
        slider.set_groove_margins(70, 30)
        assert (slider.x_of(0), slider.x_of(T)) == (70, WIDTH - 30)
        assert slider.x_of(T / 2) == (70 + WIDTH - 30) / 2

    @pytest.mark.parametrize("length", [1, 7, 1000, 4000])
    def test_x_and_t_are_inverse(self, slider: NoiseSlider, length: int) -> None:
        slider.set_length(length, 0)
        assert [slider.value_at(slider.x_of(t)) for t in range(length + 1)] == [*range(length + 1)]

    def test_outside_the_groove_is_its_end(self, slider: NoiseSlider) -> None:
        assert [slider.value_at(x) for x in (-500, 0, WIDTH, 9000)] == [0, 0, T, T]

    def test_a_window_narrower_than_the_margins_is_no_fault(self, slider: NoiseSlider) -> None:
        slider.set_groove_margins(500, 500)
        assert 0 <= slider.value_at(300) <= T
        slider.grab()


class TestMouse:
    @pytest.mark.parametrize("t", [0, 1, 250, 437, 999, 1000])
    @pytest.mark.parametrize("height", [0.1, 0.5, 0.95])
    def test_a_click_jumps_there(self, slider: NoiseSlider, t: int, height: float) -> None:
        slider.setValue(600)
        place = QPoint(round(slider.x_of(t)), int(slider.height() * height))
        QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=place)
        assert abs(slider.value() - t) <= 1  # a pixel is 1.25 steps
        assert not slider.isSliderDown()

    def test_a_drag_emits_each_value_at_once(self, slider: NoiseSlider, values: list[int]) -> None:
        QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=at(slider, 100))
        assert values == [slider.value()]
        for count, t in enumerate((200, 300, 250, 700), start=2):
            QTest.mouseMove(slider, at(slider, t))
            assert len(values) == count
            assert abs(values[-1] - t) <= 1
        assert slider.isSliderDown()
        QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=at(slider, 700))
        assert not slider.isSliderDown()
        assert len(values) == 5

    def test_a_drag_beyond_the_widget_stops_at_the_ends(self, slider: NoiseSlider, values) -> None:
        QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=at(slider, 500))
        for place in (QPoint(WIDTH + 400, 200), QPoint(-90, -30)):
            QTest.mouseMove(slider, place)
        assert values[1:] == [T, 0]

    def test_pressing_and_releasing_are_announced_around_the_values(self, slider) -> None:
        order: list[str] = []
        slider.sliderPressed.connect(lambda: order.append("pressed"))
        slider.valueChanged.connect(lambda _: order.append("value"))
        slider.sliderReleased.connect(lambda: order.append("released"))
        QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=at(slider, 500))
        assert order == ["pressed", "value", "released"]

    def test_other_buttons_and_mere_moving_do_nothing(self, slider: NoiseSlider, values) -> None:
        QTest.mouseClick(slider, Qt.MouseButton.RightButton, pos=at(slider, 500))
        QTest.mouseClick(slider, Qt.MouseButton.MiddleButton, pos=at(slider, 500))
        QTest.mouseMove(slider, at(slider, 300))
        QTest.mousePress(slider, Qt.MouseButton.RightButton, pos=at(slider, 500))
        QTest.mouseMove(slider, at(slider, 700))
        QTest.mouseRelease(slider, Qt.MouseButton.RightButton, pos=at(slider, 700))
        assert values == []

    def test_another_button_does_not_end_a_drag(self, slider: NoiseSlider, values) -> None:
        QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=at(slider, 100))
        QTest.mouseClick(slider, Qt.MouseButton.RightButton, pos=at(slider, 900))
        QTest.mouseMove(slider, at(slider, 200))
        assert len(values) == 2


class TestWheel:
    def test_a_notch_is_a_step_and_up_means_more_noise(self, slider: NoiseSlider, values) -> None:
        slider.setValue(500)
        wheel(slider, 120)
        wheel(slider, 360)
        wheel(slider, -240)
        assert values == [500, 501, 504, 502]

    @pytest.mark.parametrize("part", [1, 8, 15, 40, 50])
    @pytest.mark.parametrize("sign", [1, -1])
    def test_parts_of_a_notch_add_up(self, slider: NoiseSlider, part: int, sign: int) -> None:
        slider.setValue(500)
        for count in range(1, 121):
            wheel(slider, sign * part)
            assert slider.value() == 500 + sign * (part * count // 120)

    def test_a_part_forth_and_back_is_nothing(self, slider: NoiseSlider, values) -> None:
        for part in (80, -80, -80, 80) * 5:
            wheel(slider, part)
        assert values == []

    @pytest.mark.parametrize("modifier", [SHIFT, CONTROL])
    def test_with_shift_or_control_the_step_is_long(self, slider: NoiseSlider, modifier) -> None:
        slider.setValue(500)
        wheel(slider, 120, modifiers=modifier)
        assert slider.value() == 520
        # Some systems turn the wheel sideways with Shift: left is up.
        wheel(slider, 0, right=-120, modifiers=modifier)
        assert slider.value() == 540

    def test_it_stops_at_the_ends(self, slider: NoiseSlider, values: list[int]) -> None:
        wheel(slider, -120)
        wheel(slider, 120 * 2000)
        wheel(slider, 120)
        assert values == [T]

    def test_it_scrolls_nothing_behind_the_slider(self, slider: NoiseSlider) -> None:
        for part in (5, 120, -120):
            assert wheel(slider, part).isAccepted()


class TestKeys:
    def test_it_steps_by_itself_too(self, slider: NoiseSlider) -> None:
        slider.setValue(500)
        seen = []
        key = Qt.Key
        for pressed in (key.Key_Up, key.Key_Down, key.Key_PageUp, key.Key_Home, key.Key_End):
            QTest.keyClick(slider, pressed)
            seen.append(slider.value())
        assert seen == [501, 500, 520, 0, T]


class TestLength:
    def test_another_chain_is_not_announced(self, slider: NoiseSlider, values: list[int]) -> None:
        slider.setValue(700)
        slider.set_length(50, 35)
        assert (slider.maximum(), slider.value(), values) == (50, 35, [700])
        slider.setValue(36)
        assert values == [700, 36]

    def test_nothing_of_another_chain_is_marked(self, slider: NoiseSlider) -> None:
        unmarked = pixels(slider)
        slider.set_reverse_recorded(np.arange(T + 1) > 300)
        assert not np.array_equal(pixels(slider), unmarked)
        slider.set_length(T, 0)
        assert np.array_equal(pixels(slider), unmarked)


class TestPainting:
    @pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
    def test_the_groove_is_the_ramp_of_noise(self, slider: NoiseSlider, theme: Theme) -> None:
        slider.set_theme(theme)
        slider.setValue(0)
        shown = pixels(slider)
        for t in (100, 250, 500, 750, T):
            colour = shown[MIDDLE, round(slider.x_of(t))]
            assert np.abs(colour - rgb(theme.noise_colour(t / T))).max() <= 4

    def test_the_handle_stands_at_t_in_its_colour(self, slider: NoiseSlider) -> None:
        for t in (0, 625, T):  # at whole pixels
            slider.setValue(t)
            shown, x = pixels(slider)[MIDDLE], round(slider.x_of(t))
            assert np.abs(shown[x] - rgb(DARK.noise_colour(t / T))).max() <= 4
            for ring in (x - 7, x + 7):
                assert np.abs(shown[ring] - rgb(DARK.text)).max() <= 40

    def test_what_is_not_sampled_yet_is_marked_and_no_more(self, slider: NoiseSlider) -> None:
        band = slice(int(BAND_TOP) + 1, int(BAND_TOP + BAND_HEIGHT) - 1)
        unmarked = pixels(slider)[band]
        for mask, missing in (
            (np.arange(T + 1) >= 600, [(0, 600)]),
            (np.arange(51) >= 30, [(0, 590)]),  # half of a step of 20 before the first frame
            (np.abs(np.arange(T + 1) - 500) > 100, [(400, 600)]),
            (np.abs(np.arange(T + 1) - 500) <= 100, [(0, 400), (600, T)]),
        ):
            slider.set_reverse_recorded(mask)
            different = np.abs(pixels(slider)[band] - unmarked).sum(axis=-1).max(axis=0) > 20
            expected = np.zeros(WIDTH, bool)
            for first, last in missing:
                expected[round(slider.x_of(first)) : round(slider.x_of(last))] = True
            wrong = (different != expected)[25:]  # beside the handle
            assert np.count_nonzero(wrong) <= 4 * len(missing)
        for nothing in (None, np.ones(T + 1, bool)):
            slider.set_reverse_recorded(nothing)
            assert np.array_equal(pixels(slider)[band], unmarked)

    def test_it_shows_that_it_is_off(self, slider: NoiseSlider) -> None:
        lively = np.ptp(pixels(slider)[MIDDLE, 100:-20], axis=-1).mean()
        slider.setEnabled(False)
        assert np.ptp(pixels(slider)[MIDDLE, 100:-20], axis=-1).mean() < 0.8 * lively

    def test_it_shows_that_it_has_the_focus(self, qtbot, slider: NoiseSlider) -> None:
        slider.clearFocus()
        without = pixels(slider)
        slider.activateWindow()
        slider.setFocus()
        qtbot.waitUntil(slider.hasFocus)
        assert not np.array_equal(pixels(slider), without)

    def test_labels_follow_the_language_and_keep_their_height(
        self, slider: NoiseSlider, speak: Callable[[str], None]
    ) -> None:
        labels = slice(round(LABEL_TOP), None)
        height, english = slider.sizeHint().height(), pixels(slider)
        speak("ko")
        korean = pixels(slider)
        assert not np.array_equal(korean[labels], english[labels])
        assert np.array_equal(korean[: labels.start], english[: labels.start])
        assert slider.sizeHint().height() == height
        speak("en")
        assert np.array_equal(pixels(slider), english)

    def test_no_length_or_t_changes_its_size(self, slider: NoiseSlider) -> None:
        hints = (slider.sizeHint(), slider.minimumSizeHint())
        for length, t in ((1, 1), (9, 9), (1000, 1000), (100_000, 99_999)):
            slider.set_length(length, t)
            assert (slider.sizeHint(), slider.minimumSizeHint()) == hints
            slider.grab()  # labels that would touch are left out
