"""Frames are announced whole and finite, also where a GPU is one step ahead of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.diffusion.chains import ChainStep, NotFiniteError
from ddpm_studio.diffusion.device_queue import Arrival
from ddpm_studio.diffusion.trajectory import FrameUnderWay, Trajectory
from ddpm_studio.session.chain_recording import record_steps
from ddpm_studio.session.chain_runs import ChainProgress, ReverseRequest, record_reverse_chain

T = 6
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="without CUDA")


class Steps:
    """x_T … x_0 of noise, each drawn when it is asked for; ``bad`` is the t that is not finite."""

    def __init__(self, first: int = T, bad: int | None = None) -> None:
        self.generator = torch.Generator().manual_seed(first)
        self.first, self.bad, self.asked = first, bad, 0

    def __iter__(self) -> Iterator[ChainStep]:
        for t in range(self.first, -1, -1):
            self.asked += 1
            x = torch.randn((4, 2), generator=self.generator)
            yield ChainStep(t, x, None, Arrival(torch.tensor([True, t != self.bad])))


@pytest.fixture(params=[False, True], ids=["at once", "queued"])
def is_queued(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether frames are begun as on a GPU."""
    begin = Trajectory.begin

    def begin_on_gpu(trajectory: Trajectory, t: int, x: torch.Tensor) -> FrameUnderWay:
        return replace(begin(trajectory, t, x), is_queued=True)

    if request.param:
        monkeypatch.setattr(Trajectory, "begin", begin_on_gpu)
    return bool(request.param)


def test_each_frame_is_announced_once_and_one_step_is_under_way(is_queued: bool) -> None:
    trajectory, steps = Trajectory(T, 4, (2,)), Steps()
    for announced, progress in enumerate(
        record_steps(trajectory, range(T, -1, -1), iter(steps), steps.generator), 1
    ):
        assert isinstance(progress, ChainProgress)
        assert progress.done == announced - 1
        assert trajectory.recorded.sum() == announced
        assert steps.asked == min(announced + int(is_queued), T + 1)
    assert trajectory.is_complete
    assert trajectory.position is None


@pytest.mark.parametrize("stop_after", range(1, T + 1))
def test_a_stopped_chain_is_left_at_the_last_frame_announced(
    is_queued: bool, stop_after: int
) -> None:
    trajectory, steps = Trajectory(T, 4, (2,)), Steps()
    work = record_steps(trajectory, range(T, -1, -1), iter(steps), steps.generator)
    for _ in range(stop_after):
        next(work)
    work.close()
    position = trajectory.position
    assert position is not None
    assert position.frame == T - stop_after + 1
    assert trajectory.recorded.sum() == stop_after
    assert np.array_equal(trajectory.frame(position.frame), position.x.numpy())
    generator = torch.Generator().manual_seed(T)
    for _ in range(stop_after):
        torch.randn((4, 2), generator=generator)
    assert torch.equal(position.generator_state, generator.get_state())


@pytest.mark.parametrize("bad", range(T))
def test_a_frame_that_is_not_finite_is_not_announced(is_queued: bool, bad: int) -> None:
    trajectory, steps = Trajectory(T, 4, (2,)), Steps(bad=bad)
    work = record_steps(trajectory, range(T, -1, -1), iter(steps), steps.generator)
    with pytest.raises(NotFiniteError, match=rf"not finite at t = {bad}\."):
        list(work)
    assert np.flatnonzero(trajectory.recorded).tolist() == list(range(bad + 1, T + 1))
    assert trajectory.position is not None
    assert trajectory.position.frame == bad + 1


@needs_cuda
@pytest.mark.parametrize("name", ["digits", "eight-gaussians"])
@pytest.mark.parametrize("stop_after", [None, 1, 7])
def test_on_cuda_frames_are_those_of_the_cpu(name: str, stop_after: int | None) -> None:
    here, there = (ReverseRequest(find_model(name), 8, 3, device) for device in ("cpu", "cuda:0"))
    expected, found = driven(here), driven(there, stop_after)
    for t in range(expected.T, -1, -1):
        assert np.abs(found.frame(t) - expected.frame(t)).max() < 1e-2
        mine, theirs = found.statistics(t), expected.statistics(t)
        np.testing.assert_allclose(mine.mean, theirs.mean, atol=1e-3)
        np.testing.assert_allclose(mine.std, theirs.std, atol=1e-3)


def driven(request: ReverseRequest, stop_after: int | None = None) -> Trajectory:
    """Its whole chain, stopped and gone on with once."""
    work, stopped = record_reverse_chain(request), None
    done = 0
    for progress in work:
        if isinstance(progress, ChainProgress):
            done, stopped = done + 1, progress.trajectory
        if done == stop_after:
            break
    work.close()
    assert stopped is not None
    if not stopped.is_complete:
        list(record_reverse_chain(request, stopped))
    return stopped
