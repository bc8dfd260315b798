"""The row above the chains: what it emits, what it shows, and that all of it fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

from ddpm_studio.checkpoints.bundled import bundled_models
from ddpm_studio.session.devices import Device
from ddpm_studio.session.sample_counts import IMAGE_COUNTS, POINT_COUNTS
from ddpm_studio.session.studio import MAX_SEED
from ddpm_studio.ui.theme import DARK, LIGHT, SPACING, Theme
from ddpm_studio.ui.top_bar import TopBar

WINDOW_WIDTH = 1040  # the smallest
GPU = Device("cuda:0", "CUDA · NVIDIA GeForce RTX 4090 Laptop GPU")
CPU = Device("cpu", "CPU · AMD Ryzen Threadripper PRO 7995WX 96-Cores")
MODELS = bundled_models()
COUNTS = (250, 500, 5000)


@pytest.fixture
def bar(qtbot, dress: Callable[[Theme], None]) -> Iterator[TopBar]:
    """In the smallest window, with the longest that it has to show."""
    dress(DARK)
    window = QWidget()
    qtbot.addWidget(window)
    bar = TopBar(DARK)
    layout = QVBoxLayout(window)
    layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
    layout.addWidget(bar)
    layout.addStretch(1)
    bar.show_models(MODELS, MODELS[1])
    bar.show_devices((GPU, CPU), GPU.key)
    bar.show_settings(COUNTS, 500, MAX_SEED, GPU.key)
    bar.show_language("en")
    window.resize(WINDOW_WIDTH, 120)
    with qtbot.waitExposed(window):
        window.show()
    yield bar
    window.hide()  # which is kept alive here until then


def emitted(bar: TopBar) -> list[tuple[object, ...]]:
    """Every signal with its arguments, as they come."""
    seen: list[tuple[object, ...]] = []
    for name in ("model", "count", "seed", "device", "language"):
        signal = getattr(bar, f"{name}_requested")
        signal.connect(lambda value, name=name: seen.append((name, value)))
    bar.open_requested.connect(lambda: seen.append(("open",)))
    bar.new_seed_requested.connect(lambda: seen.append(("new seed",)))
    bar.theme_toggled.connect(lambda: seen.append(("theme",)))
    bar.export_requested.connect(lambda: seen.append(("export",)))
    return seen


def parts(bar: TopBar) -> list[QWidget]:
    """From left to right."""
    children = [each for each in bar.findChildren(QWidget) if each.parent() is bar]
    return sorted(children, key=lambda widget: widget.x())


class TestIntent:
    def test_buttons(self, bar: TopBar) -> None:
        seen = emitted(bar)
        for button in (bar.open, bar.new_seed, bar.theme, bar.export):
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert seen == [("open",), ("new seed",), ("theme",), ("export",)]

    def test_lists(self, bar: TopBar) -> None:
        seen = emitted(bar)
        for combo in (bar.model, bar.count, bar.device, bar.language):
            QTest.keyClick(combo, Qt.Key.Key_Down)
        assert seen == [
            ("model", MODELS[2]),
            ("count", 5000),
            ("device", "cpu"),
            ("language", "ko"),
        ]

    def test_a_seed_is_asked_for_when_it_is_typed_to_its_end(self, bar: TopBar) -> None:
        seen = emitted(bar)
        bar.seed.selectAll()
        QTest.keyClicks(bar.seed, "4711")
        assert seen == []
        QTest.keyClick(bar.seed, Qt.Key.Key_Return)
        assert seen == [("seed", 4711)]
        QTest.keyClick(bar.seed, Qt.Key.Key_Down)
        assert seen[1:] == [("seed", 4710)]

    def test_what_it_is_shown_is_no_wish(self, bar: TopBar) -> None:
        seen = emitted(bar)
        bar.show_models(MODELS[:3], MODELS[2])
        bar.show_settings(IMAGE_COUNTS, 36, 7, CPU.key)
        bar.show_devices((CPU,), CPU.key)
        bar.show_language("ko")
        assert seen == []

    def test_everything_can_be_reached_by_keyboard(self, bar: TopBar) -> None:
        for widget in parts(bar):
            if not isinstance(widget, QLabel):
                assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget


class TestData:
    def test_settings(self, bar: TopBar) -> None:
        for counts, count in ((POINT_COUNTS, 2000), (IMAGE_COUNTS, 36)):
            bar.show_settings(counts, count, 42, CPU.key)
            shown = [bar.count.itemText(row) for row in range(bar.count.count())]
            assert shown == [f"{each:,}" for each in counts]
            assert (bar.count.currentData(), bar.seed.value()) == (count, 42)
            assert bar.device.currentData() == CPU.key

    def test_every_seed_is_possible(self, bar: TopBar) -> None:
        for seed in (0, 1, MAX_SEED):
            bar.show_settings(COUNTS, 500, seed, CPU.key)
            assert bar.seed.value() == seed

    def test_models(self, bar: TopBar, tmp_path: Path) -> None:
        own = replace(MODELS[0], path=tmp_path / "mine.safetensors")
        bar.show_models((*MODELS, own), own)
        assert bar.model.currentText() == "mine.safetensors"
        assert bar.model.count() == len(MODELS) + 1
        seen = emitted(bar)
        QTest.keyClick(bar.model, Qt.Key.Key_Home)
        assert seen == [("model", MODELS[0])]

    def test_models_of_one_name_are_told_apart(self, bar: TopBar, tmp_path: Path) -> None:
        own = [replace(MODELS[0], path=tmp_path / run / "ckpt.pt") for run in ("first", "second")]
        bar.show_models((*MODELS, own[0]), own[0])
        assert bar.model.currentText() == "ckpt.pt"
        bar.show_models((*MODELS, *own), own[1])
        assert bar.model.currentText() == "second/ckpt.pt"
        row = bar.model.currentIndex()
        assert bar.model.itemText(row - 1) == "first/ckpt.pt"
        assert bar.model.itemData(row, Qt.ItemDataRole.ToolTipRole) == str(own[1].path)

    def test_the_device_is_named_in_full_where_it_is_cut_short(self, bar: TopBar) -> None:
        assert bar.device.toolTip() == GPU.name
        bar.show_settings(COUNTS, 500, 0, CPU.key)
        assert (bar.device.currentText(), bar.device.toolTip()) == (CPU.name, CPU.name)
        names = [bar.device.itemData(row, Qt.ItemDataRole.ToolTipRole) for row in range(2)]
        assert names == [GPU.name, CPU.name]

    def test_where_there_is_one_device_there_is_no_choice(self, bar: TopBar) -> None:
        bar.show_devices((CPU,), "")
        assert (bar.device.isEnabled(), bar.device.currentData()) == (False, "cpu")
        bar.show_devices((GPU, CPU), "cpu")
        assert (bar.device.isEnabled(), bar.device.currentData()) == (True, "cpu")
        bar.show_devices((), "")
        assert (bar.device.count(), bar.device.toolTip()) == (0, "")

    def test_language(self, bar: TopBar) -> None:
        for language, name in (("ko", "한국어"), ("en", "English")):
            bar.show_language(language)
            assert bar.language.currentText() == name


class TestRoom:
    @pytest.mark.parametrize("language", ["en", "ko"])
    @pytest.mark.parametrize("model", MODELS, ids=lambda model: model.description.name)
    def test_nothing_is_cut_in_the_smallest_window(self, bar, speak, language, model) -> None:
        bar.show_models(MODELS, model)
        bar.show_settings(COUNTS, 5000, MAX_SEED, GPU.key)
        speak(language)
        assert bar.window().width() == WINDOW_WIDTH
        assert bar.width() == WINDOW_WIDTH - 2 * SPACING
        assert bar.minimumSizeHint().width() <= bar.width()
        for part in parts(bar):
            assert bar.rect().contains(part.geometry())
            assert part.height() >= part.fontMetrics().height()
            if part is bar.device:  # it gives way
                assert part.width() >= part.minimumWidth() == 90
            elif part is bar.seed:
                field = bar.seed.lineEdit()
                assert field.width() >= part.fontMetrics().horizontalAdvance(str(MAX_SEED)) + 4
            else:
                assert part.width() >= part.sizeHint().width(), part
        for one, two in pairwise(parts(bar)):
            assert one.geometry().right() < two.x()

    def test_its_height_stays_in_every_language(self, bar: TopBar, speak) -> None:
        english = bar.height()
        speak("ko")
        assert bar.height() == english

    def test_what_is_left_over_goes_to_the_name_of_the_device(self, bar: TopBar) -> None:
        narrow = bar.device.width()
        bar.window().resize(WINDOW_WIDTH + 100, 120)
        QApplication.processEvents()
        assert bar.device.width() == narrow + 100
        bar.window().resize(2500, 120)
        QApplication.processEvents()
        assert bar.device.width() == bar.device.maximumWidth()


class TestText:
    def test_every_text_is_translated(self, bar: TopBar, untranslated) -> None:
        names = {"English", "한국어", "Language · 언어", GPU.name, CPU.name}
        assert untranslated(bar) == names

    def test_another_language_keeps_the_choices_and_asks_for_nothing(self, bar, speak) -> None:
        seen = emitted(bar)
        speak("ko")
        assert bar.model.currentIndex() == 1
        assert bar.count.currentData() == 500
        assert (bar.device.currentData(), bar.seed.value()) == (GPU.key, MAX_SEED)
        assert seen == []

    def test_everything_has_a_tooltip_and_a_name_for_screen_readers(self, bar: TopBar) -> None:
        for widget in parts(bar):
            if not isinstance(widget, QLabel):
                assert widget.toolTip(), widget
                assert widget.accessibleName(), widget

    def test_a_button_that_has_a_key_names_it(self, bar: TopBar) -> None:
        keys = {bar.open: "Ctrl+O", bar.new_seed: "R", bar.theme: "Ctrl+T", bar.export: "Ctrl+E"}
        for button, key in keys.items():
            assert f"({key})" in button.toolTip()

    def test_labels_lead_to_what_they_name(self, bar: TopBar) -> None:
        labels = [each for each in parts(bar) if isinstance(each, QLabel)]
        assert [each.buddy() for each in labels] == [bar.model, bar.count, bar.seed, bar.device]

    def test_the_sun_and_the_moon(self, bar: TopBar) -> None:
        def shown() -> object:
            return bar.theme.icon().pixmap(bar.theme.iconSize()).toImage()

        dark = shown()
        bar.set_theme(LIGHT)
        assert shown() != dark
        bar.set_theme(DARK)
        assert shown() == dark


def test_what_fits_is_not_shortened(bar: TopBar) -> None:
    for box in (bar.count, bar.language):
        assert box.shown_text() == box.currentText() != ""


def test_an_empty_bar_is_no_fault(qtbot, speak: Callable[[str], None]) -> None:
    """As it is before the session has found its models and devices."""
    bar = TopBar(DARK)
    qtbot.addWidget(bar)
    seen = emitted(bar)
    speak("ko")
    bar.show_models((), None)
    bar.show_models(MODELS, None)
    bar.show_settings(COUNTS, 500, 0, "")
    speak("en")
    assert isinstance(bar.model, QComboBox)
    assert isinstance(bar.export, QPushButton)
    assert (bar.model.count(), bar.count.currentData(), seen) == (len(MODELS), 500, [])
