"""Random weights that compress, and the files of fixtures; for the make_*.py beside them.

Every tensor is a stretch of one list of random numbers, of prime length, so that no two places of a
tensor that a wrong permutation could exchange hold the same number; and the file of a whole network
still compresses to a few kilobytes.
"""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

_POOL_LENGTH = 4093
_KEPT_STEPS = (1, 2)  # of the time besides the last and the middle


@torch.no_grad()
def randomise(network: torch.nn.Module, seed: int) -> None:
    """Gives every parameter numbers of a size at which activations neither vanish nor grow."""
    pool = torch.randn(_POOL_LENGTH, generator=torch.Generator().manual_seed(seed))
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            start = zlib.crc32(f"{seed} {name}".encode()) % _POOL_LENGTH
            places = (torch.arange(parameter.numel()) + start) % _POOL_LENGTH
            values = pool[places].reshape(parameter.shape)
            parameter.copy_(_scaled(name, values))


def _scaled(name: str, values: Tensor) -> Tensor:
    """Powers of two, so that the same bytes come again and again."""
    if values.ndim > 1:
        fan_in = values[0].numel()
        return values * 2.0 ** -round(np.log2(fan_in**0.5))
    is_of_norm = name.endswith("weight")
    return 1 + values / 4 if is_of_norm else values / 8


def random_inputs(shape: tuple[int, ...], seed: int) -> Tensor:
    """Standard normal numbers of a seed, float32."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def some_times(T: int) -> list[int]:
    """Times from 1 to T at which a network is compared: the ends, and some between."""
    return sorted({*_KEPT_STEPS, T // 2, T} & set(range(1, T + 1)))


@contextmanager
def given_noise(noise: Tensor) -> Iterator[None]:
    """`torch.randn_like` gives noise[0], noise[1], … of (steps, N, …) in turn, and then fails."""
    drawn = iter(noise)
    original = torch.randn_like
    torch.randn_like = lambda *_, **__: next(drawn).clone()
    try:
        yield
    finally:
        torch.randn_like = original


def compress(path: Path) -> None:
    """Puts `<path>.xz` in the place of a file."""
    path.with_name(f"{path.name}.xz").write_bytes(lzma.compress(path.read_bytes(), preset=9))
    path.unlink()


def save_outputs(path: Path, **arrays: Tensor | list[int]) -> None:
    """An .npz of what went into the project's code and what came out."""
    np.savez_compressed(path, **{name: np.asarray(value) for name, value in arrays.items()})
