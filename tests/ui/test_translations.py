"""Korean is first-class: every sentence of the interface is translated, and Qt finds it."""

from __future__ import annotations

import re
import shutil
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".ci"))

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
    pattern = re.compile(r"\{\w*\}|</?\w+>")
    for (_, source), text in messages(source_file(language)).items():
        assert Counter(pattern.findall(text)) == Counter(pattern.findall(source)), source


def test_compiled_file_is_up_to_date(language: str) -> None:
    translator = QTranslator()
    assert translator.load(str(compiled_file(language)))
    for (context, source), text in messages(source_file(language)).items():
        assert translator.translate(context, source) == text
