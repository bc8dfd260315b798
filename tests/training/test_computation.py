"""Precision and layout are measured where that is asked for, and what was measured is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.training import computation, run_checkpoint
from ddpm_studio.training.averaged_model import model_of_run
from ddpm_studio.training.computation import Computation, possible_computations
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.run_checkpoint import load_checkpoint, save_checkpoint
from ddpm_studio.training.trainer import Trainer

SLOW, FAST = 1.0, 0.9


@pytest.fixture
def small_images(small: TrainingConfiguration) -> TrainingConfiguration:
    """With dropout, which draws from torch's global generator."""
    network = UNetConfiguration(
        8, 1, channels=8, channel_multipliers=(1, 1), blocks_per_level=1, norm_groups=4, dropout=0.5
    )
    return replace(small, data_set="digits", network=network, steps=6, batch_size=4)


def taken(trainer: Trainer, steps: int) -> Trainer:
    running = trainer.run()
    for _ in range(steps):
        next(running)
    return trainer


def same(a: Trainer, b: Trainer) -> bool:
    first, second = a.state().tensors, b.state().tensors
    return first.keys() == second.keys() and all(
        torch.equal(first[name], second[name]) for name in first
    )


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What a step is said to take, by precision; channels_last takes ever so little more."""
    told = {"float32": SLOW, "bfloat16": FAST}

    def answer(_layouts: object, _inputs: object, each: Computation) -> float:
        return told[each.precision] + (each.memory_format == "channels_last") / 100

    monkeypatch.setattr(computation, "_step_seconds", answer)
    return told


@pytest.mark.parametrize(
    ("device", "precision", "memory_format", "has_layouts", "expected"),
    [
        ("cpu", "float32", None, True, [("float32", "contiguous")]),
        ("cuda", "float32", None, True, [("float32", "contiguous"), ("float32", "channels_last")]),
        ("cuda", "float32", "channels_last", True, [("float32", "channels_last")]),
        ("cuda", "bfloat16", None, False, [("bfloat16", "contiguous")]),
        ("cpu", None, None, False, [("float32", "contiguous"), ("bfloat16", "contiguous")]),
        (
            "cpu",
            None,
            None,
            True,
            [
                ("float32", "contiguous"),
                ("float32", "channels_last"),
                ("bfloat16", "contiguous"),
                ("bfloat16", "channels_last"),
            ],
        ),
    ],
)
def test_what_there_is_to_choose_from(
    device: str,
    precision: str | None,
    memory_format: str | None,
    has_layouts: bool,
    expected: list[tuple[str, str]],
) -> None:
    found = possible_computations(
        torch.device(device), precision, memory_format, has_layouts=has_layouts
    )
    assert [(each.precision, each.memory_format) for each in found] == expected


@pytest.mark.parametrize(
    ("bfloat16", "chosen"),
    [(0.9, "bfloat16"), (0.92, "float32"), (1.5, "float32")],
)
@pytest.mark.parametrize("kind", ["points", "images"])
def test_auto_takes_bfloat16_where_it_is_a_tenth_faster_and_says_so(
    kind: str,
    bfloat16: float,
    chosen: str,
    small: TrainingConfiguration,
    small_images: TrainingConfiguration,
    seconds: dict[str, float],
) -> None:
    seconds["bfloat16"] = bfloat16
    base = replace(small if kind == "points" else small_images, steps=3)
    trainer, same_as = (
        Trainer(replace(base, precision="auto")),
        Trainer(replace(base, precision=chosen)),
    )
    assert trainer.precision == trainer.state().precision == "auto"
    for _ in zip(trainer.run(), same_as.run(), strict=True):
        pass
    assert same(trainer, same_as)
    assert trainer.precision == trainer.state().precision == chosen
    for description in (trainer.description(), model_of_run(trainer.state()).description):
        assert description.training.recipe is not None
        assert description.training.recipe.precision == chosen


def test_auto_takes_the_faster_layout(
    small_images: TrainingConfiguration, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(_layouts: object, _inputs: object, each: Computation) -> float:
        return FAST if each == Computation("float32", "channels_last") else SLOW

    monkeypatch.setattr(computation, "_step_seconds", answer)
    trainer = taken(Trainer(replace(small_images, precision="auto")), 1)
    assert (trainer.state().memory_format, trainer.precision) == ("channels_last", "float32")
    exact = taken(Trainer(small_images), 1)
    assert exact.state().memory_format == "contiguous"


def test_what_was_measured_holds_when_a_training_goes_on(
    small: TrainingConfiguration, seconds: dict[str, float], tmp_path: Path
) -> None:
    settings = replace(small, precision="auto")
    whole = taken(Trainer(settings), settings.steps)
    save_checkpoint(tmp_path / "x", taken(Trainer(settings), 3).state())
    seconds["bfloat16"] = 2 * SLOW  # it would be measured otherwise now
    again = Trainer.resumed(load_checkpoint(tmp_path / "x"))
    assert again.precision == "bfloat16"
    assert same(taken(again, settings.steps - 3), whole)
    asked = Trainer.resumed(
        load_checkpoint(tmp_path / "x"), configuration=replace(settings, precision="float32")
    )
    assert taken(asked, 1).precision == "float32"


def test_looking_at_the_next_step_measures_too(
    small: TrainingConfiguration, seconds: dict[str, float]
) -> None:
    trainer = Trainer(replace(small, precision="auto"))
    said = trainer.explain_next().loss
    assert trainer.precision == "bfloat16"
    assert next(trainer.run()).loss == said


def test_measuring_changes_nothing_but_the_choice(small_images: TrainingConfiguration) -> None:
    """Measured for real, in whatever way it ends; dropout draws as if nobody had looked."""
    trainer = Trainer(replace(small_images, precision="auto"))
    torch.manual_seed(5)
    trainer._choose_computation()
    drawn = torch.rand(3)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(3))
    exact = Trainer(small_images)
    assert same(trainer, exact)
    assert all(p.grad is None for p in trainer.network.parameters())


def test_a_checkpoint_of_an_older_version_has_the_precision_that_was_asked(
    small: TrainingConfiguration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = taken(Trainer(replace(small, precision="bfloat16")), 1).state()
    older = {
        name: each for name, each in run_checkpoint._as_dict(state).items() if name != "precision"
    }
    monkeypatch.setattr(run_checkpoint, "_as_dict", lambda _: older)
    save_checkpoint(tmp_path / "x", state)
    assert load_checkpoint(tmp_path / "x").precision == "bfloat16"
