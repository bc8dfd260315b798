"""One whole step from tensors that lie still: the step of the chain, whatever the sampler."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ddpm_studio.diffusion.gaussians import standard_normal
from ddpm_studio.diffusion.samplers import (
    SamplerConfiguration,
    SamplerError,
    chain_path,
    reverse_chain,
)
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.step_table import learns, step_table
from ddpm_studio.diffusion.targets import Target
from ddpm_studio.networks import recording as recording_module
from ddpm_studio.networks import static_step as static_step_module
from ddpm_studio.networks.configuration import (
    LucidrainsConfiguration,
    MlpConfiguration,
    NetworkConfiguration,
    UNetConfiguration,
)
from ddpm_studio.networks.denoiser import Denoiser, build_network
from ddpm_studio.networks.recording import recorded
from ddpm_studio.networks.static_step import StaticStep, StepInputs, StepOutputs

T = 12
SCHEDULES = {
    "linear": NoiseSchedule.linear(T, 0.01, 0.3),
    "cosine": NoiseSchedule.cosine(T),
    "one step": NoiseSchedule.linear(1, 0.3, 0.3),
}
SAMPLERS = [
    SamplerConfiguration(variance="fixed-large"),
    SamplerConfiguration(variance="fixed-small", clip=0.8),
    SamplerConfiguration(variance="learned-range"),
    SamplerConfiguration(variance="learned-range", clip=0.8),
    SamplerConfiguration("ddim"),
    SamplerConfiguration("ddim", eta=0.5, clip=0.8),
    SamplerConfiguration("ddim", eta=1.0),
]
CPU = torch.device("cpu")
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="without CUDA")


class Curve(nn.Module):
    """Depends on x, t and the label, smoothly; with a second half for the variance."""

    def __init__(self, learns_variance: bool) -> None:
        super().__init__()
        self.learns_variance = learns_variance

    def forward(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Tensor:
        angle = t / 5 if label is None else t / 5 + label
        output = torch.sin(x + angle[:, None])
        return torch.cat((output, torch.cos(x * 2)), dim=1) if self.learns_variance else output


def denoiser(
    schedule: NoiseSchedule, target: Target, learned: bool, device: str = "cpu"
) -> Denoiser:
    return Denoiser(Curve(learned), schedule, target, torch.device(device), learned)


def noise(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape or (6, 2), generator=torch.Generator().manual_seed(seed))


def outputs(x: Tensor) -> StepOutputs:
    flag = torch.zeros((), dtype=torch.bool, device=x.device)
    return StepOutputs(torch.empty_like(x), torch.empty_like(x), flag)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("steps", [None, 5])
def test_it_is_the_step_of_the_chain(
    schedule: str, target: Target, sampler: SamplerConfiguration, steps: int | None
) -> None:
    """At every t: one step, of noise from the same generator, rounded a few times in float32."""
    chosen = SCHEDULES[schedule]
    sampler = replace(sampler, steps=steps if chosen.T == T else None)
    model = denoiser(chosen, target, learns(sampler))
    path = chain_path(chosen, sampler.steps, chosen.T)
    table = step_table(target, chosen, path, sampler, CPU)
    inputs = StepInputs(noise(1), table.rows[0], table.times[:1])
    step = StaticStep(model, inputs, learns(sampler))
    for i in range(path.steps, 0, -1):
        x, t = noise(i), int(path.times[i])
        generator = torch.Generator().manual_seed(i)
        plain = reverse_chain(chosen, model.predict, x, generator, sampler, t=t)
        next(plain)
        expected = next(plain)
        drawn_from = torch.Generator().manual_seed(i)
        z = standard_normal((6, 2), drawn_from, CPU) if table.draws[i] else None
        out = outputs(x)
        step.take(StepInputs(x, table.rows[i], table.times[i : i + 1], z), out)
        assert torch.equal(drawn_from.get_state(), generator.get_state())
        assert expected.predicted_x_0 is not None
        for mine, theirs in ((out.x, expected.x), (out.x_0, expected.predicted_x_0)):
            # v and epsilon are differences of larger numbers: of the size of x / signal.
            scale = theirs.abs().max() + (x / chosen.alpha_bar[t] ** 0.5).abs().max()
            assert (mine - theirs).abs().max() <= 1e-6 * scale
        assert bool(out.is_finite)


def test_what_was_given_before_leaves_nothing_behind() -> None:
    model, sampler = denoiser(SCHEDULES["linear"], Target.NOISE, False), SAMPLERS[0]
    path = chain_path(SCHEDULES["linear"], None, T)
    table = step_table(Target.NOISE, SCHEDULES["linear"], path, sampler, CPU)

    def given(seed: int, i: int, z: Tensor | None) -> StepInputs:
        label = torch.tensor([float(seed)] * 6)
        return StepInputs(noise(seed), table.rows[i], table.times[i : i + 1], z, label)

    one, other = given(1, 7, noise(3)), given(2, 1, None)
    step, first = StaticStep(model, one, False), outputs(noise(0))
    step.take(one, first)
    kept = first.x.clone()
    between, again, last = outputs(noise(0)), outputs(noise(0)), outputs(noise(0))
    step.take(other, between)
    step.take(one, again)
    StaticStep(model, other, False).take(other, last)
    assert torch.equal(first.x, kept)
    assert torch.equal(first.x, again.x)
    assert torch.equal(between.x, last.x)
    assert not torch.equal(first.x, between.x)


def test_it_says_whether_x_is_finite() -> None:
    model = denoiser(SCHEDULES["linear"], Target.X_0, False)
    path = chain_path(SCHEDULES["linear"], None, T)
    table = step_table(Target.X_0, SCHEDULES["linear"], path, SAMPLERS[0], CPU)
    x = noise(1)
    x[3, 1] = np.inf
    out = outputs(x)
    for each, is_finite in ((x, False), (noise(2), True)):
        inputs = StepInputs(each, table.rows[3], table.times[3:4], noise(3))
        StaticStep(model, inputs, False).take(inputs, out)
        assert bool(out.is_finite) == is_finite


def test_a_learned_variance_that_there_is_not_is_explained() -> None:
    model = denoiser(SCHEDULES["linear"], Target.NOISE, False)
    inputs = StepInputs(noise(1), torch.ones(8), torch.ones(1, dtype=torch.long))
    with pytest.raises(SamplerError, match="did not learn a variance"):
        StaticStep(model, inputs, True).take(inputs, outputs(noise(1)))


def test_buffers_can_be_written_to_outside_of_inference_mode() -> None:
    model = denoiser(SCHEDULES["linear"], Target.NOISE, False)
    with torch.inference_mode():
        x = noise(1) * 1.0
        inputs = StepInputs(x, torch.ones(8), torch.ones(1, dtype=torch.long), None, x[:, 0])
        step = StaticStep(model, inputs, False)
    for buffer in (step._x, step._z, step._row, step._t, step._label):
        assert buffer is not None
        assert not buffer.is_inference()


# What may be recorded: nothing that waits for the device, or is computed elsewhere


class OnOneDevice(TorchDispatchMode):
    """Notes the devices of all tensors that operators take and give. Of "meta" no number can be read."""

    def __init__(self) -> None:
        super().__init__()
        self.devices: set[str] = set()

    def __torch_dispatch__(self, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for each in tree_leaves((args, kwargs, result)):
            if isinstance(each, Tensor):
                self.devices.add(each.device.type)
        return result


NETWORKS: list[NetworkConfiguration] = [
    MlpConfiguration(2, 16, 2, 8),
    UNetConfiguration(8, 1, 8, (1, 2), 1, (4,), 0.0, 4, learned_range=True, classes=3),
    UNetConfiguration(
        16, 3, 64, (1, 2), 1, (8,), resampling="blocks", scale_shift=True, head_width=32
    ),
    UNetConfiguration(
        8, 1, 8, (1, 2), 1, (4,), 0.0, 4, resampling="average", time_order="table", time_rows=10
    ),
    LucidrainsConfiguration(8, 1, 4, 4, (1, 2), (False, True), (1, 1), (4, 4), self_condition=True),
]


IN_PRECISIONS = [(each, torch.float32) for each in NETWORKS] + [
    # Others are rounded by autocast, which needs numbers.
    (each, torch.bfloat16)
    for each in NETWORKS
    if isinstance(each, UNetConfiguration)
]


@pytest.mark.parametrize(("configuration", "precision"), IN_PRECISIONS)
@pytest.mark.parametrize("target", Target)
def test_a_step_stays_on_its_device(
    configuration: NetworkConfiguration, precision: torch.dtype, target: Target
) -> None:
    learned = getattr(configuration, "learned_range", False)
    with torch.device("meta"):
        network = build_network(configuration).eval().requires_grad_(False)
        x = torch.empty((3, *configuration.sample_shape))
        t = torch.ones(1, dtype=torch.long)
        label = t.expand(3) if getattr(configuration, "classes", None) else None
        before = x if getattr(configuration, "self_condition", False) else None
        inputs = StepInputs(x, torch.empty(8), t, x, label, before)
    model = Denoiser(
        InItsPrecision(network.to(precision)), SCHEDULES["linear"], target, x.device, learned
    )
    step = StaticStep(model, inputs, learned)
    with torch.no_grad(), OnOneDevice() as seen:
        step._load(inputs)
        step._ask()
    assert seen.devices == {"meta"}


class InItsPrecision(nn.Module):
    """Given and giving float32."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, *more: Tensor) -> Tensor:
        precision = next(self.network.parameters()).dtype
        output: Tensor = self.network(x.to(precision), *more)
        return output.float()


