"""The distance to N(0, 1) over all t: curves, cursor, noise floor, and seeking by hand."""

import math

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ddpm_studio.diffusion.noise_floor import expected_kolmogorov_smirnov, expected_wasserstein
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.ui.panels.distance_plot import DistancePlot
from ddpm_studio.ui.panels.segmented_control import SegmentedControl
from ddpm_studio.ui.panels.time_plot import TimePlot, decade_ticks, power_text
from ddpm_studio.ui.theme import DARK, LIGHT

T = 20


def recorded(
    *, T: int = T, dimensions: int = 1, down_to: int = 0, shift: float = 2.0
) -> Trajectory:
    """200 points that start at ``shift`` and are noise at T."""
    trajectory = Trajectory(T, 200, (dimensions,))
    generator = torch.Generator().manual_seed(0)
    offset = torch.arange(1, dimensions + 1) * shift
    for t in range(T, down_to - 1, -1):
        x = torch.randn((200, dimensions), generator=generator)
        trajectory.record(t, x + offset * (1 - t / T))
    return trajectory


@pytest.fixture
def panel(qtbot: QtBot) -> DistancePlot:
    widget = DistancePlot(DARK)
    qtbot.addWidget(widget)
    widget.resize(346, 150)
    widget.show()
    qtbot.waitExposed(widget)
    for _ in range(5):
        QApplication.processEvents()
    return widget


def canvas(panel: DistancePlot) -> TimePlot:
    return panel.findChild(TimePlot)


def curve(panel: DistancePlot, order: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = canvas(panel).lines[order].getData()
    return (np.zeros(0), np.zeros(0)) if x is None else (x, y)


def position(panel: DistancePlot, t: int) -> QPoint:
    return QPoint(round(canvas(panel).to_pixels(t / T, 0).x()), 30)


def choose(panel: DistancePlot, qtbot: QtBot, order: int) -> None:
    segment = panel.findChild(SegmentedControl).segments[order]
    qtbot.mouseClick(segment, Qt.MouseButton.LeftButton)


# Curves


def test_curves_are_the_trajectories_distances(panel: DistancePlot, qtbot: QtBot) -> None:
    forward, reverse = recorded(), recorded(shift=1.0)
    panel.set_trajectories(forward, reverse)
    for order, chain in enumerate((forward, reverse)):
        x, y = curve(panel, order)
        assert np.array_equal(x * T, np.arange(T + 1))
        assert np.abs(10**y - chain.kolmogorov_smirnov[0]).max() < 1e-12
    choose(panel, qtbot, 1)
    _, y = curve(panel, 1)
    assert np.abs(10**y - reverse.wasserstein[0]).max() < 1e-12


def test_of_a_plane_the_mean_of_both_coordinates_is_shown_and_said(panel: DistancePlot) -> None:
    chain = recorded(dimensions=2)
    panel.set_trajectories(chain, None)
    _, y = curve(panel, 0)
    assert np.abs(10**y - chain.kolmogorov_smirnov.mean(axis=0)).max() < 1e-12
    assert panel.note() == "mean of x₁, x₂"
    panel.set_trajectories(recorded(), None)
    assert panel.note() == ""


def test_a_growing_chain_has_gaps_and_is_drawn_once_per_refresh(panel: DistancePlot) -> None:
    reverse = recorded(down_to=12)
    panel.set_trajectories(recorded(), reverse)
    drawn = []
    canvas(panel).lines[1].sigPlotChanged.connect(drawn.append)
    for _ in range(3):
        panel.refresh()
    assert drawn == []
    assert np.isfinite(curve(panel, 1)[1]).sum() == T + 1 - 12
    for t in (11, 10, 9):
        reverse.record(t, torch.randn(200, 1))
    panel.refresh()
    panel.refresh()
    assert len(drawn) == 1
    assert np.isfinite(curve(panel, 1)[1]).sum() == T + 1 - 9


def test_long_chains_are_drawn_with_fewer_points_and_both_ends(panel: DistancePlot) -> None:
    chain = Trajectory(4000, 2, (1,))
    for t in (0, 2000, 4000):
        chain.record(t, torch.ones(2, 1))
    panel.set_trajectories(chain, None)
    x, y = curve(panel, 0)
    assert len(x) <= 1001
    assert (x[0], x[-1]) == (0, 1)
    assert np.isfinite(y).sum() == 3


def test_everything_lies_inside_the_plot(panel: DistancePlot, qtbot: QtBot) -> None:
    panel.set_trajectories(recorded(), recorded(shift=30.0))
    for order in (0, 1):
        choose(panel, qtbot, order)
        low, high = canvas(panel).heights()
        values = np.concatenate([curve(panel, chain)[1] for chain in (0, 1)])
        assert low < values.min()
        assert values.max() < high
        assert low < math.log10(canvas(panel).floor) < high


# The noise floor


def test_the_floor_is_that_of_as_many_values(panel: DistancePlot, qtbot: QtBot) -> None:
    panel.set_trajectories(None, recorded())
    assert canvas(panel).floor == expected_kolmogorov_smirnov(200)
    assert canvas(panel).floor_text == "noise floor, n = 200"
    choose(panel, qtbot, 1)
    assert canvas(panel).floor == expected_wasserstein(200)
    panel.set_trajectories(None, None)
    assert canvas(panel).floor is None


def test_noise_lies_about_the_floor(panel: DistancePlot) -> None:
    panel.set_trajectories(recorded(shift=0.0), None)
    ratio = 10 ** curve(panel, 0)[1] / canvas(panel).floor
    assert 0.8 < ratio.mean() < 1.25


# The cursor


def test_the_cursor_has_a_dot_on_both_curves(panel: DistancePlot, qtbot: QtBot) -> None:
    forward, reverse = recorded(), recorded(T=10, shift=1.0)
    panel.set_trajectories(forward, reverse)
    panel.show_frame(8, reverse_frame=4)
    assert canvas(panel).cursor_position() == pytest.approx(0.4)
    for order, (chain, t) in enumerate(((forward, 8), (reverse, 4))):
        x, y = canvas(panel).dot(order)
        assert x == pytest.approx(0.4)
        assert 10**y == pytest.approx(chain.kolmogorov_smirnov[0, t])
    choose(panel, qtbot, 1)
    assert 10 ** canvas(panel).dot(0)[1] == pytest.approx(forward.wasserstein[0, 8])


def test_a_frame_that_is_missing_has_no_dot(panel: DistancePlot) -> None:
    panel.set_trajectories(recorded(), recorded(down_to=12))
    panel.show_frame(3)
    assert canvas(panel).dot(0) is not None
    assert canvas(panel).dot(1) is None
    panel.show_frame(12)
    assert canvas(panel).dot(1) is not None


def test_the_cursor_is_painted_where_it_is(panel: DistancePlot) -> None:
    panel.set_trajectories(recorded(), None)

    def pixels(t: int) -> set[int]:
        picture = canvas(panel).grab().toImage()
        x, y = position(panel, t).x(), round(canvas(panel).canvas().top()) + 1
        return {picture.pixel(x + offset, y) for offset in (-1, 0, 1)}

    panel.show_frame(15)
    assert (len(pixels(15)) > 1, len(pixels(10)) > 1) == (True, False)
    panel.show_frame(10)
    assert (len(pixels(15)) > 1, len(pixels(10)) > 1) == (False, True)


# Seeking


def test_a_click_seeks_the_nearest_t(panel: DistancePlot, qtbot: QtBot) -> None:
    panel.set_trajectories(recorded(), None)
    asked = []
    panel.seek_requested.connect(asked.append)
    viewport = canvas(panel).viewport()
    for t in (0, 7, T):
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=position(panel, t))
    assert asked == [0, 7, T]
    qtbot.mouseClick(viewport, Qt.MouseButton.RightButton, pos=position(panel, 3))
    assert asked == [0, 7, T]


