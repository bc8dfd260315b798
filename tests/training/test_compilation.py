"""torch.compile at choice: the same training, with plain names, and no failure where it fails.

There is no GPU here: torch's "eager" backend takes the same path, and computes the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.training import compilation
from ddpm_studio.training.command import train_model
from ddpm_studio.training.configuration import TrainingConfiguration, TrainingConfigurationError
from ddpm_studio.training.ranks import ALONE, Ranks
from ddpm_studio.training.run_start import TrainingRequest
from ddpm_studio.training.trainer import Trainer

Compile = Callable[..., Any]


@pytest.fixture
def images(small: TrainingConfiguration) -> TrainingConfiguration:
    """With dropout, so that random numbers are drawn in the network, too."""
    network = UNetConfiguration(
        8, 1, channels=8, channel_multipliers=(1, 1), blocks_per_level=1, norm_groups=4, dropout=0.5
    )
    return replace(small, data_set="digits", network=network, steps=3, batch_size=4, compile=True)


@pytest.fixture
def compiling(monkeypatch: pytest.MonkeyPatch) -> Callable[[Compile], None]:
    """Puts another function in the place of torch.compile, and takes the CPU for a CUDA device."""

    def use(compile_network: Compile) -> None:
        monkeypatch.setattr(compilation, "DEVICES", ("cpu",))
        monkeypatch.setattr(torch, "compile", compile_network)

    return use


def finished(settings: TrainingConfiguration) -> Trainer:
    trainer = Trainer(settings)
    for _ in trainer.run():
        pass
    return trainer


def tensors(trainer: Trainer) -> dict[str, Tensor]:
    return trainer.state().tensors


def require_same(one: Trainer, other: Trainer) -> None:
    ours, theirs = tensors(one), tensors(other)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


class Counting(nn.Module):
    """As torch.compile does, it holds the network under another name."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self._orig_mod = network
        self.calls = 0

    def forward(self, *inputs: Tensor) -> Tensor:
        self.calls += 1
        result: Tensor = self._orig_mod(*inputs)
        return result


@pytest.mark.parametrize("classes", [None, 10])
def test_a_compiled_network_is_used_in_every_step_and_trains_the_same(
    classes: int | None, images: TrainingConfiguration, compiling: Callable[[Compile], None]
) -> None:
    images = replace(images, network=replace(images.network, classes=classes))
    made: list[Counting] = []

    def compile_network(network: nn.Module, *, dynamic: bool) -> nn.Module:
        assert dynamic is False
        made.append(Counting(network))
        return made[-1]

    compiling(compile_network)
    trainer = finished(images)
    (only,) = made
    assert only.calls == 1 + images.steps  # a trial, and the steps
    assert trainer.compilation_problem is None
    require_same(trainer, finished(replace(images, compile=False)))
    assert not any("_orig_mod" in name for name in [*tensors(trainer), *trainer.weights()])


def test_through_torchs_own_compiler(
    images: TrainingConfiguration, compiling: Callable[[Compile], None]
) -> None:
    compiling(partial(torch.compile, backend="eager"))
    trainer = finished(images)
    assert trainer.compilation_problem is None
    plain = finished(replace(images, compile=False))
    require_same(trainer, plain)
    again = Trainer.resumed(trainer.state(), configuration=replace(plain.configuration, steps=4))
    assert [step.step for step in again.run()] == [4]


def test_nothing_is_compiled_unless_that_is_asked(
    images: TrainingConfiguration, compiling: Callable[[Compile], None]
) -> None:
    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise AssertionError("nobody asked")

    compiling(refuse)
    assert finished(replace(images, compile=False)).step == 3
    assert TrainingConfiguration.from_dict(
        {name: value for name, value in images.as_dict().items() if name != "compile"}
    ) == replace(images, compile=False)


class _BadBackward(torch.autograd.Function):
    @staticmethod
    def forward(_context: Any, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(_context: Any, *_gradients: Tensor) -> Tensor:
        raise RuntimeError("InductorError: no C++ compiler\nand a long trace")


def failing_at_once(_network: nn.Module, **_options: Any) -> nn.Module:
    raise RuntimeError("InductorError: no C++ compiler\nand a long trace")


def failing_forward(_network: nn.Module, **_options: Any) -> Callable[..., Tensor]:
    def forward(*_inputs: Tensor) -> Tensor:
        raise RuntimeError("InductorError: no C++ compiler\nand a long trace")

    return forward


def failing_backward(network: nn.Module, **_options: Any) -> Callable[..., Tensor]:
    return lambda *inputs: _BadBackward.apply(network(*inputs))


@pytest.mark.parametrize("compile_network", [failing_at_once, failing_forward, failing_backward])
def test_where_it_fails_the_training_goes_on_without_it(
    compile_network: Compile,
    images: TrainingConfiguration,
    compiling: Callable[[Compile], None],
) -> None:
    compiling(compile_network)
    trainer = finished(images)
    assert str(trainer.compilation_problem) == (
        "The network could not be compiled, and is trained as it is: "
        "InductorError: no C++ compiler."
    )
    require_same(trainer, finished(replace(images, compile=False)))


def test_too_little_memory_for_compiling_says_the_first_step(
    images: TrainingConfiguration, compiling: Callable[[Compile], None]
) -> None:
    def full(_network: nn.Module, **_options: Any) -> nn.Module:
        raise torch.OutOfMemoryError("CUDA out of memory")

    compiling(full)
    trainer = finished(images)
    assert trainer.compilation_problem is None
    require_same(trainer, finished(replace(images, compile=False)))


def test_a_lost_device_is_said_as_one(
    images: TrainingConfiguration, compiling: Callable[[Compile], None]
) -> None:
    def lose(_network: nn.Module, **_options: Any) -> nn.Module:
        raise torch.AcceleratorError("CUDA error: device-side assert triggered", 1)

    compiling(lose)
    with pytest.raises(compilation.ExplainedError, match="does not compute any more"):
        next(Trainer(images).run())


def test_where_one_process_fails_none_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "DEVICES", ("cpu",))
    monkeypatch.setattr(torch, "compile", lambda network, **_options: Counting(network))
    monkeypatch.setattr(Ranks, "any", lambda *_arguments: True)
    network = nn.Linear(1, 1)
    used, problem = compilation.try_to_compile(
        network, torch.device("cpu"), lambda _: None, replace(ALONE, size=2)
    )
    assert used is network
    assert "in another process" in str(problem)


def test_on_a_cpu_the_command_says_that_nothing_is_compiled(
    images: TrainingConfiguration, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "images.json"
    config.write_text(json.dumps(images.as_dict()))
    assert train_model(TrainingRequest(tmp_path / "x.safetensors", configuration_file=config)) == 0
    said = capsys.readouterr().err
    assert said.count("Networks are compiled on CUDA alone: on this device (cpu)") == 1


@pytest.mark.parametrize("value", [1, "yes", None])
def test_it_is_true_or_false(value: Any, small: TrainingConfiguration) -> None:
    with pytest.raises(TrainingConfigurationError, match="compile must be true or false"):
        replace(small, compile=value)
