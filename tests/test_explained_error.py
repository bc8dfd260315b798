"""A sentence with its values apart: filled in once, in any language, with reasons inside it."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from ddpm_studio.atomic_file import SaveError, SaveProblem
from ddpm_studio.explained_error import ExplainedError, brief

ODD = Path("{odd} {0} {} %s 이름.gif")


class FileError(ExplainedError):
    """One as they are defined everywhere."""


class NumberError(ExplainedError, ValueError):
    """One that is a ValueError, too."""


KOREAN = {
    "{file} cannot be opened: {reason}.": "“{file}”을(를) 열 수 없습니다: {reason}.",
    "T is {T:,}.": "T는 {T:,}입니다.",
}


def test_text_is_english_by_itself() -> None:
    error = FileError("{file} cannot be opened: {reason}.", file="a.gif", reason="it is shy")
    assert str(error) == error.text() == "a.gif cannot be opened: it is shy."
    assert error.sentence == "{file} cannot be opened: {reason}."
    assert error.values == {"file": "a.gif", "reason": "it is shy"}


def test_reasons_inside_are_translated_and_lose_their_full_stop() -> None:
    reason = NumberError("T is {T:,}.", T=12_345)
    error = FileError("{file} cannot be opened: {reason}.", file="a.gif", reason=reason)
    assert str(error) == "a.gif cannot be opened: T is 12,345."
    assert error.text(KOREAN.__getitem__) == "“a.gif”을(를) 열 수 없습니다: T는 12,345입니다."


def test_values_are_never_filled_in_twice() -> None:
    inner = FileError("{file} cannot be opened: {reason}.", file=ODD, reason="{file} {1}")
    error = FileError("{file} cannot be opened: {reason}.", file=ODD, reason=inner)
    assert str(error) == f"{ODD} cannot be opened: {ODD} cannot be opened: {{file}} {{1}}."
    assert error.text(KOREAN.__getitem__).count(str(ODD)) == 2


def test_signs_without_a_picture_are_question_marks() -> None:
    name = Path("a\x1b[2Jb\n\u202ec\udcff이름.pt")
    inner = FileError("{file} is empty.", file=name)
    error = FileError("{file} cannot be opened: {reason}.", file=str(name), reason=inner)
    shown = "a?[2Jb??c?이름.pt"
    assert str(error) == f"{shown} cannot be opened: {shown} is empty."


def test_a_sentence_without_values_is_said_as_it_stands() -> None:
    assert str(FileError("Write {name} here.")) == "Write {name} here."


def test_a_value_may_have_any_name() -> None:
    error = FileError("{self} {sentence} {translate}", self=1, sentence=2, translate=3)
    assert str(error) == "1 2 3"


def test_a_second_base_stays_one() -> None:
    error = NumberError("T is {T:,}.", T=0)
    assert isinstance(error, ValueError)
    assert isinstance(error, ExplainedError)


def test_a_copy_says_the_same() -> None:
    error = NumberError("T is {T:,}.", T=1000)
    for other in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert str(other) == str(error) == "T is 1,000."


def test_a_save_error_keeps_the_number_of_its_cause() -> None:
    error = SaveError(SaveProblem.FAILED, ODD, detail="{path}")
    error.errno = 5
    assert isinstance(error, OSError)
    assert str(error) == f"“{ODD}” was not saved ({{path}}): try again or choose another folder."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
        ("a\n b\x1b[2J{c} ", "a b?[2J{c}"),
    ],
)
def test_words_of_a_stranger_are_short_and_on_one_line(text: str, shown: str) -> None:
    assert brief(text) == shown
