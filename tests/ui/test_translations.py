"""Korean is first-class: every sentence of the interface is translated, and Qt finds it."""

from __future__ import annotations

import re
import shutil
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".ci"))

from error_sentences import NotCollectableError, error_sentences  # noqa: E402
from translations import LANGUAGES, collect, compiled_file, source_file  # noqa: E402  (.ci is no package)

Sentence = tuple[str, str]  # context, English


def messages(path: Path) -> dict[Sentence, str]:
    """The translation of every sentence; empty where there is none or it is marked unfinished."""
    found = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            source = message.findtext("source", "")
            assert translation is not None
            finished = translation.get("type") != "unfinished"
            text = (translation.text or "") if finished else ""
            found[context.findtext("name", ""), source] = text
    return found


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def test_file_holds_the_sentences_of_the_code_and_no_others(language: str, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.ts"
    shutil.copy(source_file(language), fresh)
    collect(language, fresh)
    assert messages(fresh).keys() == messages(source_file(language)).keys()


def test_every_sentence_is_translated(language: str) -> None:
    assert [
        sentence for sentence, text in messages(source_file(language)).items() if not text
    ] == []


def test_translations_keep_what_is_filled_in_and_how_it_is_set(language: str) -> None:
    pattern = re.compile(r"\{\w*(?:![rsa])?(?::[^{}]*)?\}|</?\w+>")
    for (_, source), text in messages(source_file(language)).items():
        assert Counter(pattern.findall(text)) == Counter(pattern.findall(source)), source


def test_compiled_file_is_up_to_date(language: str) -> None:
    translator = QTranslator()
    assert translator.load(str(compiled_file(language)))
    for (context, source), text in messages(source_file(language)).items():
        assert translator.translate(context, source) == text


# The sentences of errors


@pytest.fixture
def collected(tmp_path: Path) -> Callable[[str], list[str]]:
    """The sentences of errors in a module, beside one that defines two classes of errors."""
    kinds = tmp_path / "kinds.py"
    kinds.write_text(
        "class PlainError(ExplainedError, ValueError): pass\n"
        "class DerivedError(kinds.PlainError): pass\n"
    )

    def collect_from(text: str) -> list[str]:
        module = tmp_path / "module.py"
        module.write_text(text)
        return error_sentences([module, kinds])

    return collect_from


def test_sentences_of_all_derived_classes_are_found(collected) -> None:
    assert collected(
        "raise PlainError('First.')\n"
        "def act():\n"
        "    _require(x, lambda: errors.DerivedError('Second {x!r} ' '“{y:,}”.', x=1, y=y))\n"
        "raise ValueError('not for a person')\n"
        "raise PlainError('First.') from error\n"
        "PROBLEM = sentence('Third {path}.')\n"
    ) == ["First.", "Second {x!r} “{y:,}”.", "Third {path}."]


def test_sentences_that_a_class_chooses_itself_are_found(collected) -> None:
    assert collected(
        "class OwnError(PlainError):\n"
        "    def __init__(self, count):\n"
        "        if count:\n"
        "            super().__init__('{count} are too many.', count=count)\n"
        "        super().__init__(problem.value, count=count)\n"
        "raise OwnError('not a sentence')\n"
    ) == ["{count} are too many."]


@pytest.mark.parametrize(
    "call",
    [
        "PlainError(f'{x} is odd.')",
        "PlainError('{} is odd.'.format(x))",
        "DerivedError('It is ' + x)",
        "PlainError(text, x=x)",
        "PlainError('{x} is odd.')",
        "PlainError('{x} is odd.', y=1)",
        "PlainError('It is odd.', x=1)",
        "PlainError('{} is odd.', x=1)",
        "PlainError()",
        "sentence(text)",
    ],
)
def test_a_sentence_that_nobody_could_translate_is_refused(collected, call: str) -> None:
    with pytest.raises(NotCollectableError, match=r"module\.py:2: "):
        collected(f"import kinds\nraise {call}\n")


def test_a_new_error_without_korean_is_noticed(language: str, tmp_path: Path) -> None:
    """What the tests above rely on: the sentences of errors are among those that are collected."""
    known = {source for context, source in messages(source_file(language)) if context == "Problem"}
    sentences = error_sentences((ROOT / "ddpm_studio").rglob("*.py"))
    assert len(sentences) > 50
    assert set(sentences) <= known
