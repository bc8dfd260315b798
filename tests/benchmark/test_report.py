"""The benchmark measures, and says what it measured; how fast anything was is never tested."""

from __future__ import annotations

import math
import os
import sys
import threading
from dataclasses import fields
from pathlib import Path
from time import sleep

import numpy as np
import pytest

from ddpm_studio.benchmark import report, training_report
from ddpm_studio.benchmark.probe_process import ProbeError, probe_environment, run_probe
from ddpm_studio.benchmark.results import (
    Export,
    LargeChains,
    Learning,
    Opening,
    Sampling,
    SamplingSpeed,
    Session,
    SliderDrag,
    Stall,
    StartUp,
    TrainingSpeed,
)
from ddpm_studio.benchmark.rows import (
    large_chain_rows,
    learning_rows,
    memory_row,
    opening_rows,
    slider_rows,
    stall_lines,
    startup_rows,
    training_rows,
)
from ddpm_studio.benchmark.spread import median, percentile
from ddpm_studio.benchmark.stack_watch import StackWatch, place_of
from ddpm_studio.benchmark.table import Expectation, Row, format_table, number
from ddpm_studio.session.devices import usable_cores
from ddpm_studio.session.playback import Playback


@pytest.fixture(autouse=True)
def off_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window pops up in front of somebody who runs the tests."""
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")


# Numbers


@pytest.mark.parametrize("count", [1, 2, 3, 100, 101, 997])
@pytest.mark.parametrize("percent", [0, 1, 37.5, 50, 99, 100])
def test_percentiles_are_numpys(count: int, percent: float) -> None:
    values = np.random.default_rng(count).exponential(size=count)
    expected = np.percentile(values, percent)
    assert percentile(list(values), percent) == pytest.approx(expected, rel=1e-12)


def test_median_is_numpys_and_leaves_its_input_alone() -> None:
    values = [3.0, 1.0, 2.0, 10.0]
    assert median(values) == np.median(values) == 2.5
    assert values == [3.0, 1.0, 2.0, 10.0]


def test_nothing_measured_has_no_median() -> None:
    with pytest.raises(ValueError, match="nothing"):
        median([])


# The table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0, "0"),
        (0.2871, "0.29"),
        (9.994, "9.99"),
        (15.96, "16.0"),
        (123.6, "124"),
        (12345.6, "12,346"),
    ],
)
def test_numbers_have_three_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_table_is_aligned() -> None:
    rows = [
        Row("short", "ms", 1.0, 22.5, 333.0, (Expectation("p99", "<", 16.0),)),
        Row("a longer name", "frames/s", 1234.0),
    ]
    assert format_table(rows).splitlines() == [
        "               median   p99  max  unit      expected",
        "-" * 64,
        "short            1.00  22.5  333  ms        p99 < 16.0 (NOT met)",
        "a longer name   1,234     -    -  frames/s",
    ]


@pytest.mark.parametrize(
    ("sign", "bound", "is_met"),
    [("<", 10.0, False), ("<", 10.1, True), (">", 10.0, False), (">", 9.9, True)],
)
def test_expectations_compare_their_own_column(sign: str, bound: float, is_met: bool) -> None:
    row = Row("", "ms", median=0.0, p99=10.0, max=99.0)
    assert Expectation("p99", sign, bound).is_met_by(row) is is_met


def test_what_was_not_measured_meets_nothing() -> None:
    assert not Expectation("p99", "<", 1e9).is_met_by(Row("", "ms", median=0.0))


# Rows


@pytest.mark.parametrize(("late", "verdict"), [(32.0, "(met)"), (34.0, "(NOT met)")])
def test_lateness_while_training_is_expected_to_be_under_33_ms(late: float, verdict: str) -> None:
    learning = Learning("moons-quick", 1, 5, [late] * 100, [], 187.0, None)
    lateness, speed = learning_rows(learning)
    assert (lateness.median, lateness.p99, lateness.max) == (late, late, late)
    assert lateness.cells()[-1] == f"p99 < 33.0 {verdict}"
    assert speed.median == 187.0


def test_slider_rows_are_a_pair_and_its_ratio() -> None:
    drag = SliderDrag(idle_ms=[4.0] * 100, sampling_ms=[10.0] * 100, peak_bytes=None)
    idle, sampling, ratio = slider_rows("64 images", drag)
    assert (idle.median, idle.p99, idle.max) == (4.0, 4.0, 4.0)
    assert (sampling.median, sampling.p99, sampling.max) == (10.0, 10.0, 10.0)
    assert (ratio.median, ratio.p99, ratio.max) == (2.5, 2.5, 2.5)
    assert [str(row.expectations[0]) for row in (idle, sampling)] == ["p99 < 16.0", "p99 < 25.0"]


def test_start_rows_are_medians_over_starts() -> None:
    starts = [
        StartUp("offscreen", "6.11", 0.05, first, 1.0, 2.0, 3.0, 1)
        for first in (0.2, 0.25, 0.9, 0.21, 0.22)
    ]
    _, first_paint, screen, alive, both_move = startup_rows(starts)
    assert (first_paint.median, first_paint.max) == (0.22, 0.9)
    assert (screen.median, alive.median, both_move.median) == (1.0, 2.0, 3.0)


def test_memory_is_the_highest_peak_or_unknown() -> None:
    assert memory_row("", [1_000_000, None, 3_000_000]).max == 3.0
    assert memory_row("", [None]).max is None


def test_stalls_say_what_was_done_and_where() -> None:
    stalls = [Stall(81.3, 12.0, "the theme", "ui/a.py:3 f"), Stall(52.0, 52.0, "a seed", "")]
    assert stall_lines(stalls) == [
        "    81 ms, 12 ms of it computing: the theme\n          in ui/a.py:3 f",
        "    52 ms, 52 ms of it computing: a seed",
    ]


def test_a_late_thread_is_looked_at_and_one_in_time_is_not() -> None:
    watch = StackWatch()
    watch.start()
    watch.on_tick()
    sleep(0.15)
    counted = sum(watch._places.values())
    watch.stop()
    assert counted > 0
    assert not any(thread.name == "stack watch" for thread in threading.enumerate())


def test_a_place_names_the_applications_lines_alone() -> None:
    assert place_of(sys._getframe()) == ""
    seen: list[str] = []

    def clock() -> float:
        seen.append(place_of(sys._getframe()))
        return 0.0

    Playback(clock=clock).seek(3)
    assert seen[-1].startswith("session/playback.py:")
    assert seen[-1].endswith(" seek")


# Probes, each as short as it can be


def test_without_a_display_probes_run_off_screen() -> None:
    assert probe_environment({}, "linux")["QT_QPA_PLATFORM"] == "offscreen"
    assert "QT_QPA_PLATFORM" not in probe_environment({"DISPLAY": ":0"}, "linux")
    assert "QT_QPA_PLATFORM" not in probe_environment({}, "darwin")
    chosen = probe_environment({"QT_QPA_PLATFORM": "vnc"}, "linux")
    assert chosen["QT_QPA_PLATFORM"] == "vnc"


def test_a_probe_finds_this_package_before_others() -> None:
    paths = probe_environment({"PYTHONPATH": "elsewhere"}, "linux")["PYTHONPATH"]
    first, second = paths.split(os.pathsep)
    assert os.path.isdir(os.path.join(first, "ddpm_studio", "benchmark"))
    assert second == "elsewhere"


def test_a_probe_that_fails_says_why() -> None:
    with pytest.raises(ProbeError, match="no_such_probe"):
        run_probe("no_such_probe")
    with pytest.raises(ProbeError, match="list index out of range"):
        run_probe("sampling_probe")


def test_start_probe_returns_every_field_in_order() -> None:
    result = run_probe("startup_probe")
    start = StartUp(**result)
    assert set(result) == {field.name for field in fields(StartUp)}
    assert start.platform == "offscreen"
    assert 0 < start.ready_seconds < start.first_paint_seconds < start.screen_seconds
    assert start.screen_seconds < start.alive_seconds
    assert start.alive_seconds <= start.both_move_seconds
    assert start.peak_bytes is None or start.peak_bytes > 10_000_000


def test_slider_probe_measures_every_event_in_both_states() -> None:
    drag = SliderDrag(**run_probe("slider_probe", "swiss-roll", 250, 12))
    assert len(drag.idle_ms) == 12
    assert len(drag.sampling_ms) >= 12
    assert min(drag.idle_ms + drag.sampling_ms) > 0


def test_large_chain_probe_waits_for_what_is_asked_for() -> None:
    chains = LargeChains(**run_probe("large_chain_probe", 4, 40, 12))
    assert chains.count * math.prod(chains.sample_shape) * 41 <= chains.file_bytes < 1e9
    assert len(chains.step_ms) == 41
    assert len(chains.small_ms) == len(chains.idle_ms) == 12
    assert chains.recording_ms
    assert min(chains.small_ms + chains.idle_ms + chains.recording_ms + chains.step_ms) > 0
    rows = large_chain_rows(chains)
    assert rows[0].name == "any t to pixels, 4 images of 3x256x256, 40 steps, idle"
    assert str(rows[0].expectations[0]) == "p99 < 33.0"


def test_opening_probe_opens_the_papers_network() -> None:
    opening = Opening(**run_probe("opening_probe", 1))
    assert opening.parameter_count == 35_746_307
    (ready,), (first,) = opening.ready_seconds, opening.first_step_seconds
    assert 0 < ready <= first
    named, steps = opening_rows(opening)
    assert named.name == "opening 35.7 M parameters"
    assert (named.median, steps.median) == (ready, first)


def test_session_probe_knows_what_was_being_done() -> None:
    result = run_probe("session_probe", 0.02)
    session = Session(**result)
    assert set(result) == {field.name for field in fields(Session)}
    assert len(session.late_ms) > 10
    assert min(session.late_ms) >= 0
    stalls = [Stall(**stall) for stall in result["stalls"]]
    assert all(stall.activity for stall in stalls)
    assert [stall.late_ms for stall in stalls] == sorted(
        (stall.late_ms for stall in stalls), reverse=True
    )


def test_learning_probe_watches_a_training_that_goes_on() -> None:
    result = run_probe("learning_probe", "moons-quick", 1.0)
    learning = Learning(**result)
    assert set(result) == {field.name for field in fields(Learning)}
    assert learning.preset == "moons-quick"
    assert learning.threads == max(1, usable_cores() - 1)
    assert len(learning.late_ms) > 10
    assert min(learning.late_ms) >= 0
    assert learning.steps_per_second > 0


def test_sampling_probe_measures_every_bundled_model() -> None:
    result = run_probe("sampling_probe", 2, 3)
    sampling = Sampling(**result)
    speeds = [SamplingSpeed(**speed) for speed in result["speeds"]]
    assert {speed.model for speed in speeds} >= {"swiss-roll", "digits", "mixture-1d"}
    assert all(len(speed.steps_per_second) == 2 for speed in speeds)
    assert all(min(speed.steps_per_second) > 0 for speed in speeds)
    assert sampling.devices[-1].startswith("CPU")


def test_export_probe_makes_the_file_that_is_asked_for() -> None:
    export = Export(**run_probe("export_probe", "digits", 2, 3))
    assert export.frame_count == 3
    assert export.size_px[0] == 800
    assert len(export.frames_per_second) == 2
    assert export.bytes_per_frame > 100


STAND_IN = {
    "model.py": """
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.unet import UNet as Ours

