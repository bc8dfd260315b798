"""Sees to it that whoever walks through a structure from a file comes to an end."""

from __future__ import annotations

from typing import Any

from ddpm_studio.checkpoints.foreign.pickled_names import PickleError

MAX_DEPTH = 60
MAX_VALUES = 2_000_000
_END = object()


def check_extent(value: Any) -> None:
    """Raises PickleError where lists hold themselves, or unfold to more values than anybody needs.

    A list of ten lists, each the same list of ten lists …, takes few bytes and unfolds to 10^n.
    Every container is walked through once, whatever holds it.
    """
    extents: dict[int, int] = {}  # of containers that were seen to their end
    path: list[_Walk] = [_Walk([value])]
    on_path: set[int] = set()
    while path:
        walk = path[-1]
        part = next(walk.parts, _END)
        if part is _END:
            path.pop()
            on_path.discard(walk.key)
            extents[walk.key] = walk.extent
            if path:
                path[-1].extent += walk.extent
        elif not isinstance(part, dict | list | tuple):
            walk.extent += 1
        elif id(part) in extents:
            walk.extent += extents[id(part)]
        elif id(part) in on_path or len(path) > MAX_DEPTH:
            raise PickleError("its lists hold themselves or are nested too deeply")
        else:
            on_path.add(id(part))
            path.append(_Walk(part))
        if walk.extent > MAX_VALUES:
            raise PickleError("it unfolds to more values than any checkpoint has")


class _Walk:
    """A container, how far it was walked through, and how many values it has unfolded to so far."""

    def __init__(self, container: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> None:
        self.key = id(container)
        self.container = container  # held: an id is its own only for as long as it lives
        self.parts = iter(container.values() if isinstance(container, dict) else container)
        self.extent = 1
