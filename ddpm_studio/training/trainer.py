"""Trains a denoiser by the simple objective E ||target - network(x_t, t)||² (DDPM, Algorithm 1).

A network made for classes is given the class y of x_0, too: E ||target - network(x_t, t, y)||².
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.datasets.catalogue import DataSource
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.denoiser import build_network
from ddpm_studio.training.batches import Batch, BatchSource
from ddpm_studio.training.compilation import CompilationError, try_to_compile
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.divergence import (
    first_bad_step,
    is_sound,
    not_a_number,
    require_no_explosion,
)
from ddpm_studio.training.explained_step import ExplainedStep
from ddpm_studio.training.failures import lost_device
from ddpm_studio.training.labels import require_same_classes
from ddpm_studio.training.loss_history import LossHistory
from ddpm_studio.training.memory_limit import (
    fitting_batch_size,
    is_out_of_memory,
    too_large_batch,
    untried_batch,
)
from ddpm_studio.training.model_record import described
from ddpm_studio.training.moving_average import MovingAverage
from ddpm_studio.training.network_calls import NetworkCalls
from ddpm_studio.training.optimiser import Optimiser
from ddpm_studio.training.random_states import DropoutRandomness
from ddpm_studio.training.ranks import ALONE, Ranks
from ddpm_studio.training.run_state import ResumeError, RunState, require_same_model
from ddpm_studio.training.training_step import TrainingStep, read_steps

RECENT_STEPS = 200
"""Steps whose mean loss is called the final one."""

_READ_EVERY = 50


class Trainer:
    """A training run as a generator: whoever drives :meth:`run` owns progress, pause and cancelling.

    All randomness comes from ``configuration.seed``; on one machine with one number of threads
    the same configuration gives the same weights, bit for bit. Between two steps, :meth:`state` is
    all that is needed to go on exactly. With ``ranks``, each process computes its part of the
    batch. ``data`` stands in for the catalogue's. ``compilation_problem`` is why a network that should
    be compiled is not, from the first step on. Raises MissingDataError, LabelsError, RanksError.
    """

    def __init__(
        self,
        configuration: TrainingConfiguration,
        device: torch.device | str = "cpu",
        ranks: Ranks = ALONE,
        data: DataSource | None = None,
    ) -> None:
        self.configuration = configuration
        self.device = torch.device(device)
        self.schedule = configuration.schedule.build()
        self._ranks = ranks
        self._part = ranks.part_of(configuration.batch_size)
        self._batches = BatchSource(configuration, self.schedule, self.device, data)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(configuration.seed)
            self.network = build_network(configuration.network).to(self.device)
        self._dropout = DropoutRandomness(self.network, configuration.seed, self.device)
        self._calls = NetworkCalls(self.network, configuration, self.device, ranks)
        self._history = LossHistory(self.schedule.T)
        self._unread: list[TrainingStep] = []
        self._step = 0
        self._is_whole = True  # not in the middle of a step that has changed weights already
        self.compilation_problem: CompilationError | None = None
        self._prepare()

    def _prepare(self) -> None:
        """What depends on where the weights lie in memory."""
        self._average = MovingAverage(self.network, self.configuration.ema_decay)
        self._optimiser = Optimiser(self.network, self.configuration, self.device)
        self._forward: nn.Module | None = None  # until it is joined with other processes' networks

    @classmethod
    def resumed(
        cls,
        state: RunState,
        device: torch.device | str = "cpu",
        configuration: TrainingConfiguration | None = None,
        ranks: Ranks = ALONE,
    ) -> Trainer:
        """The training that ``state`` was taken of. Raises ResumeError, MissingDataError, LabelsError.

        ``configuration`` may change how it goes on, but not what is trained.
        """
        settings = configuration or state.configuration
        # First, as the network that is asked for may be one for the classes of now.
        require_same_classes(state.configuration.data_set, state.class_names)
        require_same_model(settings, state.configuration)
        trainer = cls(settings, device, ranks)
        try:
            trainer._restore(state)
        except torch.OutOfMemoryError:
            raise
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise ResumeError("The state of the training does not fit its network.") from error
        return trainer

    def _restore(self, state: RunState) -> None:
        if self._calls.restore(state):
            self._lie_elsewhere()
        self.network.load_state_dict(state.part("network"))
        self._average.restore(state.part("average"), state.step)
        self._optimiser.restore(state.part("exp_avg"), state.part("exp_avg_sq"), state.step)
        seed = self.configuration.seed + state.step  # for a generator that another device has not
        self._batches.restore(state.part("generator"), seed)
        self._dropout.restore(state.part("generator"), seed)
        arrays = {name: tensor.numpy() for name, tensor in state.part("history").items()}
        self._history = LossHistory.of_arrays(self.schedule.T, arrays)
        if len(self._history) != state.step:
            raise ValueError
        self._step = state.step

    @property
    def precision(self) -> str:
        """Of the computation: "float32" or "bfloat16"; "auto" before that is measured."""
        return self._calls.precision

    @property
    def step(self) -> int:
        """Steps taken so far."""
        return self._step

    @property
    def history(self) -> LossHistory:
        """Of all steps so far. Reads what is still on the device, so it waits for the device."""
        if self._unread:
            self._history.extend(read_steps(self._unread))
            self._unread.clear()
        return self._history

    @property
    def is_sound(self) -> bool:
        """Whether the loss is a number and far from exploding: a state worth keeping.

        Neither is one whose last step was broken off between its first change and its last.
        """
        return self._is_whole and is_sound(self.history)

    def run(self) -> Iterator[TrainingStep]:
        """Yield after each step until ``configuration.steps`` are done.

        Raises TrainingDivergedError where the loss stops being finite or explodes, and
        TooLargeBatchError; the weights are then those of the last good step, or of the last step.
        """
        self.network.train()
        self._choose_computation()
        if self._forward is None:
            self._forward = self._ranks.joined(self._compiled(), self.device)
        while self._step < self.configuration.steps:
            step = self._step_or_explanation()
            self._step += 1
            self._is_whole = True
            self._unread.append(step)
            if self._step % _READ_EVERY == 0 or self._step == self.configuration.steps:
                self._require_progress()
            yield step

    def _step_or_explanation(self) -> TrainingStep:
        before = self._random_states()
        try:
            with self._ranks.losing_one_explained():
                return self._take_step()
        except torch.AcceleratorError as error:
            raise lost_device(str(self.device)) from error
        except BaseException as error:
            self._restore_random_states(before)  # the step was not taken
            self._optimiser.forget_gradients()
            if not is_out_of_memory(error):
                raise
        # No sooner: the error holds all that lies in memory.
        raise self._too_large()

    def _take_step(self) -> TrainingStep:
        rate = self.configuration.learning_rate_at(self._step)
        batch = self._draw()
        with self._dropout.ours():
            output = self._calls.predict(batch, self._forward)
        loss = mse_loss(output, batch.target)
        self._optimiser.forget_gradients()
        torch.autograd.backward(loss)
        norm = self._optimiser.clip_gradients()
        reported = self._ranks.mean(loss.detach())
        self._require_numbers(reported, norm)
        # What needs memory comes before what changes the weights.
        losses = _sample_losses(output.detach(), batch.target)
        self._is_whole = False
        self._optimiser.step(rate, norm)
        self._average.update()
        return TrainingStep(self._step + 1, rate, reported, norm, batch.t, losses)

    def _draw(self) -> Batch:
        batch = self._batches.draw(self._part)
        if not self._ranks.is_first:  # a checkpoint keeps the first one's state alone
            self._dropout.reseed(hash((self.configuration.seed, self._step, self._ranks.rank)))
        return batch

    def _require_numbers(self, loss: Tensor, norm: Tensor) -> None:
        """On a CPU at once; elsewhere looking would wait, and the optimiser leaves such a step out."""
        if self.device.type != "cpu":
            return
        # A finite loss may have gradients that are not: they would spoil the weights.
        if not math.isfinite(float(loss)) or not math.isfinite(float(norm)):
            raise not_a_number(self._step)

    def _require_progress(self) -> None:
        """Also the look at the numbers that :meth:`_require_numbers` spared."""
        if self._ranks.size > 1:
            self.history.share_buckets(partial(self._ranks.total, device=self.device))
        good_steps = first_bad_step(self.history)
        if good_steps is not None:  # the optimiser has left out all steps from there on
            self._step = good_steps
            self._history.forget_after(good_steps)
            raise not_a_number(good_steps)
        require_no_explosion(self._history)

    def _too_large(self) -> ExplainedError:
        if self._ranks.size > 1:
            return untried_batch(self.configuration.batch_size)
        before = self._random_states()
        try:
            fitting = fitting_batch_size(self.configuration.batch_size, self._try_batch)
        finally:
            self._restore_random_states(before)
        return too_large_batch(self.configuration.batch_size, fitting)

    def _try_batch(self, size: int) -> None:
        """All that a step of that size needs memory for."""
        try:
            self._calls.compute_gradients(self._batches.draw(batch_size=size), self.network)
            self._optimiser.reserve()
        finally:
            self._optimiser.forget_gradients()

    def _compiled(self) -> nn.Module:
        """The network, compiled where that is asked for; the same in all processes."""
        if not self.configuration.compile:
            return self.network
        before = self._random_states()
        try:
            network, self.compilation_problem = try_to_compile(
                self.network, self.device, self._try_compiled, self._ranks
            )
        finally:
            self._restore_random_states(before)
            self._optimiser.forget_gradients()
        return network

    def _try_compiled(self, network: nn.Module) -> None:
        with self._dropout.ours(keep=False):
            self._calls.compute_gradients(self._batches.draw(self._part), network)

    def _choose_computation(self) -> None:
        """Once; what is to be measured is measured with the next batch, which stays the next."""
        candidates = self._calls.candidates()
        chosen = candidates[0]
        if len(candidates) > 1:
            before = self._random_states()
            batch = self._batches.draw(self._part)
            self._restore_random_states(before)
            chosen = self._calls.measured(candidates, batch)
        if self._calls.use(chosen):
            self._lie_elsewhere()

    def _lie_elsewhere(self) -> None:
        """The weights are in another layout now: so must be what goes with them."""
        average, updates = self._average.weights(), self._step
        self._prepare()
        self._average.restore(average, updates)

    def _random_states(self) -> dict[str, Tensor]:
        return self._batches.state() | self._dropout.state()

    def _restore_random_states(self, states: dict[str, Tensor]) -> None:
        self._batches.restore(states, 0)
        self._dropout.restore(states, 0)

    def explain_next(self) -> ExplainedStep:
        """The values of the next step, which stays the next: nothing is changed by looking."""
        self.network.train()
        self._choose_computation()
        before = self._random_states()
        try:
            batch = self._draw()
            with torch.no_grad(), self._dropout.ours(keep=False):
                output = self._calls.predict(batch)
        finally:
            self._restore_random_states(before)
        return ExplainedStep(
            step=self._step + 1,
            x_0=batch.x_0.cpu(),
            t=batch.t.cpu(),
            noise=batch.noise.cpu(),
            x_t=batch.x_t.cpu(),
            prediction=output.cpu(),
            target=batch.target.cpu(),
            sample_losses=_sample_losses(output, batch.target).cpu(),
            loss=float(mse_loss(output, batch.target)),
            label=None if batch.label is None else batch.label.cpu(),
        )

    def weights(self) -> dict[str, Tensor]:
        """A copy of the moving-average weights: what samples are drawn with."""
        return self._average.weights()

    def state(self) -> RunState:
        """All that is needed to go on; its tensors are the trainer's own, to be stored at once."""
        history = {name: torch.from_numpy(a) for name, a in self.history.arrays().items()}
        parts = {
            "network": self.network.state_dict(),
            "average": self._average.state(),
            **self._optimiser.state(),
            "generator": self._random_states(),
            "history": history,
        }
        return RunState(
            configuration=self.configuration,
            step=self._step,
            tensors={
                f"{part}.{name}": tensor
                for part, tensors in parts.items()
                for name, tensor in tensors.items()
            },
            device=self.device.type,
            threads=torch.get_num_threads(),
            memory_format=self._calls.memory_format,
            precision=self.precision,
            class_names=self._batches.class_names,
            images_sha256=self._batches.images_sha256,
        )

    def description(self) -> ModelDescription:
        """What the model is, as trained so far."""
        loss = self.history.recent_loss(RECENT_STEPS)
        names = self._batches.class_names
        return described(self.configuration, names, self.precision, self._step, loss, self.device)


def _sample_losses(output: Tensor, target: Tensor) -> Tensor:
    return (output - target).square().flatten(1).mean(dim=1)
