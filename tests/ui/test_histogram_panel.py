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
from scipy.stats import kstest

from ddpm_studio.datasets.mixtures import exact_mixture
from ddpm_studio.diffusion.chains import forward_chain
from ddpm_studio.diffusion.frame_statistics import (
    HISTOGRAM_BINS,
    HISTOGRAM_HIGH,
    HISTOGRAM_LOW,
)
from ddpm_studio.diffusion.gaussian_mixture import GaussianMixture
from ddpm_studio.diffusion.noise_floor import expected_kolmogorov_smirnov
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.ui.number_text import format_fixed
from ddpm_studio.ui.panels.histogram_panel import HistogramPanel
from ddpm_studio.ui.panels.histogram_scale import HistogramScale, base_top, merge, merged_bins
from ddpm_studio.ui.panels.histogram_table import p_value_text
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
    return [table(panel).text(row, order) for row in range(table(panel).row_count)]


def expected_column(trajectory: Trajectory, t: int, marginal: int = 0) -> list[str]:
    s = trajectory.statistics(t)
    ks = float(s.kolmogorov_smirnov[marginal])
    column = [format_fixed(float(value[marginal])) for value in (s.mean, s.std)]
    column.append(format_fixed(ks))
    if len(trajectory.sample_shape) == 1:
        column.append(p_value_text(ks, s.value_count))
    return [*column, format_fixed(float(s.wasserstein[marginal]))]


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
    panel.show_frame(5, reverse_frame=9)
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
    assert (HISTOGRAM_LOW, HISTOGRAM_HIGH, HISTOGRAM_BINS) == (-LIMIT, LIMIT, 80)


# Frames that are not there yet


def test_a_missing_reverse_frame_is_said_and_picked_up(panel: HistogramPanel) -> None:
    forward = recorded(noise(300, 1))
    reverse = recorded(noise(300, 1), seed=1, down_to=20)
    panel.set_trajectories(forward, reverse)
    panel.show_frame(25)
    assert "–" not in column(panel, REVERSE)
    panel.show_frame(10)
    assert column(panel, REVERSE) == ["–"] * 5
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
    assert column(panel, FORWARD) == column(panel, REVERSE) == ["–"] * 5
    assert not any(plots(panel)[0].has_histogram(order) for order in (FORWARD, REVERSE))


