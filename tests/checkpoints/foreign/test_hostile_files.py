"""Hostile and broken files: each ends in one sentence, runs nothing, takes no memory, leaves nothing.

Every file is made here, byte by byte where torch itself would not write it.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import pickletools
import re
import struct
import tempfile
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from PIL import Image
from torch import nn

from ddpm_studio.checkpoints.foreign.opening import open_model
from ddpm_studio.checkpoints.foreign.torch_file import open_torch_file
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.checkpoints.weights import load_inspected
from ddpm_studio.cli import main
from ddpm_studio.explained_error import printable
from ddpm_studio.locations import resource

MAX_SECONDS = 2.0
MAX_MEMORY_BYTES = 60_000_000
PROTOCOL, STOP = b"\x80\x02", b"."

Make = Callable[[Path, Path], object]


@dataclass(frozen=True)
class Hostile:
    """A file's name, what makes it at a path (a canary is the file its code would make), and why not."""

    name: str
    make: Make
    reason: str


# Pickles, operation by operation


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def number(value: int) -> bytes:
    return b"\x8a\x08" + struct.pack("<q", value)


def named(module: str, name: str) -> bytes:
    return b"c" + module.encode() + b"\n" + name.encode() + b"\n"


def called(module: str, name: str, *arguments: bytes) -> bytes:
    return named(module, name) + b"(" + b"".join(arguments) + b"tR"


def plain(body: bytes) -> bytes:
    return PROTOCOL + body + STOP


def dictionary(**values: bytes) -> bytes:
    return b"}(" + b"".join(text(key) + value for key, value in values.items()) + b"u"


def tensor(
    shape: tuple[int, ...] = (4,),
    strides: tuple[int, ...] = (1,),
    offset: int = 0,
    count: int = 4,
    key: str = "0",
    kind: str = "FloatStorage",
) -> bytes:
    """A tensor as torch pickles it: by default four numbers of storage "0"."""
    storage = b"(" + text("storage") + named("torch", kind) + text(key) + text("cpu")
    storage += number(count) + b"tQ"
    layout = b"".join(b"(" + b"".join(map(number, sizes)) + b"t" for sizes in (shape, strides))
    hooks = called("collections", "OrderedDict")
    return called(
        "torch._utils", "_rebuild_tensor_v2", storage, number(offset), layout, b"\x89", hooks
    )


def system(canary: Path) -> bytes:
    return called("posix", "system", text(f"touch {canary}"))


# Files


def archive(pickled: bytes, path: Path, more: dict[str, bytes] | None = None) -> None:
    members = {"archive/data.pkl": pickled, "archive/data/0": bytes(16), "archive/version": b"3\n"}
    with zipfile.ZipFile(path, "w") as file:
        for name, content in (members | (more or {})).items():
            file.writestr(name, content)


def holding(body: bytes | Callable[[Path], bytes], **more: bytes) -> Make:
    """An archive whose pickle does that; ``body`` may need the canary."""

    def make(path: Path, canary: Path) -> None:
        found = body if isinstance(body, bytes) else body(canary)
        archive(plain(found), path, {name.replace("__", "/"): each for name, each in more.items()})

    return make


def legacy(body: Callable[[Path], bytes], tail: bytes = b"") -> Make:
    def make(path: Path, canary: Path) -> None:
        start = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2)
        start += pickle.dumps({"protocol_version": 1001, "little_endian": True}, 2)
        path.write_bytes(start + plain(body(canary)) + tail)

    return make


def content(data: bytes) -> Make:
    return lambda path, _: path.write_bytes(data)


def bundled() -> bytes:
    return resource("models", "moons.safetensors").read_bytes()


def changed(change: Callable[[bytearray], object]) -> Make:
    """A bundled model after a change to its bytes."""

    def make(path: Path, _: Path) -> None:
        found = bytearray(bundled())
        result = change(found)
        path.write_bytes(found if result is None else bytes(result))  # type: ignore[call-overload]

    return make


def with_header(change: Callable[[dict[str, Any]], object]) -> Make:
    """A bundled model whose header says something else."""

    def make(path: Path, _: Path) -> None:
        found = bundled()
        (length,) = struct.unpack_from("<Q", found)
        header = json.loads(found[8 : 8 + length])
        change(header)
        start = json.dumps(header).encode()
        path.write_bytes(struct.pack("<Q", len(start)) + start + found[8 + length :])

    return make


