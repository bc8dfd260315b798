"""Several models are opened one after another, whatever becomes of any of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.foreign.questions import AnswerError
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.locations import resource
from ddpm_studio.session.checkpoint_opening import OpenQuestions
from ddpm_studio.session.model_opening import ModelOpening, NotAllOpenedError

WAIT_MS = 20_000


class Told:
    """What an opening has said, in its order."""

    def __init__(self, opening: ModelOpening) -> None:
        self.all: list[str | Exception] = []
        self.questions: list[OpenQuestions] = []
        opening.opened.connect(lambda model: self.all.append(model.path.name))
        opening.failed.connect(self.all.append)
        opening.asked.connect(self.questions.append)
        opening.asked.connect(lambda asked: self.all.append(f"{asked.checkpoint.path.name}?"))


@pytest.fixture
def opening() -> Iterator[ModelOpening]:
    opening = ModelOpening(lambda: "cpu")
    yield opening
    assert opening.task.stop()


@pytest.fixture
def told(opening: ModelOpening) -> Told:
    return Told(opening)


def models(folder: Path, *names: str) -> list[Path]:
    """Good ones; those called bad are not."""
    for name in names:
        if name.startswith("bad"):
            (folder / name).write_bytes(b"\x80\x02cos\nsystem\n")
        else:
            shutil.copy(resource("models", "moons.safetensors"), folder / name)
    return [folder / name for name in names]


def test_each_is_opened_in_turn(
    qtbot: QtBot, opening: ModelOpening, told: Told, tmp_path: Path
) -> None:
    opening.open_files(models(tmp_path, "a", "b", "c"))
    assert (opening.number, opening.count, opening.name) == (1, 3, "a")
    qtbot.waitUntil(lambda: len(told.all) == 3, timeout=WAIT_MS)
    assert told.all == ["a", "b", "c"]
    assert opening.number == 3


def test_a_bad_one_stops_no_other_and_is_told_at_the_end(
    qtbot: QtBot, opening: ModelOpening, told: Told, tmp_path: Path
) -> None:
    opening.open_files(models(tmp_path, "bad", "a", "b"))
    qtbot.waitUntil(lambda: len(told.all) == 3, timeout=WAIT_MS)
    *opened, problem = told.all
    assert opened == ["a", "b"]
    assert isinstance(problem, ModelFileError)
    assert str(problem).startswith("bad is a plain Python pickle")


def test_several_bad_ones_are_one_message(
    qtbot: QtBot, opening: ModelOpening, told: Told, tmp_path: Path
) -> None:
    opening.open_files(models(tmp_path, "bad1", "a", "bad2"))
    qtbot.waitUntil(lambda: len(told.all) == 2, timeout=WAIT_MS)
    opened, problem = told.all
    assert opened == "a"
    assert isinstance(problem, NotAllOpenedError)
    assert str(problem).startswith("2 of 3 files could not be opened. The first: bad1 is a plain")


def test_questions_are_asked_in_turn(
    qtbot: QtBot, opening: ModelOpening, told: Told, invented_checkpoint: Path
) -> None:
    second = invented_checkpoint.with_name("second.ckpt")
    shutil.copy(invented_checkpoint, second)
    opening.open_files([invented_checkpoint, second, *models(invented_checkpoint.parent, "a")])
    qtbot.waitUntil(lambda: told.all == ["weights.ckpt?"], timeout=WAIT_MS)
    with qtbot.waitSignal(opening.failed, timeout=WAIT_MS):
        opening.open_answered(told.questions[0], {"T": -1})
    assert isinstance(told.all.pop(), AnswerError)  # it still asks: nothing else goes on
    assert not opening.task.is_running
    opening.open_answered(told.questions[0], {})
    qtbot.waitUntil(lambda: len(told.all) == 3, timeout=WAIT_MS)
    assert told.all[1:] == ["weights.ckpt", "second.ckpt?"]
    opening.leave_unanswered()
    qtbot.waitUntil(lambda: len(told.all) == 4, timeout=WAIT_MS)
    assert told.all[3:] == ["a"]


def test_what_was_wrong_is_told_to_who_gives_up_the_rest(
    qtbot: QtBot, opening: ModelOpening, told: Told, invented_checkpoint: Path
) -> None:
    folder = invented_checkpoint.parent
    opening.open_files([folder / "gone", invented_checkpoint, *models(folder, "a")])
    qtbot.waitUntil(lambda: told.all == ["weights.ckpt?"], timeout=WAIT_MS)
    opening.cancel()
    (problem,) = told.all[1:]
    assert isinstance(problem, ModelFileError)
    assert "gone" in str(problem)
    assert not opening.task.is_running


@pytest.mark.parametrize("gives_up", [True, False])
def test_giving_up_or_another_file_forgets_those_that_wait(
    qtbot: QtBot, opening: ModelOpening, told: Told, tmp_path: Path, gives_up: bool
) -> None:
    opening.open_files(models(tmp_path, "bad", "a", "b"))
    if gives_up:
        opening.cancel()
    (other,) = models(tmp_path, "other")
    opening.open_file(other)
    qtbot.waitUntil(lambda: told.all != [], timeout=WAIT_MS)
    assert told.all == ["other"]
    assert not opening.task.is_running
