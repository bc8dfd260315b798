"""Every question of every project that is read here, and every answer, has words on the screen."""

from __future__ import annotations

import gzip
import lzma
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.classifier_opening import find_classifier, questions_of
from ddpm_studio.checkpoints.foreign.opening import all_questions, look_at
from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.session.checkpoint_opening import OpenQuestions
from ddpm_studio.ui.choice_box import ChoiceBox
from ddpm_studio.ui.dialogs import question_text
from ddpm_studio.ui.dialogs.checkpoint_dialog import CheckpointDialog
from ddpm_studio.ui.elided_label import ElidedLabel

REFERENCE = Path(__file__).parents[2] / "reference" / "foreign"
ARROW = 24  # pixels of a choice's arrow and frame
_UNPACK: dict[str, Callable[[bytes], bytes]] = {".xz": lzma.decompress, ".gz": gzip.decompress}


def sources() -> Iterator[Path]:
    """One for each checkpoint: a packed file, or the folder that it stands in."""
    for family in sorted(path for path in REFERENCE.iterdir() if path.is_dir()):
        folders = [path for path in family.iterdir() if path.is_dir() and path.name[0] not in "._"]
        yield from sorted(folders)
        yield from sorted((*family.glob("*.pt.xz"), *family.glob("*.pt.gz")))


def unpacked(source: Path, folder: Path) -> Path:
    """What a person would open."""
    if source.is_file():
        path = folder / source.stem
        path.write_bytes(_UNPACK[source.suffix](source.read_bytes()))
        return path
    copy = folder / source.name
    shutil.copytree(source, copy)
    for packed in list(copy.rglob("*.xz")):
        packed.with_suffix("").write_bytes(lzma.decompress(packed.read_bytes()))
        packed.unlink()
    return next((path for path in copy.iterdir() if path.stem == "ckpt"), copy)


def asked_by(path: Path) -> OpenQuestions:
    classifier = find_classifier(path)
    if classifier is not None:
        return OpenQuestions(classifier, questions_of(classifier))  # type: ignore[arg-type]
    found = look_at(path)
    assert not isinstance(found, ModelFile)
    return OpenQuestions(found, all_questions(found))


@pytest.mark.parametrize(
    "source", list(sources()), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_questions_and_answers_have_words(source: Path, tmp_path: Path, qtbot: QtBot) -> None:
    asked = asked_by(unpacked(source, tmp_path))
    for question in asked.questions:
        assert question.name in question_text.LABELS
        for choice in question.choices:
            if isinstance(choice, str) and question.name != "data_set":
                assert choice in question_text.ANSWERS
    if asked.questions:
        require_room(asked, qtbot)


def require_room(asked: OpenQuestions, qtbot: QtBot) -> None:
    """No text is cut off, also where a reason takes several lines."""
    dialog = CheckpointDialog(asked)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.open()
    for label in dialog.findChildren(QLabel):
        if label.isVisible() and not isinstance(label, ElidedLabel):
            assert label.height() >= label.heightForWidth(label.width())
            assert label.wordWrap() or label.width() >= label.sizeHint().width()
    for box in dialog.findChildren(ChoiceBox):
        widest = max(
            box.fontMetrics().horizontalAdvance(box.itemText(row)) for row in range(box.count())
        )
        assert box.width() >= widest + ARROW