# What is recorded, with a recorder that needs no GPU


class FakeRecording:
    """Computes once more where a GPU would replay."""

    def __init__(self, ask: recording_module.Ask, device: torch.device) -> None:
        self.ask, self.outputs, self.replays = ask, ask(), 0

    def replay(self) -> None:
        self.replays += 1
        for mine, new in zip(self.outputs, self.ask(), strict=True):
            mine.copy_(new)


class StaleRecording(FakeRecording):
    """Has kept what it saw first."""

    def replay(self) -> None:
        self.replays += 1


def fails(error: RuntimeError) -> type[FakeRecording]:
    class Failing(FakeRecording):
        def __init__(self, ask: recording_module.Ask, device: torch.device) -> None:
            raise RuntimeError("operation failed due to a previous error") from error

    return Failing


def recording_of(monkeypatch: pytest.MonkeyPatch, kind: type[FakeRecording]) -> object:
    """Of x ↦ 2 x + 1, recorded at x = 0 and then compared at x = 3."""
    monkeypatch.setattr(recording_module, "Recording", kind)
    x = torch.zeros(4)

    def load() -> None:
        x.fill_(3.0)

    return recorded(lambda: (2 * x + 1,), CPU, load, 1e-4)


def test_a_recording_is_taken_where_it_gives_the_same_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = recording_of(monkeypatch, FakeRecording)
    assert isinstance(found, FakeRecording)
    assert found.outputs[0].tolist() == [7.0] * 4


