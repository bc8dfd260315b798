"""Imports what takes long on a worker's thread, so that the window reacts meanwhile.

While modules are imported the interpreter's lock goes to and fro between the threads, but not while
the collector looks for cycles among all objects (each time 50 to 110 ms with torch's modules in
memory; an import leaves hardly a cycle that is garbage) and not while a library of some hundred
megabytes is linked. Both are seen to here.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from ddpm_studio.garbage_collection import without_collecting
from ddpm_studio.session.background_task import Work

_torch_lock = threading.Lock()


def importing(modules: Sequence[str]) -> Work:
    """Imports them in order and yields after each; for a background task."""
    with without_collecting():
        for name in modules:
            import_module(name)
            yield name


def import_torch() -> None:
    """Import torch, on a worker's thread; costs nothing where that was done before.

    Every thread that computes begins with this: one that imports torch in another way meanwhile
    would wait for the linker with the interpreter's lock in its hands.
    """
    with _torch_lock:
        if "torch" in sys.modules:
            return
        with without_collecting():
            _link_torch()
            import_module("torch")
            # What is in memory by now stays to the end: nobody need look at it again and again.
            gc.freeze()


def _link_torch() -> None:
    """Load the largest library of torch without the interpreter's lock; at once where it is loaded.

    An import would hold the lock all the while, and so does ctypes.CDLL of Python 3.11; a call of
    the C library's own dlopen does not. In the order and the way in which torch loads them; what
    goes wrong here goes wrong again, or is mended, where torch itself is imported.
    """
    spec = find_spec("torch")
    if sys.platform != "linux" or spec is None or spec.origin is None:
        return
    try:
        dlopen = ctypes.CDLL(None).dlopen
    except (AttributeError, OSError):  # a Python that is linked statically
        return
    dlopen.restype, dlopen.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    for name, mode in (
        ("libtorch_global_deps.so", os.RTLD_NOW | os.RTLD_GLOBAL),
        ("libtorch_cpu.so", os.RTLD_NOW),
    ):
        if not dlopen(os.fsencode(Path(spec.origin).parent / "lib" / name), mode):
            return
