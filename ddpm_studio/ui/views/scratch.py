"""Working memory that is kept from one picture to the next.

The pages of a fresh array of some megabytes cost more than all work on it (measured: a cloud of
840² pixels takes 2 ms, and up to 10 without reuse). Each thread has its own.
"""

from __future__ import annotations

import math
import threading

import numpy as np
from numpy.typing import DTypeLike, NDArray

_kept = threading.local()


def scratch(name: str, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray:
    """An array of undefined content that is valid until this thread asks for ``name`` again."""
    size = math.prod(shape)
    buffer = _kept.__dict__.get(name)
    if buffer is None or len(buffer) < size or buffer.dtype != dtype:
        buffer = np.empty(size, dtype)
        _kept.__dict__[name] = buffer
    return buffer[:size].reshape(shape)
