"""What the trainer tells of its steps, and shows of the next one, disturbs nothing and is true."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from ddpm_studio.diffusion.gaussians import marginal
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.loss_history import BLOCK_STEPS, BUCKETS, LossHistory, bucket_of
from ddpm_studio.training.trainer import Trainer
from ddpm_studio.training.training_step import StepNumbers, TrainingStep, read_steps


@pytest.fixture
def small_images(small: TrainingConfiguration) -> TrainingConfiguration:
    """With dropout, which draws from torch's global generator."""
    network = UNetConfiguration(
        8, 1, channels=8, channel_multipliers=(1, 1), blocks_per_level=1, norm_groups=4, dropout=0.5
    )
    return replace(small, data_set="digits", network=network, steps=6, batch_size=4)


def weights_of(trainer: Trainer) -> Tensor:
    return torch.cat([tensor.flatten() for tensor in trainer.weights().values()])


def finished(settings: TrainingConfiguration) -> Trainer:
    trainer = Trainer(settings)
    for _ in trainer.run():
        pass
    return trainer


@pytest.mark.parametrize("kind", ["points", "images"])
def test_looking_at_the_next_step_changes_nothing_and_shows_what_comes(
    kind: str, small: TrainingConfiguration, small_images: TrainingConfiguration
) -> None:
    settings = small if kind == "points" else small_images
    trainer = Trainer(settings)
    running, shown = trainer.run(), []
    for _ in range(settings.steps):
        shown.append(trainer.explain_next())
        step = next(running)
        assert shown[-1].step == step.step
        assert shown[-1].loss == step.loss  # with the same masks of dropout, too
        assert torch.equal(shown[-1].t, step.t)
    undisturbed = finished(settings)
    assert torch.equal(weights_of(trainer), weights_of(undisturbed))
    assert np.array_equal(trainer.history.losses, undisturbed.history.losses)
    assert not torch.equal(shown[0].noise, shown[1].noise)


def test_the_values_shown_are_those_of_algorithm_1(small: TrainingConfiguration) -> None:
    trainer = Trainer(replace(small, target="v"))
    shown = trainer.explain_next()
    for x_0, t, noise, x_t, target in zip(
        shown.x_0, shown.t, shown.noise, shown.x_t, shown.target, strict=True
    ):
        at_t = marginal(trainer.schedule, x_0[None].double(), int(t))
        signal, sigma = trainer.schedule.alpha_bar[t] ** 0.5, float(at_t.variance) ** 0.5
        assert (at_t.mean[0] + sigma * noise - x_t).abs().max() < 1e-5
        assert (signal * noise - sigma * x_0 - target).abs().max() < 1e-5
    losses = (shown.prediction - shown.target).square().flatten(1).mean(1)
    assert torch.equal(shown.sample_losses, losses)
    assert shown.loss == pytest.approx(float(losses.mean()), rel=1e-6)
    assert torch.equal(shown.prediction, trainer.network(shown.x_t, shown.t))


def test_pausing_takes_no_further_step(small: TrainingConfiguration) -> None:
    trainer = Trainer(small)
    running = trainer.run()
    for _ in range(3):
        next(running)
    paused = {name: tensor.clone() for name, tensor in trainer.state().tensors.items()}
    assert trainer.step == len(trainer.history) == 3
    assert all(torch.equal(paused[name], each) for name, each in trainer.state().tensors.items())
    assert next(running).step == 4


def test_the_history_is_what_the_steps_said(small: TrainingConfiguration) -> None:
    trainer = Trainer(replace(small, steps=120))
    steps = list(trainer.run())
    assert trainer.history.losses.tolist() == [step.loss for step in steps]
    assert trainer.history.gradient_norms.tolist() == [step.gradient_norm for step in steps]
    found = trainer.history.bucket_losses
    assert found.shape == (2, BUCKETS)
    for block, part in enumerate((steps[:BLOCK_STEPS], steps[BLOCK_STEPS:])):
        t = torch.cat([step.t for step in part])
        losses = torch.cat([step.sample_losses for step in part]).double()
        for bucket in range(BUCKETS):
            low, high = 25 * bucket, 25 * (bucket + 1)  # T = 250
            wanted = losses[(t > low) & (t <= high)].mean()
            assert found[block, bucket] == pytest.approx(float(wanted), rel=1e-6)
    everything = trainer.history.recent_loss(10**9)
    assert everything == pytest.approx(np.mean([step.loss for step in steps]), rel=1e-6)


def test_a_history_survives_its_arrays(small: TrainingConfiguration) -> None:
    history = finished(replace(small, steps=230)).history
    again = LossHistory.of_arrays(history.T, history.arrays())
    assert np.array_equal(again.losses, history.losses)
    assert np.array_equal(again.gradient_norms, history.gradient_norms)
    assert np.array_equal(again.bucket_losses, history.bucket_losses, equal_nan=True)


