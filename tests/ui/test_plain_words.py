"""What strangers have named is shown as they wrote it: never as HTML, and on one line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import Qt, QTextDocument
from pytestqt.qtbot import QtBot

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.condition import Condition
from ddpm_studio.session.data_sets import DataSetList, DataSetRow, DownloadRow
from ddpm_studio.session.sampling_choice import own_sampling
from ddpm_studio.ui.chain_card import ChainCard
from ddpm_studio.ui.dialogs.data_list import DataList
from ddpm_studio.ui.elided_label import ElidedLabel
from ddpm_studio.ui.plain_words import plain, plain_tip
from ddpm_studio.ui.sampling_text import sampling_text
from ddpm_studio.ui.theme import DARK, Chain

PICTURE = '<img src="/etc/hostname"> & <b>bold</b>'


def said(tip: str) -> str:
    """What a tooltip of that text shows."""
    if not Qt.mightBeRichText(tip):
        return tip
    document = QTextDocument()
    document.setHtml(tip)
    return document.toPlainText()


@pytest.mark.parametrize(
    "words", [PICTURE, "&lt;b&gt;", "<!doctype html>", "a b", "", "a\n<b>b</b>"]
)
def test_a_tooltip_says_just_the_words(words: str) -> None:
    assert said(plain_tip(words)) == words


def test_rich_text_says_just_the_words() -> None:
    assert said(f"<p>{plain(PICTURE)}</p>") == PICTURE
    assert plain("a\n\x1b[2J\u202eb") == "a<br>?[2J?b"


def test_tips_of_files_classes_and_data_sets_are_words(qtbot: QtBot) -> None:
    label, card, rows = ElidedLabel(), ChainCard(Chain.REVERSE, DARK), DataList(DARK)
    for widget in (label, card, rows):
        qtbot.addWidget(widget)
    label.show_text(PICTURE)
    assert said(label.toolTip()) == PICTURE
    sampling = replace(own_sampling(find_model("digits").description), condition=Condition(label=1))
    card.show_note(sampling_text(sampling, 1000, ("a", PICTURE)))
    assert PICTURE in said(card.sampling_button.toolTip())
    folder = Path("<b>") / "a\nb\u202e"
    damaged = DataSetRow(folder.name, folder, None, 1, ())
    download = DownloadRow(folder.name, folder, 1, 0)
    rows.show_list(DataSetList(folder.parent, (damaged,), (download,), 2))
    for number in range(2):
        item = rows.item(number)
        assert item.text().startswith("a?b?\n")
        assert said(item.toolTip()) == "<b>/a\nb?"
