"""The look: enough contrast by the formula of WCAG 2, the ramp of noise, and what Qt is told."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QMenu, QStyle, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from ddpm_studio.locations import resource
from ddpm_studio.ui.theme import (
    DARK,
    LIGHT,
    THEMES,
    Chain,
    Theme,
    number_font,
    system_theme,
)

SURFACES = ("window", "card", "canvas")
TEXT, GRAPHICS = 4.5, 3.0  # WCAG 2: success criteria 1.4.3 and 1.4.11


@pytest.fixture(params=list(THEMES))
def theme(request: pytest.FixtureRequest) -> Theme:
    return THEMES[request.param]


def luminance(colour: QColor | str) -> float:
    """Relative luminance of sRGB: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    channels = np.array(QColor(colour).getRgb()[:3]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: QColor | str, other: QColor | str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#123456", "#123456") == 1


class TestContrast:
    @pytest.mark.parametrize("name", ["text", "muted_text", "problem", "accent"])
    @pytest.mark.parametrize("surface", [*SURFACES, "control", "control_hover"])
    def test_of_text(self, theme: Theme, name: str, surface: str) -> None:
        assert contrast(getattr(theme, name), getattr(theme, surface)) >= TEXT

    @pytest.mark.parametrize("name", ["forward", "reverse", "exact", "normal"])
    @pytest.mark.parametrize("surface", SURFACES)
    def test_of_what_is_named_in_its_colour(self, theme: Theme, name: str, surface: str) -> None:
        assert contrast(getattr(theme, name), getattr(theme, surface)) >= TEXT

    @pytest.mark.parametrize("chain", list(Chain))
    @pytest.mark.parametrize("surface", [*SURFACES, "control", "control_hover"])
    def test_of_lines_and_icons_in_the_colour_of_a_chain(self, theme, chain, surface) -> None:
        assert contrast(theme.chain(chain), getattr(theme, surface)) >= GRAPHICS

    @pytest.mark.parametrize(
        ("ink", "paper"),
        [
            (QPalette.ColorRole.WindowText, QPalette.ColorRole.Window),
            (QPalette.ColorRole.Text, QPalette.ColorRole.Base),
            (QPalette.ColorRole.Text, QPalette.ColorRole.AlternateBase),
            (QPalette.ColorRole.ButtonText, QPalette.ColorRole.Button),
            (QPalette.ColorRole.ToolTipText, QPalette.ColorRole.ToolTipBase),
            (QPalette.ColorRole.HighlightedText, QPalette.ColorRole.Highlight),
            (QPalette.ColorRole.PlaceholderText, QPalette.ColorRole.Base),
            (QPalette.ColorRole.Link, QPalette.ColorRole.Window),
        ],
        ids=lambda role: role.name,
    )
    def test_of_the_palette(self, qapp, theme: Theme, dress, ink, paper) -> None:
        dress(theme)
        palette = qapp.palette()
        assert contrast(palette.color(ink), palette.color(paper)) >= TEXT

    def test_the_handle_of_the_slider_stands_out(self, theme: Theme) -> None:
        assert contrast(theme.text, theme.window) >= GRAPHICS

    def test_the_ramp_is_seen_on_the_dark_window(self) -> None:
        assert min(contrast(stop, DARK.window) for stop in DARK.ramp) >= GRAPHICS


class TestColours:
    def test_each_chain_has_one_of_its_own(self, theme: Theme) -> None:
        assert theme.chain(Chain.FORWARD) == QColor(theme.forward)
        assert theme.chain(Chain.REVERSE) == QColor(theme.reverse)

    def test_they_mean_the_same_in_every_theme(self, theme: Theme) -> None:
        """Blue, orange and green by their hue in degrees; N(0, I) is grey."""
        assert 190 <= QColor(theme.forward).hsvHue() <= 220
        assert 15 <= QColor(theme.reverse).hsvHue() <= 45
        assert 145 <= QColor(theme.exact).hsvHue() <= 170
        assert QColor(theme.normal).hsvSaturation() < 64

    def test_blue_and_orange_differ_for_the_colour_blind(self, theme: Theme) -> None:
        """Without red or green cones, blue against yellow is what is left: it has other signs."""

        def blueness(name: str) -> int:
            red, green, blue = QColor(getattr(theme, name)).getRgb()[:3]
            return blue - (red + green) // 2

        assert blueness("forward") > 40
        assert blueness("reverse") < -40

    def test_every_colour_is_written_out(self, theme: Theme) -> None:
        plain = {name: value for name, value in vars(theme).items() if name != "name"}
        colours = [value for value in plain.values() if isinstance(value, str)] + [*theme.ramp]
        assert all(QColor.isValidColorName(colour) and len(colour) == 7 for colour in colours)

    def test_themes_are_found_by_name_and_one_is_dark(self) -> None:
        assert THEMES == {"dark": DARK, "light": LIGHT}
        assert luminance(DARK.window) < 0.05 < 0.8 < luminance(LIGHT.window)
        assert (DARK.is_dark, LIGHT.is_dark) == (True, False)


class TestRamp:
    def test_its_ends_and_its_middle(self, theme: Theme) -> None:
        for fraction, stop in zip((0.0, 0.5, 1.0), theme.ramp, strict=True):
            assert theme.noise_colour(fraction).name() == stop

    def test_it_is_warm_at_the_data_and_cool_at_the_noise(self, theme: Theme) -> None:
        data, noise = theme.noise_colour(0.0), theme.noise_colour(1.0)
        assert data.red() > data.blue()
        assert noise.blue() > noise.red()

    def test_it_changes_evenly(self, theme: Theme) -> None:
        colours = np.array([theme.noise_colour(t / 1000).getRgb()[:3] for t in range(1001)])
        assert np.abs(np.diff(colours, axis=0)).max() <= 1
        blue_minus_red = colours[:, 2] - colours[:, 0]
        assert (np.diff(blue_minus_red) >= -1).all()

    def test_as_a_brush_it_is_the_same(self, theme: Theme) -> None:
        gradient = theme.noise_gradient(20, 220)
        assert (gradient.start().x(), gradient.finalStop().x()) == (20, 220)
        for position, colour in gradient.stops():
            assert colour.name() == theme.noise_colour(position).name()
        assert [position for position, _ in gradient.stops()] == [0, 0.5, 1]


class TestApplication:
    def test_it_wears_the_theme(self, qapp: QApplication, theme: Theme, dress) -> None:
        dress(theme)
        palette = qapp.palette()
        assert palette.color(QPalette.ColorRole.Window).name() == theme.window
        assert palette.color(QPalette.ColorRole.Text).name() == theme.text
        disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
        assert disabled.alpha() < 255
        assert theme.card in qapp.styleSheet()

    def test_pictures_of_the_style_sheet_exist(self, theme: Theme, dress, qapp) -> None:
        dress(theme)
        pictures = [part.split('")')[0] for part in qapp.styleSheet().split('url("')[1:]]
        assert len(pictures) == 4
        assert all(resource("icons", path.rsplit("/", 1)[-1]).is_file() for path in pictures)

    @pytest.mark.parametrize("text", ["5,000", "a choice with a longer name"])
    def test_a_list_has_room_for_its_text_and_none_to_waste(
        self, qtbot, theme: Theme, dress: Callable[[Theme], None], text: str
    ) -> None:
        dress(theme)
        combo = QComboBox()
        qtbot.addWidget(combo)
        combo.addItem(text)
        combo.resize(combo.sizeHint())
        option = QStyleOptionComboBox()
        combo.initStyleOption(option)
        field = combo.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, combo
        )
        assert field.width() >= QFontMetricsF(combo.font()).horizontalAdvance(text)
        assert combo.width() - field.width() <= 40

    @pytest.mark.parametrize(
        ("scheme", "expected"), [("Light", LIGHT), ("Dark", DARK), ("Unknown", DARK)]
    )
    def test_the_first_theme_is_that_of_the_system(self, monkeypatch, scheme, expected) -> None:
        class Hints:
            def colorScheme(self):
                from PySide6.QtCore import Qt

                return Qt.ColorScheme[scheme]

        monkeypatch.setattr(QGuiApplication, "styleHints", staticmethod(Hints))
        monkeypatch.setattr(QApplication, "styleHints", staticmethod(Hints))
        assert system_theme() is expected


class TestFonts:
    def test_figures_have_one_width(self, qapp: QApplication) -> None:
        metrics = QFontMetricsF(number_font(qapp.font()))
        widths = [metrics.horizontalAdvance(figure) for figure in "0123456789"]
        assert max(widths) - min(widths) < 0.5

    def test_the_font_around_is_not_changed(self, qapp: QApplication) -> None:
        base = QFont(qapp.font())
        assert number_font(base).pointSizeF() == base.pointSizeF()
        assert base == qapp.font()


def test_what_a_menu_does_not_offer_looks_like_it(qtbot: QtBot, theme: Theme, dress) -> None:
    dress(theme)
    menu = QMenu()
    qtbot.addWidget(menu)
    action = menu.addAction("MNIST")
    offered = menu.grab().toImage()
    action.setEnabled(False)
    assert menu.grab().toImage() != offered