def described(**values: object) -> Make:
    """A bundled model that describes itself differently: ``network__width=5``."""

    def change(header: dict[str, Any]) -> None:
        description = json.loads(header["__metadata__"]["description"])
        for name, value in values.items():
            *outer, inner = name.split("__")
            place = description
            for key in outer:
                place = place[key]
            place[inner] = value
        header["__metadata__"]["description"] = json.dumps(description)

    return with_header(change)


def entry(**values: object) -> Make:
    return with_header(lambda header: header["output.bias"].update(values))


def saved(value: object, change: Callable[[bytearray], object] = lambda found: None) -> Make:
    """What torch.save writes, and then a change to its bytes."""

    def make(path: Path, _: Path) -> None:
        stream = io.BytesIO()
        torch.save(value, stream)
        found = bytearray(stream.getvalue())
        result = change(found)
        path.write_bytes(found if result is None else bytes(result))  # type: ignore[call-overload]

    return make


def weights() -> dict[str, Any]:
    return {"w": torch.arange(1000.0), "b": torch.ones(3)}


def first_share(share: float) -> Callable[[bytearray], object]:
    return lambda found: found[: int(share * len(found))]


def flip(found: bytearray, needle: bytes) -> None:
    """One bit behind the first place of ``needle``."""
    found[found.index(needle) + len(needle)] ^= 1