@pytest.mark.parametrize(
    "kind",
    [StaleRecording, fails(RuntimeError("operation not permitted when stream is capturing"))],
)
def test_one_that_is_stale_or_fails_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, kind: type[FakeRecording]
) -> None:
    assert recording_of(monkeypatch, kind) is None


def test_memory_that_is_short_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    shortage = torch.OutOfMemoryError("CUDA out of memory")
    with pytest.raises(torch.OutOfMemoryError):
        recording_of(monkeypatch, fails(shortage))


def test_numbers_that_are_not_finite_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_module, "Recording", FakeRecording)
    x = torch.zeros(4)
    assert recorded(lambda: (x * np.nan,), CPU, lambda: None, 1e-4) is None


def test_where_one_was_broken_off_none_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_module, "_broken_off", {CPU})
    assert recording_of(monkeypatch, FakeRecording) is None


def test_a_replayed_step_is_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that it is given, from one step to the next."""
    made: list[FakeRecording] = []

    def recorded_here(ask: recording_module.Ask, *_more: object) -> FakeRecording:
        made.append(FakeRecording(ask, CPU))
        return made[0]

    monkeypatch.setattr(static_step_module, "recorded", recorded_here)
    sampler = SamplerConfiguration(variance="learned-range", clip=0.8)
    model = denoiser(SCHEDULES["linear"], Target.V, True)
    path = chain_path(SCHEDULES["linear"], None, T)
    table = step_table(Target.V, SCHEDULES["linear"], path, sampler, CPU)
    inputs = [
        StepInputs(noise(i), table.rows[i], table.times[i : i + 1], noise(i + 50)) for i in (9, 8)
    ]
    replayed, plain = (StaticStep(model, inputs[0], True) for _ in range(2))
    monkeypatch.setattr(Tensor, "is_cuda", True)
    replayed.record(inputs[0], 1e-4)
    monkeypatch.undo()
    assert replayed.is_recorded
    for each in inputs:
        mine, theirs = outputs(noise(0)), outputs(noise(0))
        replayed.take(each, mine)
        plain.take(each, theirs)
        assert torch.equal(mine.x, theirs.x)
        assert torch.equal(mine.x_0, theirs.x_0)
    assert made[0].replays == 2


# The recorder itself, with a GPU that only says what it is asked


class FakeGraph:
    def replay(self) -> None:
        pass


class FakeCuda:
    """torch.cuda as far as a recording asks it: streams are names, and one of them is the present one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log: list[str] = []
        self.present = FakeStream("own", self.log)
        for name in ("current_stream", "stream", "graph", "device"):
            monkeypatch.setattr(torch.cuda, name, getattr(self, name))
        monkeypatch.setattr(torch.cuda, "CUDAGraph", FakeGraph)
        monkeypatch.setattr(
            recording_module, "stream_for", lambda _, kind: FakeStream(kind, self.log)
        )
        monkeypatch.setattr(recording_module, "_broken_off", set())

    def current_stream(self) -> FakeStream:
        return self.present

    @contextmanager
    def stream(self, stream: FakeStream) -> Iterator[None]:
        before, self.present = self.present, stream
        try:
            yield
        finally:
            self.present = before

    @contextmanager
    def device(self, _device: torch.device) -> Iterator[None]:
        yield

    @contextmanager
    def graph(
        self, _graph: FakeGraph, stream: FakeStream, capture_error_mode: str
    ) -> Iterator[None]:
        """As torch's own it does not put the stream back where the recording fails."""
        self.log.append(f"{capture_error_mode}, garbage collected: {gc.isenabled()}")
        self.present = stream
        yield
        self.log.append("recorded")


