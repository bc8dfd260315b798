"""A network whose kernels are replayed, asked by two threads: with a recorder that needs no GPU."""

from __future__ import annotations

import threading

import pytest
import torch
from torch import Tensor, nn

from ddpm_studio.networks import graphed_network as graphed_network_module
from ddpm_studio.networks.graphed_network import GraphedNetwork
from ddpm_studio.networks.recording import Ask

PATIENCE_SECONDS = 0.2
TIMEOUT_SECONDS = 30.0


class Sum(nn.Module):
    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return x + t


class InterruptedRecording:
    """Computes once more where a GPU would replay; before its first replay another thread comes."""

    def __init__(self, ask: Ask) -> None:
        self._ask, self.outputs = ask, ask()
        self.other: threading.Thread | None = None

    def replay(self) -> None:
        if self.other is not None:
            other, self.other = self.other, None
            other.start()
            other.join(PATIENCE_SECONDS)  # it comes to its end where nothing keeps it out
        for mine, new in zip(self.outputs, self._ask(), strict=True):
            mine.copy_(new)


def test_two_threads_do_not_mix_up_what_they_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[InterruptedRecording] = []

    def recorded_here(ask: Ask, *_more: object) -> InterruptedRecording:
        made.append(InterruptedRecording(ask))
        return made[0]

    monkeypatch.setattr(graphed_network_module, "recorded", recorded_here)
    x, t = torch.zeros(3, 2), torch.tensor([1])
    graphed = GraphedNetwork(Sum(), x, 1000, None, 1e-4)
    others: list[Tensor] = []
    other = threading.Thread(target=lambda: others.append(graphed(x + 100, t)))
    made[0].other = other
    mine = graphed(x + 10, t)
    other.join(TIMEOUT_SECONDS)
    assert torch.equal(mine, torch.full((3, 2), 11.0))
    assert torch.equal(others[0], torch.full((3, 2), 101.0))