def share(histories: list[LossHistory]) -> None:
    """As processes do that wait for each other: each gives what it has, and all get the sum."""
    given: list[NDArray[np.float64]] = []

    def give(own: NDArray[np.float64]) -> NDArray[np.float64]:
        given.append(own.copy())
        return own

    for each in histories:
        copy.deepcopy(each).share_buckets(give)
    for each in histories:
        each.share_buckets(lambda _: np.sum(given, axis=0))


def test_shared_buckets_are_those_of_one_process_that_sees_all() -> None:
    """In rounds that end in the middle of a block, at its end, and after several."""
    chance = np.random.default_rng(0)
    whole, halves = LossHistory(40), [LossHistory(40), LossHistory(40)]
    for steps in (70, 30, 230, 1):
        t, losses = chance.integers(1, 41, (steps, 8)), chance.random((steps, 8), np.float32)
        first, scalars = len(whole) + 1, np.ones(steps, np.float32)
        whole.extend(StepNumbers(first, scalars, scalars, t, losses))
        for each, part in zip(halves, (slice(4), slice(4, 8)), strict=True):
            each.extend(StepNumbers(first, scalars, scalars, t[:, part], losses[:, part]))
        share(halves)
        halves[1] = LossHistory.of_arrays(40, halves[1].arrays())  # it was stopped, and goes on
        for each in halves:
            assert np.abs(each.arrays()["buckets"] - whole.arrays()["buckets"]).max() < 1e-9


def test_a_bucket_without_t_and_a_loss_that_is_no_number() -> None:
    history = LossHistory(1000)
    values = np.array([[0.5, np.inf, np.nan]], np.float32)
    one = np.ones(1, np.float32)
    history.extend(StepNumbers(1, one, one, np.array([[1, 2, 1000]]), values))
    assert history.bucket_losses[0, 0] == 0.5
    assert np.isnan(history.bucket_losses[0, 1:]).all()
    assert LossHistory(5).recent_loss(3) is None
    assert LossHistory(5).bucket_losses.shape == (0, BUCKETS)


@pytest.mark.parametrize("T", [1, 7, 10, 1000])
def test_buckets_are_equal_parts(T: int) -> None:
    buckets = bucket_of(np.arange(1, T + 1), T)
    assert buckets.min() >= 0
    assert buckets.max() < BUCKETS
    if T >= BUCKETS:
        assert np.ptp(np.bincount(buckets, minlength=BUCKETS)) <= 1


def test_many_steps_are_read_at_once() -> None:
    steps = [
        TrainingStep(k, 0.1, torch.tensor(1.0 * k), torch.tensor(2.0 * k), t, t / 10)
        for k in (4, 5)
        for t in [torch.tensor([k, 2 * k])]
    ]
    numbers = read_steps(steps)
    assert numbers.first_step == 4
    assert numbers.loss.tolist() == [4, 5]
    assert numbers.gradient_norm.tolist() == [8, 10]
    assert numbers.t.tolist() == [[4, 8], [5, 10]]


def test_a_batch_is_shared_among_processes_without_gap_or_overlap(
    small: TrainingConfiguration,
) -> None:
    from ddpm_studio.training.batches import BatchSource
    from ddpm_studio.training.ranks import Ranks, RanksError

    schedule, cpu = small.schedule.build(), torch.device("cpu")
    whole = BatchSource(small, schedule, cpu).draw()
    parts = [
        BatchSource(small, schedule, cpu).draw(Ranks(rank, 4).part_of(64)) for rank in range(4)
    ]
    assert torch.equal(torch.cat([part.x_t for part in parts]), whole.x_t)
    assert torch.equal(torch.cat([part.t for part in parts]), whole.t)
    with pytest.raises(RanksError, match="64 cannot be shared evenly by 3 processes"):
        Ranks(0, 3).part_of(64)


def test_gradients_are_clipped_to_the_norm_that_is_asked(small: TrainingConfiguration) -> None:
    """Adam forgets the scale of gradients: a clip shows in what it is told, not in its steps."""
    for limit in (None, 1e-3, 5.0):
        trainer = Trainer(replace(small, gradient_clip=limit))
        running = trainer.run()
        said = next(running).gradient_norm
        norm = torch.cat([p.grad.flatten() for p in trainer.network.parameters()]).norm()
        wanted = said if limit is None else min(said, limit)
        assert float(norm) == pytest.approx(wanted, rel=1e-3)


def test_bfloat16_learns_about_the_same(small: TrainingConfiguration) -> None:
    exact = finished(replace(small, steps=100)).history.losses
    rough = finished(replace(small, steps=100, precision="bfloat16")).history.losses
    assert not np.array_equal(exact, rough)
    assert np.abs(exact - rough).max() < 0.05
    assert rough.dtype == np.float32
