"""How many samples a network is given at once: as many as memory and a CPU's caches like."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ddpm_studio.networks.configuration import (
    LucidrainsConfiguration,
    MlpConfiguration,
    NetworkConfiguration,
    UNetConfiguration,
)

if TYPE_CHECKING:
    import torch

_ACTIVATION_BYTES = 256_000_000
_LIVE_FEATURE_MAPS = 24  # full-resolution maps at once: the skips, a block's own and its im2col
# Layers of so many points still fit a CPU's caches: all 5,000 at once take twice as long.
_POINTS_AT_ONCE_ON_CPU = 1024


def samples_at_once(network: NetworkConfiguration, device: torch.device) -> int:
    """How many samples the network is given at once: as many as memory and a CPU's caches like."""
    width = network.width if isinstance(network, MlpConfiguration) else _widest_map(network)
    sample_bytes = 4 * width * math.prod(network.sample_shape[1:]) * _LIVE_FEATURE_MAPS
    fitting = max(1, _ACTIVATION_BYTES // sample_bytes)
    return min(fitting, _POINTS_AT_ONCE_ON_CPU) if device.type == "cpu" else fitting


def _widest_map(network: UNetConfiguration | LucidrainsConfiguration) -> int:
    """Feature maps at full resolution; keys and values of attention count there, too."""
    if isinstance(network, UNetConfiguration):
        return network.channels
    attention = network.level_heads[0] * network.level_head_widths[0]
    return max(*network.widths[:2], attention)
