"""Memory that a step frees stays with the process for the next one.

glibc gives large blocks back to the system at once, and every step then waits for hundreds of
megabytes to be mapped and zeroed anew.
"""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4  # from glibc's malloc.h
_NEVER, _NO_BLOCKS = -1, 0
_USUAL_MMAP_MAX, _USUAL_TRIM_THRESHOLD = 65536, 64 << 20  # what glibc comes to by itself


@contextmanager
def keeping_freed_memory() -> Iterator[None]:
    """For a process that does nothing but train. Elsewhere than with glibc, nothing."""
    library = _glibc()
    if library is None:
        yield
        return
    library.mallopt(_M_MMAP_MAX, _NO_BLOCKS)
    library.mallopt(_M_TRIM_THRESHOLD, _NEVER)
    try:
        yield
    finally:
        library.mallopt(_M_MMAP_MAX, _USUAL_MMAP_MAX)
        library.mallopt(_M_TRIM_THRESHOLD, _USUAL_TRIM_THRESHOLD)
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if platform.system() != "Linux" or platform.libc_ver()[0] != "glibc":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