def compressed(path: Path, _: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(
            "archive/data.pkl", plain(dictionary(w=tensor((25_000_000,), count=25_000_000)))
        )
        file.writestr("archive/data/0", bytes(100_000_000))


def overlapping(path: Path, canary: Path) -> None:
    """Each of a thousand members lies about where it is: all are the same, large one."""
    big = bytes(200_000)
    archive(plain(dictionary(w=tensor())), path, {f"archive/data/{n}": b"" for n in range(1, 1000)})
    found = bytearray(path.read_bytes())
    for place in places(found, b"PK\x01\x02"):
        struct.pack_into("<II", found, place + 20, len(big), len(big))
    path.write_bytes(found)


def places(found: bytes | bytearray, needle: bytes) -> Iterator[int]:
    place = found.find(needle)
    while place >= 0:
        yield place
        place = found.find(needle, place + 1)


def encrypted(path: Path, _: Path) -> None:
    archive(plain(dictionary(w=tensor())), path)
    found = bytearray(path.read_bytes())
    for place in places(found, b"PK\x01\x02"):
        found[place + 8] |= 1
    path.write_bytes(found)


def twice(path: Path, _: Path) -> None:
    """Two readers could each take another one of two members of the same name."""
    archive(plain(b"N"), path, {"archive/data.pk2": plain(b"]")})
    path.write_bytes(path.read_bytes().replace(b"data.pk2", b"data.pkl"))


def many_members(path: Path, _: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        for n in range(50_000):
            file.writestr(zipfile.ZipInfo(f"archive/data/{n:0>60}"), b"")
        file.writestr("archive/data.pkl", plain(b"N"))


def laughs() -> bytes:
    """Thirty lists, each ten times the one before: 10^30 values in 800 bytes."""
    levels = b"".join(b"0](" + (b"h" + bytes([n])) * 10 + b"eq" + bytes([n + 1]) for n in range(30))
    return b"]q\x00" + levels


def module(path: Path, _: Path) -> None:
    torch.save(nn.Linear(2, 2), path)


def pictured() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, "PNG")
    return stream.getvalue()


def link_to_itself(path: Path, _: Path) -> None:
    path.symlink_to(path)


def link_to_nothing(path: Path, _: Path) -> None:
    path.symlink_to(path.with_name("nothing"))


def sparse(path: Path, _: Path) -> None:
    path.write_bytes(b"PK\x03\x04")
    os.truncate(path, 5_000_000_000)  # takes no room on the disk


def nan(found: bytearray) -> None:
    found[-4:] = struct.pack("<f", float("nan"))


PICKLES = [
    Hostile(
        "system.pt",
        holding(system),
        r"wants to import posix\.system, which could run code; a file of",
    ),
    Hostile("nested.pt", holding(lambda canary: dictionary(w=system(canary))), r"posix\.system"),
    Hostile(
        "eval.pt",
        holding(lambda canary: called("builtins", "eval", text(f"open({str(canary)!r}, 'w')"))),
        r"wants to import builtins\.eval",
    ),
    Hostile("getattr.pt", holding(called("builtins", "getattr", text("a"), text("b"))), "getattr"),
    Hostile("exec.pt", holding(called("__builtin__", "exec", text("1"))), r"__builtin__\.exec"),
    Hostile(
        "hub.pt", holding(called("torch.hub", "load", text("a/b"))), r"import torch\.hub\.load"
    ),
    Hostile(
        "library.pt",
        holding(called("torch.ops", "load_library", text("/tmp/evil.so"))),
        r"torch\.ops\.load_library",
    ),
    Hostile("import.pt", holding(named("importlib", "import_module")), r"importlib\.import_module"),
    Hostile("stack.pt", holding(text("os") + text("system") + b"\x93"), r"import os\.system"),
    Hostile("stack2.pt", holding(text("os") + number(5) + b"\x93"), "list of contents is damaged"),
    Hostile(
        "inst.pt",
        holding(lambda canary: b"(" + text(f"touch {canary}") + b"ios\nsystem\n"),
        r"wants to import os\.system",
    ),
    Hostile("obj.pt", holding(b"(" + named("torch", "Size") + b"o"), "pickle operation OBJ"),
    Hostile("extension.pt", holding(b"\x82\x01"), "pickle operation EXT1"),
    Hostile("persistent.pt", holding(b"Pos.system\n"), "pickle operation PERSID"),
    Hostile("module.pt", module, r"wants to import torch\.nn\.modules\.linear\.Linear"),
    Hostile("escape.pt", holding(named("\x1b[2J", "evil\r")), r"wants to import \?\[2J\.evil"),
    Hostile("long-name.pt", holding(named("a" * 9_000, "b")), "wants to import a{79}…,"),
    Hostile("legacy.pt", legacy(system), r"wants to import posix\.system"),
    Hostile(
        "plain.pt",
        lambda path, canary: path.write_bytes(plain(system(canary))),
        "is a plain Python pickle, which could run code",
    ),
    Hostile(
        "text-pickle.pt",
        lambda path, canary: path.write_bytes(f"cposix\nsystem\n(S'touch {canary}'\ntR.".encode()),
        "is not a model file",
    ),
    Hostile("operations.pt", holding(b"N0" * 5_000_000 + b"N"), "takes more steps to read"),
    Hostile("laughs.pt", holding(laughs()), "unfolds to more values"),
    Hostile("deep-lists.pt", holding(b"]" * 60_000 + b"a" * 59_999), "nested too deeply"),
    Hostile("deep-tuples.pt", holding(b"N" + b"\x85" * 290_000), "nested too deeply"),
    Hostile("deep-key.pt", holding(b"}N" + b"\x85" * 290_000 + b"Ns"), "contents is damaged"),
    Hostile("itself.pt", holding(b"]q\x00h\x00a"), "hold themselves"),
    Hostile("itself-twice.pt", holding(b"}q\x00" + text("a") + b"h\x00s"), "hold themselves"),
    Hostile(
        "long-number.pt",
        holding(b"\x8b" + struct.pack("<i", 10_000_000) + b"\x7f" * 10_000_000),
        "number of absurd length",
    ),
    Hostile("digits.pt", holding(b"I" + b"9" * 1_000_000 + b"\n"), "contents is damaged"),
    Hostile("long-text.pt", holding(b"X\xff\xff\xff\x7f"), "contents is damaged"),
    Hostile("longer-text.pt", holding(b"\x8d" + b"\xff" * 7 + b"\x7f"), "contents is damaged"),
    Hostile("underflow.pt", holding(b"R"), "contents is damaged"),
    Hostile("no-memory.pt", holding(b"h\x07"), "contents is damaged"),
    Hostile("no-mark.pt", holding(b"Nt"), "contents is damaged"),
    Hostile("open-mark.pt", holding(b"N("), "contents is damaged"),
    Hostile("no-end.pt", lambda path, _: archive(b"\x80\x02N", path), "contents is damaged"),
    Hostile("nothing.pt", lambda path, _: archive(b"", path), "contents is damaged"),
    Hostile("garbage.pt", lambda path, _: archive(b"\xff\xfe" * 50, path), "contents is damaged"),
    Hostile("call-text.pt", holding(text("a") + b")R"), "contents is damaged"),
    Hostile("build-text.pt", holding(text("a") + b"}b"), "contents is damaged"),
    Hostile("odd-dictionary.pt", holding(b"}(Nu"), "contents is damaged"),
    Hostile("list-key.pt", holding(b"}]Ns"), "contents is damaged"),
]

TENSORS = [
    Hostile("expanded.pt", holding(tensor((10**6, 10**6), (0, 0))), "shape does not fit"),
    Hostile("stride-0.pt", holding(tensor((5,), (0,))), "shape does not fit"),
    Hostile("shape.pt", holding(tensor((5,))), "shape does not fit"),
    Hostile("offset.pt", holding(tensor((4,), offset=1)), "shape does not fit"),
    Hostile("far-offset.pt", holding(tensor((1,), offset=2**62)), "shape does not fit"),
    Hostile("before.pt", holding(tensor((4,), offset=-1)), "shape does not fit"),
    Hostile("negative-stride.pt", holding(tensor((4,), (-1,), offset=3)), "shape does not fit"),
    Hostile("far-stride.pt", holding(tensor((2,), (2**62,))), "shape does not fit"),
    Hostile("negative-shape.pt", holding(tensor((-4,))), "shape does not fit"),
    Hostile("overflow.pt", holding(tensor((2**62, 2**62), (1, 1))), "shape does not fit"),
    Hostile("dimensions.pt", holding(tensor((1,) * 1000, (1,) * 1000)), "shape does not fit"),
    Hostile("strides.pt", holding(tensor((2, 2), (1,))), "shape does not fit"),
    Hostile("too-many.pt", holding(tensor(count=5)), "some of its numbers are missing"),
    Hostile("too-few.pt", holding(tensor((3,), count=3)), "some of its numbers are missing"),
    Hostile("absurd-count.pt", holding(tensor(count=2**62)), "some of its numbers are missing"),
    Hostile("no-storage.pt", holding(tensor(key="7")), "some of its numbers are missing"),
    Hostile("away.pt", holding(tensor(key="../../../etc/passwd")), "numbers are missing"),
    Hostile("type.pt", holding(tensor(kind="float32")), "contents is damaged"),
    Hostile("type2.pt", holding(tensor(kind="QInt8Storage")), r"import torch\.QInt8Storage"),
    Hostile(
        "shared.pt",
        holding(
            b"](" + b"".join(tensor((250_000,), count=250_000) for _ in range(1000)) + b"e",
            archive__data__0=bytes(1_000_000),
        ),
        "many times the numbers that are in it",
    ),
    Hostile(
        "legacy-short.pt", legacy(lambda _: tensor(), plain(b"](" + text("0") + b"e")), "damaged"
    ),
    Hostile(
        "legacy-lies.pt",
        legacy(
            lambda _: tensor(),
            plain(b"](" + text("0") + b"e") + struct.pack("<q", 2**40) + bytes(16),
        ),
        "damaged",
    ),
    Hostile("legacy-keys.pt", legacy(lambda _: tensor(), plain(b"]") + bytes(24)), "damaged"),
    Hostile("legacy-count.pt", legacy(lambda _: tensor(count=2**60)), "numbers are missing"),
    Hostile("legacy-end.pt", legacy(lambda _: tensor()), "damaged"),
]

ARCHIVES = [
    Hostile("compressed.pt", compressed, "is compressed in a way that checkpoints never are"),
    Hostile("overlapping.pt", overlapping, "is damaged or cut short"),
    Hostile("encrypted.pt", encrypted, "is damaged or cut short"),
    Hostile("twice.pt", twice, "two members of the same name"),
    Hostile("two.pt", holding(b"N", other__data_pkl=b"N."), "is no model of a project"),
    Hostile(
        "two-lists.pt",
        lambda path, _: archive(plain(b"N"), path, {"other/data.pkl": plain(b"N")}),
        "two lists of contents",
    ),
    Hostile("out.pt", holding(b"N", archive__data__=b"", **{"..__..__evil": b"1"}), "leads out"),
    Hostile("root.pt", holding(b"N", **{"__etc__evil": b"1"}), "leads out of its folder"),
    Hostile("drive.pt", holding(b"N", **{"C:__evil": b"1"}), "leads out of its folder"),
    Hostile("backslash.pt", holding(b"N", **{"..\\evil": b"1"}), "leads out of its folder"),
    Hostile("members.pt", many_members, "is damaged or cut short"),
    Hostile(
        "script.pt",
        holding(
            b"N", archive__code____torch__=b"def f(): pass", **{"archive__constants.pkl": b"N."}
        ),
        "is a TorchScript program, not weights",
    ),
    Hostile("big-endian.pt", holding(b"N", archive__byteorder=b"big"), "big-endian machine"),
    Hostile(
        "long-list.pt",
        lambda path, _: archive(bytes(64_000_001), path),
        "list of contents is larger than any checkpoint's",
    ),
    Hostile(
        "other.zip",
        lambda path, _: zipfile.ZipFile(path, "w").close() or path.write_bytes(b"PK\x03\x04"),
        "is damaged or cut short",
    ),
]

CONTENTS = [
    Hostile("empty.pt", content(b""), "is empty"),
    Hostile("text.pt", content(b"A letter to a friend.\n" * 20), "is not a model file"),
    Hostile("picture.pt", content(pictured()), "is a picture, not a model"),
    Hostile("page.pt", content(b"<!DOCTYPE html><html>Sign in</html>"), "is a web page"),
    Hostile(
        "pointer.pt",
        content(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"),
        "only points to the real file",
    ),
    *(
        Hostile(f"cut-{share}.pt", saved(weights(), first_share(share)), "is damaged or cut short")
        for share in (0.01, 0.5, 0.99)
    ),
    Hostile("flip.pt", saved(weights(), lambda found: flip(found, b"_rebuild")), "is damaged"),
    Hostile("list.pt", saved([1, 2]), "is no model of a project that DDPM Studio knows"),
    Hostile("number.pt", saved(5), "is no model of a project"),
    Hostile("none.pt", saved(None), "is no model of a project"),
    Hostile("nothing-in-it.pt", saved({}), "is no model of a project"),
    Hostile("unknown.pt", saved(weights()), "is no model of a project"),
]

OURS = [
    *(
        Hostile(f"cut-{share}.safetensors", changed(first_share(share)), "cut short")
        for share in (0.01, 0.5, 0.99)
    ),
    Hostile("longer.safetensors", changed(lambda found: found + b"\0"), "has been changed"),
    Hostile(
        "header.safetensors",
        changed(lambda found: struct.pack_into("<Q", found, 0, 2**60)),
        "is not a model file of DDPM Studio, or it is cut short",
    ),
    Hostile(
        "words.safetensors",
        content(struct.pack("<Q", 40) + b"this is not JSON at all, nor ever was it"),
        "is not a model file",
    ),
    Hostile("overlap.safetensors", entry(data_offsets=[0, 8]), "is damaged"),
    Hostile("hole.safetensors", with_header(lambda header: header.pop("output.bias")), "damaged"),
    Hostile("lies.safetensors", entry(shape=[10**9, 10**9]), "list of tensors is not valid"),
    Hostile("negative.safetensors", entry(shape=[-2]), "list of tensors is not valid"),
    Hostile("type.safetensors", entry(dtype="F64"), "not 32-bit numbers"),
    Hostile("nan.safetensors", changed(nan), "weights that are not finite"),
    Hostile("layers.safetensors", described(network__depth=2), "weights do not fit the network"),
    Hostile("width.safetensors", described(network__width=10**9), "from 1 to 4096"),
    Hostile("kind.safetensors", described(network__kind="os.system"), "os.system"),
    Hostile("steps.safetensors", described(schedule__T=0), "T"),
    Hostile("beta.safetensors", described(schedule__beta_T=2.0), "beta"),
    Hostile("beta-nan.safetensors", described(schedule__beta_T=float("nan")), "beta_T|description"),
    Hostile("target.safetensors", described(target="magic"), "'magic' is not one of"),
]

PLACES = [
    Hostile("missing.pt", lambda path, _: None, "There is no file"),
    Hostile("folder.pt", lambda path, _: path.mkdir(), "is no model of a project"),
    Hostile("loop.pt", link_to_itself, "cannot be opened: Too many levels of symbolic links"),
    Hostile("dangling.pt", link_to_nothing, "There is no file"),
    Hostile("pipe.pt", lambda path, _: os.mkfifo(path), "is not a file but a folder or a device"),
    Hostile("zero.pt", lambda path, _: path.symlink_to("/dev/zero"), "folder or a device"),
    Hostile("huge.pt", sparse, "is larger than any model this application opens"),
    Hostile("n" * 300, lambda path, _: None, "cannot be opened: File name too long"),
    Hostile(
        "b\x1b[2Ja\nd 이름 {0} %s \u202e.pt",
        content(b""),
        r"b\?\[2Ja\?d 이름 \{0\} %s \?\.pt is empty",
    ),
    Hostile("undecodable\udcff.pt", content(b""), r"undecodable\?\.pt is empty"),
]

HAS_PIPES = hasattr(os, "mkfifo")  # Windows has neither these nor such names
ALL = [*PICKLES, *TENSORS, *ARCHIVES, *CONTENTS, *OURS, *(PLACES if HAS_PIPES else [])]


def test_there_are_many_of_them() -> None:
    assert len(ALL) >= 100
    assert len({case.name for case in ALL}) == len(ALL)


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    return tmp_path / "canary"


@pytest.fixture(params=ALL, ids=lambda case: case.name.encode("ascii", "replace").decode()[:40])
def case(
    request: pytest.FixtureRequest, tmp_path: Path, canary: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Path, str]]:
    """The file and the reason; afterwards nothing ran, nothing is left and the file is as it was."""
    hostile: Hostile = request.param
    folder, temporary = tmp_path / "folder", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    path = folder / hostile.name
    hostile.make(path, canary)
    before = snapshot(folder)
    yield path, hostile.reason
    assert not canary.exists()
    assert not list(temporary.iterdir())
    assert snapshot(folder) == before


def snapshot(folder: Path) -> dict[str, tuple[int, int, int, bytes]]:
    found = {}
    for path in folder.iterdir():
        status = path.lstat()
        is_small_file = path.is_file() and not path.is_symlink() and status.st_size < 10**8
        data = path.read_bytes() if is_small_file else b""
        found[path.name] = (status.st_mode, status.st_size, status.st_mtime_ns, data)
    return found


def require_sentence(message: str, path: Path, reason: str) -> None:
    assert re.search(reason, message), message
    assert printable(path.name) in message
    assert message.isprintable()
    assert message.endswith(".")
    assert "weights_only" not in message
    assert len(message) < 400 + len(str(path))


def test_what_is_wrong_is_said_and_nothing_else_happens(
    case: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    path, reason = case
    began = time.process_time()  # others may be busy on this machine
    with pytest.raises(ModelFileError) as caught:
        load_inspected(open_model(path))
    assert time.process_time() - began < MAX_SECONDS
    require_sentence(str(caught.value), path, reason)
    assert main(["info", str(path)]) == 1
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err == f"ddpm-studio: {caught.value}\n"


HUNGRY = ["compressed.pt", "long-list.pt", "long-number.pt", "longer-text.pt", "members.pt"]
HUNGRY += ["expanded.pt", "shared.pt", "laughs.pt", "legacy-count.pt", "operations.pt"]
HUNGRY += ["header.safetensors", "lies.safetensors", "width.safetensors"]


@pytest.mark.parametrize("name", HUNGRY)
def test_memory_is_taken_only_for_what_is_there(tmp_path: Path, canary: Path, name: str) -> None:
    (hostile,) = (each for each in ALL if each.name == name)
    path = tmp_path / name
    hostile.make(path, canary)
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError, match=hostile.reason):
            load_inspected(open_model(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MAX_MEMORY_BYTES


@pytest.mark.parametrize("seed", range(4))
def test_random_damage_is_refused_or_does_no_harm(tmp_path: Path, seed: int) -> None:
    """Bytes and operations that are changed, left out or put in: any other error would end in a trace."""
    random = Random(seed)
    path, said = tmp_path / "damaged.pt", []
    operations = [opcode.code.encode("latin-1") for opcode in pickletools.opcodes]
    pickled = plain(dictionary(w=tensor(), options=called("argparse", "Namespace"), l=b"](K\x01Ne"))
    for _ in range(250):
        found = bytearray(pickled)
        for _ in range(random.randint(1, 4)):
            place = random.randrange(len(found))
            found[place : place + random.randint(0, 2)] = random.choice(
                [random.choice(operations), random.randbytes(1), b""]
            )
        archive(bytes(found), path)
        try:
            open_torch_file(path)
        except ModelFileError as error:
            said.append(str(error))
    assert len(said) > 100
    assert all(line.isprintable() and line.endswith(".") for line in said)