class FakeStream:
    def __init__(self, name: str, log: list[str]) -> None:
        self.name, self.log = name, log

    def wait_stream(self, other: FakeStream) -> None:
        self.log.append(f"{self.name} waits for {other.name}")


def test_a_recording_begins_behind_all_and_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = FakeCuda(monkeypatch)
    modes: list[tuple[bool, bool]] = []

    def ask() -> tuple[Tensor]:
        cuda.log.append(f"asked on {cuda.present.name}")
        modes.append((torch.is_inference_mode_enabled(), torch.is_grad_enabled()))
        return (torch.ones(1),)

    with torch.inference_mode():
        made = recording_module.Recording(ask, CPU)
    assert cuda.log == [
        "warm-up waits for own",
        *["asked on warm-up"] * 3,
        "own waits for warm-up",
        "thread_local, garbage collected: False",
        "asked on capture",
        "recorded",
    ]
    assert gc.isenabled()
    assert set(modes) == {(False, False)}
    assert not made.outputs[0].is_inference()
    assert cuda.present.name == "own"
    assert recording_module._broken_off == set()


@pytest.mark.parametrize("fails_at", [1, 4])
def test_a_recording_that_fails_leaves_the_stream_as_it_was(
    monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    """And nothing is recorded any more where one was broken off, the fourth time that it was asked."""
    cuda, asked = FakeCuda(monkeypatch), itertools.count(1)

    def ask() -> tuple[Tensor]:
        if next(asked) == fails_at:
            raise RuntimeError("operation not permitted when stream is capturing")
        return (torch.ones(1),)

    assert recorded(ask, CPU, lambda: None, 1e-4) is None
    assert cuda.present.name == "own"
    assert gc.isenabled()
    assert recording_module._broken_off == ({CPU} if fails_at == 4 else set())


# On CUDA


@needs_cuda
@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_on_cuda_a_recorded_step_is_the_step(target: Target, sampler: SamplerConfiguration) -> None:
    """Of other x, t, z and labels than those at hand when it was recorded."""
    schedule = SCHEDULES["linear"]
    model = denoiser(schedule, target, learns(sampler), "cuda")
    path = chain_path(schedule, None, T)
    table = step_table(target, schedule, path, sampler, "cuda")

    def given(seed: int, i: int) -> StepInputs:
        x, z = noise(seed).cuda(), noise(seed + 100).cuda()
        label = torch.full((6,), float(seed), device="cuda")
        return StepInputs(x, table.rows[i], table.times[i : i + 1], z, label)

    recorded_step, plain = (StaticStep(model, given(1, T), learns(sampler)) for _ in range(2))
    recorded_step.record(given(1, T), 1e-4)
    assert recorded_step.is_recorded
    seen: list[Tensor] = []
    for seed, i in ((1, T), (2, T), (2, 3), (3, 1)):
        mine, theirs = outputs(given(seed, i).x), outputs(given(seed, i).x)
        recorded_step.take(given(seed, i), mine)
        plain.take(given(seed, i), theirs)
        assert (mine.x - theirs.x).norm() <= 1e-5 * theirs.x.norm()
        assert (mine.x_0 - theirs.x_0).norm() <= 1e-5 * theirs.x_0.norm()
        assert bool(mine.is_finite)
        assert all((mine.x - other).abs().max() > 1e-3 for other in seen)
        seen.append(mine.x)


@needs_cuda
def test_on_cuda_what_waits_cannot_be_recorded_and_is_computed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recording_module, "_broken_off", set())

    class Waiting(Curve):
        def forward(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Tensor:
            return super().forward(x * float(x.abs().max()), t, label)

    model = denoiser(SCHEDULES["linear"], Target.X_0, False, "cuda")
    inputs = StepInputs(
        noise(1).cuda(), torch.ones(8).cuda(), torch.ones(1, dtype=torch.long).cuda()
    )
    step = StaticStep(replace(model, network=Waiting(False)), inputs, False)
    stream = torch.cuda.current_stream()
    step.record(inputs, 1e-4)
    assert not step.is_recorded
    assert torch.cuda.current_stream() == stream
    out = outputs(inputs.x)
    step.take(inputs, out)
    assert bool(out.is_finite)


@needs_cuda
def test_on_cuda_memory_that_is_short_is_said() -> None:
    class Greedy(Curve):
        def forward(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Tensor:
            torch.empty(1 << 50, dtype=torch.uint8, device=x.device)
            return x

    model = denoiser(SCHEDULES["linear"], Target.X_0, False, "cuda")
    inputs = StepInputs(
        noise(1).cuda(), torch.ones(8).cuda(), torch.ones(1, dtype=torch.long).cuda()
    )
    step = StaticStep(replace(model, network=Greedy(False)), inputs, False)
    with pytest.raises(torch.OutOfMemoryError):
        step.record(inputs, 1e-4)
