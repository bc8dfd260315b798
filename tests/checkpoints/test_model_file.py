"""A file that is no model of ours is refused in one sentence, whatever it holds."""

from __future__ import annotations

import errno
import io
import json
import os
import pickle
import struct
import threading
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from ddpm_studio.checkpoints import model_file, safetensors_header
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.model_file import ModelFile, ModelFileError, inspect_model_file
from ddpm_studio.checkpoints.weights import load_model

Header = dict[str, Any]
Rewrite = Callable[[Header | bytes, bytes], Path]


def refused(path: Path, reason: str) -> None:
    """Both by a look at it and on opening; one line, which names the file."""
    for open_file in (inspect_model_file, load_model):
        with pytest.raises(ModelFileError, match=reason) as caught:
            open_file(path)
        message = str(caught.value)
        assert path.name in message
        assert message.isprintable()
        assert message.endswith(".")
        assert len(message) < 400 + len(str(path))


def test_a_look_tells_all_but_the_weights(path: Path, description: ModelDescription) -> None:
    file = inspect_model_file(path)
    assert file.path == path
    assert file.description == description
    assert file.byte_count == path.stat().st_size
    assert file.tensor_shapes == {
        "hidden.0.weight": (4, 2),
        "hidden.0.bias": (4,),
        "time.0.weight": (4, 4),
        "output.weight": (2, 4),
        "output.bias": (2,),
    }
    assert file.parameter_count == 8 + 4 + 16 + 8 + 2


def test_a_link_to_a_model_is_a_model(path: Path, description: ModelDescription) -> None:
    link = path.with_name("link")
    link.symlink_to(path)
    assert inspect_model_file(link).description == description


# Files of another kind


def as_zip(data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", data)
    return stream.getvalue()


def as_checkpoint(value: object) -> bytes:
    stream = io.BytesIO()
    torch.save(value, stream)
    return stream.getvalue()


def as_picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, "PNG")
    return stream.getvalue()


def as_array() -> bytes:
    stream = io.BytesIO()
    np.savez(stream, x_0=np.zeros(3))
    return stream.getvalue()


