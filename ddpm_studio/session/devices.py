"""Which devices torch can compute on, with names that people know. To be asked off the window's thread."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ddpm_studio.session.early_imports import import_torch


@dataclass(frozen=True)
class Device:
    """``key`` is torch's name ("cpu", "cuda:0", "mps"), ``name`` the hardware's."""

    key: str
    name: str


@cache
def find_devices() -> tuple[Device, ...]:
    """All usable devices, the fastest kind first; the CPU is always among them."""
    import_torch()
    import torch

    devices = [
        Device(f"cuda:{index}", f"CUDA · {torch.cuda.get_device_name(index)}")
        for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
    ]
    if torch.backends.mps.is_available():
        devices.append(Device("mps", f"Apple MPS · {_processor_name()}"))
    devices.append(Device("cpu", f"CPU · {_processor_name()}"))
    return tuple(devices)


def prepare_torch() -> None:
    """Leave one core to the window: with all of them in torch's hands, 11 % of its ticks are late.

    To be called on every thread that computes, for OpenMP keeps this number for each thread: on a
    new one it is that of all cores, which on a busy machine made small steps 15 times slower.
    """
    import_torch()
    import torch

    torch.set_num_threads(computing_threads())


def computing_threads() -> int:
    """On how many torch computes on the CPU: all cores but one."""
    return max(1, usable_cores() - 1)


def usable_cores() -> int:
    """Cores that this process may use; fewer than there are where somebody set a limit."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor_name() -> str:
    """The processor's own name where the system tells, else its architecture."""
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.is_file():
        for line in cpu_info.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return _short(line.partition(":")[2])
    return platform.processor() or platform.machine() or "?"


def _short(name: str) -> str:
    """Without trade marks and the clock: "Intel(R) Core(TM) i7-1165G7 CPU @ 2.80GHz" -> its model."""
    plain = re.sub(r"\((R|TM|C)\)|®|™|\bCPU\b|\bProcessor\b|@.*", " ", name, flags=re.IGNORECASE)
    return " ".join(plain.split()) or " ".join(name.split())
