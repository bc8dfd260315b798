"""How much memory this process has now, as the system counts it."""

from __future__ import annotations

import ctypes
import os
import platform
from pathlib import Path


def resident_bytes() -> int:
    """Bytes in memory now; 0 where the system does not tell. Takes microseconds."""
    ask = {"Linux": _linux, "Darwin": _mac, "Windows": _windows}.get(platform.system())
    try:
        return ask() if ask else 0
    except (OSError, ValueError, IndexError, AttributeError):
        return 0


def _linux() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


class _MacUsage(ctypes.Structure):
    """rusage_info_v0 of <sys/resource.h>."""

    _fields_ = (
        ("uuid", ctypes.c_uint8 * 16),
        ("before", ctypes.c_uint64 * 6),  # times, wake-ups, page-ins, wired size
        ("resident_size", ctypes.c_uint64),
        ("after", ctypes.c_uint64 * 3),
    )


def _mac() -> int:
    usage = _MacUsage()
    system = ctypes.CDLL("/usr/lib/libSystem.dylib")
    if system.proc_pid_rusage(os.getpid(), 0, ctypes.byref(usage)) != 0:
        return 0
    return int(usage.resident_size)


class _WindowsUsage(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of <psapi.h>."""

    _fields_ = (
        ("cb", ctypes.c_uint32),
        ("page_faults", ctypes.c_uint32),
        ("peak", ctypes.c_size_t),
        ("resident_size", ctypes.c_size_t),
        ("others", ctypes.c_size_t * 6),
    )


def _windows() -> int:
    usage = _WindowsUsage()
    usage.cb = ctypes.sizeof(usage)
    # Known to ctypes, and to its stubs, on Windows alone.
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined, unused-ignore]
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.K32GetProcessMemoryInfo.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)
    if not kernel.K32GetProcessMemoryInfo(
        kernel.GetCurrentProcess(), ctypes.byref(usage), usage.cb
    ):
        return 0
    return int(usage.resident_size)