class Payload:
    """Unpickling it would make a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self._folder),)


@pytest.mark.parametrize(
    "content",
    [
        b"\0",
        bytes(8),
        bytes(1000),
        b"\xff" * 1000,
        b"A letter to a friend, of some length.\n" * 10,
        as_zip(b"data"),
        as_array(),
        as_checkpoint({"weight": torch.zeros(2)}),
        pickle.dumps({"weight": [0.0]}),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "renamed.safetensors"
    path.write_bytes(content)
    refused(path, "is not a model file of DDPM Studio")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1234\n", "git lfs pull"),
        (as_picture(), "is a picture, not a model"),
        (b"<!DOCTYPE html><html><head><title>Sign in", "is a web page, not a model"),
    ],
)
def test_what_is_often_taken_for_a_model_is_called_by_its_name(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "renamed.safetensors"
    path.write_bytes(content)
    refused(path, reason)


@pytest.mark.parametrize("write", [pickle.dumps, as_checkpoint])
def test_no_code_in_a_file_is_run(tmp_path: Path, write: Callable[[object], bytes]) -> None:
    path, folder = tmp_path / "renamed.safetensors", tmp_path / "made"
    path.write_bytes(write(Payload(folder)))
    refused(path, "is not a model file of DDPM Studio")
    assert not folder.exists()


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_file_that_is_cut_short_is_refused(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    refused(path, "cut short")


def test_a_file_with_something_after_its_end_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")
    refused(path, "cut short or has been changed")


# Headers


@pytest.mark.parametrize(
    "length", [0, 1, 2**31, 2**60, 2**63, 2**64 - 1, safetensors_header.MAX_HEADER_BYTES + 1]
)
def test_a_header_of_impossible_length_is_not_read(path: Path, length: int) -> None:
    path.write_bytes(struct.pack("<Q", length) + path.read_bytes()[8:])
    tracemalloc.start()
    refused(path, "is not a model file of DDPM Studio, or it is cut short")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize(
    "text",
    [
        b"not JSON at all",
        b'{"__metadata__": {"format": "ddpm-studio"}',
        b"\xff\xfe\x00\x00",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 900 + b"]" * 900,
        b"9" * 5_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
        b"[1, 2]",
        b'"text"',
        b"null",
        b'{"__metadata__": {}, "__metadata__": {}}',
    ],
)
def test_a_header_that_is_not_an_object_is_refused(rewrite: Rewrite, text: bytes) -> None:
    refused(rewrite(text, b""), "is not a model file of DDPM Studio")


@pytest.mark.parametrize(
    "metadata", [None, [], "text", 5, {}, {"format": "pt"}, {"format": ["ddpm-studio"]}]
)
def test_a_safetensors_file_of_another_program_is_refused(
    parts: tuple[Header, bytes], rewrite: Rewrite, metadata: object
) -> None:
    header, data = parts
    header["__metadata__"] = metadata
    refused(rewrite(header, data), "it was not written by DDPM Studio")


def test_a_newer_format_is_named(parts: tuple[Header, bytes], rewrite: Rewrite) -> None:
    header, data = parts
    header["__metadata__"]["format_version"] = "2"
    refused(rewrite(header, data), "format version '2'.*a newer DDPM Studio may open it")


def test_a_page_of_description_is_refused(parts: tuple[Header, bytes], rewrite: Rewrite) -> None:
    header, data = parts
    header["__metadata__"]["comment"] = "x" * 900_000
    refused(rewrite(header, data), "its description is unreasonably long")


# Tensors


def with_entry(**values: object) -> Callable[[Header], None]:
    return lambda header: header["output.bias"].update(values)


def without(key: str) -> Callable[[Header], None]:
    return lambda header: header["output.bias"].pop(key)


def replaced(value: object) -> Callable[[Header], None]:
    return lambda header: header.update({"output.bias": value})


@pytest.mark.parametrize(
    "change",
    [
        without("shape"),
        without("dtype"),
        without("data_offsets"),
        replaced(None),
        replaced([]),
        replaced("text"),
        with_entry(shape=None),
        with_entry(shape="22"),
        with_entry(shape=2),
        with_entry(shape=[2.0]),
        with_entry(shape=[True, 2]),
        with_entry(shape=["2"]),
        with_entry(shape=[-2]),
        with_entry(shape=[-1, -2]),
        with_entry(shape=[3]),
        with_entry(shape=[10**9]),
        with_entry(shape=[10**9, 10**9]),
        with_entry(shape=[2**64, 2]),
        with_entry(shape=[1e400]),
        with_entry(shape=[2] + [1] * 10_000),
        with_entry(data_offsets=[0]),
        with_entry(data_offsets=[0, 4, 8]),
        with_entry(data_offsets=["0", "8"]),
        with_entry(data_offsets=[0.0, 8.0]),
        with_entry(data_offsets=[8, 0]),
        with_entry(data_offsets=[-8, 0]),
        with_entry(data_offsets=None),
        with_entry(dtype=["F32"]),
    ],
)
def test_a_list_of_tensors_that_cannot_be_is_refused(
    parts: tuple[Header, bytes], rewrite: Rewrite, change: Callable[[Header], None]
) -> None:
    header, data = parts
    change(header)
    tracemalloc.start()
    refused(rewrite(header, data), "is damaged: its list of tensors is not valid")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


@pytest.mark.parametrize("kind", ["overlap", "hole", "beyond the end", "far beyond the end"])
def test_tensors_that_do_not_fill_the_data_are_refused(
    parts: tuple[Header, bytes], rewrite: Rewrite, kind: str
) -> None:
    header, data = parts
    names = [name for name in header if name != "__metadata__"]
    last = max(names, key=lambda name: header[name]["data_offsets"])
    begin, end = header[last]["data_offsets"]
    shift = {"overlap": -4, "hole": 4, "beyond the end": 4, "far beyond the end": 2**62}[kind]
    header[last]["data_offsets"] = [begin + shift, end + shift]
    if kind == "hole":
        data += bytes(4)
    elif kind == "overlap":
        data = data[:-4]
    refused(rewrite(header, data), "is damaged: it is cut short or has been changed")


@pytest.mark.parametrize(
    "dtype", ["F64", "F16", "BF16", "I32", "BOOL", "F8_E4M3", "F4", "C64", "F33", ""]
)
def test_numbers_of_another_type_are_refused(
    parts: tuple[Header, bytes], rewrite: Rewrite, dtype: str
) -> None:
    header, data = parts
    header["output.bias"]["dtype"] = dtype
    refused(rewrite(header, data), "holds weights that are not 32-bit numbers")


def test_a_tensor_that_is_listed_twice_is_refused(
    parts: tuple[Header, bytes], rewrite: Rewrite
) -> None:
    header, data = parts
    again = json.dumps({"output.bias": header["output.bias"]})[1:]
    refused(rewrite((json.dumps(header)[:-1] + ", " + again).encode(), data), "is not a model file")


def test_a_huge_network_takes_no_memory(parts: tuple[Header, bytes], rewrite: Rewrite) -> None:
    header, data = parts
    values = json.loads(header["__metadata__"]["description"])
    values["network"]["width"] = 10**9
    header["__metadata__"]["description"] = json.dumps(values)
    tracemalloc.start()
    refused(rewrite(header, data), "width must be a whole number from 1 to 4096")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_file_larger_than_any_model_is_not_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def must_not_open(*_: object) -> None:
        raise AssertionError("it was opened")

    os.truncate(path, model_file.MAX_FILE_BYTES + 1)  # takes no room on the disk
    monkeypatch.setattr(safetensors_header, "open", must_not_open, raising=False)
    refused(path, "is larger than any model this application opens")


# Paths


def test_a_missing_file_is_named_with_its_folder(tmp_path: Path) -> None:
    refused(tmp_path / "nothing.safetensors", f"There is no file {tmp_path}")


def test_a_link_to_nothing_is_a_missing_file(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "nothing")
    refused(link, "There is no file")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "is not a file but a folder or a device")


def test_a_device_is_refused() -> None:
    refused(Path(os.devnull), "is not a file but a folder or a device")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has none in folders")
def test_a_pipe_that_nobody_writes_to_does_not_hang(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.safetensors"
    os.mkfifo(pipe)
    caught: list[Exception] = []

    def look() -> None:
        try:
            inspect_model_file(pipe)
        except ModelFileError as error:
            caught.append(error)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(20)
    assert not looking.is_alive()
    assert "is not a file but a folder or a device" in str(caught[0])


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "loop"
    link.symlink_to(link)
    refused(link, "cannot be opened: .*symbolic links")


def test_a_path_through_a_file_is_refused(path: Path) -> None:
    refused(path / "inside", "cannot be opened: Not a directory")


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / ("n" * 300), "cannot be opened: File name too long")


def test_a_name_with_a_nul_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="cannot be opened: embedded null"):
        inspect_model_file(tmp_path / "a\0b")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.EACCES, "Permission denied"),
        (errno.EIO, "Input/output error"),
        (errno.ENOENT, "No such file or directory"),  # it vanished after the first look
    ],
)
def test_a_file_that_cannot_be_read_is_explained(
    path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    def failing(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(safetensors_header, "open_at_once", failing)
    refused(path, f"cannot be read: {words}")


def test_the_largest_header_is_refused(rewrite: Rewrite) -> None:
    size = safetensors_header.MAX_HEADER_BYTES - 100
    refused(rewrite(b"[" * size, b""), "is not a model file")
    shape = b"999," * (size // 4)  # whose product would have 30 million bits
    metadata = json.dumps({"format": "ddpm-studio"}).encode()
    header = b'{"__metadata__": ' + metadata + b', "a": {"shape": [' + shape[:-100] + b"9]}}"
    refused(rewrite(header, b""), "is not a model that can be opened")


def test_parameters_are_counted_exactly() -> None:
    file = ModelFile(Path("x"), None, {"a": (2**40, 2**40), "b": (), "c": (0, 5)}, 0, 0)  # type: ignore[arg-type]
    assert file.parameter_count == 2**80 + 1
    assert replace(file, tensor_shapes={}).parameter_count == 0
