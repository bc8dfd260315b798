"""What a pickle may name: the parts of a tensor, dictionaries, and what is harmless beside weights.

Nothing is ever imported or called: each name has a meaning here, or ends the reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ddpm_studio.checkpoints.foreign.stored_tensor import NUMBER_BYTES
from ddpm_studio.explained_error import ExplainedError, brief


class PickleError(ExplainedError):
    """Why a pickle is not read; the end of a sentence about its file."""


@dataclass(frozen=True)
class Name:
    """What a pickle names in order to import it."""

    module: str
    name: str

    def __str__(self) -> str:
        return brief(f"{self.module}.{self.name}")


@dataclass(frozen=True)
class Opaque:
    """An object that is of no use here, such as a path or the options of a command line."""

    name: Name


# Numbers of one type, as torch names their storage and as it names the type.
STORAGE_TYPES = {
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
}
TENSOR_MAKERS = {"_rebuild_tensor", "_rebuild_tensor_v2"}
_PARAMETER_MAKERS = {"_rebuild_parameter", "_rebuild_parameter_with_state"}
_DICTIONARIES = {"OrderedDict", "defaultdict", "Counter"}
_PLAIN_TYPES = {"bool", "int", "float", "complex", "str", "bytes", "bytearray"}
_PLAIN_TYPES |= {"dict", "list", "tuple", "set", "frozenset", "range", "slice"}
_MEANT = {
    "torch": {*STORAGE_TYPES, *NUMBER_BYTES, "Size", "device", "Tensor"},
    "torch._utils": TENSOR_MAKERS | _PARAMETER_MAKERS,
    "collections": _DICTIONARIES,
    # Objects that checkpoints hold beside their weights; each is only noted.
    "torch.torch_version": {"TorchVersion"},
    "builtins": _PLAIN_TYPES,
    "__builtin__": _PLAIN_TYPES,
    "_codecs": {"encode"},  # bytes, in an old form
    "argparse": {"Namespace"},
    "datetime": {"datetime", "date", "timedelta"},
    "pathlib": {"PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath"},
    "numpy": {"dtype", "ndarray"},
    "numpy.core.multiarray": {"scalar", "_reconstruct"},
    "numpy._core.multiarray": {"scalar", "_reconstruct"},
    "numpy.core.numeric": {"_frombuffer"},
    "numpy._core.numeric": {"_frombuffer"},
}


def checked_name(module: object, name: object) -> Name:
    """The name, where it has a meaning here. Raises PickleError, or ValueError where it is none."""
    if not isinstance(module, str) or not isinstance(name, str):
        raise ValueError
    found = Name(module, name)
    if name not in _MEANT.get(module, ()):
        raise PickleError(
            "it wants to import {name}, which could run code; "
            "a file of its weights alone, as state_dict() gives them, can be opened",
            name=found,
        )
    return found


def made(maker: Name, arguments: tuple[Any, ...]) -> Any:
    """What calling a name, other than a tensor's maker, stands for. Raises ValueError or TypeError."""
    if maker.name in _PARAMETER_MAKERS:
        return arguments[0]
    if maker.name in _DICTIONARIES:
        return _dictionary(*arguments[:1])
    if maker.name == "Size":
        return tuple(arguments[0])
    return Opaque(maker)


def _dictionary(given: Any = ()) -> dict[Any, Any]:
    """What OrderedDict(pairs), defaultdict(factory) or Counter(counts) would be."""
    if isinstance(given, Name) or given is None:
        return {}
    pairs = given.items() if isinstance(given, dict) else given
    return with_items({}, [part for key, value in pairs for part in (key, value)])


def with_items(values: Any, items: list[Any]) -> dict[Any, Any]:
    """Keys and values in turn, put into a dictionary. Plain keys alone: nested ones hash for ever."""
    if not isinstance(values, dict) or len(items) % 2:
        raise ValueError
    for key, value in zip(items[::2], items[1::2], strict=True):
        if not isinstance(key, str | int | float | None):
            raise ValueError
        values[key] = value
    return values
