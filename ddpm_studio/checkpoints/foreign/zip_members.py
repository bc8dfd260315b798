"""The members of a zip archive as torch.save writes them: as they are, never compressed."""

from __future__ import annotations

import struct
import zipfile
from dataclasses import dataclass
from typing import IO, cast

from ddpm_studio.checkpoints.foreign.source_file import SourceFile
from ddpm_studio.checkpoints.regular_file import ModelFileError

START = b"PK\x03\x04"
_MAX_DIRECTORY_BYTES = 4_000_000  # 100 bytes for each of 40,000 members
_OWN_ENTRY = struct.Struct("<4s22xHH")  # before a member's data: how long its name and extras are
_ENCRYPTED = 1


@dataclass(frozen=True)
class Member:
    """Where a member's bytes lie in the archive; ``checksum`` is their CRC-32, or 0 for none."""

    start_byte: int
    byte_count: int
    checksum: int


def list_members(source: SourceFile, file: IO[bytes]) -> dict[str, Member]:
    """Members by their names. Raises ModelFileError where it is damaged or not written by torch."""
    try:
        with zipfile.ZipFile(cast("IO[bytes]", _BoundedReads(file))) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise source.damaged() from error
    _refuse_what_torch_never_writes(source, entries)
    return {entry.filename: _member(source, file, entry) for entry in entries}


class _BoundedReads:
    """A file that gives no more at once than a list of members may take."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, count: int = -1) -> bytes:
        content = self._file.read(min(count, _MAX_DIRECTORY_BYTES + 1) if count >= 0 else 70_000)
        if len(content) > _MAX_DIRECTORY_BYTES:
            raise zipfile.BadZipFile
        return content


def _refuse_what_torch_never_writes(source: SourceFile, entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise ModelFileError(
            "{file} is compressed in a way that checkpoints never are: it could fill the memory.",
            file=source.path.name,
        )
    if any(
        entry.flag_bits & _ENCRYPTED or entry.file_size != entry.compress_size for entry in entries
    ):
        raise source.damaged()
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise ModelFileError(
            "{file} is not opened: it holds two members of the same name.", file=source.path.name
        )
    if any(_leaves_its_folder(name) for name in names):
        raise ModelFileError(
            "{file} is not opened: a name in it leads out of its folder.", file=source.path.name
        )
    if sum(entry.file_size for entry in entries) > source.byte_count:
        raise source.damaged()


def _leaves_its_folder(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "" or ".." in parts or ":" in parts[0]


def _member(source: SourceFile, file: IO[bytes], entry: zipfile.ZipInfo) -> Member:
    if not 0 <= entry.header_offset <= source.byte_count - _OWN_ENTRY.size:
        raise source.damaged()
    file.seek(entry.header_offset)
    start, name_length, extra_length = _OWN_ENTRY.unpack(file.read(_OWN_ENTRY.size))
    start_byte = entry.header_offset + _OWN_ENTRY.size + name_length + extra_length
    if start != START or start_byte + entry.file_size > source.byte_count:
        raise source.damaged()
    return Member(start_byte, entry.file_size, entry.CRC)
