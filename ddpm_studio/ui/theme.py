"""The look: two palettes, one meaning for each colour, and the ramp of noise levels.

Blue, orange and green are from the Okabe-Ito palette, which people with any of the common kinds of
colour blindness can tell apart; each is lightened or darkened to have contrast on its background.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtGui import QColor, QFont, QLinearGradient, QPalette
from PySide6.QtWidgets import QApplication

from ddpm_studio.locations import resource


class Chain(Enum):
    """The two Markov chains, each with a colour of its own everywhere."""

    FORWARD = "forward"  # q, from data to noise
    REVERSE = "reverse"  # p_theta, from noise to data


SPACING = 8  # pixels between neighbours; half and double of it where things belong closer or less
RADIUS = 8  # of cards
SMALL_TEXT = 0.87  # relative to the font around
SIDE_WIDTH = 372  # of the column of plots


@dataclass(frozen=True)
class Theme:
    """Colours as ``#rrggbb``; what a field is for is its name."""

    name: str
    is_dark: bool
    window: str
    card: str  # raised areas that hold a view or a group of controls
    canvas: str  # behind data
    border: str
    text: str
    muted_text: str
    control: str  # buttons, fields
    control_hover: str
    accent: str  # focus, the checked state, links
    forward: str  # q
    reverse: str  # p_theta
    exact: str  # quantities known exactly
    normal: str  # N(0, I)
    problem: str
    ramp: tuple[str, str, str]  # noise level: t = 0 (warm), T / 2, T (cool)

    def chain(self, chain: Chain) -> QColor:
        """Blue for q, orange for p_theta."""
        return QColor(self.forward if chain is Chain.FORWARD else self.reverse)

    def noise_colour(self, fraction: float) -> QColor:
        """The ramp at t / T in [0, 1]."""
        low, middle, high = (QColor(stop) for stop in self.ramp)
        first, second, part = (
            (low, middle, 2 * fraction) if fraction < 0.5 else (middle, high, 2 * fraction - 1)
        )
        return QColor.fromRgbF(
            (1 - part) * first.redF() + part * second.redF(),
            (1 - part) * first.greenF() + part * second.greenF(),
            (1 - part) * first.blueF() + part * second.blueF(),
        )

    def noise_gradient(self, left: float, right: float) -> QLinearGradient:
        """The ramp as a horizontal brush between two x positions."""
        gradient = QLinearGradient(left, 0, right, 0)
        for position, stop in zip((0.0, 0.5, 1.0), self.ramp, strict=True):
            gradient.setColorAt(position, QColor(stop))
        return gradient


DARK = Theme(
    name="dark",
    is_dark=True,
    window="#12151b",
    card="#1a1f28",
    canvas="#0e1116",
    border="#2a313d",
    text="#e6eaf0",
    muted_text="#97a3b3",
    control="#242b36",
    control_hover="#2f3846",
    accent="#6cb6ff",
    forward="#5cb3ee",
    reverse="#f0a030",
    exact="#35c391",
    normal="#9aa4b1",
    problem="#ff7b72",
    ramp=("#f2c14e", "#b4628f", "#3b5fc0"),
)

