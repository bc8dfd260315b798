"""A network on CUDA whose kernels are recorded once and replayed: at small batches launching them is
what takes the time.

Source: "Accelerating PyTorch with CUDA Graphs", the whole-network capture of its documentation.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_WARM_UPS = 3


class GraphedNetwork(nn.Module):
    """Predicts for samples of one shape by replaying; for any other shape it asks the network.

    ``example`` (B, …) and ``label`` (B,) lie on a CUDA device. Raises torch.OutOfMemoryError.
    """

    def __init__(self, network: nn.Module, example: Tensor, label: Tensor | None = None) -> None:
        super().__init__()
        self.network = network
        self._x = example.clone()
        self._t = torch.ones(1, dtype=torch.long, device=example.device)
        self._label = None if label is None else label.clone()
        stream = torch.cuda.Stream(example.device)
        stream.wait_stream(torch.cuda.current_stream(example.device))
        with torch.cuda.stream(stream):
            for _ in range(_WARM_UPS):  # libraries choose their kernels, and allocate
                self._ask()
        torch.cuda.current_stream(example.device).wait_stream(stream)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._output = self._ask()

    def _ask(self) -> Tensor:
        more = () if self._label is None else (self._label,)
        output: Tensor = self.network(self._x, self._t, *more)
        return output

    def forward(self, x: Tensor, t: Tensor, *more: Tensor) -> Tensor:
        """As the network's own."""
        if x.shape != self._x.shape or len(more) != (self._label is not None):
            output: Tensor = self.network(x, t, *more)
            return output
        self._x.copy_(x)
        self._t.copy_(t)
        if self._label is not None:
            self._label.copy_(more[0])
        self._graph.replay()
        return self._output.clone()  # the next replay writes there
