"""What was made of a model's network to ask it faster, kept with the model."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar, cast

_KEPT = 2  # of each kind: making one takes a moment, and memory

Form = TypeVar("Form")


class KeptForms:
    """The last two forms of each kind."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a form may be made of another kind
        self._kept: dict[str, deque[tuple[object, object]]] = defaultdict(
            partial(deque, maxlen=_KEPT)
        )

    def get(self, kind: str, asked: object, make: Callable[[], Form]) -> Form:
        """That for which the same was ``asked`` before, or what ``make`` gives."""
        with self._lock:
            for what, form in self._kept[kind]:
                if what == asked:
                    return cast(Form, form)
            made = make()
            self._kept[kind].append((asked, made))
            return made
