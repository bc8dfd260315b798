"""The most memory that this process has had at once."""

from __future__ import annotations

from pathlib import Path


def peak_bytes() -> int | None:
    """Bytes in memory at the highest; None where the system does not tell."""
    import platform  # late: a start is being timed

    system = platform.system()
    if system == "Windows":
        return None
    if system == "Linux":
        return _linux_peak_bytes()
    import resource  # Windows has none

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS counts bytes


def _linux_peak_bytes() -> int | None:
    """From /proc: ru_maxrss also remembers the process that started this one."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    for line in lines.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None