def test_a_t_beyond_a_chain_shows_nothing(panel: HistogramPanel) -> None:
    chain = recorded(noise(300, 1))
    panel.set_trajectories(chain, chain)
    panel.show_frame(T, reverse_frame=T + 1)
    assert column(panel, REVERSE) == ["–"] * 5
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
    for line in range(6):
        position = QPoint(60, round((line + 0.5) * height / 6))
        at = table(panel).mapToGlobal(position)
        QApplication.sendEvent(table(panel), QHelpEvent(QEvent.Type.ToolTip, position, at))
        seen.append(QToolTip.text())
    for text, words in zip(
        seen,
        ("forward chain", "Mean", "Standard deviation", "Kolmogorov", "p-value", "Wasserstein"),
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


# The exact law of x_t


SCHEDULE = NoiseSchedule.linear(T, 1e-3, 0.3)
TWO = GaussianMixture(np.array([0.25, 0.75]), np.array([[-2.0], [1.0]]), np.array([[0.09], [0.25]]))
PLANE = GaussianMixture(np.ones(1), np.array([[-1.0, 1.0]]), np.array([[0.25, 0.5]]))
KS_LAW, P_LAW = 5, 6  # rows of the table
P_NORMAL = 3


def drawn(law: GaussianMixture, count: int, seed: int = 3) -> torch.Tensor:
    """``count`` points from a mixture, float32 (count, D)."""
    random = np.random.default_rng(seed)
    component = random.choice(len(law.weights), count, p=law.weights)
    spread = np.sqrt(law.variances[component]) * random.standard_normal((count, law.dimension))
    return torch.tensor(law.means[component] + spread, dtype=torch.float32)


def lawful(
    law: GaussianMixture = TWO, count: int = 300, *, steps: tuple[int, ...] = (), seed: int = 0
) -> Trajectory:
    """A forward chain of a mixture with its law; of ``steps`` alone where there are some."""
    times = np.array(steps or range(T + 1))
    generator = torch.Generator().manual_seed(seed)
    frames = {step.t: step.x for step in forward_chain(SCHEDULE, drawn(law, count), generator)}
    trajectory = Trajectory(
        len(times) - 1,
        count,
        (law.dimension,),
        times=times,
        law=lambda frame: law.at(SCHEDULE, int(times[frame])),
    )
    for frame, t in enumerate(times):
        trajectory.record(frame, frames[int(t)])
    return trajectory


def painted(plot: MarginalPlot, colour: str) -> set[tuple[int, int]]:
    """Where a colour is painted, as (row, column), whatever lies half over it left out."""
    picture = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(picture.constBits(), np.uint32)
    pixels = pixels.reshape(picture.height(), picture.width())
    return set(zip(*np.nonzero(pixels == QColor(colour).rgb()), strict=True))


def heights_painted(plot: MarginalPlot, colour: str) -> tuple[np.ndarray, np.ndarray]:
    """Value and density of the pixels of a colour, in the plot's own coordinates."""
    points = [plot.view_box.mapSceneToView(plot.mapToScene(x, y)) for y, x in painted(plot, colour)]
    return np.array([p.x() for p in points]), np.array([p.y() for p in points])


def pixel_height(plot: MarginalPlot) -> float:
    return abs(plot.view_box.viewPixelSize()[1])


@pytest.mark.parametrize("t", [5, 13, T])
def test_the_green_curve_is_the_mixtures_density_at_t(panel: HistogramPanel, t: int) -> None:
    panel.set_trajectories(lawful(), None)
    panel.show_frame(t)
    (plot,) = plots(panel)
    assert plot.law_count == 1
    value, density = heights_painted(plot, DARK.exact)
    assert np.ptp(value) > 3
    # Within two pixels to each side: where the curve is steep a pixel's own column is too narrow.
    shifts = np.linspace(-0.05, 0.05, 21)
    exact = np.array([TWO.at(SCHEDULE, t).density(value + shift) for shift in shifts])
    slack = 2.5 * pixel_height(plot)
    assert np.all(density > exact.min(axis=0) - slack)
    assert np.all(density < exact.max(axis=0) + slack)


def test_no_curve_is_claimed_where_no_law_is_known(panel: HistogramPanel) -> None:
    chain = recorded(noise(300, 1))
    panel.set_trajectories(chain, chain)
    panel.show_frame(7)
    (plot,) = plots(panel)
    assert plot.law_count == 0
    assert not painted(plot, DARK.exact)
    panel.set_trajectories(lawful(), lawful(seed=1))
    assert plot.law_count == 1
    panel.set_trajectories(chain, chain)
    assert plot.law_count == 0
    assert not painted(plot, DARK.exact)


def test_one_curve_where_both_chains_have_the_same_law(panel: HistogramPanel) -> None:
    panel.set_trajectories(lawful(), lawful(seed=1))
    (plot,) = plots(panel)
    for t in (0, 10, T):
        panel.show_frame(t)
        assert plot.law_count == 1


def test_a_second_curve_where_the_laws_differ(panel: HistogramPanel) -> None:
    panel.set_trajectories(lawful(), lawful(seed=1, steps=(0, 10, 40)))
    (plot,) = plots(panel)
    panel.show_frame(10, reverse_frame=1)  # both at t = 10
    assert plot.law_count == 1
    one = painted(plot, DARK.exact)
    panel.show_frame(20, reverse_frame=1)
    assert plot.law_count == 2
    panel.show_frame(T, reverse_frame=2)
    assert plot.law_count == 1
    # The reverse chain's own, alone with the same histogram, is a whole line again.
    panel.set_trajectories(None, lawful(seed=1, steps=(0, 10, 40)))
    panel.show_frame(20, reverse_frame=1)
    assert plot.law_count == 1
    assert len(painted(plot, DARK.exact)) > 0.5 * len(one)


def test_the_second_curve_is_dotted(qtbot: QtBot) -> None:
    """Both laws in one plot: under the same curve a dotted line paints fewer pixels."""
    from ddpm_studio.ui.panels.marginal_plot import Marginal

    plot = MarginalPlot(DARK, with_left=True)
    qtbot.addWidget(plot)
    plot.resize(300, 160)
    plot.show()
    qtbot.waitExposed(plot)
    settle()
    flat = np.zeros(80)
    left, right = (
        GaussianMixture(np.ones(1), np.array([[mean]]), np.array([[0.25]])) for mean in (-2.0, 2.0)
    )
    plot.set_marginals(Marginal(flat, 0.0, left), Marginal(flat, 0.0, right), ["", ""])
    value, density = heights_painted(plot, DARK.exact)
    raised = density > 0.05
    forward_count = np.sum(raised & (value < 0))
    reverse_count = np.sum(raised & (value > 0))
    assert plot.law_count == 2
    assert reverse_count > 5
    assert reverse_count < 0.75 * forward_count


def test_a_frame_that_is_not_there_has_no_curve(panel: HistogramPanel) -> None:
    chain = Trajectory(T, 300, (1,), law=lambda frame: TWO.at(SCHEDULE, frame))
    panel.set_trajectories(chain, None)
    panel.show_frame(3)
    (plot,) = plots(panel)
    assert plot.law_count == 0
    chain.record(3, drawn(TWO, 300))
    panel.refresh()
    assert plot.law_count == 1


def test_every_coordinate_has_the_curve_of_its_own_marginal(panel: HistogramPanel) -> None:
    chain = lawful(PLANE)
    panel.set_trajectories(chain, chain)
    panel.show_frame(8)
    for order, plot in enumerate(plots(panel)):
        value, density = heights_painted(plot, DARK.exact)
        exact = PLANE.at(SCHEDULE, 8).marginal(order)
        peak = value[density.argmax()]
        assert abs(peak - float(exact.means[0, 0])) < 0.15
        assert abs(density.max() - float(exact.density(exact.means).max())) < 3 * pixel_height(plot)


def test_the_curves_wear_the_colour_of_what_is_exact(panel: HistogramPanel) -> None:
    panel.set_trajectories(lawful(), None)
    panel.show_frame(10)
    (plot,) = plots(panel)
    panel.set_theme(LIGHT)
    assert painted(plot, LIGHT.exact)
    assert not painted(plot, DARK.exact)
    panel.set_theme(DARK)
    assert painted(plot, DARK.exact)


# Distances to the law, and p-values


def p_shown(panel: QWidget, row: int, order: int) -> float:
    return float(table(panel).text(row, order))


@pytest.mark.parametrize("t", [1, 6, 20, T])
def test_distances_to_the_law_and_p_values_are_scipys(panel: HistogramPanel, t: int) -> None:
    chains = lawful(), lawful(seed=1)
    panel.set_trajectories(*chains)
    panel.show_frame(t)
    for order, chain in enumerate(chains):
        values = chain.frame(t)[:, 0].astype(float)
        normal = kstest(values, "norm", method="exact")
        law = kstest(values, TWO.at(SCHEDULE, t).cdf, method="exact")
        assert table(panel).text(2, order) == format_fixed(float(normal.statistic))
        assert table(panel).text(KS_LAW, order) == format_fixed(float(law.statistic))
        assert abs(p_shown(panel, P_LAW, order) - law.pvalue) < 0.001
        if normal.pvalue >= 1e-3:
            assert abs(p_shown(panel, P_NORMAL, order) - normal.pvalue) < 0.001
        else:
            assert table(panel).text(P_NORMAL, order) == "< 0.001"


def test_what_is_no_noise_has_a_p_value_below_all(panel: HistogramPanel) -> None:
    chain = lawful()
    panel.set_trajectories(chain, recorded(noise(300, 1) + 3))
    panel.show_frame(0)
    assert table(panel).text(P_NORMAL, FORWARD) == table(panel).text(P_NORMAL, REVERSE) == "< 0.001"
    assert p_shown(panel, P_LAW, FORWARD) > 0.001


def test_a_chain_that_misses_its_law_has_a_p_value_below_all(panel: HistogramPanel) -> None:
    liar = Trajectory(T, 300, (1,), law=lambda frame: TWO.at(SCHEDULE, frame))
    liar.record(0, noise(300, 1))
    panel.set_trajectories(lawful(), liar)
    panel.show_frame(0)
    assert table(panel).text(P_LAW, REVERSE) == "< 0.001"
    assert p_shown(panel, P_NORMAL, REVERSE) > 0.001
    assert p_shown(panel, P_LAW, FORWARD) > 0.001


@pytest.mark.parametrize(
    ("distance", "count", "text"),
    [(0.0, 300, "1.000"), (1.0, 300, "< 0.001"), (float("nan"), 300, "–")],
)
def test_the_ends_of_p_values(distance: float, count: int, text: str) -> None:
    assert p_value_text(distance, count) == text


@pytest.mark.parametrize("count", [20, 300, 2000])
def test_only_what_is_smaller_is_said_to_be(count: int) -> None:
    """Around p = 0.001 by Kolmogorov's own series, which the text must agree with to a tenth."""
    from scipy.stats import kstwo

    assert p_value_text(float(kstwo.isf(1.3e-3, count)), count) == "0.001"
    assert p_value_text(float(kstwo.isf(0.7e-3, count)), count) == "< 0.001"
    assert p_value_text(float(kstwo.isf(0.43, count)), count) == "0.430"


def test_pixels_of_images_have_no_p_value(panel: HistogramPanel) -> None:
    images = recorded(noise(6, 3, 4, 4))
    panel.set_trajectories(images, images)
    panel.show_frame(0)
    assert table(panel).row_count == 4
    assert "; p" not in table(panel).spoken()
    points = recorded(noise(300, 1))
    panel.set_trajectories(points, points)
    assert table(panel).row_count == 5
    panel.set_trajectories(lawful(), None)
    assert table(panel).row_count == 7
    panel.set_trajectories(images, images)
    assert column(panel, FORWARD) == expected_column(images, 0)


def test_rows_about_the_law_are_explained_in_its_colour(panel: HistogramPanel) -> None:
    panel.set_trajectories(lawful(), lawful(seed=1))
    panel.show_frame(4)
    settle()
    lines = table(panel).height() / 8  # a line of headers and seven rows
    tips = [table(panel).tool_tip_at(QPointF(10, (line + 0.5) * lines)) for line in range(8)]
    assert "exact p<sub>t</sub>" in tips[1 + KS_LAW]
    assert "p-value" in tips[1 + P_LAW]
    assert "300 independent draws" in tips[1 + P_LAW]
    assert "300 independent draws" in tips[1 + P_NORMAL]
    assert "KS pₜ  forward: " in table(panel).spoken()
    picture = table(panel).grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(picture.constBits(), np.uint32)
    pixels = pixels.reshape(picture.height(), picture.width())
    rows = np.nonzero(pixels == QColor(DARK.exact).rgb())[0]
    assert len(rows)
    assert rows.min() >= (1 + KS_LAW) * lines


def test_a_respaced_chain_says_its_real_t_where_a_frame_is_missing(panel: HistogramPanel) -> None:
    reverse = Trajectory(4, 300, (1,), times=np.array([0, 10, 20, 30, 40]))
    for frame in (4, 3):
        reverse.record(frame, noise(300, 1))
    panel.set_trajectories(recorded(noise(300, 1)), reverse)
    panel.show_frame(20, reverse_frame=2)
    assert "t = 20 is not sampled yet (so far: t = 30)" in note(panel)


def test_every_text_about_the_law_is_translated(
    panel: HistogramPanel, speak: Callable[[str], None]
) -> None:
    panel.set_trajectories(lawful(), lawful(seed=1))
    panel.show_frame(4)
    settle()
    lines = table(panel).height() / 8

    def tips() -> list[str]:
        return [table(panel).tool_tip_at(QPointF(60, (line + 0.5) * lines)) for line in range(8)]

    english = tips()
    speak("ko")
    assert all(one != two for one, two in zip(english, tips(), strict=True))
    speak("en")
    assert tips() == english


def test_the_bundled_mixture_is_its_own_law(panel: HistogramPanel) -> None:
    """The catalogue's data against the catalogue's law: its p-value is no tiny one."""
    from ddpm_studio.datasets.catalogue import open_data_set

    mixture = exact_mixture("mixture-1d")
    assert mixture is not None
    chain = Trajectory(T, 2000, (1,), law=lambda frame: mixture.at(SCHEDULE, frame))
    generator = torch.Generator().manual_seed(2)
    chain.record(0, open_data_set("mixture-1d").sample(2000, generator))
    panel.set_trajectories(chain, None)
    panel.show_frame(0)
    assert p_shown(panel, P_LAW, FORWARD) > 0.001
    assert table(panel).text(P_NORMAL, FORWARD) == "< 0.001"
