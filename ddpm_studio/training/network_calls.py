"""How the network of a training is called: with which inputs, precision and layout, compiled or not."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from ddpm_studio.training.batches import Batch
from ddpm_studio.training.computation import (
    AUTO_WORTH,
    LAYOUT_WORTH,
    Computation,
    fastest,
    in_layout,
    possible_computations,
)
from ddpm_studio.training.configuration import AUTO, TrainingConfiguration
from ddpm_studio.training.ranks import Ranks
from ddpm_studio.training.run_state import RunState


class NetworkCalls:
    """Calls one network, in the precision and the layout that are fastest for it.

    What is to be measured is measured once, by :meth:`choose`; before, it is computed as usual.
    """

    def __init__(
        self,
        network: nn.Module,
        configuration: TrainingConfiguration,
        device: torch.device,
        ranks: Ranks,
    ) -> None:
        self._network, self._device, self._ranks = network, device, ranks
        self._is_image = len(configuration.network.sample_shape) == 3
        is_auto = configuration.precision == AUTO
        self._precision = None if is_auto else configuration.precision  # until it is measured
        self._memory_format: str | None = None

    @property
    def precision(self) -> str:
        """ "float32" or "bfloat16"; "auto" before that is measured."""
        return self._precision or AUTO

    @property
    def memory_format(self) -> str:
        """A key of computation.FORMATS."""
        return self._memory_format or "contiguous"

    @property
    def _computation(self) -> Computation:
        return Computation(self._precision or "float32", self.memory_format)

    def predict(self, batch: Batch, network: nn.Module | None = None) -> Tensor:
        """What the network, or another form of it, says of a batch; float32 (B, …)."""
        forward = self._network if network is None else network
        computation = self._computation
        with computation.autocast(self._device):
            output: Tensor = forward(computation.laid_out(batch.x_t), *batch.given)
        return output.float()

    def compute_gradients(self, batch: Batch, network: nn.Module) -> None:
        """All of a step that needs memory in the network."""
        torch.autograd.backward(mse_loss(self.predict(batch, network), batch.target))

    def candidates(self) -> list[Computation]:
        """What there is to choose from: one where nothing is to be measured."""
        return possible_computations(
            self._device,
            self._precision,
            self._memory_format,
            # Joined processes share their gradients in one layout.
            has_layouts=self._is_image and self._ranks.size == 1,
        )

    def measured(self, candidates: list[Computation], batch: Batch) -> Computation:
        """The fastest of them for such a batch."""
        worth = LAYOUT_WORTH if self._precision else AUTO_WORTH
        inputs = (batch.x_t, *batch.given)
        return fastest(self._network, inputs, candidates, worth, self._ranks.mean)

    def use(self, chosen: Computation) -> bool:
        """Compute like this from now on; whether the weights lie elsewhere in memory now."""
        self._precision = chosen.precision
        return self._memory_format is None and self._lay_out(chosen.memory_format)

    def restore(self, state: RunState) -> bool:
        """Compute as before; whether the weights lie elsewhere in memory now.

        What was measured holds on the same kind of device; a layout also is none of the CPU's.
        """
        if state.precision == AUTO:
            return False  # nothing was measured yet
        is_same = state.device == self._device.type
        if self._precision is None and state.configuration.precision == AUTO and is_same:
            self._precision = state.precision
        keeps_layout = is_same or self._device.type == "cuda"
        return self._lay_out(state.memory_format if keeps_layout else "contiguous")

    def _lay_out(self, name: str) -> bool:
        self._memory_format = name
        if name == "contiguous":
            return False
        in_layout(self._network, name)
        return True
