"""Which devices there are, by names that people know, and the core that is left to the window."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest
import torch

from ddpm_studio.session import devices
from ddpm_studio.session.devices import Device, find_devices, prepare_torch


@pytest.fixture
def machine(monkeypatch):
    """Pretends that torch has these devices, and gives what is found then."""

    def find(*cuda: str, mps: bool = False, cuda_works: bool = True) -> tuple[Device, ...]:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: bool(cuda) and cuda_works)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: len(cuda))
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: cuda[index])
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.setattr(devices, "_processor_name", lambda: "Chip")
        return find_devices.__wrapped__()

    return find


def test_the_cpu_is_always_there(machine) -> None:
    assert machine() == (Device("cpu", "CPU · Chip"),)


def test_faster_ones_come_first(machine) -> None:
    assert machine("RTX 4090", "H100") == (
        Device("cuda:0", "CUDA · RTX 4090"),
        Device("cuda:1", "CUDA · H100"),
        Device("cpu", "CPU · Chip"),
    )
    assert machine(mps=True) == (Device("mps", "Apple MPS · Chip"), Device("cpu", "CPU · Chip"))


def test_a_card_that_torch_cannot_use_is_not_offered(machine) -> None:
    assert machine("GTX 580", cuda_works=False) == (Device("cpu", "CPU · Chip"),)


def test_on_this_machine_torch_can_compute_on_each() -> None:
    found = find_devices()
    assert found[-1].key == "cpu"
    assert len({device.key for device in found}) == len(found)
    for device in found:
        assert torch.ones(3, device=device.key).sum().item() == 3
        assert len(device.name) > len("CPU · ")
    assert find_devices() is found  # asking torch takes seconds


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("Intel(R) Core(TM) i7-1165G7 CPU @ 2.80GHz", "Intel Core i7-1165G7"),
        ("Intel(R) Xeon(R) Processor @ 2.10GHz", "Intel Xeon"),
        ("AMD Ryzen 7 5800X 8-Core Processor", "AMD Ryzen 7 5800X 8-Core"),
        ("  Apple   M2 Pro ", "Apple M2 Pro"),
        ("CPU @ 3 GHz", "CPU @ 3 GHz"),
    ],
)
def test_processors_are_named_without_trade_marks(long: str, short: str) -> None:
    assert devices._short(long) == short


def test_the_processor_is_named_by_the_system(monkeypatch, tmp_path: Path) -> None:
    info = tmp_path / "cpuinfo"
    monkeypatch.setattr(devices, "Path", lambda _: info)
    monkeypatch.setattr(platform, "processor", lambda: "")
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert devices._processor_name() == "riscv64"  # no such file
    info.write_text("processor : 0\nBogoMIPS : 50\n")
    assert devices._processor_name() == "riscv64"
    info.write_bytes(
        b"vendor : \xff\nmodel name\t: AMD EPYC 9B14: 96-Core Processor\nmodel name : x\n"
    )
    assert devices._processor_name() == "AMD EPYC 9B14: 96-Core"


@pytest.mark.parametrize(("cores", "threads"), [(8, 7), (2, 1), (1, 1)])
def test_one_core_is_left_to_the_window(monkeypatch, cores: int, threads: int) -> None:
    asked: list[int] = []
    monkeypatch.setattr(devices, "usable_cores", lambda: cores)
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    prepare_torch()
    assert asked == [threads]
