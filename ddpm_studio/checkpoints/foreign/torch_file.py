"""Opens what torch.save wrote, without torch: no code in it is run, and its tensors stay in the file.

Since torch 1.6 it is a zip archive with a pickle and one member for each storage; before, pickles
and then the storages one after another (torch/serialization.py, _legacy_save).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from ddpm_studio.checkpoints.foreign import zip_members
from ddpm_studio.checkpoints.foreign.pickled_names import Name, Opaque, PickleError
from ddpm_studio.checkpoints.foreign.plain_pickle import MAX_PICKLE_BYTES, read_pickle
from ddpm_studio.checkpoints.foreign.source_file import SourceFile
from ddpm_studio.checkpoints.foreign.stored_tensor import NUMBER_BYTES, Storage, StoredTensor
from ddpm_studio.checkpoints.foreign.zip_members import Member, list_members
from ddpm_studio.checkpoints.other_kinds import known_other_kind
from ddpm_studio.checkpoints.regular_file import ModelFileError

_PICKLE_START = b"\x80"
# How the first of a legacy file's pickles ends: torch's magic number 0x1950a86a20f9469cfc6c.
_LEGACY_MAGIC = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_LEGACY_VERSION = 1001
_START_BYTES = 32


@dataclass(frozen=True)
class TorchFile:
    """What a file of torch holds: dict, list, tuple, numbers, text, None and StoredTensor.

    What is of no use here, such as options of a command line, is Opaque.
    """

    path: Path
    value: Any
    byte_count: int


def open_torch_file(path: Path) -> TorchFile:
    """Its structure; no code in it is run, and none of its tensors is read.

    Raises ModelFileError where it is missing, no regular file, not written by torch.save, damaged,
    or where it names anything to import that weights do not need.
    """
    return _opened(SourceFile.at(path))


@lru_cache(maxsize=2)  # every family's reader looks at it in turn
def _opened(source: SourceFile) -> TorchFile:
    with source.opened() as file:
        start = file.read(_START_BYTES)
        try:
            if start.startswith(zip_members.START):
                value = _read_archive(source, file)
            elif start.startswith(_PICKLE_START) and _LEGACY_MAGIC in start:
                value = _read_legacy(source, file)
            else:
                raise _not_a_checkpoint(source, start)
        except PickleError as error:
            raise ModelFileError(
                "{file} is not opened: {reason}.", file=source.path.name, reason=error
            ) from error
    return TorchFile(source.path, value, source.byte_count)


def _not_a_checkpoint(source: SourceFile, start: bytes) -> ModelFileError:
    name = source.path.name
    if start.startswith(_PICKLE_START):
        return ModelFileError(
            "{file} is a plain Python pickle, which could run code: "
            "save its weights with torch.save and open that file.",
            file=name,
        )
    return known_other_kind(source.path) or ModelFileError(
        "{file} is not a checkpoint of PyTorch, or it is cut short.", file=name
    )


# The zip archive


def _read_archive(source: SourceFile, file: IO[bytes]) -> Any:
    members = list_members(source, file)
    top = _top_folder(source, members)
    if _text(source, file, members.get(f"{top}/byteorder")) == b"big":
        raise _of_another_byte_order(source)

    def find_storage(dtype: str, key: str, count: int) -> Storage | None:
        member = members.get(f"{top}/data/{key}")
        if member is None or member.byte_count != count * NUMBER_BYTES[dtype]:
            return None
        # One storage for one member: its checksum is verified once, whoever shares it.
        return storages.setdefault((key, dtype), _storage(source, member, dtype))

    storages: dict[tuple[str, str], Storage] = {}
    return read_pickle(io.BytesIO(_pickle_of(source, members[f"{top}/data.pkl"])), find_storage)


def _storage(source: SourceFile, member: Member, dtype: str) -> Storage:
    return Storage(source, member.start_byte, member.byte_count, dtype, member.checksum)


def _top_folder(source: SourceFile, members: dict[str, Member]) -> str:
    """The one folder that all of an archive lies in."""
    tops = [name.removesuffix("/data.pkl") for name in members if name.endswith("/data.pkl")]
    if any(name.endswith("/constants.pkl") or "/code/" in name for name in members):
        raise ModelFileError(
            "{file} is a TorchScript program, not weights: save its state_dict() and open that.",
            file=source.path.name,
        )
    if not tops:
        raise ModelFileError(
            "{file} is a zip archive, but not a checkpoint of PyTorch.", file=source.path.name
        )
    if len(tops) > 1:
        raise ModelFileError(
            "{file} is not opened: it holds two lists of contents.", file=source.path.name
        )
    return tops[0]


def _pickle_of(source: SourceFile, member: Member) -> bytes:
    if member.byte_count > MAX_PICKLE_BYTES:
        raise PickleError("its list of contents is larger than any checkpoint's")
    return bytes(_storage(source, member, "uint8").read(0, member.byte_count))


def _text(source: SourceFile, file: IO[bytes], member: Member | None) -> bytes:
    if member is None or member.byte_count > 10:
        return b""
    file.seek(member.start_byte)
    return file.read(member.byte_count)


def _of_another_byte_order(source: SourceFile) -> ModelFileError:
    return ModelFileError(
        "{file} was written on a big-endian machine: save it again on another one.",
        file=source.path.name,
    )


# Before torch 1.6


def _read_legacy(source: SourceFile, file: IO[bytes]) -> Any:
    file.seek(0)
    stream = io.BytesIO(file.read(min(source.byte_count, MAX_PICKLE_BYTES)))
    _, version, system = (read_pickle(stream, _no_storage) for _ in range(3))
    if version != _LEGACY_VERSION or not isinstance(system, dict):
        raise source.damaged()
    if system.get("little_endian") is not True:
        raise _of_another_byte_order(source)
    storages: dict[str, Storage] = {}

    def find_storage(dtype: str, key: str, count: int) -> Storage | None:
        size = count * NUMBER_BYTES[dtype]
        if not 0 <= size <= source.byte_count:
            return None
        found = storages.setdefault(key, Storage(source, 0, size, dtype))
        return found if (found.dtype, found.byte_count) == (dtype, size) else None

    value = read_pickle(stream, find_storage)
    keys = read_pickle(stream, _no_storage)
    if not isinstance(keys, list) or sorted(map(str, keys)) != sorted(storages):
        raise source.damaged()
    _place(source, file, stream.tell(), [storages[key] for key in keys])
    return value


def _no_storage(_dtype: str, _key: str, _count: int) -> None:
    return None


def _place(source: SourceFile, file: IO[bytes], start: int, storages: Sequence[Storage]) -> None:
    """Each storage stands after the one before it, with its number of values in front of it."""
    for storage in storages:
        file.seek(start)
        prefix = file.read(8)
        storage.start_byte = start + 8
        start = storage.start_byte + storage.byte_count
        if len(prefix) < 8 or start > source.byte_count:
            raise source.damaged()
        if struct.unpack("<q", prefix)[0] != storage.numel:
            raise source.damaged()


__all__ = ["Name", "Opaque", "StoredTensor", "TorchFile", "open_torch_file"]
