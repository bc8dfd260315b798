"""Trains a denoiser by the simple objective E ||target - network(x_t, t)||² (DDPM, Algorithm 1)."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from ddpm_studio.checkpoints.description import ModelDescription, TrainingRecord
from ddpm_studio.datasets.catalogue import open_data_set
from ddpm_studio.diffusion.targets import Target, signal_and_noise_scales, target_value
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.denoiser import build_network
from ddpm_studio.training.moving_average import MovingAverage
from ddpm_studio.training.presets import TrainingConfiguration

_RECENT_STEPS = 200


class TrainingDivergedError(ExplainedError, ArithmeticError):
    """The loss is no longer a number; the message says at which step and what to try."""


@dataclass(frozen=True)
class TrainingStep:
    """One optimiser step: ``step`` counts from 1, ``loss`` is the batch's mean squared error."""

    step: int
    loss: float
    learning_rate: float


class Trainer:
    """A training run as a generator: whoever drives :meth:`run` owns progress and cancelling.

    All randomness comes from ``configuration.seed``; on one machine with one number of threads
    the same configuration gives the same weights, bit for bit.
    """

    def __init__(
        self, configuration: TrainingConfiguration, device: torch.device | str = "cpu"
    ) -> None:
        self.configuration = configuration
        self.device = torch.device(device)
        self.schedule = configuration.schedule.build()
        self._data = open_data_set(configuration.data_set)
        self._generator = torch.Generator().manual_seed(configuration.seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(configuration.seed)
            self.network = build_network(configuration.network).to(self.device)
        self._average = MovingAverage(self.network, configuration.ema_decay)
        self._target = Target(configuration.target)
        self._recent_losses: deque[float] = deque(maxlen=_RECENT_STEPS)
        self._step = 0

    def run(self) -> Iterator[TrainingStep]:
        """Yield after each step until ``configuration.steps`` are done.

        Raises TrainingDivergedError where the loss stops being finite.
        """
        settings = self.configuration
        self.network.train()
        fused = self.device.type in ("cpu", "cuda")
        optimiser = torch.optim.Adam(
            self.network.parameters(), lr=settings.learning_rate, fused=fused
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)  # dropout draws from the global generator
            dropout_state = torch.get_rng_state()
        while self._step < settings.steps:
            rate = self._learning_rate(self._step)
            for group in optimiser.param_groups:
                group["lr"] = rate
            # Only while a step is computed is the global generator ours: a driver may use it too.
            with torch.random.fork_rng(devices=[]):
                torch.set_rng_state(dropout_state)
                loss = self._take_step(optimiser)
                dropout_state = torch.get_rng_state()
            self._step += 1
            self._recent_losses.append(loss)
            yield TrainingStep(self._step, loss, rate)

    def _take_step(self, optimiser: torch.optim.Optimizer) -> float:
        loss = self._batch_loss()
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        value = float(loss.detach())
        # A finite loss may have gradients that are not: they would spoil the weights.
        if not math.isfinite(value) or not math.isfinite(float(norm)):
            raise TrainingDivergedError(
                "The loss is not a number after {steps} steps; try a lower learning rate.",
                steps=self._step,
            )
        optimiser.step()
        self._average.update()
        return value

    def _batch_loss(self) -> Tensor:
        """One draw of the simple objective (DDPM, eq. 14), a scalar."""
        settings = self.configuration
        x_0 = self._data.sample(settings.batch_size, self._generator).to(self.device)
        t = torch.randint(1, self.schedule.T + 1, (len(x_0),), generator=self._generator)
        noise = torch.randn(x_0.shape, generator=self._generator).to(self.device)
        signal, sigma = signal_and_noise_scales(self.schedule, t, x_0)
        output = self.network(signal * x_0 + sigma * noise, t.to(self.device))
        wanted = target_value(self._target, x_0, noise, self.schedule, t)
        return torch.nn.functional.mse_loss(output, wanted)

    def _learning_rate(self, step: int) -> float:
        """Linear warm-up, then a half cosine down to zero at the last step."""
        settings = self.configuration
        warm_up = min(1.0, (step + 1) / max(1, settings.warm_up_steps))
        return (
            settings.learning_rate * warm_up * 0.5 * (1 + math.cos(math.pi * step / settings.steps))
        )

    def weights(self) -> dict[str, Tensor]:
        """A copy of the moving-average weights: what samples are drawn with."""
        return self._average.weights()

    def description(self) -> ModelDescription:
        """What the model is, as trained so far."""
        settings = self.configuration
        losses = self._recent_losses
        return ModelDescription(
            name=settings.name,
            data_set=settings.data_set,
            network=settings.network,
            schedule=settings.schedule,
            target=settings.target,
            variance=settings.variance,
            clip=settings.clip,
            training=TrainingRecord(
                steps=self._step,
                planned_steps=settings.steps,
                batch_size=settings.batch_size,
                learning_rate=settings.learning_rate,
                ema_decay=settings.ema_decay,
                seed=settings.seed,
                final_loss=sum(losses) / len(losses) if losses else None,
                device=self.device.type,
                threads=torch.get_num_threads(),
            ),
        )
