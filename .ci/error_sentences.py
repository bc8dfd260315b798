"""Finds the sentences of errors: what is given to the classes derived from ExplainedError.

lupdate cannot: it knows its own functions alone, and would take the context from the class around.
So the place that raises an error writes its sentence once, and without a mark.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

BASE = "ExplainedError"
MARK = "sentence"  # explained_error.sentence


class NotCollectableError(Exception):
    """A sentence that nobody could translate; the text says where it is and why."""


def error_sentences(sources: Iterable[Path]) -> list[str]:
    """Every sentence once, in the order of the code. Raises NotCollectableError.

    A class with an ``__init__`` of its own chooses its sentence there, for ``super().__init__``;
    one that is no literal there has to be marked where it is written, or stays English.
    """
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sources}
    classes = _explained_classes(trees.values())
    plain = {BASE, *(name for name, found in classes.items() if not _own_init(found))}
    sentences: dict[str, None] = {}
    for path, tree in trees.items():
        chosen = {
            call
            for found in ast.walk(tree)
            if isinstance(found, ast.ClassDef) and found.name in classes
            for call in _calls(_own_init(found))
            if _name(call.func) == "__init__" and _literal(call) is not None
        }
        for call in sorted(_calls([tree]), key=lambda call: call.lineno):
            if call in chosen or _name(call.func) in plain:
                sentences[_checked(call, path)] = None
            elif _name(call.func) == MARK:
                sentences[_required_literal(call, path)] = None
    return list(sentences)


def _explained_classes(trees: Iterable[ast.Module]) -> dict[str, ast.ClassDef]:
    """Classes derived from the base, at however many removes, by name."""
    every = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    explained: dict[str, ast.ClassDef] = {}
    while True:
        more = {
            each.name: each
            for each in every
            if each.name not in explained
            and any(_name(base) in {BASE, *explained} for base in each.bases)
        }
        if not more:
            return explained
        explained |= more


def _own_init(found: ast.ClassDef) -> list[ast.FunctionDef]:
    return [
        part for part in found.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"
    ]


def _calls(nodes: Iterable[ast.AST]) -> Iterator[ast.Call]:
    return (part for node in nodes for part in ast.walk(node) if isinstance(part, ast.Call))


def _name(expression: ast.expr) -> str:
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


def _literal(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    return None


def _required_literal(call: ast.Call, path: Path) -> str:
    literal = _literal(call)
    if literal is None:
        raise NotCollectableError(f"{path}:{call.lineno}: the sentence must be written out here.")
    return literal


def _checked(call: ast.Call, path: Path) -> str:
    """The call's sentence; its braces hold the names of the values that are given, and no others."""
    sentence = _required_literal(call, path)
    wanted = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
    given = {keyword.arg for keyword in call.keywords}
    if wanted != given:
        raise NotCollectableError(f"{path}:{call.lineno}: {wanted} in {sentence!r}, given {given}.")
    return sentence
