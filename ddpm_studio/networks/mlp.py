"""A small multilayer perceptron that denoises points in one, two or a few dimensions."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from ddpm_studio.networks.configuration import MlpConfiguration
from ddpm_studio.networks.time_embedding import sinusoidal_features


class PointMlp(nn.Module):
    """(x_t, t) -> prediction of x_t's shape.

    Every hidden layer is shifted by its own linear map of the features of t, so that one t for
    the whole batch, shape (1,), costs a single row.
    """

    def __init__(self, configuration: MlpConfiguration) -> None:
        super().__init__()
        self.configuration = configuration
        width = configuration.width
        sizes = [configuration.dimension, *[width] * configuration.depth]
        self.hidden = nn.ModuleList(
            nn.Linear(inputs, outputs) for inputs, outputs in pairwise(sizes)
        )
        self.time = nn.ModuleList(
            nn.Linear(configuration.time_features, width, bias=False) for _ in self.hidden
        )
        self.output = nn.Linear(width, configuration.dimension)
        self.activation = nn.SiLU()

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """x: (B, D); t: (B,) or (1,), from 1 to T; returns (B, D)."""
        features = sinusoidal_features(t, self.configuration.time_features)
        for layer, time in zip(self.hidden, self.time, strict=True):
            x = self.activation(layer(x) + time(features))
        prediction: Tensor = self.output(x)
        return prediction
