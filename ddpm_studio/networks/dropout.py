"""Dropout whose masks a CPU draws in less time."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_LEVELS = 1 << 16
_LEAST = 0.01  # shares under it would be rounded noticeably


class Dropout(nn.Dropout):
    """Four masks from one random number of 64 bits, where torch draws one number for each.

    The share dropped is ``p`` to the nearest 1/65536, and what stays is scaled by that very share, so
    that the mean is kept exactly. Elsewhere than on a CPU it is torch's.
    """

    def forward(self, x: Tensor) -> Tensor:
        """x: any shape; draws from torch's global generator, and nothing in evaluation mode."""
        if not self.training or x.device.type != "cpu" or self.p < _LEAST:
            return functional.dropout(x, self.p, self.training)
        dropped = min(round(self.p * _LEVELS), _LEVELS - 1)
        stays = _random_levels(x) >= dropped - _LEVELS // 2
        return x * stays * (_LEVELS / (_LEVELS - dropped))


def _random_levels(x: Tensor) -> Tensor:
    """Uniform whole numbers from -32768 to 32767, of x's shape; int16."""
    count, limits = x.numel(), torch.iinfo(torch.int64)
    words = torch.randint(limits.min, limits.max, (-(-count // 4),), device=x.device)
    return words.view(torch.int16)[:count].view(x.shape)
