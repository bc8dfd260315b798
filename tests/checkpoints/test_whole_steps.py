"""Chains whose steps are queued whole: those of the plain chain, at any count, stopped or not."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from ddpm_studio.checkpoints import whole_steps as whole_steps_module
from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.condition import Condition
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.sampling import resumed_steps, sample_model
from ddpm_studio.checkpoints.weights import LoadedModel, load_inspected, load_model, save_model
from ddpm_studio.diffusion.chains import ChainStep, NotFiniteError, initial_noise
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration
from ddpm_studio.diffusion.samplers import SamplerError
from ddpm_studio.diffusion.schedule import ScheduleError
from ddpm_studio.networks import recording
from ddpm_studio.networks.configuration import LucidrainsConfiguration, UNetConfiguration
from ddpm_studio.networks.denoiser import build_network
from ddpm_studio.networks.precision import Precision
from ddpm_studio.networks.static_step import StaticStep

SAMPLERS = [
    SamplerConfiguration(),
    SamplerConfiguration(variance="fixed-small", clip=1.0, steps=4),
    SamplerConfiguration("ddim", steps=3),
    SamplerConfiguration("ddim", eta=0.7, clip=1.0),
]
LUCIDRAINS = LucidrainsConfiguration(8, 1, 4, 4, (1,), (True,), (1,), (4,))
CLASSES = UNetConfiguration(8, 1, 8, (1, 2), 1, (), 0.0, 4, classes=3, learned_range=True)
NETWORKS: dict[str, dict[str, Any]] = {
    "points": {},
    "classes, and its variance": {"network": CLASSES, "variance": "learned-range", "clip": 1.0},
    "its prediction seen again": {
        "network": replace(LUCIDRAINS, self_condition=True),
        "clip": 1.0,
    },
}
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="without CUDA")
DEVICES = ["cpu", pytest.param("cuda", marks=needs_cuda)]


def seeded(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(params=list(NETWORKS))
def model(
    description: ModelDescription, tmp_path: Path, request: pytest.FixtureRequest
) -> LoadedModel:
    return loaded(description, tmp_path, **NETWORKS[request.param])


@pytest.fixture
def points(description: ModelDescription, tmp_path: Path) -> LoadedModel:
    return loaded(description, tmp_path)


def loaded(
    description: ModelDescription, folder: Path, device: str = "cpu", **changes: Any
) -> LoadedModel:
    if changes:
        changes |= {"data_set": "", "training": None, "origin": "another"}
    described = replace(description, **changes)
    generator = seeded(0)
    weights = {
        name: 0.2 * torch.randn(tensor.shape, generator=generator)
        for name, tensor in build_network(described.network).state_dict().items()
    }
    save_model(folder / "model", described, weights)
    return load_model(folder / "model", device)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Iterator[ChainStep]]:
    """resumed_steps as on CUDA, whatever the device."""

    def steps(model: LoadedModel, x_t: Tensor, *more: Any, **options: Any) -> Iterator[ChainStep]:
        monkeypatch.setattr(Tensor, "is_cuda", True)
        try:
            chain = resumed_steps(model, x_t, *more, **options)
        finally:
            monkeypatch.undo()
        return chain

    return steps


def start(model: LoadedModel, count: int = 5) -> Tensor:
    return initial_noise(count, model.description.network.sample_shape, seeded(1), "cpu")


def differences(mine: list[ChainStep], theirs: list[ChainStep]) -> float:
    """The largest of x and of x_0, as a part of the largest number."""
    assert [step.t for step in mine] == [step.t for step in theirs]
    assert mine[0].predicted_x_0 is None
    pairs = [(a.x, b.x) for a, b in zip(mine, theirs, strict=True)]
    for a, b in zip(mine[1:], theirs[1:], strict=True):
        assert a.predicted_x_0 is not None
        assert b.predicted_x_0 is not None
        pairs.append((a.predicted_x_0, b.predicted_x_0))
    return max(float((a.cpu() - b.cpu()).abs().max() / b.abs().max()) for a, b in pairs)


# The same chain


@pytest.mark.parametrize("sampler", [None, *SAMPLERS])
def test_it_is_the_plain_chain(
    model: LoadedModel, queued: Callable[..., Iterator[ChainStep]], sampler: SamplerConfiguration
) -> None:
    mine, theirs = (
        list(steps(model, start(model), 10, seeded(), sampler)) for steps in (queued, resumed_steps)
    )
    assert all(step.not_looked_at is not None for step in mine[1:])
    assert all(step.not_looked_at is None for step in theirs)
    assert differences(mine, theirs) < 1e-5


def test_its_parts_are_the_whole(
    model: LoadedModel,
    queued: Callable[..., Iterator[ChainStep]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """5 samples by 2: the last part has a shape of its own."""
    condition = Condition(2 if model.description.network == CLASSES else None)
    whole = list(queued(model, start(model), 10, seeded(), None, condition))
    monkeypatch.setattr(whole_steps_module, "samples_at_once", lambda *_: 2)
    chain = queued_again(model, condition)
    assert differences(list(chain), whole) < 1e-5


def queued_again(model: LoadedModel, condition: Condition) -> Iterator[ChainStep]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tensor, "is_cuda", True)
        return resumed_steps(model, start(model), 10, seeded(), None, condition)


def test_it_goes_on_bit_for_bit_from_wherever_it_was_left(
    model: LoadedModel, queued: Callable[..., Iterator[ChainStep]]
) -> None:
    """With the state that the generator had when the step was yielded: no noise is drawn ahead."""
    generator, states, whole = seeded(), [], []
    for step in queued(model, start(model), 10, generator):
        whole.append(step)
        states.append(generator.get_state())
    for k, (left, state) in enumerate(zip(whole[:-1], states, strict=False)):
        resumed = torch.Generator()
        resumed.set_state(state)
        rest = list(queued(model, left.x, left.t, resumed, None, predicted_x_0=left.predicted_x_0))
        assert [s.t for s in rest] == [s.t for s in whole[k:]]
        assert all(torch.equal(a.x, b.x) for a, b in zip(rest, whole[k:], strict=True))


def test_states_of_the_generator_are_those_of_the_plain_chain(
    points: LoadedModel, queued: Callable[..., Iterator[ChainStep]]
) -> None:
    for sampler in SAMPLERS:
        ours, theirs = seeded(), seeded()
        for _mine, _plain in zip(
            queued(points, start(points), 10, ours, sampler),
            resumed_steps(points, start(points), 10, theirs, sampler),
            strict=True,
        ):
            assert torch.equal(ours.get_state(), theirs.get_state())


def test_two_chains_at_once_do_not_meet(
    points: LoadedModel, queued: Callable[..., Iterator[ChainStep]]
) -> None:
    """They share the step, and no step yielded is written to again."""
    alone = [list(queued(points, start(points), 10, seeded(k))) for k in (1, 2)]
    kept = [[step.x.clone() for step in chain] for chain in alone]
    both = list(zip(*(queued(points, start(points), 10, seeded(k)) for k in (1, 2)), strict=True))
    for k in (0, 1):
        assert all(torch.equal(pair[k].x, x) for pair, x in zip(both, kept[k], strict=True))
        assert all(torch.equal(step.x, x) for step, x in zip(alone[k], kept[k], strict=True))


def test_a_step_is_made_once_for_all_samplers(
    points: LoadedModel,
    queued: Callable[..., Iterator[ChainStep]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shapes: list[torch.Size] = []
    record = StaticStep.record

    def counted(step: StaticStep, inputs: Any, limit: float) -> None:
        shapes.append(inputs.x.shape)
        record(step, inputs, limit)

    chains = [queued(points, start(points, n), 10, seeded(), s) for s in SAMPLERS for n in (5, 3)]
    monkeypatch.setattr(StaticStep, "record", counted)
    for chain in chains:
        list(chain)
    assert shapes == [(5, 2), (3, 2)]


# What ends it


class Wild(nn.Module):
    """0, and not a number from some t down."""

    def __init__(self, t: int) -> None:
        super().__init__()
        self.t = t

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return torch.where(t <= self.t, torch.nan, 0.0) * x


@pytest.mark.parametrize("t", range(1, 11))
def test_what_is_not_finite_is_said_of_its_own_t(
    points: LoadedModel, queued: Callable[..., Iterator[ChainStep]], t: int
) -> None:
    """By the step itself, and by the chain at the latest two steps later and before x_0."""
    wild = LoadedModel(points.description, replace(points.denoiser, network=Wild(t)))
    seen: list[ChainStep] = []
    with pytest.raises(NotFiniteError, match=rf"not finite at t = {t - 1}\."):
        seen.extend(queued(wild, start(wild), 10, seeded()))
    for step in seen:
        if step.t >= t:
            step.require_finite()
        else:
            with pytest.raises(NotFiniteError, match=rf"t = {step.t}\."):
                step.require_finite()
    assert t - 3 < seen[-1].t
    assert seen[-1].t > 0


def test_what_the_plain_chain_refuses_is_refused(
    points: LoadedModel, queued: Callable[..., Iterator[ChainStep]]
) -> None:
    with pytest.raises(ScheduleError, match="not in 11"):
        list(queued(points, start(points), 10, seeded(), SamplerConfiguration(steps=11)))
    learned = SamplerConfiguration(variance="learned-range")
    with pytest.raises(SamplerError, match="did not learn a variance"):
        list(queued(points, start(points), 10, seeded(), learned))


def test_where_it_cannot_be_queued_it_is_the_plain_chain(
    points: LoadedModel,
    queued: Callable[..., Iterator[ChainStep]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = list(resumed_steps(points, start(points), 10, seeded()))
    chain, short = (queued(points, start(points), 10, seeded()) for _ in range(2))

    def failing(error: RuntimeError) -> Callable[..., None]:
        def fail(*_given: object) -> None:
            raise error

        return fail

    monkeypatch.setattr(whole_steps_module, "NoiseFeed", failing(RuntimeError("no pinned memory")))
    assert all(torch.equal(a.x, b.x) for a, b in zip(list(chain), plain, strict=True))
    shortage = torch.OutOfMemoryError("CUDA out of memory")
    monkeypatch.setattr(whole_steps_module, "NoiseFeed", failing(shortage))
    with pytest.raises(torch.OutOfMemoryError):
        list(short)


def test_a_step_goes_when_its_model_does(
    description: ModelDescription, tmp_path: Path, queued: Callable[..., Iterator[ChainStep]]
) -> None:
    """At once: its memory on a GPU is not kept until somebody collects what is left."""
    model = loaded(description, tmp_path)
    list(queued(model, start(model), 10, seeded()))
    ((_, step),) = model.forms._kept["step"]
    gone = weakref.ref(step)
    del step
    assert gone() is not None
    gc.disable()
    try:
        del model
        assert gone() is None
    finally:
        gc.enable()


# On CUDA


@needs_cuda
@pytest.mark.parametrize("precision", Precision)
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_on_cuda_a_chain_is_that_of_the_cpu(
    precision: Precision, sampler: SamplerConfiguration
) -> None:
    file = find_model("digits")
    there, here = load_inspected(file, "cuda"), load_inspected(file)
    mine = list(resumed_steps(there, start(here, 4), 5, seeded(), sampler, precision=precision))
    theirs = list(resumed_steps(here, start(here, 4), 5, seeded(), sampler, precision=precision))
    ((_, step),) = there.forms._kept["step"]
    assert isinstance(step, StaticStep)
    assert step.is_recorded
    assert differences(mine, theirs) < (1e-3 if precision == Precision.FLOAT32 else 0.1)


@needs_cuda
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("part", [2, 100])
def test_on_cuda_labels_and_predictions_are_those_of_the_step(
    description: ModelDescription,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    network: str,
    part: int,
) -> None:
    monkeypatch.setattr(whole_steps_module, "samples_at_once", lambda *_: part)
    here = loaded(description, tmp_path, **NETWORKS[network])
    there = loaded(description, tmp_path, "cuda", **NETWORKS[network])
    for label in (None, 2) if here.description.network == CLASSES else (None,):
        condition = Condition(label)
        mine = list(resumed_steps(there, start(here), 10, seeded(), None, condition))
        theirs = list(resumed_steps(here, start(here), 10, seeded(), None, condition))
        assert differences(mine, theirs) < 1e-3


@needs_cuda
def test_on_cuda_what_cannot_be_recorded_gives_the_same_numbers(
    description: ModelDescription, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise RuntimeError("operation not permitted when stream is capturing")

    first, second = (loaded(description, tmp_path, "cuda") for _ in range(2))
    replayed = list(resumed_steps(first, start(first), 10, seeded()))
    monkeypatch.setattr(recording, "Recording", fail)
    launched = list(resumed_steps(second, start(second), 10, seeded()))
    assert differences(launched, replayed) < 1e-5


@needs_cuda
def test_on_cuda_memory_is_given_back_with_the_model(
    description: ModelDescription, tmp_path: Path
) -> None:
    def chain() -> None:
        sample_model(loaded(description, tmp_path, "cuda", network=CLASSES, clip=1.0), 8, 0)

    chain()  # libraries keep workspaces
    gc.collect()
    torch.cuda.empty_cache()
    before = torch.cuda.memory_reserved()
    for _ in range(3):
        chain()
    gc.collect()
    torch.cuda.empty_cache()
    assert torch.cuda.memory_reserved() <= before
