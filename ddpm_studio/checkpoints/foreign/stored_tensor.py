"""Tensors that are still in their file: what they are is known, and their numbers wait to be read.

They are read and not mapped into memory: a mapped file that a training writes anew meanwhile would
end the process.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from ddpm_studio.checkpoints.finite_weights import require_finite
from ddpm_studio.checkpoints.foreign.source_file import SourceFile

if TYPE_CHECKING:
    from torch import Tensor

# Bytes of one number, by torch's name for its type.
NUMBER_BYTES = {
    "float32": 4,
    "float64": 8,
    "float16": 2,
    "bfloat16": 2,
    "int64": 8,
    "int32": 4,
    "int16": 2,
    "int8": 1,
    "uint8": 1,
    "bool": 1,
    "complex64": 8,
    "complex128": 16,
}
MAX_DIMENSIONS = 8
_CHUNK_BYTES = 1 << 20


@dataclass(eq=False)
class Storage:
    """A stretch of a file that holds numbers of one type, one after another."""

    source: SourceFile
    start_byte: int
    byte_count: int
    dtype: str
    checksum: int = 0  # CRC-32 of all of it; 0 where the file has none
    _is_verified: bool = field(default=False, init=False)

    @property
    def numel(self) -> int:
        """How many numbers it holds."""
        return self.byte_count // NUMBER_BYTES[self.dtype]

    def read(self, first: int, count: int) -> bytearray:
        """The bytes of ``count`` numbers from the one at ``first``.

        Raises ModelFileError where the file has changed, or its checksum says that it is damaged.
        """
        size = NUMBER_BYTES[self.dtype]
        content = bytearray(count * size)
        with self.source.opened() as file:
            if self.checksum and not self._is_verified:
                self._verify(file)
            file.seek(self.start_byte + first * size)
            if file.readinto(content) != len(content):
                raise self.source.changed()
        return content

    def _verify(self, file: IO[bytes]) -> None:
        """Once: a flipped bit is a number like any other, and nothing else would notice it."""
        file.seek(self.start_byte)
        found, left = 0, self.byte_count
        while left and (chunk := file.read(min(left, _CHUNK_BYTES))):
            found, left = zlib.crc32(chunk, found), left - len(chunk)
        if left or found != self.checksum:
            raise self.source.damaged()
        self._is_verified = True


@dataclass(frozen=True, eq=False)
class StoredTensor:
    """Numbers of a storage, from the one at ``offset``, ``strides`` apart along each dimension."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def dtype(self) -> str:
        """Torch's name for the type of its numbers, such as "float16"."""
        return self.storage.dtype

    @property
    def numel(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    @property
    def byte_count(self) -> int:
        """What its numbers take in memory, as they are stored."""
        return self.numel * NUMBER_BYTES[self.dtype]

    @property
    def fits(self) -> bool:
        """Whether all its numbers lie within the storage, and are no more than that holds."""
        values = (self.offset, *self.shape, *self.strides)
        if len(self.shape) != len(self.strides) or len(self.shape) > MAX_DIMENSIONS:
            return False
        if any(type(value) is not int or value < 0 for value in values):
            return False
        return self.numel <= self.storage.numel and self.offset + self._span <= self.storage.numel

    @property
    def _span(self) -> int:
        """How many numbers lie from its first to its last one."""
        if not self.numel:
            return 0
        return 1 + sum((n - 1) * by for n, by in zip(self.shape, self.strides, strict=True))

    def read(self) -> Tensor:
        """Its numbers, in memory of their own: float32 where they are floating, else as stored.

        Raises ModelFileError where the file has changed or is damaged, or a number is not finite.
        """
        import torch

        dtype: torch.dtype = getattr(torch, self.dtype)
        if not self.numel:
            found = torch.empty(self.shape, dtype=dtype)
        else:
            content = self.storage.read(self.offset, self._span)
            flat = torch.frombuffer(content, dtype=dtype)
            found = flat.as_strided(self.shape, self.strides).contiguous()
        if not dtype.is_floating_point:
            return found
        found = found.to(torch.float32)
        require_finite(found, self.storage.source.path)
        return found
