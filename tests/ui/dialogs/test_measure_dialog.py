"""The measuring dialog with real events and small but real measurements."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.measurement import Measurement
from ddpm_studio.checkpoints.model_file import ModelFile, inspect_model_file
from ddpm_studio.checkpoints.weights import load_inspected, save_model
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.session.measurement_run import MeasurementRun
from ddpm_studio.session.studio import Studio
from ddpm_studio.ui.dialogs.error_card import ErrorCard
from ddpm_studio.ui.dialogs.measure_dialog import MeasureDialog
from ddpm_studio.ui.dialogs.measure_text import with_error
from ddpm_studio.ui.number_text import format_number
from ddpm_studio.ui.theme import DARK, LIGHT, Theme

LEFT = Qt.MouseButton.LeftButton
WAIT_MS = 20_000
T = 120
ERROR, EXCESS, FLOOR = range(3)  # the curves


@pytest.fixture
def run(qtbot: QtBot) -> Iterator[MeasurementRun]:
    run = MeasurementRun()
    yield run
    assert run.stop()


@pytest.fixture(scope="module")
def mixture(tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    """Of the data set whose law is known, with a schedule of few steps."""
    bundled = load_inspected(find_model("mixture-1d"))
    schedule = ScheduleConfiguration("linear", T, 1e-3, 0.2)
    path = tmp_path_factory.mktemp("models") / "mixture.safetensors"
    description = replace(bundled.description, schedule=schedule)
    save_model(path, description, bundled.denoiser.network.state_dict())
    return inspect_model_file(path)


@pytest.fixture
def dialog(
    qtbot: QtBot, still_studio: Studio, run: MeasurementRun, mixture: ModelFile
) -> MeasureDialog:
    """Of that model, with few samples."""
    still_studio.device = "cpu"
    still_studio.model = mixture
    dialog = MeasureDialog(still_studio, DARK, run, count=20)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def show_model(dialog: MeasureDialog, studio: Studio, model: ModelFile) -> None:
    studio.model = model  # without its chains
    studio.model_changed.emit()


def measure(qtbot: QtBot, dialog: MeasureDialog) -> Measurement:
    qtbot.mouseClick(dialog.measure_button, LEFT)
    finish(qtbot, dialog)
    assert dialog.run.request is not None
    result = dialog.run.result_of(dialog.run.request.model)
    assert result is not None
    return result


def finish(qtbot: QtBot, dialog: MeasureDialog) -> None:
    qtbot.waitUntil(lambda: not dialog.run.is_running, timeout=WAIT_MS)


def begin(qtbot: QtBot, dialog: MeasureDialog) -> None:
    """A measurement of which something is known, but that takes longer than any test."""
    dialog.count = 50_000
    qtbot.mouseClick(dialog.measure_button, LEFT)
    qtbot.waitUntil(
        lambda: dialog.run.latest is not None and "samples" in dialog.samples.text(),
        timeout=WAIT_MS,
    )


def curve(card: ErrorCard, order: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = card.canvas.lines[order].getData()
    return (np.zeros(0), np.zeros(0)) if x is None else (x, y)


# Before a measurement


def test_it_says_first_what_it_answers(dialog: MeasureDialog) -> None:
    assert dialog.hint.isVisible()
    assert "How good is this model" in dialog.hint.text()
    assert not dialog.errors.isVisible()
    assert dialog.title.text() == "mixture.safetensors  ·  data: Mixture, 1-D"
    assert dialog.measure_button.text() == "Measure"
    assert not dialog.cancel_button.isVisible()
    assert not dialog.progress.isVisible()


def test_the_window_beside_it_goes_on(dialog: MeasureDialog) -> None:
    assert not dialog.isModal()


def test_return_begins(qtbot: QtBot, dialog: MeasureDialog) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    finish(qtbot, dialog)
    assert dialog.errors.isVisible()


# What it shows


def test_the_curves_are_what_was_measured(qtbot: QtBot, dialog: MeasureDialog) -> None:
    found = measure(qtbot, dialog)
    assert found.errors is not None
    assert found.bound is not None
    steps = np.sort(found.plan.steps)
    for order, estimate in ((ERROR, found.errors.error), (FLOOR, found.errors.floor)):
        x, y = curve(dialog.errors, order)
        np.testing.assert_allclose(x * T, steps, atol=1e-9)
        np.testing.assert_allclose(10**y, estimate.value[steps], rtol=1e-12)
    x, y = dialog.bound.canvas.lines[0].getData()
    # L_{t-1} stands at t.
    shown = np.rint(x * T).astype(int)
    assert (shown.min(), shown.max()) == (2, T)
    np.testing.assert_allclose(10**y, found.bound.bits_per_dimension[shown - 1], rtol=1e-12)


def test_the_numbers_are_what_was_measured(qtbot: QtBot, dialog: MeasureDialog) -> None:
    found = measure(qtbot, dialog)
    errors, bound = found.errors, found.bound
    assert errors is not None
    assert bound is not None
    assert found.verdict is not None
    for row, estimate in enumerate((errors.error, errors.floor, errors.excess)):
        assert dialog.errors.table.text(row, 0) == format_number(estimate.mean)
    assert dialog.bound.table.text(3, 0) == with_error(bound.total, bound.total_standard_error)
    unit = bound.dimension * math.log(2)
    assert dialog.bound.table.text(2, 1) == with_error(
        bound.nats[0] / unit, bound.standard_error[0] / unit
    )
    assert dialog.bound.table.text(1, 0) == format_number(float(bound.nats[1:-1].sum()), 4)
    percent = format_number(100 * errors.excess.mean / errors.floor.mean, 2)
    assert dialog.verdict.text().startswith(f"The network's error is {percent} % above the floor")
    assert f"t ≤ {found.verdict.half_t}." in dialog.verdict.text()
    assert "divided by the mean of the floor" in dialog.verdict.toolTip()
    assert dialog.errors.table.text(3, 0) == f"{percent} %"
    assert dialog.samples.text().startswith("Error: 20 samples at 120 of 120 t")


def test_the_excess_is_drawn_on_request(qtbot: QtBot, dialog: MeasureDialog) -> None:
    found = measure(qtbot, dialog)
    assert found.errors is not None
    assert len(curve(dialog.errors, EXCESS)[0]) == 0
    lowest = dialog.errors.canvas.heights()[0]
    dialog.errors.excess.setFocus()
    qtbot.keyClick(dialog.errors.excess, Qt.Key.Key_Space)
    _, y = curve(dialog.errors, EXCESS)
    wanted = found.errors.excess.value[np.sort(found.plan.steps)]
    np.testing.assert_allclose(10**y, wanted[wanted > 0], rtol=1e-12)
    low, high = dialog.errors.canvas.heights()
    assert low < min(lowest, y.min())
    assert y.max() < high


def test_a_click_and_the_keys_read_the_numbers_at_a_t(qtbot: QtBot, dialog: MeasureDialog) -> None:
    found = measure(qtbot, dialog)
    assert found.errors is not None
    assert found.bound is not None
    canvas = dialog.errors.canvas
    place = QPoint(round(canvas.to_pixels(0.503, 0).x()), 30)
    qtbot.mouseClick(canvas.viewport(), LEFT, pos=place)
    t = round(canvas.cursor_position() * T)
    assert t in found.plan.steps
    assert abs(t - 0.503 * T) <= 1
    assert dialog.errors.table.text(0, 1) == with_error(
        found.errors.error.value[t], found.errors.error.standard_error[t]
    )
    unit = found.bound.dimension * math.log(2)
    value = with_error(found.bound.nats[t - 1] / unit, found.bound.standard_error[t - 1] / unit)
    assert dialog.bound.readout.text() == f"t = {t}: {value}"
    assert round(dialog.bound.canvas.cursor_position() * T) == t
    reached = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Left):
        qtbot.keyClick(dialog.bound.canvas, key)
        reached.append(round(canvas.cursor_position() * T))
    assert reached == [t + 1, t, min(found.plan.steps), min(found.plan.steps)]


def test_a_key_reaches_the_next_measured_t_however_far_it_is(
    qtbot: QtBot, dialog: MeasureDialog, still_studio: Studio
) -> None:
    show_model(dialog, still_studio, find_model("moons"))
    steps = sorted(measure(qtbot, dialog).plan.steps)
    canvas = dialog.errors.canvas
    place = steps.index(round(canvas.cursor_position() * 1000))
    for key, step in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Right, 2), (Qt.Key.Key_Left, 1)):
        qtbot.keyClick(canvas, key)
        assert round(canvas.cursor_position() * 1000) == steps[place + step]


def test_where_no_floor_is_known_none_is_claimed(
    qtbot: QtBot, dialog: MeasureDialog, still_studio: Studio
) -> None:
    show_model(dialog, still_studio, find_model("moons"))
    measure(qtbot, dialog)
    assert len(curve(dialog.errors, FLOOR)[0]) == 0
    assert [dialog.errors.table.text(row, 0) for row in (1, 2, 3)] == ["–"] * 3
    assert not dialog.errors.excess.isEnabled()
    assert "not known exactly" in dialog.verdict.text()
    assert "%" not in dialog.verdict.text()
    assert dialog.errors.note.text() == "The floor is not known exactly for this data set."
    assert "may be negative" in dialog.bound.note.text()


def test_of_images_it_says_which_were_taken(
    qtbot: QtBot, dialog: MeasureDialog, still_studio: Studio
) -> None:
    show_model(dialog, still_studio, find_model("digits"))
    dialog.count = 2
    measure(qtbot, dialog)
    assert dialog.samples.text() == (
        "Error: 2 training images at 50 of 250 t · bound: 2 held-out images at every t · seed 0"
    )
    assert dialog.verdict.text().startswith("On training images the network's error is")
    assert "17 grey levels" in dialog.bound.note.text()


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (106.789, 0.7642, "106.79 ± 0.76"),
        (-3.0991, 0.0201, "−3.099 ± 0.020"),
        (7.511e-4, 3.29e-7, "7.51·10⁻⁴ ± 3.3·10⁻⁷"),
        (1234.0, 56.0, "1234 ± 56"),
        (4.6312, math.nan, "4.631"),
        (0.0, 0.0, "0"),
        (math.nan, math.nan, "–"),
    ],
)
def test_the_error_decides_how_many_figures_are_said(value: float, error: float, text: str) -> None:
    assert with_error(value, error) == text


# While it measures


def test_progress_is_shown_and_can_be_cancelled(qtbot: QtBot, dialog: MeasureDialog) -> None:
    begin(qtbot, dialog)
    assert dialog.progress.isVisible()
    assert 0 < dialog.progress.value() < dialog.progress.maximum()
    assert dialog.status.text().startswith("Measuring the denoising error …")
    assert not dialog.measure_button.isEnabled()
    qtbot.waitUntil(lambda: "s left" in dialog.status.text(), timeout=WAIT_MS)
    assert len(curve(dialog.errors, ERROR)[0]) > 0
    assert dialog.cancel_button.hasFocus() or not dialog.isActiveWindow()
    qtbot.mouseClick(dialog.cancel_button, LEFT)
    assert not dialog.run.is_running
    assert dialog.status.text() == "Cancelled: this is what was known by then."
    assert dialog.errors.isVisible()
    assert dialog.verdict.text() == ""
    assert not dialog.progress.isVisible()
    assert dialog.measure_button.isEnabled()


def test_closing_ends_the_measurement(qtbot: QtBot, dialog: MeasureDialog) -> None:
    begin(qtbot, dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert not dialog.run.is_running
    assert dialog.run.stop()


def test_another_model_ends_the_measurement_and_shows_its_own(
    qtbot: QtBot, dialog: MeasureDialog, still_studio: Studio, mixture: ModelFile
) -> None:
    measure(qtbot, dialog)
    text = dialog.verdict.text()
    show_model(dialog, still_studio, find_model("moons"))
    assert dialog.hint.isVisible()
    assert dialog.title.text() == "Two moons"
    begin(qtbot, dialog)
    show_model(dialog, still_studio, mixture)
    assert not dialog.run.is_running
    assert dialog.verdict.text() == text
    assert dialog.status.text() == ""


def test_again_takes_other_random_numbers(qtbot: QtBot, dialog: MeasureDialog) -> None:
    first = measure(qtbot, dialog)
    assert dialog.measure_button.text() == "Measure again"
    second = measure(qtbot, dialog)
    assert (first.plan.seed, second.plan.seed) == (0, 1)
    assert first.bound is not None
    assert second.bound is not None
    assert first.bound.total != second.bound.total
    assert dialog.samples.text().endswith("seed 1")


def test_what_goes_wrong_is_said(
    qtbot: QtBot, dialog: MeasureDialog, still_studio: Studio, tmp_path: Path
) -> None:
    path = tmp_path / "gone.safetensors"
    shutil.copy(find_model("moons").path, path)
    show_model(dialog, still_studio, inspect_model_file(path))
    assert dialog.title.text() == "gone.safetensors  ·  data: Two moons"
    path.unlink()
    qtbot.mouseClick(dialog.measure_button, LEFT)
    finish(qtbot, dialog)
    assert dialog.status.text().startswith("This model cannot be opened. There is no file")
    assert dialog.status.property("problem")
    assert dialog.hint.isVisible()
    show_model(dialog, still_studio, find_model("moons"))
    assert dialog.status.text() == ""


def test_without_a_model_nothing_can_be_measured(
    qtbot: QtBot, run: MeasurementRun, still_studio: Studio
) -> None:
    dialog = MeasureDialog(still_studio, DARK, run)
    qtbot.addWidget(dialog)
    assert dialog.title.text() == "No model is open."
    assert not dialog.measure_button.isEnabled()
    dialog.measure()
    assert not run.is_running


# Language and look


def test_every_text_follows_the_language(
    qtbot: QtBot, dialog: MeasureDialog, speak: Callable[[str], None]
) -> None:
    measure(qtbot, dialog)
    english = texts(dialog)
    speak("ko")
    korean = texts(dialog)
    assert dialog.windowTitle() == "모델 측정"
    assert dialog.measure_button.text() == "다시 측정"
    same = {one for one, two in zip(english, korean, strict=True) if one == two}
    assert {text for text in same if any(map(str.isalpha, text))} <= {
        *(
            dialog.bound.readout.text().partition(":")[0],
            "nats",
            "bits/dim",
            dialog.bound.readout.text(),
        ),
        *("L<sub>T</sub>", "L<sub>1</sub> + … + L<sub>T−1</sub>", "L<sub>0</sub>"),
    }
    speak("en")
    assert texts(dialog) == english


def texts(dialog: MeasureDialog) -> list[str]:
    labels = [label.text() for label in dialog.findChildren(QLabel)]
    notes = [dialog.errors.note.text(), dialog.bound.note.text(), dialog.errors.excess.text()]
    return [*labels, *notes, *(label.toolTip() for label in dialog.findChildren(QLabel))]


def test_both_themes_have_their_colours(
    qtbot: QtBot, dialog: MeasureDialog, dress: Callable[[Theme], None]
) -> None:
    measure(qtbot, dialog)
    for theme in (LIGHT, DARK):
        dress(theme)
        dialog.set_theme(theme)
        pens = [line.opts["pen"].color().name() for line in dialog.errors.canvas.lines]
        assert pens == [theme.reverse, theme.reverse, theme.exact]
        assert dialog.bound.canvas.lines[0].opts["pen"].color().name() == theme.reverse
        picture = dialog.errors.canvas.grab().toImage()
        corner = dialog.errors.canvas.canvas().topRight().toPoint() + QPoint(-3, 3)
        assert picture.pixelColor(corner).name() == theme.canvas


def test_everything_can_be_reached_and_has_a_name(qtbot: QtBot, dialog: MeasureDialog) -> None:
    measure(qtbot, dialog)
    reached = set()
    for _ in range(20):
        qtbot.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)
        reached.add(dialog.focusWidget())
    for widget in (
        dialog.errors.excess,
        dialog.errors.canvas,
        dialog.bound.canvas,
        dialog.close_button,
        dialog.measure_button,
    ):
        assert widget in reached
        assert widget.toolTip()
        assert widget.accessibleName() or widget.text()
