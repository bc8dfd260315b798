"""Hostile files fall on the real window: one message each, and everything else stays as it was."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from ddpm_studio.app import Application
from ddpm_studio.locations import resource

WAIT_MS = 60_000
STOP_GLOBAL = b"\x80\x02cposix\nsystem\n(X%s%stR."


def running(canary: Path) -> bytes:
    """A pickle that would make the canary."""
    command = f"touch {canary}".encode()
    return STOP_GLOBAL % (struct.pack("<I", len(command)), command)


def archive(pickled: bytes, compression: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as file:
        file.writestr("archive/data.pkl", pickled)
        file.writestr("archive/data/0", bytes(1000))
    return stream.getvalue()


def legacy(pickled: bytes) -> bytes:
    start = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2)
    return start + pickle.dumps({"little_endian": True}, 2) + pickled


def torch_file() -> bytes:
    stream = io.BytesIO()
    torch.save({"w": torch.ones(1000)}, stream)
    return stream.getvalue()


def moons() -> bytes:
    return resource("models", "moons.safetensors").read_bytes()


def with_bad_number(content: bytes) -> bytes:
    return content[:-4] + struct.pack("<f", float("nan"))


# What falls on the window, and what is said.
FILES: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "code.pt": (lambda canary: archive(running(canary)), "wants to import posix.system"),
    "old.pt": (lambda canary: legacy(running(canary)), "wants to import posix.system"),
    "plain.pkl": (running, "is a plain Python pickle"),
    "bomb.pt": (
        lambda _: archive(bytes(100_000), zipfile.ZIP_DEFLATED),
        "is compressed in a way that checkpoints never are",
    ),
    "operations.pt": (
        lambda _: archive(b"\x80\x02" + b"N0" * 1_000_000 + b"N."),
        "takes more steps to read",
    ),
    "deep.pt": (lambda _: archive(b"\x80\x02N" + b"\x85" * 100_000 + b"."), "nested too deeply"),
    "cut.pt": (lambda _: torch_file()[:2000], "is damaged or cut short"),
    "unknown.pt": (lambda _: torch_file(), "is no model of a project that DDPM Studio knows"),
    "empty.ckpt": (lambda _: b"", "is empty"),
    "letter.txt": (lambda _: b"Dear friend,\n", "is nothing that DDPM Studio knows: drop a model"),
    "cut.safetensors": (lambda _: moons()[:-1], "cut short"),
    "nan.safetensors": (
        lambda _: with_bad_number(moons()),
        "holds weights that are not finite (NaN or infinity)",
    ),
    "<b>이름 %s {0}\n\x1b[2J.pt": (lambda _: b"", "<b>이름 %s {0}??[2J.pt is empty"),
}


def drop(application: Application, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    modifiers, button = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    application.window.dropEvent(
        QDropEvent(QPointF(200, 200), Qt.DropAction.CopyAction, data, button, modifiers)
    )


def wait_for_chains(qtbot: QtBot, application: Application) -> None:
    studio = application.studio
    qtbot.waitUntil(
        lambda: not studio.is_busy and studio.reverse is not None and studio.reverse.is_complete,
        timeout=WAIT_MS,
    )


class Shown:
    """All that a person sees of the present model, and what has been said."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self.problems: list[object] = []
        for source in (application.studio, application.dropped):
            source.failed.connect(self.problems.append)

    def now(self) -> tuple[object, ...]:
        studio, window = self._application.studio, self._application.window
        box = self._application.screen.top_bar.model
        names = [box.itemText(row) for row in range(box.count())]
        chains = (studio.model, studio.models, studio.forward, studio.reverse, studio.sampling)
        return (*chains, names, box.currentText(), window.windowTitle(), studio.seed)


@pytest.fixture
def shown(qtbot: QtBot, studio_application: Application) -> Shown:
    studio_application.studio.set_sample_count(250)
    wait_for_chains(qtbot, studio_application)
    return Shown(studio_application)


