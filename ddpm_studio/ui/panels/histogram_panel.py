"""x_t against N(0, 1): both chains' histograms, and the numbers that compare them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ddpm_studio.ui.number_text import NO_VALUE
from ddpm_studio.ui.panels import histogram_texts
from ddpm_studio.ui.panels.histogram_scale import HistogramScale, merge, merged_bins
from ddpm_studio.ui.panels.marginal_plot import Marginal, MarginalPlot
from ddpm_studio.ui.panels.number_table import NumberTable
from ddpm_studio.ui.panels.panel_title import PanelTitle
from ddpm_studio.ui.theme import SPACING, Theme

if TYPE_CHECKING:
    from ddpm_studio.diffusion.frame_statistics import FrameStatistics
    from ddpm_studio.diffusion.trajectory import Trajectory

_SPOKEN_AFTER_MS = 400  # a screen reader hears numbers that stay


class HistogramPanel(QWidget):
    """One plot for 1-D points and for images, two for 2-D points; a table of numbers below."""
