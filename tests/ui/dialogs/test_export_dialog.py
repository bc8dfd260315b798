"""The export dialog with real events: what it offers, writes, refuses and leaves behind."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.session.preferences import Preferences
from ddpm_studio.session.studio import Studio
from ddpm_studio.ui.dialogs.export_dialog import ExportDialog
from ddpm_studio.ui.dialogs.export_form import ExportSubject
from ddpm_studio.ui.export_layout import ExportView
from ddpm_studio.ui.export_run import ExportRun
from ddpm_studio.ui.theme import DARK

LEFT = Qt.MouseButton.LeftButton
WAIT_MS = 20_000

MakeDialog = Callable[..., ExportDialog]


@pytest.fixture
def run(qtbot: QtBot) -> Iterator[ExportRun]:
    run = ExportRun()
    yield run
    assert run.stop()


@pytest.fixture
def make_dialog(
    qtbot: QtBot, still_studio: Studio, preferences: Preferences, run: ExportRun
) -> MakeDialog:
    def make(*, is_denoising: bool = True, chosen: int = -1) -> ExportDialog:
        subject = ExportSubject("Two moons", is_denoising, chosen)
        dialog = ExportDialog(still_studio, preferences, DARK, subject, run)
        qtbot.addWidget(dialog)
        dialog.open()
        return dialog

    return make


def small(dialog: ExportDialog) -> None:
    """Choices that are quick to write."""
    dialog.form.width_px.setCurrentIndex(0)
    dialog.form.frames.setValue(5)


def frames_and_milliseconds(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        count = image.n_frames
        durations = []
        for index in range(count):
            image.seek(index)
            durations.append(image.info["duration"])
    return count, sum(durations)


def finish(qtbot: QtBot, dialog: ExportDialog) -> None:
    qtbot.waitUntil(lambda: not dialog.run.is_running, timeout=WAIT_MS)


def leftovers(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if each.name != "settings.ini")


@pytest.mark.parametrize("is_denoising", [True, False])
def test_range_is_the_whole_chain_in_the_direction_that_was_played(
    make_dialog: MakeDialog, is_denoising: bool
) -> None:
    dialog = make_dialog(is_denoising=is_denoising)
    plan = dialog.form.plan()
    assert (plan.t_first, plan.t_last) == ((20, 0) if is_denoising else (0, 20))


def test_file_is_what_was_chosen(qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path) -> None:
    dialog = make_dialog()
    form = dialog.form
    form.width_px.setCurrentIndex(form.width_px.findData(480))
    form.t_first.setValue(18)
    form.t_last.setValue(3)
    form.frames.setValue(6)
    form.frames_per_second.setValue(10.0)
    form.hold_seconds.setValue(0.5)
    form.ping_pong.setFocus()
    qtbot.keyClick(form.ping_pong, Qt.Key.Key_Space)
    dialog.export_to(tmp_path / "moons.gif")
    finish(qtbot, dialog)
    # There and back without either end twice: 6 + 4 frames of 100 ms, and the turn held.
    assert frames_and_milliseconds(tmp_path / "moons.gif") == (10, 10 * 100 + 500)
    with Image.open(tmp_path / "moons.gif") as image:
        assert image.size == dialog.preview.file_size_px
        assert image.width == 480
        assert image.info["loop"] == 0
    assert "moons.gif" in dialog.status.text()
    assert dialog.folder_button.isVisible()
    assert leftovers(tmp_path) == ["moons.gif"]


def test_summary_says_what_will_be_written(make_dialog: MakeDialog) -> None:
    dialog = make_dialog()
    small(dialog)
    dialog.form.hold_seconds.setValue(0.0)
    dialog.form.frames_per_second.setValue(5.0)
    width, height = dialog.preview.file_size_px or (0, 0)
    assert dialog.summary.text() == f"{width} × {height} pixels · 5 frames · 1.0 s"


@pytest.mark.parametrize("view", list(ExportView))
def test_every_view_can_be_written(
    qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path, view: ExportView
) -> None:
    dialog = make_dialog()
    small(dialog)
    dialog.form.view.setCurrentIndex(list(ExportView).index(view))
    dialog.export_to(tmp_path / "view.gif")
    finish(qtbot, dialog)
    assert frames_and_milliseconds(tmp_path / "view.gif")[0] == 5


@pytest.mark.parametrize("box", ["histogram", "captions"])
def test_parts_can_be_left_out(make_dialog: MakeDialog, box: str) -> None:
    dialog = make_dialog()
    assert dialog.preview.file_size_px is not None
    with_part = dialog.preview.file_size_px[1]
    getattr(dialog.form, box).setChecked(False)
    assert dialog.preview.file_size_px[1] < with_part


def test_the_enlarged_or_marked_sample_is_offered_where_there_is_one(
    make_dialog: MakeDialog,
) -> None:
    without = make_dialog()
    assert not without.form.chosen.isVisible()
    dialog = make_dialog(chosen=6)
    assert dialog.form.chosen.isVisible()
    assert dialog.form.stage_options().chosen == 6
    dialog.form.chosen.setChecked(False)
    assert dialog.form.stage_options().chosen == -1


def test_preview_plays_the_range(qtbot: QtBot, make_dialog: MakeDialog) -> None:
    dialog = make_dialog()
    dialog.form.frames_per_second.setValue(50.0)
    seen = set()

    def look() -> bool:
        seen.add(dialog.preview.t)
        return len(seen) > 5

    qtbot.waitUntil(look, timeout=WAIT_MS)
    assert seen <= set(dialog.form.plan().timesteps())


def test_preview_goes_on_while_a_chain_grows(
    qtbot: QtBot, make_dialog: MakeDialog, still_studio: Studio
) -> None:
    dialog = make_dialog()
    seen = set()

    def look() -> bool:
        still_studio.chains.grew.emit()  # at every look, more often than a frame lasts
        seen.add(dialog.preview.t)
        return len(seen) > 3

    qtbot.waitUntil(look, timeout=WAIT_MS)


def test_swapping_turns_the_direction(qtbot: QtBot, make_dialog: MakeDialog) -> None:
    dialog = make_dialog()
    dialog.form.t_first.setValue(15)
    qtbot.mouseClick(dialog.form.swap, LEFT)
    plan = dialog.form.plan()
    assert (plan.t_first, plan.t_last) == (0, 15)


def test_save_dialog_proposes_a_name_and_the_last_folder(
    qtbot: QtBot, make_dialog: MakeDialog, preferences: Preferences, tmp_path: Path
) -> None:
    preferences.export_folder = str(tmp_path)
    dialog = make_dialog()
    small(dialog)
    qtbot.mouseClick(dialog.export_button, LEFT)
    qtbot.waitUntil(lambda: dialog.findChild(QFileDialog) is not None)
    chooser = dialog.findChild(QFileDialog)
    assert chooser is not None
    assert chooser.selectedFiles() == [str(tmp_path / "Two moons.gif")]
    chooser.accept()
    qtbot.waitUntil(lambda: (tmp_path / "Two moons.gif").exists(), timeout=WAIT_MS)
    finish(qtbot, dialog)


def test_range_that_is_not_sampled_yet_waits_for_the_chain(
    make_dialog: MakeDialog, still_studio: Studio, record_chain: Callable[..., Trajectory]
) -> None:
    still_studio.chains.reverse.show(record_chain(seed=1, first=8))
    dialog = make_dialog()
    assert not dialog.export_button.isEnabled()
    assert dialog.status.text().startswith("8 frames are not there")
    dialog.form.t_last.setValue(8)
    assert dialog.export_button.isEnabled()
    assert dialog.status.text() == ""
    dialog.form.t_last.setValue(0)
    assert not dialog.export_button.isEnabled()
    still_studio.chains.reverse.show(record_chain(seed=1))
    assert dialog.export_button.isEnabled()


def test_cancel_leaves_the_old_file(qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path) -> None:
    path = tmp_path / "old.gif"
    path.write_bytes(b"old")
    dialog = make_dialog()
    dialog.form.width_px.setCurrentIndex(dialog.form.width_px.count() - 1)
    dialog.form.frames.setValue(21)
    with qtbot.waitSignal(dialog.run.progressed, timeout=WAIT_MS):
        dialog.export_to(path)
    assert dialog.close_button.text() == "Cancel"
    qtbot.mouseClick(dialog.close_button, LEFT)
    assert dialog.isVisible()
    assert dialog.status.text() == "Cancelled; no file was written."
    assert dialog.run.stop()
    assert path.read_bytes() == b"old"
    assert leftovers(tmp_path) == ["old.gif"]


def test_closing_in_the_middle_ends_the_thread_and_leaves_nothing(
    qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path
) -> None:
    dialog = make_dialog()
    dialog.form.frames.setValue(21)
    with qtbot.waitSignal(dialog.run.progressed, timeout=WAIT_MS):
        dialog.export_to(tmp_path / "new.gif")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert not dialog.run.is_running
    assert dialog.run.stop()
    assert leftovers(tmp_path) == []


def test_a_folder_that_may_not_be_written_is_said(
    qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path
) -> None:
    dialog = make_dialog()
    small(dialog)
    dialog.export_to(tmp_path / "missing" / "new.gif")
    finish(qtbot, dialog)
    assert "does not exist" in dialog.status.text()
    assert dialog.export_button.isEnabled()
    assert dialog.form.isEnabled()


def test_a_full_disk_is_said_and_the_old_file_stays(
    qtbot: QtBot, make_dialog: MakeDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.gif"
    path.write_bytes(b"old")
    dialog = make_dialog()
    small(dialog)

    def full(_descriptor: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    dialog.export_to(path)
    finish(qtbot, dialog)
    monkeypatch.undo()
    assert dialog.status.text().startswith("The disk is full")
    assert path.read_bytes() == b"old"
    assert leftovers(tmp_path) == ["old.gif"]


def test_every_text_follows_the_language(
    make_dialog: MakeDialog, speak: Callable[[str], None]
) -> None:
    dialog = make_dialog(chosen=2)
    speak("ko")
    assert dialog.windowTitle() == "GIF 내보내기"
    assert dialog.export_button.text() == "저장…"
    assert dialog.close_button.text() == "닫기"
    assert dialog.form.chosen.text() == "표본 3 (화면 그대로)"
    assert "픽셀" in dialog.summary.text()
