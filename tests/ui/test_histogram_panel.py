"""Histograms and numbers of x_t: what is shown, what is said where something is missing."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTranslator
from PySide6.QtGui import QColor, QHelpEvent, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from ddpm_studio.diffusion.chains import forward_chain
from ddpm_studio.diffusion.frame_statistics import bin_edges
from ddpm_studio.diffusion.noise_floor import expected_kolmogorov_smirnov
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.ui.number_text import format_fixed
from ddpm_studio.ui.panels.histogram_panel import HistogramPanel
from ddpm_studio.ui.panels.histogram_scale import HistogramScale, base_top, merge, merged_bins
from ddpm_studio.ui.panels.marginal_plot import LIMIT, MarginalPlot
from ddpm_studio.ui.panels.number_table import NumberTable
from ddpm_studio.ui.panels.panel_text import NoteLabel
from ddpm_studio.ui.theme import DARK, LIGHT

T = 40
FORWARD, REVERSE = 0, 1


def recorded(x_0: torch.Tensor, *, seed: int = 0, down_to: int = 0) -> Trajectory:
    """x_T … x_{down_to} of a forward chain from ``x_0``."""
    generator = torch.Generator().manual_seed(seed)
    trajectory = Trajectory(T, len(x_0), tuple(x_0.shape[1:]))
    for step in forward_chain(NoiseSchedule.linear(T, 1e-3, 0.3), x_0, generator):
        if step.t >= down_to:
            trajectory.record(step.t, step.x)
    return trajectory


def noise(*shape: int, seed: int = 7) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def panel(qtbot: QtBot) -> HistogramPanel:
    widget = HistogramPanel(DARK)
    qtbot.addWidget(widget)
    widget.resize(346, 280)
    widget.show()
    qtbot.waitExposed(widget)
    QApplication.processEvents()
    return widget


def table(panel: QWidget) -> NumberTable:
    return panel.findChild(NumberTable)


def note(panel: QWidget) -> str:
    return panel.findChild(NoteLabel).text()


def plots(panel: QWidget) -> list[MarginalPlot]:
    return [plot for plot in panel.findChildren(MarginalPlot) if plot.isVisible()]


def column(panel: QWidget, order: int) -> list[str]:
    return [table(panel).text(row, order) for row in range(4)]


def expected_column(trajectory: Trajectory, t: int, marginal: int = 0) -> list[str]:
    s = trajectory.statistics(t)
    values = (s.mean, s.std, s.kolmogorov_smirnov, s.wasserstein)
    return [format_fixed(float(value[marginal])) for value in values]


class EventCounter(QObject):
    """Counts events of one type that reach the widgets it is installed on."""

    def __init__(self, kind: QEvent.Type, *targets: QWidget) -> None:
        super().__init__()
        self.count, self._kind = 0, kind
        for target in targets:
            target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == self._kind
        return False


def surfaces(panel: QWidget) -> list[QWidget]:
    return [plot.viewport() for plot in panel.findChildren(MarginalPlot)] + [table(panel)]


def colour_is_painted(plot: MarginalPlot, colour: str) -> bool:
    picture = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(picture.constBits(), np.uint32)
    return bool(np.any(pixels == QColor(colour).rgb()))


def settle() -> None:
    """Until layouts and first paints are over."""
    for _ in range(5):
        QApplication.processEvents()


# Numbers and pictures


def test_numbers_are_those_of_both_frames(panel: HistogramPanel) -> None:
    forward, reverse = recorded(noise(300, 1) + 2), recorded(noise(300, 1), seed=1)
    panel.set_trajectories(forward, reverse)
    for t in (0, 13, T):
        panel.show_frame(t)
        assert column(panel, FORWARD) == expected_column(forward, t)
        assert column(panel, REVERSE) == expected_column(reverse, t)
    panel.show_frame(5, reverse_t=9)
    assert column(panel, FORWARD) == expected_column(forward, 5)
    assert column(panel, REVERSE) == expected_column(reverse, 9)
    floor = format_fixed(expected_kolmogorov_smirnov(300))
    assert column(panel, 2)[:3] == ["0", "1", f"≈ {floor}"]


def test_points_of_a_plane_have_two_plots_and_columns_for_each(panel: HistogramPanel) -> None:
    forward = recorded(noise(300, 2) * torch.tensor([1.0, 0.3]))
    panel.set_trajectories(forward, forward)
    panel.show_frame(0)
    assert len(plots(panel)) == 2
    assert column(panel, 0) == expected_column(forward, 0, marginal=0)
    assert column(panel, 2) == expected_column(forward, 0, marginal=1)
    assert column(panel, 0) != column(panel, 2)


def test_pixels_of_images_are_one_marginal(panel: HistogramPanel) -> None:
    images = recorded(noise(6, 3, 4, 4))
    panel.set_trajectories(images, images)
    panel.show_frame(0)
    assert len(plots(panel)) == 1
    assert column(panel, FORWARD) == expected_column(images, 0)


def test_each_chain_is_painted_in_its_colour(panel: HistogramPanel) -> None:
    chain = recorded(noise(3000, 1))
    panel.set_trajectories(chain, None)
    panel.show_frame(T)
    (plot,) = plots(panel)
    assert colour_is_painted(plot, DARK.forward)
    assert not colour_is_painted(plot, DARK.reverse)
    panel.set_trajectories(None, chain)
    assert colour_is_painted(plot, DARK.reverse)
    assert not colour_is_painted(plot, DARK.forward)
    panel.set_theme(LIGHT)
    assert colour_is_painted(plot, LIGHT.reverse)
    assert not colour_is_painted(plot, DARK.reverse)


def test_bins_are_those_that_frames_are_measured_with() -> None:
    edges = bin_edges()
    assert (edges[0], edges[-1], len(edges)) == (-LIMIT, LIMIT, 81)


# Frames that are not there yet


def test_a_missing_reverse_frame_is_said_and_picked_up(panel: HistogramPanel) -> None:
    forward = recorded(noise(300, 1))
    reverse = recorded(noise(300, 1), seed=1, down_to=20)
    panel.set_trajectories(forward, reverse)
    panel.show_frame(25)
    assert "–" not in column(panel, REVERSE)
    panel.show_frame(10)
    assert column(panel, REVERSE) == ["–"] * 4
    assert column(panel, FORWARD) == expected_column(forward, 10)
    assert "10" in note(panel)
    assert "20" in note(panel)
    (plot,) = plots(panel)
    assert plot.has_histogram(FORWARD)
    assert not plot.has_histogram(REVERSE)
    for t in range(19, 9, -1):
        reverse.record(t, noise(300, 1, seed=t))
    panel.refresh()
    assert column(panel, REVERSE) == expected_column(reverse, 10)
    assert plot.has_histogram(REVERSE)
    assert "300" in note(panel)


def test_without_chains_there_are_no_numbers(panel: HistogramPanel) -> None:
    chain = recorded(noise(300, 1))
    panel.set_trajectories(chain, chain)
    panel.show_frame(3)
    panel.set_trajectories(None, None)
    assert column(panel, FORWARD) == column(panel, REVERSE) == ["–"] * 4
    assert not any(plots(panel)[0].has_histogram(order) for order in (FORWARD, REVERSE))


def test_a_t_beyond_a_chain_shows_nothing(panel: HistogramPanel) -> None:
    chain = recorded(noise(300, 1))
    panel.set_trajectories(chain, chain)
    panel.show_frame(T, reverse_t=T + 1)
    assert column(panel, REVERSE) == ["–"] * 4
    assert column(panel, FORWARD) == expected_column(chain, T)


def test_refresh_paints_only_what_changed(panel: HistogramPanel) -> None:
    reverse = recorded(noise(300, 1), seed=1, down_to=20)
    panel.set_trajectories(recorded(noise(300, 1)), reverse)
    panel.show_frame(30)
    settle()
    paints = EventCounter(QEvent.Type.Paint, *surfaces(panel))
    reverse.record(19, noise(300, 1))  # somewhere else than where somebody looks
    for _ in range(5):
        panel.refresh()
        QApplication.processEvents()
    assert paints.count == 0
    panel.show_frame(10)
    QApplication.processEvents()
    assert paints.count > 0


def test_a_frame_is_painted_once_and_moves_nothing(panel: HistogramPanel) -> None:
    panel.set_trajectories(recorded(noise(300, 2)), recorded(noise(300, 2), seed=1, down_to=5))
    panel.show_frame(0)
    settle()
    layouts = EventCounter(QEvent.Type.LayoutRequest, panel)
    resizes = EventCounter(QEvent.Type.Resize, *surfaces(panel))
    paints = EventCounter(QEvent.Type.Paint, table(panel))
    for t in range(T + 1):
        panel.show_frame(t)
        QApplication.processEvents()
    assert (layouts.count, resizes.count) == (0, 0)
    assert paints.count <= T + 1


# The vertical scale


def test_the_scale_rises_towards_the_data_in_at_most_two_steps() -> None:
    chain = recorded(0.05 * noise(4000, 1) - 1)
    scale = HistogramScale(chain)
    scale.update()
    tops = [scale.top(t) for t in range(T + 1)]
    assert tops[-1] == base_top(4000)
    assert tops[0] == 4 * base_top(4000)
    assert all(first >= second for first, second in pairwise(tops))
    assert len(set(tops)) <= 3


@pytest.mark.parametrize("count", [100, 250, 700, 2000, 5000])
def test_noise_alone_never_changes_the_scale(count: int) -> None:
    chain = Trajectory(200, count, (1,))
    for t in range(201):
        chain.record(t, noise(count, 1, seed=t))
    scale = HistogramScale(chain)
    scale.update()
    assert {scale.top(t) for t in range(201)} == {base_top(count)}


def test_a_peak_above_the_scale_is_marked_with_its_height(panel: HistogramPanel) -> None:
    panel.set_trajectories(recorded(torch.full((4000, 1), -0.95)), None)
    panel.show_frame(0)
    (plot,) = plots(panel)
    assert plot.top == 4 * base_top(4000)
    assert plot.texts == ["10.0 ▲"]
    panel.show_frame(T)
    assert plot.texts == []
    assert plot.top == base_top(4000)


def test_wider_bins_keep_the_area() -> None:
    density = recorded(noise(300, 2)).statistics(T).density()
    assert (merged_bins(300), merged_bins(500), merged_bins(2000)) == (4, 2, 1)
    merged = merge(density, 4)
    assert merged.shape == (2, 20)
    assert np.abs(merged.sum(axis=1) * 0.4 - density.sum(axis=1) * 0.1).max() < 1e-12


def test_the_share_of_values_outside_is_said(panel: HistogramPanel) -> None:
    x_0 = torch.cat([torch.zeros(2990, 1), torch.full((10, 1), 4.5)])
    panel.set_trajectories(recorded(x_0), recorded(torch.zeros(3000, 1)))
    panel.show_frame(0)
    assert [text for text in plots(panel)[0].texts if "%" in text] == ["0.3 % outside ±4"]


# Words


def test_distances_on_a_subset_are_said_in_words(panel: HistogramPanel) -> None:
    chain = recorded(noise(40_000, 1), down_to=T - 1)
    panel.set_trajectories(chain, chain)
    panel.show_frame(T)
    assert "32,768 of 40,000" in note(panel)
    bottom_row = QPointF(10, table(panel).height() - 3)
    assert "32,768 of the 40,000" in table(panel).tool_tip_at(bottom_row)


def test_resting_on_a_row_explains_it(panel: HistogramPanel) -> None:
    chain = recorded(noise(300, 1))
    panel.set_trajectories(chain, chain)
    panel.show_frame(0)
    seen = []
    height = table(panel).height()
    for line in range(5):
        position = QPoint(60, round((line + 0.5) * height / 5))
        at = table(panel).mapToGlobal(position)
        QApplication.sendEvent(table(panel), QHelpEvent(QEvent.Type.ToolTip, position, at))
        seen.append(QToolTip.text())
    for text, words in zip(
        seen,
        ("forward chain", "Mean", "Standard deviation", "Kolmogorov", "Wasserstein"),
        strict=True,
    ):
        assert words in text


def test_a_plot_explains_itself(panel: HistogramPanel) -> None:
    plot = plots(panel)[0]
    event = QHelpEvent(QEvent.Type.ToolTip, QPoint(50, 50), plot.mapToGlobal(QPoint(50, 50)))
    QApplication.sendEvent(plot.viewport(), event)
    assert "80 bins of width 0.1" in QToolTip.text()


class Quoting(QTranslator):
    """Every text in «quotes»."""

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return f"«{source}»"

    def isEmpty(self) -> bool:
        return False


def test_another_language_reaches_every_text(panel: HistogramPanel, qapp: QApplication) -> None:
    chain = recorded(noise(300, 1))
    panel.set_trajectories(chain, None)
    panel.show_frame(0)
    translator = Quoting()
    qapp.installTranslator(translator)
    try:
        QApplication.processEvents()
        assert note(panel).startswith("«")
        assert "«mean»" in table(panel).spoken()
        assert "«forward»" in table(panel).spoken()
    finally:
        qapp.removeTranslator(translator)
    QApplication.processEvents()
    assert not note(panel).startswith("«")


def test_numbers_that_stay_are_spoken(panel: HistogramPanel, qtbot: QtBot) -> None:
    chain = recorded(noise(300, 1))
    panel.set_trajectories(chain, chain)
    panel.show_frame(3)
    spoken: Callable[[], str] = table(panel).accessibleDescription
    qtbot.waitUntil(lambda: "mean" in spoken())
    assert expected_column(chain, 3)[1] in spoken()


def test_the_wheel_and_the_right_button_are_left_to_others(panel: HistogramPanel) -> None:
    plot = plots(panel)[0]
    assert plot.contextMenuPolicy() == Qt.ContextMenuPolicy.DefaultContextMenu
    assert plot.focusPolicy() == Qt.FocusPolicy.NoFocus
    before = plot.view_box.viewRange()
    center = QPointF(plot.rect().center())
    event = QWheelEvent(
        center,
        center,
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.viewport(), event)
    assert not event.isAccepted()
    assert plot.view_box.viewRange() == before
