"""The dialog with the questions that a foreign checkpoint leaves open, as a person fills it in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.foreign.opening import all_questions, look_at
from ddpm_studio.checkpoints.foreign.questions import Question
from ddpm_studio.checkpoints.model_file import ModelFile, ModelFileError
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.session.checkpoint_opening import OpenQuestions
from ddpm_studio.ui.choice_box import ChoiceBox
from ddpm_studio.ui.dialogs.checkpoint_dialog import CheckpointDialog
from ddpm_studio.ui.dialogs.question_text import answer_text, question_label
from ddpm_studio.ui.panels.number_field import NumberField


@pytest.fixture
def dialog(qtbot: QtBot, invented_checkpoint: Path) -> CheckpointDialog:
    checkpoint = look_at(invented_checkpoint)
    assert not isinstance(checkpoint, ModelFile)
    dialog = CheckpointDialog(OpenQuestions(checkpoint, all_questions(checkpoint)))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.open()
    return dialog


def field(dialog: CheckpointDialog, name: str) -> NumberField:
    found = dialog.fields[name].widget
    assert isinstance(found, NumberField)
    return found


def choice(dialog: CheckpointDialog, name: str) -> ChoiceBox:
    found = dialog.fields[name].widget
    assert isinstance(found, ChoiceBox)
    return found


def test_every_question_has_its_guess_and_its_reason(
    dialog: CheckpointDialog, invented_checkpoint: Path
) -> None:
    assert list(dialog.fields) == ["T", "target", "heads", "rescale_timesteps", "data_set"]
    assert field(dialog, "T").text() == "20"
    assert choice(dialog, "target").currentText() == "the noise, ε"
    assert choice(dialog, "data_set").currentText() == "not known: its own samples"
    assert field(dialog, "T").toolTip() == "Most of them have it."
    name = f"{invented_checkpoint.parent.name}/weights.ckpt"
    assert dialog.title.text() == f"{name}  ·  made by invented-diffusion"


def test_enter_answers_with_what_is_there(qtbot: QtBot, dialog: CheckpointDialog) -> None:
    qtbot.keyClicks(field(dialog, "T"), "50")  # all is selected: it takes the place of 20
    choice(dialog, "heads").setCurrentIndex(1)
    box = dialog.fields["rescale_timesteps"].widget
    assert isinstance(box, QCheckBox)
    box.setChecked(True)
    with qtbot.waitSignal(dialog.answered) as answered:
        qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    assert answered.args == [
        {"T": 50, "target": "noise", "heads": 2, "rescale_timesteps": True, "data_set": ""}
    ]
    assert not dialog.open_button.isEnabled()  # until it is known whether they fit


@pytest.mark.parametrize("text", ["0", "many", "", "10001"])
def test_what_cannot_be_is_said_at_once(
    qtbot: QtBot, dialog: CheckpointDialog, speak: Callable[[str], None], text: str
) -> None:
    field(dialog, "T").setText(text)
    with qtbot.assertNotEmitted(dialog.answered):
        qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    assert dialog.status.isVisible()
    said = dialog.status.text()
    assert said.startswith("“Steps, T” must be a number")
    speak("ko")
    assert dialog.status.text().startswith("“단계 수, T”")
    speak("en")
    assert dialog.status.text() == said
    assert dialog.open_button.isEnabled()


def test_answers_that_do_not_fit_may_be_changed(qtbot: QtBot, dialog: CheckpointDialog) -> None:
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    dialog.show_problem(ModelFileError("Three heads are too many."))
    assert dialog.status.text() == "This model cannot be opened. Three heads are too many."
    with qtbot.waitSignal(dialog.answered):
        qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    assert not dialog.status.isVisible()


def test_guesses_come_back(qtbot: QtBot, dialog: CheckpointDialog) -> None:
    field(dialog, "T").setText("7")
    choice(dialog, "target").setCurrentIndex(1)
    qtbot.mouseClick(dialog.guess_button, Qt.MouseButton.LeftButton)
    assert field(dialog, "T").text() == "20"
    assert choice(dialog, "target").currentIndex() == 0


def test_escape_gives_it_up(qtbot: QtBot, dialog: CheckpointDialog) -> None:
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_questions_without_words_here_are_asked_all_the_same() -> None:
    assert question_label("number_of_wheels") == "number of wheels"
    assert answer_text("number_of_wheels", "four") == "four"
    question = Question("number_of_wheels", 4, ExplainedError("Cars."), low=1, high=8)
    assert question.checked("3") == 3