LIGHT = Theme(
    name="light",
    is_dark=False,
    window="#f3f5f8",
    card="#ffffff",
    canvas="#fbfcfd",
    border="#d5dbe3",
    text="#1b222c",
    muted_text="#5a6675",
    control="#eef1f5",
    control_hover="#e2e7ee",
    accent="#0a66c2",
    forward="#0072b2",
    reverse="#b8520b",
    exact="#00805d",
    normal="#667180",
    problem="#b3261e",
    ramp=("#e0a82e", "#a94c80", "#2f55b8"),
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def system_theme() -> Theme:
    """The theme that the desktop asks for; dark where it does not say."""
    from PySide6.QtCore import Qt

    scheme = QApplication.styleHints().colorScheme()
    return LIGHT if scheme == Qt.ColorScheme.Light else DARK


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Fusion with our own palette and style sheet, set explicitly: a bare X11 ignores hints."""
    if not application.styleSheet():  # once: every widget is made ready for its style again
        application.setStyle("Fusion")
    application.setPalette(_palette(theme))
    application.setStyleSheet(_style_sheet(theme))


def number_font(base: QFont) -> QFont:
    """``base`` with figures of equal width, so that live numbers do not jitter."""
    font = QFont(base)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def small_font(base: QFont) -> QFont:
    """For labels inside plots and pictures: a little under ``base``, figures of equal width."""
    font = number_font(base)
    if base.pointSizeF() > 0:
        font.setPointSizeF(base.pointSizeF() * SMALL_TEXT)
    else:
        font.setPixelSize(max(1, round(base.pixelSize() * SMALL_TEXT)))
    return font


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.canvas,
        role.AlternateBase: theme.card,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted_text,
        role.Button: theme.control,
        role.ButtonText: theme.text,
        role.BrightText: theme.problem,
        role.ToolTipBase: theme.card,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.window if theme.is_dark else "#ffffff",
        role.Link: theme.accent,
        role.Light: theme.control_hover,
        role.Midlight: theme.control,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Shadow: theme.canvas,
    }
    for colour_role, colour in colours.items():
        palette.setColor(colour_role, QColor(colour))
    for colour_role in (role.WindowText, role.Text, role.ButtonText):
        faded = QColor(theme.muted_text)
        faded.setAlpha(130)
        palette.setColor(QPalette.ColorGroup.Disabled, colour_role, faded)
    return palette


def _style_sheet(theme: Theme) -> str:
    # A style sheet on QComboBox or QSpinBox takes their arrows away, hence the pictures.
    arrow = resource("icons", f"chevron-down-{theme.name}.svg").as_posix()
    arrow_up = resource("icons", f"chevron-up-{theme.name}.svg").as_posix()
    check = resource("icons", f"check-{theme.name}.svg").as_posix()
    return f"""
    QToolTip {{ background: {theme.card}; color: {theme.text};
        border: 1px solid {theme.border}; padding: 4px 6px; }}
    QFrame[card="true"] {{ background: {theme.card}; border: 1px solid {theme.border};
        border-radius: {RADIUS}px; }}
    QLabel[muted="true"] {{ color: {theme.muted_text}; }}
    QLabel[problem="true"] {{ color: {theme.problem}; }}
    QPushButton, QToolButton, QComboBox, QSpinBox, QDoubleSpinBox, QLineEdit {{
        background: {theme.control}; color: {theme.text}; border: 1px solid {theme.border};
        border-radius: 6px; padding: 4px 8px; min-height: 18px; }}
    QToolButton {{ padding: 4px; }}
    QPushButton:hover, QToolButton:hover, QComboBox:hover {{ background: {theme.control_hover}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {theme.border}; }}
    QPushButton:focus, QToolButton:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus,
    QLineEdit:focus {{ border-color: {theme.accent}; }}
    QToolButton:checked {{ border-color: {theme.accent}; color: {theme.accent}; }}
    QPushButton:disabled, QToolButton:disabled, QComboBox:disabled, QSpinBox:disabled,
    QDoubleSpinBox:disabled, QLineEdit:disabled {{ color: {theme.muted_text}; background: {theme.window}; }}
    QPushButton[primary="true"] {{ background: {theme.accent};
        color: {theme.window if theme.is_dark else "#ffffff"}; border-color: {theme.accent};
        font-weight: 600; }}
    QPushButton[primary="true"]:hover {{ background: {QColor(theme.accent).lighter(112).name()}; }}
    QPushButton[primary="true"]:disabled {{ background: {theme.control}; color: {theme.muted_text};
        border-color: {theme.border}; }}
    QComboBox {{ padding-right: 4px; }}
    QComboBox::drop-down {{ border: none; width: 20px; }}
    QComboBox::down-arrow {{ image: url("{arrow}"); width: 12px; height: 12px; }}
    QComboBox QAbstractItemView {{ background: {theme.card}; color: {theme.text};
        border: 1px solid {theme.border}; selection-background-color: {theme.control_hover};
        selection-color: {theme.text}; outline: none; }}
    QSpinBox, QDoubleSpinBox {{ padding: 4px 18px 4px 6px; }}
    QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button,
    QDoubleSpinBox::down-button {{ border: none; width: 16px; background: transparent; }}
    QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url("{arrow_up}"); width: 10px;
        height: 10px; }}
    QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url("{arrow}"); width: 10px;
        height: 10px; }}
    QCheckBox {{ spacing: 8px; }}
    QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {theme.muted_text};
        border-radius: 4px; background: {theme.control}; }}
    QCheckBox::indicator:hover, QCheckBox::indicator:focus {{ border-color: {theme.accent}; }}
    QCheckBox::indicator:checked {{ background: {theme.accent}; border-color: {theme.accent};
        image: url("{check}"); }}
    QCheckBox::indicator:disabled {{ border-color: {theme.border}; background: {theme.window}; }}
    QCheckBox::indicator:checked:disabled {{ background: {theme.muted_text}; }}
    QCheckBox:disabled {{ color: {theme.muted_text}; }}
    QProgressBar {{ background: {theme.control}; border: none; border-radius: 3px;
        max-height: 6px; min-height: 6px; }}
    QProgressBar::chunk {{ background: {theme.accent}; border-radius: 3px; }}
    QMenuBar, QMenu {{ background: {theme.card}; color: {theme.text}; }}
    QMenuBar::item {{ padding: 4px 8px; background: transparent; border-radius: 4px; }}
    QMenu {{ border: 1px solid {theme.border}; padding: 4px; }}
    QMenu::item {{ padding: 5px 24px 5px 12px; border-radius: 4px; }}
    QMenu::item:selected, QMenuBar::item:selected {{ background: {theme.control_hover}; }}
    QMenu::item:disabled, QMenuBar::item:disabled {{ color: {theme.muted_text}; background: transparent; }}
    QMenu::separator {{ height: 1px; background: {theme.border}; margin: 4px 6px; }}
    """
