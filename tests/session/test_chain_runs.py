"""The recording of one chain: gone on with to the same numbers, beyond memory, its model read first."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.loading_progress import LoadingProgress
from ddpm_studio.checkpoints.model_file import ModelFile, inspect_model_file
from ddpm_studio.checkpoints.weights import save_model
from ddpm_studio.diffusion.frames_in_memory import FramesInMemory
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration, SamplerKind
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.networks.configuration import MlpConfiguration
from ddpm_studio.networks.denoiser import build_network
from ddpm_studio.session.chain_runs import (
    ChainProgress,
    ChainWork,
    ForwardRequest,
    ReverseRequest,
    record_forward_chain,
    record_reverse_chain,
)
from ddpm_studio.session.sampling_choice import DenoiserChoice, SamplingChoice
from ddpm_studio.temporary_file import TemporaryFileError

DDIM_20 = SamplingChoice(SamplerConfiguration(SamplerKind.DDIM, steps=20))


@pytest.mark.parametrize("denoiser", [DenoiserChoice.NETWORK, DenoiserChoice.EXACT])
@pytest.mark.parametrize("stop_after", [1, 4, 20])
def test_a_chain_that_is_gone_on_with_is_as_if_it_had_never_been_stopped(
    denoiser: DenoiserChoice, stop_after: int
) -> None:
    sampler = SamplerConfiguration(steps=20)
    request = ReverseRequest(find_model("moons"), 10, 3, "cpu", SamplingChoice(sampler, denoiser))
    whole = driven(record_reverse_chain(request))
    work = record_reverse_chain(request)
    for _ in range(stop_after):
        progress = next(work)
    work.close()
    assert isinstance(progress, ChainProgress)
    stopped = progress.trajectory
    assert stopped.recorded.sum() == stop_after
    rest = record_reverse_chain(request, stopped)
    again = next(rest)
    assert isinstance(again, ChainProgress)
    assert (again.done, again.done_before) == (stop_after - 1, stop_after - 1)
    assert driven(rest) is stopped
    assert stopped.is_complete
    assert stopped.position is None
    for frame in range(21):
        assert np.array_equal(stopped.frame(frame), whole.frame(frame))


@pytest.mark.parametrize("stop_after", [1, 7, 1000])
def test_the_forward_chain_is_gone_on_with_to_the_same_numbers(stop_after: int) -> None:
    request = ForwardRequest("moons", find_model("moons").description.schedule, 10, 3)
    whole = driven(record_forward_chain(request))
    work = record_forward_chain(request)
    for _ in range(stop_after):
        progress = next(work)
    work.close()
    assert isinstance(progress, ChainProgress)
    resumed = driven(record_forward_chain(request, progress.trajectory))
    assert resumed is progress.trajectory
    assert all(np.array_equal(resumed.frame(t), whole.frame(t)) for t in range(whole.T + 1))


def test_a_step_that_a_full_disk_did_not_take_is_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = ReverseRequest(find_model("moons"), 10, 3, "cpu", DDIM_20)
    whole = driven(record_reverse_chain(request))
    work = record_reverse_chain(request)
    progress = next(work)
    assert isinstance(progress, ChainProgress)
    with monkeypatch.context() as patch:
        full = TemporaryFileError("The disk is full.")
        patch.setattr(FramesInMemory, "keep", lambda *_: (_ for _ in ()).throw(full))
        with pytest.raises(TemporaryFileError):
            next(work)
    stopped = progress.trajectory
    assert stopped.recorded.sum() == 1
    driven(record_reverse_chain(request, stopped))
    assert all(np.array_equal(stopped.frame(f), whole.frame(f)) for f in range(21))


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_where_nothing_comes_of_going_on_it_can_be_tried_again(
    monkeypatch: pytest.MonkeyPatch, direction: str
) -> None:
    """The disk is still full, or the memory: all steps before would be lost."""
    model = find_model("moons")
    record = (
        partial(record_forward_chain, ForwardRequest("moons", model.description.schedule, 10, 3))
        if direction == "forward"
        else partial(record_reverse_chain, ReverseRequest(model, 10, 3, "cpu", DDIM_20))
    )
    whole, work = driven(record()), record()
    for _ in range(5):
        progress = next(work)
    work.close()
    assert isinstance(progress, ChainProgress)
    stopped = progress.trajectory
    for name in (
        "chains.forward_chain",
        "samplers.reverse_chain",
        "frames_in_memory.FramesInMemory.keep",
    ):
        with monkeypatch.context() as patch:
            patch.setattr(f"ddpm_studio.diffusion.{name}", _no_room)
            with suppress(MemoryError):
                next(record(stopped))
        assert stopped.recorded.sum() == 5
    again = record(stopped)
    progress = next(again)
    assert isinstance(progress, ChainProgress)
    assert progress.done_before == 4
    driven(again)
    assert all(np.array_equal(stopped.frame(f), whole.frame(f)) for f in range(whole.T + 1))


def _no_room(*_: object, **__: object) -> None:
    raise MemoryError


def driven(work: ChainWork) -> Trajectory:
    try:
        while True:
            next(work)
    except StopIteration as stop:
        trajectory: Trajectory = stop.value
        return trajectory


def test_large_images_are_sampled_into_a_file(large_model: ModelFile) -> None:
    work = record_reverse_chain(ReverseRequest(large_model, 4, 0, "cpu"))
    for _ in range(2):
        progress = next(work)
    assert isinstance(progress, ChainProgress)
    chain = progress.trajectory
    assert not chain.is_in_memory
    assert chain.file_bytes >= 1001 * 4 * 3 * 256 * 256
    generator = torch.Generator().manual_seed(0)
    x_T = torch.randn((4, 3, 256, 256), generator=generator).numpy()
    assert np.abs(chain.frame(1000) - x_T).max() <= np.ptp(x_T) / 509
    assert chain.is_recorded(999)
    work.close()
    assert chain.position is not None
    assert np.abs(chain.position.x.numpy() - chain.frame(999)).max() < 0.03


def test_a_model_that_is_read_says_how_far_it_is(tmp_path: Path) -> None:
    network = MlpConfiguration(dimension=2, width=2048, depth=4)
    description = replace(find_model("moons").description, network=network)
    path = tmp_path / "wide.safetensors"
    save_model(path, description, build_network(network).state_dict())
    request = ReverseRequest(inspect_model_file(path), 10, 0, "cpu", DDIM_20)
    work = record_reverse_chain(request)
    read = next(work)
    assert isinstance(read, LoadingProgress)
    assert 0 < read.done < read.total == path.stat().st_size
    work.close()  # given up
    seen = [type(each) for each in record_reverse_chain(request)]
    assert seen.count(LoadingProgress) >= 5
    assert seen[-21:] == [ChainProgress] * 21
    assert LoadingProgress not in [type(each) for each in record_reverse_chain(request)]