def test_a_file_that_falls_on_the_window_leaves_what_is_there(
    qtbot: QtBot, studio_application: Application, shown: Shown, tmp_path: Path
) -> None:
    application, bar = studio_application, studio_application.screen.message_bar
    before, canary = shown.now(), tmp_path / "canary"
    for number, (name, (make, reason)) in enumerate(FILES.items(), start=1):
        path = tmp_path / name
        path.write_bytes(make(canary))
        bar.hide()
        drop(application, path)
        qtbot.waitUntil(lambda: bar.isVisible(), timeout=WAIT_MS)
        assert reason in bar.text
        assert bar.text.isprintable()
        assert len(shown.problems) == number  # one message each
        assert shown.now() == before
        assert not application.studio.is_busy
    assert not canary.exists()
    left = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert left - {"settings.ini"} == set(FILES)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has none in folders")
def test_paths_that_are_no_files_do_not_hang_the_window(
    qtbot: QtBot, studio_application: Application, shown: Shown, tmp_path: Path
) -> None:
    bar = studio_application.screen.message_bar
    before = shown.now()
    pipe, loop, gone = (tmp_path / name for name in ("pipe.pt", "loop.pt", "gone.pt"))
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    for path, reason in (
        (pipe, "is not a file but a folder or a device"),
        (loop, "symbolic links"),
        (gone, "There is no file"),
    ):
        bar.hide()
        drop(studio_application, path)
        qtbot.waitUntil(lambda: bar.isVisible(), timeout=WAIT_MS)
        assert reason in bar.text
        assert shown.now() == before


def test_a_good_file_after_a_bad_one_is_shown(
    qtbot: QtBot, studio_application: Application, shown: Shown, tmp_path: Path
) -> None:
    bad, good = tmp_path / "bad.safetensors", tmp_path / "good.safetensors"
    bad.write_bytes(with_bad_number(moons()))
    shutil.copy(resource("models", "circles.safetensors"), good)
    drop(studio_application, bad)
    drop(studio_application, good)  # the bad one is given up where it was not read yet
    studio = studio_application.studio
    qtbot.waitUntil(lambda: studio.model is not None and studio.model.path == good, timeout=WAIT_MS)
    wait_for_chains(qtbot, studio_application)
    assert studio_application.screen.top_bar.model.currentText() == "good.safetensors"


def test_of_several_files_the_bad_ones_keep_no_good_one_back(
    qtbot: QtBot, studio_application: Application, shown: Shown, tmp_path: Path
) -> None:
    names = ("bad.safetensors", "first.safetensors", "letter.txt", "second.safetensors")
    paths = [tmp_path / name for name in names]
    paths[0].write_bytes(with_bad_number(moons()))
    paths[2].write_text("Dear friend,")
    for path in (paths[1], paths[3]):
        shutil.copy(resource("models", "circles.safetensors"), path)
    drop(studio_application, *paths)
    studio, bar = studio_application.studio, studio_application.screen.message_bar
    qtbot.waitUntil(lambda: len(shown.problems) == 1, timeout=WAIT_MS)
    assert studio.model is not None
    assert studio.model.path == paths[3]
    box = studio_application.screen.top_bar.model
    names_shown = [box.itemText(row) for row in range(box.count())]
    assert names_shown[-2:] == ["first.safetensors", "second.safetensors"]
    assert bar.isVisible()
    assert bar.text.startswith("2 of 4 files could not be opened. The first: bad.safetensors holds")
    wait_for_chains(qtbot, studio_application)
    assert bar.isVisible()


def test_a_model_of_the_list_that_was_damaged_since_leaves_the_present_one(
    qtbot: QtBot, studio_application: Application, shown: Shown, tmp_path: Path
) -> None:
    from ddpm_studio.session.loaded_models import forget_loaded_models

    studio, bar = studio_application.studio, studio_application.screen.message_bar
    path = tmp_path / "mine.safetensors"
    shutil.copy(resource("models", "circles.safetensors"), path)
    drop(studio_application, path)
    qtbot.waitUntil(lambda: studio.model is not None and studio.model.path == path, timeout=WAIT_MS)
    studio.choose_model(studio.models[0])
    wait_for_chains(qtbot, studio_application)
    forget_loaded_models()
    path.write_bytes(with_bad_number(path.read_bytes()))
    before = shown.now()
    box = studio_application.screen.top_bar.model
    box.setCurrentIndex(box.count() - 1)
    box.activated.emit(box.count() - 1)
    qtbot.waitUntil(lambda: bar.isVisible(), timeout=WAIT_MS)
    assert "mine.safetensors" in bar.text
    assert shown.now() == before  # the list, too, says which model is shown
