"""What is dropped on the window is told by its contents."""

from __future__ import annotations

import gzip
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ddpm_studio.datasets.recognition import DataKind, data_kind, looks_like_data
from ddpm_studio.locations import resource


def test_models_are_no_data(tmp_path: Path) -> None:
    assert not looks_like_data(resource("models", "digits.safetensors"))
    torch.save({"ema_model": {"w": torch.zeros(3)}}, tmp_path / "ckpt.pt")
    torch.save({"w": torch.zeros(3)}, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    assert not looks_like_data(tmp_path / "ckpt.pt")
    assert not looks_like_data(tmp_path / "old.pt")
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "pipeline" / "model_index.json").write_text("{}")
    assert not looks_like_data(tmp_path / "pipeline")


def test_each_kind_is_told(tmp_path: Path) -> None:
    image = struct.pack(">BBBBIII", 0, 0, 8, 3, 1, 8, 8) + b"\0" * 64
    (tmp_path / "a").write_bytes(image)
    (tmp_path / "b").write_bytes(gzip.compress(image))
    np.save(tmp_path / "c.npy", np.zeros((2, 8, 8)))
    np.savez(tmp_path / "d.npz", np.zeros((2, 8, 8)))
    (tmp_path / "e").write_bytes(b"\1" + bytes(3072))
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "deep").mkdir()
    Image.new("L", (9, 9)).save(tmp_path / "f" / "deep" / "a.png")
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "train-images-idx3-ubyte").write_bytes(image)
    kinds = {
        name: data_kind(tmp_path / name) for name in ("a", "b", "c.npy", "d.npz", "e", "f", "g")
    }
    assert kinds == {
        "a": DataKind.IDX,
        "b": DataKind.IDX,
        "c.npy": DataKind.ARRAY,
        "d.npz": DataKind.ARRAY,
        "e": DataKind.CIFAR_FILE,
        "f": DataKind.FOLDER,
        "g": DataKind.IDX_FOLDER,
    }


@pytest.mark.parametrize(
    "name", ["gone", "pipe", "loop", "text", "empty", "zip", "broken", "folder"]
)
def test_everything_else_is_no_data_and_no_problem(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "pipe":
        os.mkfifo(path)
    elif name == "loop":
        path.symlink_to(path)
    elif name == "text":
        path.write_text("hello")
    elif name == "empty":
        path.write_bytes(b"")
    elif name == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "hello")
    elif name == "broken":
        path.write_bytes(gzip.compress(b"x" * 999)[:20])
    elif name == "folder":
        path.mkdir()
    assert data_kind(path) is None
