"""Freed memory stays with the process while it trains, and goes back after."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

STEPS = """
import resource, sys, torch
from contextlib import nullcontext
from ddpm_studio.training.kept_memory import keeping_freed_memory

def work():
    for _ in range(20):
        a = torch.ones(12_000_000)  # 48 MB, and nothing of it stays
        del a

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()

with keeping_freed_memory() if sys.argv[1] == "keep" else nullcontext():
    work()
    before = faults()
    work()
    print(faults() - before)
print(resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone is told so")
def test_freed_memory_is_not_mapped_anew() -> None:
    kept, kept_after = _ran("keep")
    usual, usual_after = _ran("usual")
    assert kept < usual / 20
    assert kept_after < usual_after + 20_000_000  # it is given back in the end


def _ran(how: str) -> tuple[int, int]:
    done = subprocess.run(
        [sys.executable, "-c", STEPS, how], capture_output=True, text=True, check=True
    )
    faults, resident = map(int, done.stdout.split())
    return faults, resident
