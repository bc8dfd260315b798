"""Names of classes, as far as a file of ours can hold them."""

from __future__ import annotations

import json

MAX_NAMES_CHARACTERS = 100_000


def are_class_names(names: object) -> bool:
    """Whether it is a list of texts to show, short enough all together; it may be empty."""
    return (
        isinstance(names, (list, tuple))
        and all(isinstance(name, str) and name and name.isprintable() for name in names)
        and len(json.dumps(names)) <= MAX_NAMES_CHARACTERS
    )


def storable_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """All of them; none where a file cannot hold them."""
    return names if are_class_names(names) else ()
