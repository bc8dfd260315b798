"""Adam over all weights at once, with clipped gradients; its moments can be stored and restored."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ddpm_studio.training.configuration import TrainingConfiguration

_FUSED = ("cpu", "cuda")


class Optimiser:
    """Steps that are no numbers are left out on CUDA, where looking at each would cost time."""

    def __init__(
        self, network: nn.Module, configuration: TrainingConfiguration, device: torch.device
    ) -> None:
        self._parameters = dict(network.named_parameters())
        self._clip = configuration.gradient_clip
        self._is_fused = device.type in _FUSED
        self._adam = torch.optim.Adam(
            self._parameters.values(), lr=configuration.learning_rate, fused=self._is_fused
        )
        self._found_inf = torch.zeros((), device=device)
        self._skips = device.type == "cuda"

    def forget_gradients(self) -> None:
        """Free their memory."""
        self._adam.zero_grad(set_to_none=True)

    def clip_gradients(self) -> Tensor:
        """Scale the gradients to the norm allowed; returns the norm that they had, a scalar."""
        limit = math.inf if self._clip is None else self._clip
        if limit < math.inf:
            return nn.utils.clip_grad_norm_(self._parameters.values(), limit)
        gradients = [p.grad for p in self._parameters.values() if p.grad is not None]
        return nn.utils.get_total_norm(gradients)

    def step(self, learning_rate: float, norm: Tensor) -> None:
        """One step of Adam; none, ever again, after a ``norm`` that is no number, where that is not
        looked at elsewhere."""
        for group in self._adam.param_groups:
            group["lr"] = learning_rate
        if self._skips:
            self._found_inf = torch.maximum(self._found_inf, (~norm.isfinite()).float())
            # The fused kernel reads it on the device, as it does for torch's GradScaler.
            self._adam.found_inf = self._found_inf  # type: ignore[attr-defined]
        self._adam.step()

    def reserve(self) -> None:
        """Take the memory of the moments, and give it back where they are not there yet."""
        if not self._has_moments:
            self._adam.state.clear()  # of a first step that ended in the middle
            _ = [torch.empty_like(p) for p in self._parameters.values() for _ in range(2)]

    @property
    def _has_moments(self) -> bool:
        return all("exp_avg_sq" in self._adam.state.get(p, {}) for p in self._parameters.values())

    def state(self) -> dict[str, dict[str, Tensor]]:
        """The moments by the names of the weights; nothing before the first step."""
        if not self._has_moments:
            return {}
        return {
            moment: {name: self._adam.state[p][moment] for name, p in self._parameters.items()}
            for moment in ("exp_avg", "exp_avg_sq")
        }

    def restore(
        self, exp_avg: dict[str, Tensor], exp_avg_sq: dict[str, Tensor], steps: int
    ) -> None:
        """Go on after ``steps`` steps. Raises KeyError or ValueError where the moments do not fit."""
        for name, parameter in self._parameters.items() if steps else ():
            if not parameter.shape == exp_avg[name].shape == exp_avg_sq[name].shape:
                raise ValueError  # copying would repeat a smaller one
            device = parameter.device if self._is_fused else torch.device("cpu")
            self._adam.state[parameter] = {
                "step": torch.tensor(float(steps), device=device),
                # In the layout of the weights, which the fused kernel asks for.
                "exp_avg": torch.empty_like(parameter).detach().copy_(exp_avg[name]),
                "exp_avg_sq": torch.empty_like(parameter).detach().copy_(exp_avg_sq[name]),
            }
