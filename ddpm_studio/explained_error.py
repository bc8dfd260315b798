"""The base of all errors whose text is a sentence for a person, in whatever language is spoken."""

from __future__ import annotations

import os
from collections.abc import Callable

_MAX_BRIEF_CHARACTERS = 80


class ExplainedError(Exception):
    """What went wrong, and what to do about it: a sentence with its values apart.

    ``sentence`` is English and holds the names of ``values`` in braces, as for `str.format`; without
    values it is said as it stands. It is written out where the error is raised, never put together:
    .ci/translations.py collects it there. A value may be an ExplainedError itself, a reason inside
    the sentence; there it stands without its own full stop. `str()` is the English text.
    """

    def __init__(self, sentence: str, /, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values

    def __str__(self) -> str:
        return self.text()

    def text(self, translate: Callable[[str], str] = str) -> str:
        """The sentence and the reasons inside it, each put through ``translate`` and filled in once."""
        sentence = translate(self.sentence)
        if not self.values:
            return sentence
        filled = {
            name: value.text(translate).removesuffix(".")
            if isinstance(value, ExplainedError)
            else _harmless(value)
            for name, value in self.values.items()
        }
        return sentence.format(**filled)


def _harmless(value: object) -> object:
    """A file may carry any characters in its name: on a terminal they could be commands."""
    return printable(os.fspath(value)) if isinstance(value, (str, os.PathLike)) else value


def printable(text: str) -> str:
    """Each sign that has no picture, such as the end of a line, as a question mark."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def sentence(text: str) -> str:
    """Marks a sentence that stands apart from the place that raises it, so that it is collected."""
    return text


def brief(text: str) -> str:
    """Words of a stranger, such as a file holds by the page, short and on one line for a sentence."""
    start = text if len(text) <= _MAX_BRIEF_CHARACTERS else f"{text[: _MAX_BRIEF_CHARACTERS - 1]}…"
    return printable(" ".join(start.split()))
