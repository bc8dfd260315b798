"""The safetensors format, written so that the same content gives the same bytes."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddpm_studio.atomic_file import replacing_file

if TYPE_CHECKING:
    from torch import Tensor

LENGTH_BYTES = 8  # of the header's length, in little endian, with which a file begins


def packed(tensors: dict[str, Tensor]) -> tuple[dict[str, Any], memoryview]:
    """The table of names, types, shapes and places, and the data of all tensors."""
    from safetensors.torch import save  # torch: a header is read without it

    here = {name: tensor.detach().to("cpu").contiguous() for name, tensor in tensors.items()}
    content = save(here)
    data_start = LENGTH_BYTES + struct.unpack_from("<Q", content)[0]
    return json.loads(content[LENGTH_BYTES:data_start]), memoryview(content)[data_start:]


def write_tensors(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """A file of them in one step. Raises SaveError where it cannot be written."""
    table, data = packed(tensors)
    start = header(table, metadata)
    with replacing_file(path) as file:
        file.expected_bytes = len(start) + len(data)
        file.write(start)
        file.write(data)


def header(table: dict[str, Any], metadata: dict[str, str]) -> bytes:
    """What stands before the data; its keys are sorted, which safetensors leaves to chance."""
    text = canonical({"__metadata__": metadata, **table})
    text += b" " * (-len(text) % 8)  # the data stays aligned
    return struct.pack("<Q", len(text)) + text


def canonical(values: dict[str, Any]) -> bytes:
    """One text for one content."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
