"""One whole step p_theta(x_{t-1} | x_t) as a function of tensors that lie still: a GPU records it once.

It asks the network, with a label or its own last prediction, limits x_0, forms mean and variance of
any sampler and adds the noise. What differs from step to step and from sampler to sampler are the
numbers of diffusion.step_table, which are read like x_t. Only a classifier's guidance is not in it:
its gradient needs memory of its own, and chains with one are taken step by step.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ddpm_studio.diffusion.chains import Prediction
from ddpm_studio.diffusion.device_queue import Mark
from ddpm_studio.diffusion.gaussians import clipped, variance_within
from ddpm_studio.diffusion.samplers import learned_share
from ddpm_studio.diffusion.step_table import COLUMNS, StepNumbers
from ddpm_studio.networks.denoiser import Denoiser
from ddpm_studio.networks.recording import Recording, recorded

_TRIAL_ROW = 0.8, 0.6, 0.5, 0.4, 0.3, -2.0, -1.0, 50.0
"""Of a step that depends on all it is given, as those of a chain need not."""


@dataclass(frozen=True, eq=False)
class StepInputs:
    """What a step is made of: for samples x (B, …), all on one device.

    row, t         of a :class:`~ddpm_studio.diffusion.step_table.StepTable`: (COLUMNS,) and (1,)
    z              N(0, I) of x's shape, or None where nothing is drawn
    label, before  (B,) and x's shape, or None for a network that does not look at them
    """

    x: Tensor
    row: Tensor
    t: Tensor
    z: Tensor | None = None
    label: Tensor | None = None
    before: Tensor | None = None


@dataclass(frozen=True, eq=False)
class StepOutputs:
    """x_{t-1}, the x_0 that it was made of, both of x's shape, and whether all of x_{t-1} is finite."""

    x: Tensor
    x_0: Tensor
    is_finite: Tensor


class StaticStep:
    """Steps of samples like those in ``example``, whose label or last prediction is there or is not.

    With ``learns`` the variance is the network's own. Nobody waits for the GPU in here, once it is
    made. Raises torch.OutOfMemoryError, and SamplerError for a variance that the network did not
    learn.
    """

    def __init__(self, denoiser: Denoiser, example: StepInputs, learns: bool) -> None:
        self._denoiser, self._learns = denoiser, learns
        self._lock = threading.Lock()
        x = example.x
        with torch.inference_mode(False):  # such tensors may be written to in any mode
            self._x, self._z = (x.new_zeros(x.shape) for _ in range(2))
            self._row = x.new_ones(COLUMNS)
            self._t = example.t.new_ones(1)
            self._label, self._before = (
                None if each is None else each.new_zeros(each.shape)
                for each in (example.label, example.before)
            )
        self._read = Mark(x.device)
        self._recording: Recording | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether kernels are replayed; otherwise they are launched one by one, for the same numbers."""
        return self._recording is not None

    @torch.inference_mode()
    def record(self, inputs: StepInputs, limit: float) -> None:
        """On CUDA, if it can be: compared with a step that is not recorded, of such inputs.

        ``limit`` is how far they may differ, as a part of their norm.
        """
        if not inputs.x.is_cuda:
            return
        row = inputs.row.new_tensor(_TRIAL_ROW)
        trial = replace(inputs, row=row, z=inputs.x, before=inputs.x)
        with self._lock:
            self._recording = recorded(self._ask, inputs.x.device, lambda: self._load(trial), limit)
            self._read = Mark(inputs.x.device)

    @torch.inference_mode()
    def take(self, inputs: StepInputs, out: StepOutputs) -> None:
        """Queue one step, written to ``out``; its ``is_finite`` may lie in a CPU's page-locked memory."""
        device = inputs.x.device
        with self._lock:
            self._read.goes_before(device)  # somebody may have come with another stream
            self._load(inputs)
            for into, result in zip((out.x, out.x_0, out.is_finite), self._results(), strict=True):
                into.copy_(result, non_blocking=True)
            self._read = Mark(device)

    def _load(self, inputs: StepInputs) -> None:
        self._x.copy_(inputs.x)
        self._row.copy_(inputs.row)
        self._t.copy_(inputs.t)
        if inputs.z is None:
            self._z.zero_()
        else:
            self._z.copy_(inputs.z)
        for mine, given in ((self._label, inputs.label), (self._before, inputs.before)):
            if mine is not None and given is not None:
                mine.copy_(given)

    def _results(self) -> tuple[Tensor, ...]:
        if self._recording is None:
            return self._ask()
        self._recording.replay()
        return self._recording.outputs

    def _ask(self) -> tuple[Tensor, Tensor, Tensor]:
        """What is recorded: x_{t-1}, x_0 and whether x_{t-1} is finite."""
        numbers = StepNumbers.of(self._row)
        prediction = self._denoiser.predict_with(
            numbers.scales, self._x, self._t, self._label, self._before
        )
        x_0 = prediction.x_0 if isinstance(prediction, Prediction) else prediction
        x_0 = clipped(x_0, numbers.clip)
        variance = (
            variance_within(numbers.log_range, learned_share(prediction)) if self._learns else None
        )
        x = numbers.coefficients.gaussian(x_0, self._x, variance).at(self._z)
        return x, x_0, torch.isfinite(x).all()
