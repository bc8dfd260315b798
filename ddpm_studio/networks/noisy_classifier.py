"""A classifier of noisy images, ln p(y | x_t), which guides a reverse chain (Dhariwal & Nichol 2021)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ddpm_studio.networks.classifier_configuration import ClassifierConfiguration, Pooling
from ddpm_studio.networks.unet_encoder import Encoded, UNetEncoder


class NoisyClassifier(UNetEncoder):
    """(x_t, t) -> logits, (B, classes)."""

    def __init__(self, configuration: ClassifierConfiguration) -> None:
        super().__init__(configuration.body)
        self.classifier = configuration
        if configuration.pooling == Pooling.ATTENTION:
            self.pool: nn.Module = AttentionPool(configuration)
        elif configuration.pooling == Pooling.AVERAGE:
            self.pool = AveragePool(configuration)
        else:
            self.pool = LevelsPool(configuration, sum(self.skip_widths))

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """x: (B, channels, H, W); t: (B,) or (1,), from 1 to T."""
        logits: Tensor = self.pool(self.encode(x, t))
        return logits

    @torch.inference_mode(False)
    @torch.enable_grad()
    def score(self, x: Tensor, t: Tensor, label: Tensor) -> Tensor:
        """The gradient of ln p(label | x_t) with respect to x_t, (B, channels, H, W).

        label: (B,), from 0 to classes - 1. The gradient is taken wherever it is asked for, in
        inference mode, too, in which chains run.
        """
        x = x.clone().requires_grad_()
        chosen = functional.log_softmax(self(x, t.clone()), dim=1).gather(1, label.clone()[:, None])
        gradient: Tensor = torch.autograd.grad(chosen.sum(), x)[0]
        return gradient


class AttentionPool(nn.Module):
    """The mean of all pixels asks them all what it should know (Radford et al. 2021, CLIP)."""

    def __init__(self, configuration: ClassifierConfiguration) -> None:
        super().__init__()
        body = configuration.body
        width = body.level_widths[-1]
        self.heads = body.heads_of(width)
        self.norm = nn.GroupNorm(body.norm_groups, width, body.norm_epsilon)
        self.position = nn.Parameter(torch.randn(width, body.level_sizes[-1] ** 2 + 1) / width**0.5)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.projection = nn.Linear(width, configuration.classes)

    def forward(self, encoded: Encoded) -> Tensor:
        """Returns logits, (B, classes)."""
        pixels = functional.silu(self.norm(encoded.middle)).flatten(2)
        tokens = torch.cat((pixels.mean(dim=2, keepdim=True), pixels), dim=2) + self.position
        packed = self.query_key_value(tokens.transpose(1, 2))  # (B, 1 + H W, 3 C)
        query, key, value = (
            each.unflatten(2, (self.heads, -1)).transpose(1, 2) for each in packed.chunk(3, dim=2)
        )
        # The mean alone is asked for: its row of the attention is all that is needed.
        attended = functional.scaled_dot_product_attention(query[:, :, :1], key, value)
        logits: Tensor = self.projection(attended.flatten(1))
        return logits


class AveragePool(nn.Module):
    """The mean of all pixels."""

    def __init__(self, configuration: ClassifierConfiguration) -> None:
        super().__init__()
        body = configuration.body
        width = body.level_widths[-1]
        self.norm = nn.GroupNorm(body.norm_groups, width, body.norm_epsilon)
        self.output = nn.Linear(width, configuration.classes)

    def forward(self, encoded: Encoded) -> Tensor:
        """Returns logits, (B, classes)."""
        pixels = functional.silu(self.norm(encoded.middle))
        logits: Tensor = self.output(pixels.mean(dim=(2, 3)))
        return logits


class LevelsPool(nn.Module):
    """The means of all layers on the way down, through one more layer."""

    def __init__(self, configuration: ClassifierConfiguration, skip_width: int) -> None:
        super().__init__()
        body, width = configuration.body, configuration.hidden_width
        self.hidden = nn.Linear(skip_width + body.level_widths[-1], width)
        self.norm = (
            nn.GroupNorm(body.norm_groups, width, body.norm_epsilon)
            if configuration.pooling == Pooling.ALL_LEVELS_NORMED
            else None
        )
        self.output = nn.Linear(width, configuration.classes)

    def forward(self, encoded: Encoded) -> Tensor:
        """Returns logits, (B, classes)."""
        layers = [*encoded.skips, encoded.middle]
        h = self.hidden(torch.cat([layer.mean(dim=(2, 3)) for layer in layers], dim=1))
        h = functional.relu(h) if self.norm is None else functional.silu(self.norm(h))
        logits: Tensor = self.output(h)
        return logits
