"""The bare plot: what is kept as pixels must not outlive the size it was made for."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ddpm_studio.ui.panels.marginal_plot import MarginalPlot
from ddpm_studio.ui.theme import DARK


def pixels(plot: MarginalPlot) -> np.ndarray:
    image = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1).copy()


def shown(qtbot: QtBot, width: int, height: int) -> MarginalPlot:
    plot = MarginalPlot(DARK, with_left=True)
    qtbot.addWidget(plot)
    plot.resize(width, height)
    plot.show()
    qtbot.waitExposed(plot)
    QApplication.processEvents()
    return plot


def test_a_resized_plot_is_the_plot_of_that_size(qtbot: QtBot) -> None:
    """Labels of the axis of before once stayed beside those of the new one."""
    plot = shown(qtbot, 330, 70)
    for width, height in ((330, 170), (330, 60), (400, 120)):
        plot.resize(width, height)
        for _ in range(3):
            QApplication.processEvents()
        assert np.array_equal(pixels(plot), pixels(shown(qtbot, width, height)))


def test_labels_at_the_left_never_lie_over_one_another(qtbot: QtBot) -> None:
    plot = shown(qtbot, 330, 170)
    plot.set_y(0.0, 1.0, [(0.0, "0"), (0.5, "0.5"), (1.0, "1")])
    assert plot.y_labels == ["0", "0.5", "1"]
    plot.resize(330, 36)
    for _ in range(3):
        QApplication.processEvents()
    assert plot.y_labels == ["0", "1"]
    assert [text for _, text in plot.y_ticks] == ["0", "0.5", "1"]
    plot.resize(330, 170)
    for _ in range(3):
        QApplication.processEvents()
    assert plot.y_labels == ["0", "0.5", "1"]
