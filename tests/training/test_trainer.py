"""Training: the same seed gives the same weights, the average is the average, the loss falls."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import fmean

import pytest
import torch
from torch import Tensor, nn

from ddpm_studio.checkpoints.description import Recipe, TrainingRecord
from ddpm_studio.datasets.points import (
    MIXTURE_MEANS,
    MIXTURE_STDS,
    MIXTURE_WEIGHTS,
    POINT_DISTRIBUTIONS,
)
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.training import trainer as trainer_module
from ddpm_studio.training.configuration import TrainingConfiguration, TrainingConfigurationError
from ddpm_studio.training.divergence import TrainingDivergedError
from ddpm_studio.training.moving_average import MovingAverage
from ddpm_studio.training.trainer import Trainer


def finished(settings: TrainingConfiguration) -> Trainer:
    trainer = Trainer(settings)
    for _ in trainer.run():
        pass
    return trainer


def equal(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def copied(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def averaged(history: list[dict[str, Tensor]], decay: float) -> dict[str, Tensor]:
    """sum_i w_i (1 - d_i) prod_{j>i} d_j with d_n = min(decay, (1 + n) / (10 + n)), in float64."""
    decays = [0.0] + [min(decay, (1 + n) / (10 + n)) for n in range(1, len(history))]
    shares = [(1 - d) * math.prod(decays[i + 1 :]) for i, d in enumerate(decays)]
    assert sum(shares) == pytest.approx(1)
    return {
        name: sum(
            (
                share * weights[name].double()
                for share, weights in zip(shares, history, strict=True)
            ),
            start=torch.zeros_like(tensor, dtype=torch.float64),
        )
        for name, tensor in history[0].items()
    }


def largest_difference(a: dict[str, Tensor], b: dict[str, Tensor]) -> float:
    return max(float((a[name] - b[name]).abs().max()) for name in a)


@pytest.fixture
def small_images(small: TrainingConfiguration) -> TrainingConfiguration:
    """With dropout, which draws from torch's global generator."""
    network = UNetConfiguration(
        8, 1, channels=8, channel_multipliers=(1, 1), blocks_per_level=1, norm_groups=4, dropout=0.5
    )
    return replace(small, data_set="digits", network=network, steps=3, batch_size=4)


@pytest.mark.parametrize("kind", ["points", "images"])
def test_the_same_seed_gives_the_same_weights_bit_for_bit(
    kind: str, small: TrainingConfiguration, small_images: TrainingConfiguration
) -> None:
    settings = small if kind == "points" else small_images
    torch.manual_seed(1)
    first = finished(settings)
    torch.manual_seed(2)  # what others draw must not matter
    again = finished(settings)
    other = finished(replace(settings, seed=1))
    assert equal(first.weights(), again.weights())
    assert first.description() == again.description()
    assert not equal(first.weights(), other.weights())


def test_what_its_driver_draws_between_steps_does_not_matter(
    small_images: TrainingConfiguration,
) -> None:
    trainer = Trainer(small_images)
    for _ in trainer.run():
        torch.rand(5)
    assert equal(trainer.weights(), finished(small_images).weights())


def test_the_global_generator_is_left_as_it_was(small_images: TrainingConfiguration) -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    for _ in Trainer(small_images).run():
        assert torch.equal(torch.get_rng_state(), before)


def test_dropout_is_drawn_anew_at_every_step(small_images: TrainingConfiguration) -> None:
    """With one state for all steps, the masks of two steps would be the same."""
    trainer = Trainer(small_images)
    masks: list[Tensor] = []
    for module in trainer.network.modules():
        if isinstance(module, nn.Dropout):
            module.register_forward_hook(lambda _m, _i, output: masks.append(output == 0))
            break
    for _ in trainer.run():
        pass
    assert len(masks) == 3
    assert not torch.equal(masks[0], masks[1])
    assert not torch.equal(masks[1], masks[2])


@pytest.mark.parametrize("decay", [0.0, 0.3, 0.999])
def test_the_moving_average_is_its_closed_form(decay: float) -> None:
    generator = torch.Generator().manual_seed(0)
    network = nn.Linear(3, 2)
    average = MovingAverage(network, decay)
    history = [copied(network)]
    for _ in range(30):
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator))
        average.update()
        history.append(copied(network))
    assert largest_difference(average.weights(), averaged(history, decay)) < 1e-6


def test_weights_are_the_average_of_the_live_ones(small: TrainingConfiguration) -> None:
    trainer = Trainer(small)
    history = [copied(trainer.network)]
    history += [copied(trainer.network) for _ in trainer.run()]
    assert largest_difference(trainer.weights(), averaged(history, small.ema_decay)) < 1e-6
    assert largest_difference(trainer.weights(), history[-1]) > 1e-3


def test_weights_are_a_copy(small: TrainingConfiguration) -> None:
    trainer = Trainer(small)
    for tensor in trainer.weights().values():
        tensor.fill_(math.nan)
    assert all(torch.isfinite(tensor).all() for tensor in trainer.weights().values())