def test_a_drag_seeks_all_along_and_stays_inside(panel: DistancePlot, qtbot: QtBot) -> None:
    panel.set_trajectories(recorded(), None)
    asked = []
    panel.seek_requested.connect(asked.append)
    viewport = canvas(panel).viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=position(panel, 5))
    qtbot.mouseMove(viewport, position(panel, 6))
    qtbot.mouseMove(viewport, QPoint(viewport.width() + 50, 30))
    qtbot.mouseMove(viewport, QPoint(-50, 30))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(-50, 30))
    assert asked == [5, 6, T, 0]
    qtbot.mouseMove(viewport, position(panel, 9))
    assert asked == [5, 6, T, 0]


def test_keys_seek(panel: DistancePlot, qtbot: QtBot) -> None:
    panel.set_trajectories(recorded(), None)
    panel.show_frame(10)
    asked = []
    panel.seek_requested.connect(asked.append)
    keys = Qt.Key
    for key in (keys.Key_Left, keys.Key_Right, keys.Key_PageUp, keys.Key_PageDown):
        qtbot.keyClick(canvas(panel), key)
    qtbot.keyClick(canvas(panel), keys.Key_Home)
    qtbot.keyClick(canvas(panel), keys.Key_End)
    assert asked == [9, 11, 12, 8, 0, T]
    panel.show_frame(T)
    qtbot.keyClick(canvas(panel), keys.Key_Right)
    assert asked[-1] == T


# The look


def test_the_ramp_goes_from_data_to_noise(panel: DistancePlot) -> None:
    panel.set_trajectories(recorded(), None)
    panel.set_theme(LIGHT)
    picture = canvas(panel).grab().toImage()
    y = round(canvas(panel).canvas().bottom()) + 4
    for t in (1, 10, 19):
        colour = picture.pixelColor(position(panel, t).x(), y)
        wanted = LIGHT.noise_colour(t / T)
        differences = [abs(a - b) for a, b in zip(colour.getRgb(), wanted.getRgb(), strict=True)]
        assert max(differences) <= 12


def test_labels_are_the_forward_chains_t(panel: DistancePlot) -> None:
    panel.set_trajectories(recorded(), recorded(T=10))
    assert [text for _, text in canvas(panel).x_ticks] == ["0", "5", "10", "15", "20"]
    panel.set_trajectories(recorded(T=1), None)
    assert [text for _, text in canvas(panel).x_ticks] == ["0", "1"]


def test_decades_have_few_labels_that_are_read_easily() -> None:
    assert decade_ticks(-2.3, 0.2) == [(0.0, "1"), (-1.0, "0.1"), (-2.0, "0.01")]
    assert len(decade_ticks(-9.0, 5.0)) <= 4
    assert [text for _, text in decade_ticks(-1.8, -0.8)] == ["0.1", "0.05", "0.02"]
    assert [text for _, text in decade_ticks(-4.5, -4.2)] == ["5·10⁻⁵"]
    assert [text for _, text in decade_ticks(-0.8, -0.2)] == ["0.5", "0.2"]
    assert [power_text(power) for power in (-5, -3, 0, 3, 4)] == [
        "10⁻⁵",
        "0.001",
        "1",
        "1000",
        "10⁴",
    ]
