"""Whether the forward chain's schedule ends in N(0, I): a verdict, where it stands, and its numbers."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from ddpm_studio.diffusion.adequacy import FIT_SHARE, UNFIT_SHARE, ScheduleAdequacy, Verdict
from ddpm_studio.ui.number_text import format_number
from ddpm_studio.ui.panels.panel_text import paragraphs
from ddpm_studio.ui.theme import SPACING, Theme, small_font

_LEAST_SHARE = 1e-4  # at the scale's left end; its right end is 1
_SCALE_WIDTH, _BAR_HEIGHT, _MARKER = 64, 5.0, 4.0


class AdequacyMeter(QWidget):
    """alpha_bar_T, SNR_T and L_T in a line, with a scale at its right.

    ``verdict`` is a label that whoever shows the meter places.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._adequacy: ScheduleAdequacy | None = None
        self.verdict, self.numbers = QLabel(), QLabel()
        self.scale = _ShareScale(theme)
        self.numbers.setFont(small_font(self.font()))
        self.numbers.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for label in (self.verdict, self.numbers):
            label.setTextFormat(Qt.TextFormat.RichText)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(self.numbers, 1)
        layout.addWidget(self.scale)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self.scale.set_theme(theme)
        self._describe()

    def show_adequacy(self, adequacy: ScheduleAdequacy) -> None:
        """Of another schedule, or for other data."""
        if adequacy != self._adequacy:
            self._adequacy = adequacy
            self.scale.show_adequacy(adequacy)
            self._describe()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._describe()

    def _describe(self) -> None:
        adequacy = self._adequacy
        if adequacy is None:
            return
        is_unfit = adequacy.verdict is Verdict.UNFIT
        colour = self._theme.problem if is_unfit else self._theme.text
        self.verdict.setText(f'<span style="color: {colour}">{self._verdict(adequacy)}</span>')
        muted = self._theme.muted_text
        self.numbers.setText(
            "&nbsp;&nbsp; ".join(
                f'<span style="color: {muted}">{name}</span> {value}'
                for name, value in self._numbers(adequacy)
            )
        )
        for widget in (self, self.verdict):
            widget.setToolTip(self._explanation(adequacy))
        self.setAccessibleName(self.tr("Schedule adequacy"))

    def _verdict(self, adequacy: ScheduleAdequacy) -> str:
        return {
            Verdict.FIT: self.tr("<b>Fit</b>: x<sub>T</sub> is practically N(0, I)"),
            Verdict.WEAK: self.tr("<b>Weak</b>: x<sub>T</sub> is only nearly N(0, I)"),
            Verdict.UNFIT: self.tr("<b>Unfit</b>: x<sub>T</sub> is not N(0, I)"),
        }[adequacy.verdict]

    def _numbers(self, adequacy: ScheduleAdequacy) -> list[tuple[str, str]]:
        L_T = self.tr("{0} bits/dim").format(format_number(adequacy.L_T_bits, 2))
        return [
            ("ᾱ<sub>T</sub>", format_number(adequacy.alpha_bar_T)),
            ("SNR<sub>T</sub>", format_number(adequacy.signal_to_noise_T)),
            ("L<sub>T</sub>", L_T),
        ]

    def _explanation(self, adequacy: ScheduleAdequacy) -> str:
        share = format_number(100 * adequacy.misplaced_share, 2)
        return paragraphs(
            self.tr(
                "The reverse chain begins with noise from N(0, I) in the place of x<sub>T</sub>. "
                "That is right only where the forward chain gets there: where almost nothing of x₀ "
                "is left at T."
            ),
            self.tr(
                "Here at most {0} % of the values of x<sub>T</sub> lie where N(0, 1) would not have "
                "put them (Pinsker's bound √(L<sub>T</sub> / 2), with L<sub>T</sub> in nats). "
                "<b>Fit</b>: at most {1} %. <b>Unfit</b>: more than {2} %."
            ).format(share, f"{100 * FIT_SHARE:g}", f"{100 * UNFIT_SHARE:g}"),
            self.tr(
                "<b>ᾱ<sub>T</sub></b>: the share of the data's variance that is left. "
                "<b>SNR<sub>T</sub></b> = ᾱ<sub>T</sub> / (1 − ᾱ<sub>T</sub>). "
                "<b>L<sub>T</sub></b> = KL(q(x<sub>T</sub> | x₀) ‖ N(0, I)), a mean over the x₀ of "
                "the forward chain."
            ),
        )


class _ShareScale(QWidget):
    """The misplaced share on a logarithmic scale: zones for fit, weak and unfit, and a marker."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._adequacy: ScheduleAdequacy | None = None
        self.setFixedSize(_SCALE_WIDTH, round(_BAR_HEIGHT + 2 * _MARKER))

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self.update()

    def show_adequacy(self, adequacy: ScheduleAdequacy) -> None:
        """Move the marker."""
        self._adequacy = adequacy
        self.update()

    def sizeHint(self) -> QSize:
        return self.size()

    def x_of(self, share: float) -> float:
        """Where a share lies, in pixels; the ends of the scale stand for all beyond them."""
        part = 1 - math.log10(max(share, _LEAST_SHARE)) / math.log10(_LEAST_SHARE)
        return _MARKER + min(part, 1.0) * (self.width() - 2 * _MARKER)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._adequacy is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_zones(painter)
            self._paint_marker(painter, self._adequacy)

    def _paint_zones(self, painter: QPainter) -> None:
        edges = [self.x_of(share) for share in (_LEAST_SHARE, FIT_SHARE, UNFIT_SHARE, 1.0)]
        colours = (self._theme.muted_text, self._theme.muted_text, self._theme.problem)
        top = self.height() - _BAR_HEIGHT
        for zone, (name, alpha) in enumerate(zip(colours, (60, 140, 140), strict=True)):
            colour = QColor(name)
            colour.setAlpha(alpha)
            width = edges[zone + 1] - edges[zone] - 1
            painter.fillRect(QRectF(edges[zone], top, width, _BAR_HEIGHT), colour)

    def _paint_marker(self, painter: QPainter, adequacy: ScheduleAdequacy) -> None:
        is_unfit = adequacy.verdict is Verdict.UNFIT
        tip = QPointF(self.x_of(adequacy.misplaced_share), self.height() - _BAR_HEIGHT + 1)
        corners = (QPointF(-_MARKER, -1.8 * _MARKER), QPointF(_MARKER, -1.8 * _MARKER))
        painter.setPen(QPen(QColor(self._theme.card), 1))
        painter.setBrush(QColor(self._theme.problem if is_unfit else self._theme.text))
        painter.drawPolygon(QPolygonF([tip, *(tip + corner for corner in corners)]))
