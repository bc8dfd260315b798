"""Hostile and broken folders of diffusers: one sentence each, and nothing is run, taken or left."""

from __future__ import annotations

import json
import os
import re
import struct
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ddpm_studio.checkpoints.foreign.opening import open_model
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.checkpoints.weights import load_inspected
from ddpm_studio.cli import main

MAX_SECONDS, MAX_MEMORY_BYTES = 2.0, 60_000_000
UNET = "unet/config.json"
SCHEDULER = "scheduler/scheduler_config.json"
LINEAR = {"beta_schedule": "linear"}
WEIGHTS = "unet/diffusion_pytorch_model.safetensors"


@dataclass(frozen=True)
class Hostile:
    """What is done to a good pipeline's folder, and the reason that is given."""

    name: str
    change: Callable[[Path], object]
    reason: str


def says(file: str, **values: Any) -> Callable[[Path], object]:
    """Other settings in a file of the folder."""

    def change(folder: Path) -> None:
        path = folder / file
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    return change


def holds(file: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / file).write_bytes(content)


def without(file: str) -> Callable[[Path], object]:
    return lambda folder: (folder / file).unlink()


def instead(file: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
    """Something that is no file in the place of a file."""

    def change(folder: Path) -> None:
        (folder / file).unlink()
        make(folder / file)

    return change


def header(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    """Weights whose list says something else."""

    def make(folder: Path) -> None:
        path = folder / WEIGHTS
        found = path.read_bytes()
        (length,) = struct.unpack_from("<Q", found)
        table = json.loads(found[8 : 8 + length])
        change(table)
        start = json.dumps(table).encode()
        path.write_bytes(struct.pack("<Q", len(start)) + start + found[8 + length :])

    return make


def last_number(value: float) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        found = (folder / WEIGHTS).read_bytes()
        (folder / WEIGHTS).write_bytes(found[:-4] + struct.pack("<f", value))

    return change


def an_index(places: dict[str, str]) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        (folder / WEIGHTS).unlink()
        index = (folder / WEIGHTS).with_suffix(".safetensors.index.json")
        index.write_text(json.dumps({"weight_map": places}))

    return change


ALL = [
    Hostile("another class", says(UNET, _class_name="os.system"), "describes a os.system"),
    Hostile("escapes", says(UNET, _class_name="\x1b[2J\n"), r"describes a \?\[2J,"),
    Hostile("code", says(UNET, auto_map={"AutoModel": "evil.Model"}), "asks for code that comes"),
    Hostile(
        "another library",
        says("model_index.json", unet=["evil_code", "UNet2DModel"]),
        "opens pipelines with a UNet2DModel of diffusers",
    ),
    Hostile("no settings", without(UNET), "its unet/config.json is missing"),
    Hostile("no weights", without(WEIGHTS), r"safetensors is missing"),
    Hostile("blocks", says(UNET, up_block_types=["AttnUpBlock2D"] * 3), "up_block_types"),
    Hostile(
        "block names", says(UNET, down_block_types=["SkipDownBlock2D"] * 2), "down_block_types"
    ),
    Hostile("levels", says(UNET, block_out_channels=[8] * 500), "block_out_channels"),
    Hostile("no level", says(UNET, block_out_channels=[]), "block_out_channels"),
    Hostile(
        "channels", says(UNET, block_out_channels=[10**9] * 3), "channels must be a whole number"
    ),
    Hostile("zero channels", says(UNET, block_out_channels=[0] * 3), "block_out_channels|channels"),
    Hostile("negative channels", says(UNET, in_channels=-3, out_channels=-3), "in_channels"),
    Hostile("layers", says(UNET, layers_per_block=10**9), "layers_per_block"),
    Hostile("groups", says(UNET, norm_num_groups=7), "divisible by norm_groups 7"),
    Hostile("heads", says(UNET, attention_head_dim=10**9), "head_width must be"),
    Hostile("text for a number", says(UNET, layers_per_block="2; rm -rf /"), "layers_per_block"),
    Hostile("size", says(UNET, sample_size=10**9), "image_size must be"),
    Hostile("no step", says(SCHEDULER, num_train_timesteps=0), "num_train_timesteps|T"),
    Hostile("many steps", says(SCHEDULER, num_train_timesteps=10**12), "num_train_timesteps|T"),
    Hostile("beta nan", says(SCHEDULER, **LINEAR, beta_end=float("nan")), "beta_end"),
    Hostile("beta infinite", says(SCHEDULER, **LINEAR, beta_start=float("inf")), "beta_start"),
    Hostile("beta 2", says(SCHEDULER, **LINEAR, beta_end=2.0), "beta"),
    Hostile("beta listed", says(SCHEDULER, trained_betas=[0.1, "x"]), "trained_betas"),
    Hostile("scheduler", says(SCHEDULER, _class_name="EvilScheduler"), "EvilScheduler"),
    Hostile("prediction", says(SCHEDULER, prediction_type="magic"), "magic"),
    Hostile("no json", holds(UNET, b"{"), "holds no settings"),
    Hostile("a list", holds(UNET, b"[1]"), "holds no settings"),
    Hostile("deep json", holds(UNET, b"[" * 1_000_000), "holds no settings"),
    Hostile("long json", holds(UNET, b" " * 50_000_000 + b"{}"), "holds no settings"),
    Hostile("digits", holds(UNET, b'{"a": ' + b"9" * 100_000 + b"}"), "holds no settings"),
    Hostile("twice", holds(SCHEDULER, b'{"beta_end": 0.1, "beta_end": 0.2}'), "holds no settings"),
    Hostile("bytes", holds("model_index.json", b"\xff\xfe\x00"), "holds no settings"),
    Hostile("pipe", instead(WEIGHTS, os.mkfifo), "is not a file but a folder or a device"),
    Hostile("loop", instead(WEIGHTS, lambda path: path.symlink_to(path)), "symbolic links"),
    Hostile("zero", instead(WEIGHTS, lambda path: path.symlink_to("/dev/zero")), "or a device"),
    Hostile("folder", instead(WEIGHTS, lambda path: path.mkdir()), "is not a file but a folder"),
    Hostile("empty", holds(WEIGHTS, b""), "is empty"),
    Hostile("length", holds(WEIGHTS, b"\0" * 7 + b"\x10" + b"{}" * 50), "not a safetensors file"),
    Hostile("cut", lambda folder: os.truncate(folder / WEIGHTS, 40_000), "is damaged|cut short"),
    Hostile("nan", last_number(float("nan")), r"not finite \(NaN or infinity\)"),
    Hostile("infinity", last_number(float("-inf")), r"not finite \(NaN or infinity\)"),
    Hostile("layer", header(lambda table: table.pop("conv_in.bias")), "is damaged"),
    Hostile(
        "renamed layer",
        header(lambda table: table.update(other=table.pop("conv_in.bias"))),
        "conv_in|not complete|missing",
    ),
    Hostile(
        "shape", header(lambda table: table["conv_in.bias"].update(shape=[2**40])), "not valid"
    ),
    Hostile(
        "overlap",
        header(lambda table: table["conv_in.bias"].update(data_offsets=[0, 32])),
        "damaged",
    ),
    Hostile("type", header(lambda table: table["conv_in.bias"].update(dtype="F9")), "type F9"),
    Hostile(
        "index", an_index({"conv_in.bias": "../../../etc/passwd"}), "list of parts is not valid"
    ),
    Hostile("no part", an_index({"conv_in.bias": "gone.safetensors"}), "There is no file"),
]


def everything(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    found = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found[str(path)] = (status.st_mode, status.st_mtime_ns, data)
    return found


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has none in folders")
@pytest.mark.parametrize("hostile", ALL, ids=lambda hostile: hostile.name)
def test_what_is_wrong_is_said_and_nothing_else_happens(
    hostile: Hostile, reference: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = reference("diffusers_folder", "tutorial").path
    load_inspected(open_model(folder))  # as it was
    hostile.change(folder)
    before = everything(folder)
    began = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError) as caught:
            load_inspected(open_model(folder))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < MAX_SECONDS
    assert peak < MAX_MEMORY_BYTES
    message = str(caught.value)
    assert re.search(hostile.reason, message), message
    assert message.isprintable()
    assert message.endswith(".")
    assert any(name in message for name in (folder.name, "json", "diffusion_pytorch_model"))
    assert len(message) < 400
    assert everything(folder) == before
    assert main(["info", str(folder)]) == 1
    assert capsys.readouterr().err == f"ddpm-studio: {message}\n"