def UNet(T, ch, ch_mult, attn, num_res_blocks, dropout):
    sizes = tuple(28 // 2**level for level in attn)
    assert (T, ch, tuple(ch_mult), dropout) == (1000, 32, (1, 2, 2), 0.1)
    return Ours(UNetConfiguration(28, 3, WIDTH, tuple(ch_mult), num_res_blocks, sizes, dropout))
""",
    "diffusion.py": """
import torch

class GaussianDiffusionTrainer:
    def __init__(self, model, beta_1, beta_T, T):
        assert (beta_1, beta_T, T) == (1e-4, 0.02, 1000)
        self.model = model

    def __call__(self, x_0):
        t = torch.randint(1, 1000, (len(x_0),))
        return (self.model(x_0, t) - x_0).square()
""",
}


def stand_in(folder: Path, width: int) -> Path:
    """Looks like a checkout of pytorch-ddpm."""
    for name, text in STAND_IN.items():
        (folder / name).write_text(text.replace("WIDTH", str(width)), encoding="utf-8")
    return folder


def test_training_probe_measures_both_loops_at_each_precision(tmp_path: Path) -> None:
    folder = stand_in(tmp_path, 32)
    speed = TrainingSpeed(**run_probe("training_probe", "small", 1, 2, 1, folder))
    for rates in (speed.ours, speed.theirs):
        assert list(rates) == ["float32", "bfloat16"]
        assert all(len(each) == 2 and min(each) > 0 for each in rates.values())
    assert (speed.image_size, speed.batch_size) == (28, 1)
    assert speed.parameter_count == 1_113_955


def test_training_probe_needs_nothing_to_compare_with() -> None:
    speed = TrainingSpeed(**run_probe("training_probe", "small", 1, 1, 1))
    assert speed.theirs == {}
    assert len(training_rows(speed)) == 2


def test_networks_that_differ_are_not_compared(tmp_path: Path) -> None:
    with pytest.raises(ProbeError, match="the networks differ"):
        run_probe("training_probe", "small", 1, 1, 1, stand_in(tmp_path, 64))


def test_ratios_of_training_are_the_middle_ones_of_their_rounds() -> None:
    ours = {"float32": [22.0, 2.0, 90.0], "bfloat16": [30.0, 3.3, 33.0]}
    theirs = {"float32": [20.0, 2.0, 20.0], "bfloat16": [60.0, 6.6, 66.0]}
    speed = TrainingSpeed("small", 1, 28, 64, 1, ours, theirs, None)
    ratios = training_rows(speed)[-3:]
    assert [row.median for row in ratios] == pytest.approx([1.1, 1.65, 0.5])
    assert [len(row.expectations) for row in ratios] == [1, 1, 0]


# The whole


def test_training_report_says_what_was_measured_and_what_was_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(_name: str, network: str, *_arguments: object) -> dict[str, object]:
        if network == "paper":
            raise ProbeError("it is broken")
        rates = {"float32": [12.0], "bfloat16": [18.0]}
        speed = TrainingSpeed("small", 1_000_000, 28, 64, 3, rates, {}, None)
        return {field.name: getattr(speed, field.name) for field in fields(speed)}

    monkeypatch.setattr(training_report, "run_probe", answer)
    assert training_report.run_training_benchmark(None, quick=True) == 1
    printed = capsys.readouterr().out
    assert "1.00 million parameters, images of 28x28, batches of 64" in printed
    assert "3 threads" in printed
    assert "paper network: not measured. it is broken" in printed


def test_report_prints_what_was_measured_and_what_was_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(name: str, *_arguments: object) -> dict[str, object]:
        if name == "startup_probe":
            return {
                "platform": "offscreen",
                "qt_version": "6.0",
                "ready_seconds": 0.05,
                "first_paint_seconds": 0.25,
                "screen_seconds": 8.0,
                "alive_seconds": 9.0,
                "both_move_seconds": 10.0,
                "peak_bytes": 5_000_000,
            }
        raise ProbeError("it is broken")

    monkeypatch.setattr(report, "run_probe", answer)
    assert report.run_benchmark(quick=True) == 1
    printed = capsys.readouterr().out
    assert "median < 0.30 (met)" in printed
    assert "median < 2.50 (NOT met)" in printed
    assert "'offscreen'" in printed
    assert printed.count("not measured. it is broken") == 7