def least_losses(settings: TrainingConfiguration) -> dict[str, float]:
    """E Var(target | x_t), which no network can be better than, for the mixture of Gaussians.

    x_0 given x_t is a mixture, too. With x_t = a x_0 + s epsilon and v = a epsilon - s x_0 known
    together, Var(epsilon) = a² / s² Var(x_0) and Var(v) = Var(x_0) / s².
    """
    generator = torch.Generator().manual_seed(5)
    alpha_bar = torch.from_numpy(settings.schedule.build().alpha_bar.copy())
    t = torch.randint(1, len(alpha_bar), (200_000, 1), generator=generator)
    a, s = alpha_bar[t].sqrt(), (1 - alpha_bar[t]).sqrt()
    data = POINT_DISTRIBUTIONS["mixture-1d"]
    x_0 = data.sample(len(t), generator).double()
    x_t = a * x_0 + s * torch.randn(x_0.shape, generator=generator, dtype=torch.float64)
    scale = data.std[0]
    weights = torch.tensor(MIXTURE_WEIGHTS, dtype=torch.float64)
    means = (torch.tensor(MIXTURE_MEANS, dtype=torch.float64) - data.mean[0]) / scale
    variances = (torch.tensor(MIXTURE_STDS, dtype=torch.float64) / scale) ** 2
    total = a**2 * variances + s**2
    share = (weights.log() - total.log() / 2 - (x_t - a * means) ** 2 / (2 * total)).softmax(dim=1)
    centre = means + a * variances / total * (x_t - a * means)
    error = (x_0 - (share * centre).sum(dim=1, keepdim=True)) ** 2
    each = {"noise": a**2 / s**2 * error, "x_0": error, "v": error / s**2}
    return {target: float(values.mean()) for target, values in each.items()}


@pytest.mark.parametrize(
    # v's least loss is nearly all of its variance: x_t tells little about it.
    ("target", "falls_to"),
    [("noise", 0.3), ("x_0", 0.8), ("v", 1.0)],
)
def test_the_loss_falls_to_the_least_that_is_possible(
    small: TrainingConfiguration, target: str, falls_to: float
) -> None:
    settings = replace(small, target=target, steps=600, batch_size=512)
    losses = [step.loss for step in Trainer(settings).run()]
    least = least_losses(settings)[target]
    assert 0.95 * least < fmean(losses[-100:]) < 1.12 * least
    assert fmean(losses[-100:]) < falls_to * losses[0]


def test_steps_count_from_1_and_the_rate_warms_up_and_falls_to_nothing(
    small: TrainingConfiguration,
) -> None:
    steps = list(Trainer(small).run())
    assert [step.step for step in steps] == list(range(1, 21))
    falling = [0.01 * math.cos(math.pi * k / 40) ** 2 for k in range(20)]
    expected = [rate * share for rate, share in zip(falling, [0.2, 0.4, 0.6, 0.8], strict=False)]
    expected += falling[4:]
    assert [step.learning_rate for step in steps] == pytest.approx(expected, rel=1e-9)


def test_a_training_that_diverges_says_so(small: TrainingConfiguration) -> None:
    trainer = Trainer(replace(small, learning_rate=1e30, warm_up_steps=0))
    with pytest.raises(TrainingDivergedError, match=r"after \d+ steps; try a lower learning rate"):
        list(trainer.run())
    assert trainer.description().training.steps < small.steps


def test_gradients_that_are_not_numbers_spoil_no_weights(
    small: TrainingConfiguration, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(small)
    before = trainer.weights()

    def finite_with_infinite_slope(_output: Tensor, _target: Tensor) -> Tensor:
        return sum((0 * p.sum()).sqrt() for p in trainer.network.parameters()) + torch.ones(())

    monkeypatch.setattr(trainer_module, "mse_loss", finite_with_infinite_slope)
    with pytest.raises(TrainingDivergedError):
        next(trainer.run())
    assert equal(trainer.weights(), before)
    assert equal(copied(trainer.network), before)


def test_the_description_says_what_was_trained(small: TrainingConfiguration) -> None:
    settings = replace(small, seed=7, clip=3.0, variance="fixed-small", target="v")
    trainer = Trainer(settings)
    assert trainer.description().training.final_loss is None
    losses = [step.loss for step, _ in zip(trainer.run(), range(8), strict=False)]
    made = trainer.description()
    assert (made.name, made.data_set, made.network) == ("small", "mixture-1d", settings.network)
    assert (made.schedule, made.target) == (settings.schedule, "v")
    assert (made.variance, made.clip) == ("fixed-small", 3.0)
    taken = made.training.steps
    assert taken in (8, 9)  # zip asks for one more
    assert made.training.interrupted
    assert made.training == TrainingRecord(
        steps=taken,
        planned_steps=20,
        batch_size=64,
        learning_rate=0.01,
        ema_decay=0.9,
        seed=7,
        final_loss=made.training.final_loss,
        device="cpu",
        threads=torch.get_num_threads(),
        recipe=Recipe("cosine", 20, 5, 1.0, "float32"),
    )
    assert made.training.final_loss == pytest.approx(fmean(losses), rel=0.2)


def test_a_finished_training_takes_no_further_step(small: TrainingConfiguration) -> None:
    trainer = finished(small)
    assert not trainer.description().training.interrupted
    assert list(trainer.run()) == []


def test_a_schedule_that_cannot_be_is_refused_before_training(small: TrainingConfiguration) -> None:
    with pytest.raises(TrainingConfigurationError, match="T must lie between 1"):
        Trainer(replace(small, schedule=ScheduleConfiguration("linear", 0, 1e-4, 0.02)))
    with pytest.raises(
        TrainingConfigurationError, match="beta_T must lie strictly between 0 and 1"
    ):
        Trainer(replace(small, schedule=ScheduleConfiguration("linear", 10, 1e-4, math.nan)))
