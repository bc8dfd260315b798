"""Reads a pickle as a plain structure, and never calls anything that it names.

A pickle is a program for a small stack machine (pickletools documents each operation). This one
performs the operations that build plain values, and gives meaning to a short list of names:
tensors become :class:`StoredTensor`, and a few harmless objects that other projects keep beside
their weights become :class:`Opaque`. Any other name ends the reading.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable
from typing import Any

from ddpm_studio.checkpoints.foreign.pickled_names import (
    STORAGE_TYPES,
    TENSOR_MAKERS,
    Name,
    Opaque,
    PickleError,
    checked_name,
    made,
    with_items,
)
from ddpm_studio.checkpoints.foreign.stored_tensor import Storage, StoredTensor
from ddpm_studio.checkpoints.foreign.unfolded_extent import check_extent

MAX_PICKLE_BYTES = 64_000_000
MAX_OPERATIONS = 300_000  # two copies of 600 weights and Adam's moments take 100,000
_MAX_WHOLE_BITS = 128
_MAX_UNFOLDING = 2  # numbers of all tensors together, in files: a tensor may share another one's

FindStorage = Callable[[str, str, int], Storage | None]


def read_pickle(stream: io.BytesIO, find_storage: FindStorage) -> Any:
    """The structure of the pickle that starts at the stream's place; leaves it behind its end.

    ``find_storage`` gives the storage of a type (torch's name), a key and a number of values, or
    None. Raises PickleError for whatever is not plain, damaged or too much.
    """
    machine = _Machine(find_storage)
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if count >= MAX_OPERATIONS:
                raise PickleError("it takes more steps to read than any checkpoint does")
            machine.perform(opcode.name, argument)
        value = machine.result()
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, EOFError) as error:
        raise PickleError("its list of contents is damaged") from error
    check_extent(value)
    return value


class _Machine:
    """The stack, the marks on it and the memo. Malformed programs raise the errors of Python."""

    def __init__(self, find_storage: FindStorage) -> None:
        self._find_storage = find_storage
        self._stack: list[Any] = []
        self._below: list[list[Any]] = []  # the stacks under each mark
        self._memo: dict[int, Any] = {}
        self._tensor_bytes = 0

    def perform(self, operation: str, argument: Any) -> None:
        if operation in _CONSTANTS:
            self._stack.append(_CONSTANTS[operation])
        elif operation in _LITERALS:
            self._stack.append(_plain(argument))
        elif operation in _ACTIONS:
            _ACTIONS[operation](self, argument)
        else:
            raise PickleError(
                "it uses the pickle operation {operation}, which weights do not need",
                operation=operation,
            )

    def result(self) -> Any:
        if len(self._stack) != 1 or self._below:
            raise ValueError
        return self._stack[0]

    # Marks and the memo

    def _mark(self, _: Any) -> None:
        self._below.append(self._stack)
        self._stack = []

    def _since_mark(self) -> list[Any]:
        items, self._stack = self._stack, self._below.pop()
        return items

    def _put(self, index: int) -> None:
        self._memo[index] = self._stack[-1]

    def _memoize(self, _: Any) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def _get(self, index: int) -> None:
        self._stack.append(self._memo[index])

    def _pop(self, _: Any) -> None:
        if self._stack:
            self._stack.pop()
        else:
            self._since_mark()

    def _pop_mark(self, _: Any) -> None:
        self._since_mark()

    def _duplicate(self, _: Any) -> None:
        self._stack.append(self._stack[-1])

    # Containers

    def _push(self, make: Callable[[], Any]) -> None:
        self._stack.append(make())

    def _tuple_of(self, count: int) -> None:
        if len(self._stack) < count:
            raise ValueError
        items = tuple(self._stack[-count:])
        del self._stack[-count:]
        self._stack.append(items)

    def _tuple(self, _: Any) -> None:
        items = self._since_mark()
        self._stack.append(tuple(items))

    def _list(self, _: Any) -> None:
        items = self._since_mark()
        self._stack.append(items)

    def _dict(self, _: Any) -> None:
        items = self._since_mark()
        self._stack.append(with_items({}, items))

    def _append(self, _: Any) -> None:
        item = self._stack.pop()
        _listed(self._stack[-1]).append(item)

    def _appends(self, _: Any) -> None:
        items = self._since_mark()
        _listed(self._stack[-1]).extend(items)

    def _set_item(self, _: Any) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._set_items_of([key, value])

    def _set_items(self, _: Any) -> None:
        self._set_items_of(self._since_mark())

    def _set_items_of(self, items: list[Any]) -> None:
        if not isinstance(self._stack[-1], Opaque):
            with_items(self._stack[-1], items)

    # Names, and what would be made of them

    def _global(self, argument: str) -> None:
        module, _, name = argument.partition(" ")
        self._stack.append(checked_name(module, name))

    def _stack_global(self, _: Any) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._stack.append(checked_name(module, name))

    def _instance(self, argument: str) -> None:
        """An old form of GLOBAL and REDUCE together."""
        self._global(argument)
        maker, arguments = self._stack.pop(), tuple(self._since_mark())
        self._stack.append(made(maker, arguments))

    def _reduce(self, _: Any) -> None:
        arguments, maker = self._stack.pop(), self._stack.pop()
        if not isinstance(maker, Name) or not isinstance(arguments, tuple):
            raise ValueError
        if maker.name in TENSOR_MAKERS:
            self._stack.append(self._tensor(*arguments[:4]))
        else:
            self._stack.append(made(maker, arguments))

    def _tensor(self, storage: Any, offset: Any, shape: Any, strides: Any) -> StoredTensor:
        if not isinstance(storage, Storage):
            raise ValueError
        tensor = StoredTensor(storage, offset, tuple(shape), tuple(strides))
        if not tensor.fits:
            raise PickleError("it holds a tensor whose shape does not fit its numbers")
        self._tensor_bytes += tensor.byte_count
        if self._tensor_bytes > _MAX_UNFOLDING * storage.source.byte_count:
            raise PickleError("its tensors would hold many times the numbers that are in it")
        return tensor

    def _build(self, _: Any) -> None:
        """The state of an object, such as a dictionary's ``_metadata``: nothing that is needed."""
        self._stack.pop()
        if not isinstance(self._stack[-1], dict | Opaque | StoredTensor):
            raise ValueError

    def _persistent(self, _: Any) -> None:
        match self._stack.pop():
            case ("storage", Name("torch", kind), str(key), str(), int(count), *rest) if (
                kind in STORAGE_TYPES and rest in ([], [None])
            ):
                storage = self._find_storage(STORAGE_TYPES[kind], key, count)
            case _:
                raise ValueError
        if storage is None:
            raise PickleError("some of its numbers are missing")
        self._stack.append(storage)


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError
    return value


def _plain(argument: Any) -> Any:
    """A literal: whole numbers as long as a file may need, no longer."""
    if isinstance(argument, int) and argument.bit_length() > _MAX_WHOLE_BITS:
        raise PickleError("it holds a number of absurd length")
    return argument


_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_LITERALS = {"BININT", "BININT1", "BININT2", "LONG1", "LONG4", "INT", "LONG", "FLOAT", "BINFLOAT"}
_LITERALS |= {"UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"}
_LITERALS |= {"STRING", "BINSTRING", "SHORT_BINSTRING"}
_LITERALS |= {"BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"}
_ACTIONS: dict[str, Callable[[_Machine, Any], None]] = {
    "PROTO": lambda machine, _: None,
    "FRAME": lambda machine, _: None,
    "STOP": lambda machine, _: None,
    "MARK": _Machine._mark,
    "POP": _Machine._pop,
    "POP_MARK": _Machine._pop_mark,
    "DUP": _Machine._duplicate,
    "PUT": _Machine._put,
    "BINPUT": _Machine._put,
    "LONG_BINPUT": _Machine._put,
    "MEMOIZE": _Machine._memoize,
    "GET": _Machine._get,
    "BINGET": _Machine._get,
    "LONG_BINGET": _Machine._get,
    "EMPTY_LIST": lambda machine, _: machine._push(list),
    "EMPTY_DICT": lambda machine, _: machine._push(dict),
    "EMPTY_SET": lambda machine, _: machine._push(list),  # in order, and nothing is hashed
    "TUPLE1": lambda machine, _: machine._tuple_of(1),
    "TUPLE2": lambda machine, _: machine._tuple_of(2),
    "TUPLE3": lambda machine, _: machine._tuple_of(3),
    "TUPLE": _Machine._tuple,
    "FROZENSET": _Machine._tuple,
    "LIST": _Machine._list,
    "DICT": _Machine._dict,
    "APPEND": _Machine._append,
    "APPENDS": _Machine._appends,
    "ADDITEMS": _Machine._appends,
    "SETITEM": _Machine._set_item,
    "SETITEMS": _Machine._set_items,
    "GLOBAL": _Machine._global,
    "STACK_GLOBAL": _Machine._stack_global,
    "INST": _Machine._instance,
    "REDUCE": _Machine._reduce,
    "NEWOBJ": _Machine._reduce,
    "BUILD": _Machine._build,
    "BINPERSID": _Machine._persistent,
}
