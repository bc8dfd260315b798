"""A schedule as a list: pasted, typed or from a file; what is wrong with it, and what comes of it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from ddpm_studio.diffusion.schedule import NoiseSchedule, ScheduleConfiguration
from ddpm_studio.ui.dialogs.betas_dialog import (
    MAX_FILE_BYTES,
    BetasDialog,
    ListFileError,
    file_text,
)
from ddpm_studio.ui.theme import DARK

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
PRESENT = NoiseSchedule.linear(30, 1 / 3000, 1 / 3)
BETAS = (0.1, 0.25, 1 / 3)
CONFIGURATION = ScheduleConfiguration("custom", 3, betas=BETAS)


@pytest.fixture
def dialog(qtbot: QtBot) -> BetasDialog:
    dialog = BetasDialog(PRESENT, DARK)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)  # the test still looks at it
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitExposed(dialog)
    return dialog


@pytest.fixture
def chosen(dialog: BetasDialog) -> list[ScheduleConfiguration]:
    configurations: list[ScheduleConfiguration] = []
    dialog.chosen.connect(configurations.append)
    return configurations


def paste(dialog: BetasDialog, text: str, qtbot: QtBot) -> None:
    """In the place of all that is there, by keyboard; then wait until something else is said of it."""
    before = dialog.status.text()
    empty(dialog, qtbot)
    if text:
        QApplication.clipboard().setText(text)
        qtbot.keyClick(dialog.text, Qt.Key.Key_V, CONTROL)
    assert dialog.text.toPlainText().split() == text.split()
    qtbot.waitUntil(lambda: dialog.status.text() != before)


def empty(dialog: BetasDialog, qtbot: QtBot) -> None:
    dialog.text.setFocus()
    qtbot.keyClick(dialog.text, Qt.Key.Key_A, CONTROL)
    qtbot.keyClick(dialog.text, Qt.Key.Key_Delete)


def use(dialog: BetasDialog, qtbot: QtBot) -> None:
    qtbot.mouseClick(dialog.use_button, LEFT)


def say_alpha_bars(dialog: BetasDialog, qtbot: QtBot) -> None:
    dialog.quantity.setFocus()
    qtbot.keyClick(dialog.quantity, Qt.Key.Key_Down)
    assert dialog.quantity.currentIndex() == 1


# What is read


def test_it_begins_with_the_present_betas_bit_for_bit(
    dialog: BetasDialog, chosen: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    assert dialog.status.text() == "T = 30, β from 3.33e-4 to 0.333"
    use(dialog, qtbot)
    exact = tuple(PRESENT.beta[1:].tolist())
    assert chosen == [ScheduleConfiguration("custom", 30, betas=exact)]
    assert np.array_equal(chosen[0].build().alpha_bar, PRESENT.alpha_bar)
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    "text",
    [
        f"0.1 0.25 {1 / 3!r}",
        f"0.1, 0.25, {1 / 3!r}",
        f"0.1,0.25,{1 / 3!r},",
        f"\n0.1\n0.25\n{1 / 3!r}\n\n",
        f"1e-1;\t2.5E-1;\t+{1 / 3!r}",
        json.dumps(BETAS),
        json.dumps(BETAS, indent=2),
        repr(np.array([BETAS])).replace("array", "").replace("0.33333333", repr(1 / 3)),
        f".1\u2028.25\u00a0{1 / 3!r}",
    ],
    ids=["spaces", "commas", "csv", "lines", "tabs", "json", "tall json", "numpy", "other spaces"],
)
def test_a_pasted_list_becomes_exactly_that_schedule(
    dialog: BetasDialog, chosen: list[ScheduleConfiguration], qtbot: QtBot, text: str
) -> None:
    dialog.text.setPlainText(text)  # the clipboard has a test of its own
    use(dialog, qtbot)
    assert chosen == [CONFIGURATION]


def test_what_is_pasted_by_keyboard_is_described_at_once(
    dialog: BetasDialog, chosen: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    paste(dialog, "0.5, 0.25", qtbot)
    assert dialog.status.text() == "T = 2, β from 0.25 to 0.5"
    assert "<b>Unfit</b>" in dialog.meter.verdict.text()
    assert "0.375" in dialog.meter.numbers.text()  # alpha_bar_T
    paste(dialog, "0.9 " * 10, qtbot)
    assert dialog.status.text() == "T = 10, β from 0.9 to 0.9"
    assert "<b>Fit</b>" in dialog.meter.verdict.text()
    assert chosen == []  # nothing is used before somebody says so


def test_what_was_typed_a_moment_ago_is_used(
    dialog: BetasDialog, chosen: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    empty(dialog, qtbot)
    qtbot.keyClicks(dialog.text, "0.5")
    qtbot.keyClick(dialog.text, Qt.Key.Key_Return)  # a new line, and not the default button
    qtbot.keyClicks(dialog.text, "0.25")
    use(dialog, qtbot)
    assert chosen == [ScheduleConfiguration("custom", 2, betas=(0.5, 0.25))]


def test_the_same_schedule_given_as_alpha_bars(
    dialog: BetasDialog, chosen: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    say_alpha_bars(dialog, qtbot)
    paste(dialog, " ".join(map(repr, PRESENT.alpha_bar[1:].tolist())), qtbot)
    assert dialog.status.text() == "T = 30, β from 3.33e-4 to 0.333"
    use(dialog, qtbot)
    assert chosen[0].T == 30
    assert chosen[0].betas is not None
    assert np.abs(np.array(chosen[0].betas) - PRESENT.beta[1:]).max() < 1e-14


def test_another_meaning_of_the_numbers_is_read_at_once(dialog: BetasDialog, qtbot: QtBot) -> None:
    say_alpha_bars(dialog, qtbot)
    assert "alpha_bar_2 = " in dialog.status.text()  # they rise
    assert not dialog.use_button.isEnabled()
    qtbot.keyClick(dialog.quantity, Qt.Key.Key_Up)
    assert dialog.status.text().startswith("T = 30")
    assert dialog.use_button.isEnabled()


def test_ten_thousand_numbers_are_no_too_many(
    dialog: BetasDialog, chosen: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    dialog.text.setPlainText("0.001\n" * 10_000)
    use(dialog, qtbot)
    assert [configuration.T for configuration in chosen] == [10_000]


# What is wrong


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "numbers, not 0."),
        (" [ , ] \n", "numbers, not 0."),
        ("0.1 0.2 oops 0.3", "'oops' at place 3 is not a number"),
        ("0.1, nan", "'nan' at place 2 is not a number"),
        ("0.1 1e999", "'1e999' at place 2 is not a number"),
        ('{"betas": [0.1]}', "at place 1 is not a number"),
        ("0.1 0.2 1.0", "beta_3 must lie strictly between 0 and 1, not 1.0"),
        ("0 0.1", "beta_1 must lie strictly between 0 and 1, not 0.0"),
        ("0.1 -0.25", "beta_2 must lie strictly between 0 and 1, not -0.25"),
        ("0.1 " * 10_001, "numbers, not 10,001."),
        ("x" * 500, "at place 1 is not a number"),
    ],
    ids=["empty", "nothing", "word", "nan", "huge", "json", "one", "zero", "below", "many", "long"],
)
def test_what_is_no_schedule_is_said_and_cannot_be_used(
    dialog: BetasDialog,
    chosen: list[ScheduleConfiguration],
    qtbot: QtBot,
    text: str,
    words: str,
) -> None:
    paste(dialog, text, qtbot)
    assert not dialog.use_button.isEnabled()
    assert words in dialog.status.text()
    assert len(dialog.status.text()) < 300
    assert dialog.status.property("problem") is True
    assert not dialog.meter.isVisible()
    assert not dialog.meter.verdict.isVisible()
    use(dialog, qtbot)
    assert chosen == []
    assert dialog.isVisible()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0.9 0.5 0.5", "alpha_bar_3 = 0.5 must lie between 0 and the one before it, 0.5"),
        ("1 0.5", "alpha_bar_1 = 1.0 must"),
        ("0.9 0", "alpha_bar_2 = 0.0 must"),
        ("", "not 0"),
    ],
)
def test_alpha_bars_must_fall(dialog: BetasDialog, qtbot: QtBot, text: str, words: str) -> None:
    say_alpha_bars(dialog, qtbot)
    paste(dialog, text, qtbot)
    assert words in dialog.status.text()
    assert not dialog.use_button.isEnabled()


def test_what_is_mended_can_be_used(
    dialog: BetasDialog, chosen: list[ScheduleConfiguration], qtbot: QtBot
) -> None:
    paste(dialog, "0.5 oops", qtbot)
    assert not dialog.use_button.isEnabled()
    paste(dialog, "0.5", qtbot)
    assert dialog.use_button.isEnabled()
    assert dialog.status.property("problem") is False
    assert dialog.meter.isVisible()
    use(dialog, qtbot)
    assert chosen == [ScheduleConfiguration("custom", 1, betas=(0.5,))]


# Files


def write(folder: Path, content: bytes, name: str = "betas.txt") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_file_is_chosen_and_read(
    dialog: BetasDialog,
    chosen: list[ScheduleConfiguration],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write(tmp_path, json.dumps(BETAS).encode())
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    qtbot.mouseClick(dialog.file_button, LEFT)
    assert dialog.status.text() == "T = 3, β from 0.1 to 0.333"
    use(dialog, qtbot)
    assert chosen == [CONFIGURATION]


def test_choosing_no_file_changes_nothing(
    dialog: BetasDialog, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dialog.text.toPlainText(), dialog.status.text()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    qtbot.mouseClick(dialog.file_button, LEFT)
    assert (dialog.text.toPlainText(), dialog.status.text()) == before


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbf0.1,0.25,%r", b"0.1\r\n0.25\r\n%r\r\n"],
    ids=["byte order mark", "Windows"],
)
def test_texts_of_other_systems_are_read(
    dialog: BetasDialog, tmp_path: Path, content: bytes
) -> None:
    dialog.open_file(write(tmp_path, content % (1 / 3)))
    assert dialog.status.text() == "T = 3, β from 0.1 to 0.333"


def test_a_file_may_have_just_the_largest_size(tmp_path: Path) -> None:
    assert file_text(write(tmp_path, b"0.1".ljust(MAX_FILE_BYTES))).strip() == "0.1"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "gone.txt", "gone.txt is not a file"),
        (lambda folder: folder, "is not a file"),
        (
            lambda folder: write(folder, b"0.1".ljust(MAX_FILE_BYTES + 1)),
            "larger than 1,000,000 bytes",
        ),
        (lambda folder: write(folder, b"\x80\x02\xff\x00"), "betas.txt is not a text file"),
        (lambda folder: write(folder, b"", "n" * 200 + ".txt"), ""),
    ],
    ids=["missing", "folder", "too large", "binary", "empty"],
)
def test_a_file_that_cannot_be_read_is_said(
    dialog: BetasDialog, qtbot: QtBot, tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    before = dialog.text.toPlainText()
    dialog.open_file(make(tmp_path))
    assert dialog.status.property("problem") is True
    if words:
        assert words in dialog.status.text()
        assert dialog.text.toPlainText() == before
    else:  # it was read, and there is nothing in it
        assert dialog.text.toPlainText() == ""
        assert not dialog.use_button.isEnabled()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_of_somebody_else_is_said(dialog: BetasDialog, tmp_path: Path) -> None:
    path = write(tmp_path, b"0.1")
    path.chmod(0)
    dialog.open_file(path)
    assert "betas.txt cannot be read" in dialog.status.text()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_into_which_nobody_writes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    said: list[str] = []

    def read() -> None:
        try:
            file_text(path)
        except ListFileError as error:
            said.append(str(error))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()
    assert said == ["pipe is not a file."]


# Leaving, words


@pytest.mark.parametrize("how", ["button", "escape"])
def test_cancelling_uses_nothing(
    dialog: BetasDialog, chosen: list[ScheduleConfiguration], qtbot: QtBot, how: str
) -> None:
    paste(dialog, "0.5", qtbot)
    with qtbot.waitSignal(dialog.rejected):
        if how == "button":
            qtbot.mouseClick(dialog.cancel_button, LEFT)
        else:
            qtbot.keyClick(dialog.text, Qt.Key.Key_Escape)
    assert chosen == []
    assert not dialog.isVisible()


def test_closed_it_is_gone(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = BetasDialog(PRESENT, DARK, parent)
    dialog.open()
    qtbot.mouseClick(dialog.cancel_button, LEFT)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert parent.findChildren(BetasDialog) == []


def test_every_text_is_translated(
    dialog: BetasDialog, qtbot: QtBot, untranslated: Callable[[QWidget], set[str]]
) -> None:
    assert untranslated(dialog) == set()
    paste(dialog, "0.5 oops", qtbot)
    assert untranslated(dialog) == set()
    paste(dialog, "0.5 1.5", qtbot)
    assert untranslated(dialog) == set()
    say_alpha_bars(dialog, qtbot)
    assert "alpha_bar_2" in dialog.status.text()
    assert untranslated(dialog) == set()


def test_everything_has_a_name_for_those_who_cannot_see(dialog: BetasDialog) -> None:
    for part in (dialog.quantity, dialog.text):
        assert part.accessibleName()
    for part in (dialog.quantity, dialog.file_button):
        assert part.toolTip()
    assert dialog.windowTitle() == "Schedule as a list"


def test_a_line_as_long_as_a_file_is_broken_at_every_number(
    dialog: BetasDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    """Laying out one line of ten thousand numbers took eight seconds."""
    line = "[" + ",".join(["1e-4"] * 10_000) + "]"
    empty(dialog, qtbot)
    QApplication.clipboard().setText(line)
    qtbot.keyClick(dialog.text, Qt.Key.Key_V, CONTROL)
    assert dialog.text.document().blockCount() == 10_000
    qtbot.waitUntil(lambda: "T = 10000" in dialog.status.text())
    path = tmp_path / "betas.json"
    path.write_text(line)
    empty(dialog, qtbot)
    dialog.open_file(path)
    assert dialog.text.document().blockCount() == 10_000


def test_a_long_line_that_is_no_list_is_left_out_and_said(
    dialog: BetasDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    before = dialog.text.toPlainText()
    dialog.text.setFocus()
    QApplication.clipboard().setText("x" * 900_000)
    qtbot.keyClick(dialog.text, Qt.Key.Key_V, CONTROL)
    assert dialog.text.toPlainText() == before
    assert "at place 1 is not a number" in dialog.status.text()
    path = tmp_path / "no.txt"
    path.write_text("x" * 900_000)
    dialog.open_file(path)
    assert dialog.text.toPlainText() == before
    assert "at place 1 is not a number" in dialog.status.text()


def test_tab_leaves_the_text(dialog: BetasDialog, qtbot: QtBot) -> None:
    dialog.activateWindow()
    dialog.text.setFocus()
    before = dialog.text.toPlainText()
    qtbot.keyClick(dialog.text, Qt.Key.Key_Tab)
    assert not dialog.text.hasFocus()
    assert dialog.text.toPlainText() == before
