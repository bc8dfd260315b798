"""Views of chains that lie in files: nothing waits for a disk, and what is shown is true."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ddpm_studio.diffusion import frame_levels
from ddpm_studio.diffusion import trajectory as trajectory_module
from ddpm_studio.diffusion.frame_levels import FrameRecord
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.temporary_file import TemporaryFile, TemporaryFileError
from ddpm_studio.ui.export_layout import ExportView, StageOptions
from ddpm_studio.ui.export_stage import ExportStage
from ddpm_studio.ui.storage_text import storage_text
from ddpm_studio.ui.theme import DARK, Chain
from ddpm_studio.ui.views import background_reader, chain_painting
from ddpm_studio.ui.views.background_reader import BackgroundReader
from ddpm_studio.ui.views.chain_view import ChainView
from ddpm_studio.ui.views.file_pictures import EVERY, PictureWish
from ddpm_studio.ui.views.film_strip import FilmStrip
from ddpm_studio.ui.views.image_grid import grid_layout, grid_picture
from ddpm_studio.ui.views.thumbnails import thumbnail

T, COUNT, SHAPE = 20, 4, (3, 32, 32)
WAIT_MS = 60_000
BUDGET = 40_000


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trajectory_module, "temporary_folder", lambda: tmp_path)
    monkeypatch.setattr(frame_levels, "OVERVIEW_PIXELS", COUNT * 16 * 16)


def as_rgb(picture: np.ndarray) -> np.ndarray:
    """An opaque picture as (height, width, 3) uint8."""
    return np.stack([(picture >> shift & 255).astype(np.uint8) for shift in (16, 8, 0)], axis=-1)


def grey(t: int) -> torch.Tensor:
    """Frame t: every image of one level, another one for each t and image."""
    levels = (4 * t + 40 * torch.arange(COUNT)) / 127.5 - 1
    return levels[:, None, None, None].expand(COUNT, *SHAPE).clone()


def filed(frames: range = range(T + 1), *, T: int = T) -> Trajectory:
    trajectory = Trajectory(T, COUNT, SHAPE, budget_bytes=BUDGET, may_use_disk=True)
    assert not trajectory.is_in_memory
    for t in frames:
        trajectory.record(t, grey(t))
    return trajectory


def with_previews() -> Trajectory:
    trajectory = Trajectory(T, COUNT, SHAPE, budget_bytes=110_000, may_use_disk=True)
    for t in range(T + 1):
        trajectory.record(t, grey(t))
    return trajectory


@pytest.fixture
def view(qtbot: QtBot) -> ChainView:
    view = ChainView(Chain.FORWARD, DARK)
    qtbot.addWidget(view)
    view.resize(420, 420)
    with qtbot.waitExposed(view):
        view.show()
    return view


def shown(view: ChainView, index: int) -> int:
    """The level that is painted in the middle of an image."""
    image: QImage = view.grab().toImage()
    place = view._painting.place_of(view._canvas(), index, 0, view.devicePixelRatioF())
    return image.pixelColor(round(place.x()), round(place.y())).red()


def level(t: int, index: int) -> int:
    return 4 * t + 40 * index


@pytest.fixture
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Nothing is read until this is set."""
    may_read, read = threading.Event(), TemporaryFile.read

    def reading(file: TemporaryFile, place: int, out: object) -> None:
        assert threading.current_thread() is not threading.main_thread(), "the window would wait"
        assert may_read.wait(timeout=WAIT_MS / 1000)
        read(file, place, out)  # type: ignore[arg-type]

    monkeypatch.setattr(TemporaryFile, "read", reading)
    return may_read


# The reader


def test_only_what_is_asked_last_is_fetched(qtbot: QtBot) -> None:
    reader, go, done = BackgroundReader(), threading.Event(), []

    def job(number: int) -> int:
        go.wait(timeout=WAIT_MS / 1000)
        done.append(number)
        return 10 * number

    with qtbot.waitSignal(reader.arrived, timeout=WAIT_MS):
        reader.ask(0, lambda: job(0))
        QTest.qWait(20)  # it has begun
        for number in (1, 2, 3):
            reader.ask(number, lambda number=number: job(number))  # type: ignore[misc]
        assert reader.answer(3) is None
        go.set()
    qtbot.waitUntil(lambda: reader.answer(3) == 30, timeout=WAIT_MS)
    assert done == [0, 3]


def test_what_may_be_asked_next_is_fetched_in_a_quiet_moment(qtbot: QtBot) -> None:
    reader = BackgroundReader()
    arrived: list[int] = []
    reader.arrived.connect(lambda: arrived.append(1))
    reader.ask("a", lambda: 1, [("b", lambda: 2), ("c", lambda: 3)])
    qtbot.waitUntil(lambda: reader.answer("c") == 3, timeout=WAIT_MS)
    assert (reader.answer("a"), reader.answer("b")) == (1, 2)
    QTest.qWait(20)
    assert len(arrived) == 1  # nobody waits for the others


def test_a_question_that_can_wait_is_answered_also_where_its_news_comes_late(qtbot: QtBot) -> None:
    """The thread, busy until then, finds the question before it hears that there is one."""
    reader, go, found = BackgroundReader(), threading.Event(), threading.Event()

    class LateNews(threading.Event):
        def clear(self) -> None:
            super().clear()
            if reader._asked.can_wait:
                found.set()

        def set(self) -> None:
            if reader._asked.can_wait:
                go.set()
                assert found.wait(timeout=10)
            super().set()

    reader._news = LateNews()
    reader.ask("a", lambda: go.wait(timeout=10))
    reader.ask("b", lambda: 2, can_wait=True)
    qtbot.waitUntil(lambda: reader.answer("b") == 2, timeout=WAIT_MS)


def test_an_error_is_an_answer(qtbot: QtBot) -> None:
    reader, error = BackgroundReader(), ValueError("no")

    def fail() -> None:
        raise error

    with qtbot.waitSignal(reader.arrived, timeout=WAIT_MS):
        reader.ask("a", fail)
    assert reader.answer("a") is error


def test_a_cleared_reader_keeps_nothing(qtbot: QtBot) -> None:
    reader, go, began = BackgroundReader(), threading.Event(), threading.Event()

    def job() -> int:
        began.set()
        go.wait(timeout=WAIT_MS / 1000)
        return 1

    reader.ask("a", job)
    assert began.wait(timeout=WAIT_MS / 1000)
    reader.clear()
    go.set()
    with qtbot.waitSignal(reader.arrived, timeout=WAIT_MS):
        reader.ask("b", lambda: 2)
    assert reader.answer("a") is None
    assert reader.answer("b") == 2


# Pictures


@pytest.mark.parametrize(("area", "shrinking"), [(36, 2), (40, 2), (90, 1), (400, 1)])
def test_a_picture_is_made_of_the_smallest_overview_that_is_sharp(
    area: int, shrinking: int
) -> None:
    trajectory = filed(range(1, 2))
    assert trajectory.overview_shrinkings == (2,)
    layout = grid_layout(COUNT, SHAPE[1:], (area, area))
    wish = PictureWish(trajectory, 1, EVERY, layout, "#000000")
    assert wish._shrinking() == shrinking
    exact = as_rgb(grid_picture(grey(1).numpy(), layout, "#000000")).astype(int)
    assert np.abs(as_rgb(wish.make()).astype(int) - exact).max() <= 1
    assert np.ptp(exact) > 50


def test_one_sample_is_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    trajectory = filed(range(1, 2))
    read: list[int] = []
    monkeypatch.setattr(
        TemporaryFile, "read", lambda _file, _place, out: read.append(len(out.cast("B")))
    )
    PictureWish(trajectory, 1, 2, grid_layout(1, SHAPE[1:], (300, 300)), "#000000").make()
    assert read == [3 * 32 * 32]


# The view


def test_frames_are_shown_as_soon_as_they_are_read(qtbot: QtBot, view: ChainView) -> None:
    view.set_trajectory(filed())
    for t in (0, 20, 7, 8):
        view.show_frame(t)
        qtbot.waitUntil(lambda: view.shows_present_frame, timeout=WAIT_MS)
        for index in range(COUNT):
            assert abs(shown(view, index) - level(t, index)) <= 1


def test_the_window_never_waits_and_shows_the_picture_before(
    qtbot: QtBot, view: ChainView, slow_disk: threading.Event
) -> None:
    slow_disk.set()
    view.set_trajectory(filed())
    view.show_frame(3)
    qtbot.waitUntil(lambda: view.shows_present_frame, timeout=WAIT_MS)
    slow_disk.clear()
    view.show_frame(12)
    assert abs(shown(view, 1) - level(3, 1)) <= 1
    assert not view.shows_present_frame
    slow_disk.set()
    qtbot.waitUntil(lambda: view.shows_present_frame, timeout=WAIT_MS)
    assert abs(shown(view, 1) - level(12, 1)) <= 1


def test_only_a_long_wait_is_said(
    qtbot: QtBot, view: ChainView, slow_disk: threading.Event
) -> None:
    slow_disk.set()
    view.set_trajectory(filed())
    view.show_frame(3)
    qtbot.waitUntil(lambda: view.shows_present_frame, timeout=WAIT_MS)
    before = view.grab().toImage()
    slow_disk.clear()
    view.show_frame(12)
    assert view.grab().toImage() == before
    assert not view._painting.says_waiting
    qtbot.waitUntil(lambda: view._painting.says_waiting, timeout=WAIT_MS)
    assert view.grab().toImage() != before
    slow_disk.set()
    qtbot.waitUntil(lambda: view.shows_present_frame, timeout=WAIT_MS)
    assert not view._painting.says_waiting


def test_while_somebody_drags_faster_than_a_disk_reads_pictures_come_late(
    qtbot: QtBot, view: ChainView, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = TemporaryFile.read

    def slowly(file: TemporaryFile, place: int, out: object) -> None:
        time.sleep(0.05)
        read(file, place, out)  # type: ignore[arg-type]

    view.set_trajectory(filed())
    view.show_frame(0)
    qtbot.waitUntil(lambda: view.shows_present_frame, timeout=WAIT_MS)
    monkeypatch.setattr(TemporaryFile, "read", slowly)
    seen, moves = set(), 0

    def moved() -> bool:
        nonlocal moves
        moves += 1
        view.show_frame(moves % (T + 1))
        seen.add(shown(view, 1))
        return len(seen) > 4

    qtbot.waitUntil(moved, timeout=WAIT_MS)  # it asks every 10 ms


def test_a_preview_is_shown_where_a_disk_takes_its_time(
    qtbot: QtBot, view: ChainView, slow_disk: threading.Event
) -> None:
    slow_disk.set()
    view.set_trajectory(with_previews())
    view.show_frame(3)
    qtbot.waitUntil(lambda: view.shows_present_frame, timeout=WAIT_MS)
    slow_disk.clear()
    view.show_frame(12)
    assert abs(shown(view, 1) - level(3, 1)) <= 1  # what was there, for a moment
    qtbot.waitUntil(lambda: view.shows_present_frame, timeout=WAIT_MS)
    for t in (12, 7, 18):
        view.show_frame(t)
        assert abs(shown(view, 1) - level(t, 1)) <= 1  # at once: this disk is slow
    assert view._painting.is_waiting
    view.show_enlarged(2)
    middle = view.rect().center()
    assert abs(view.grab().toImage().pixelColor(middle).red() - level(18, 2)) <= 1
    slow_disk.set()
    qtbot.waitUntil(lambda: not view._painting.is_waiting, timeout=WAIT_MS)
    assert not view._painting.takes_preview


def wait_for_picture(qtbot: QtBot, view: ChainView) -> None:
    """Of the present t, and not its preview."""
    qtbot.waitUntil(
        lambda: view.shows_present_frame and not view._painting.is_waiting, timeout=WAIT_MS
    )


def count_readings(monkeypatch: pytest.MonkeyPatch, seconds: float) -> list[int]:
    """Every reading takes so long; the list grows by one with each."""
    read, readings = TemporaryFile.read, []

    def reading(file: TemporaryFile, place: int, out: object) -> None:
        readings.append(place)
        time.sleep(seconds)
        read(file, place, out)  # type: ignore[arg-type]

    monkeypatch.setattr(TemporaryFile, "read", reading)
    return readings


def test_while_t_moves_previews_follow_it_and_the_picture_comes_when_it_rests(
    qtbot: QtBot, view: ChainView, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = count_readings(monkeypatch, 0.02)
    view.set_trajectory(with_previews())
    view.show_frame(3)
    wait_for_picture(qtbot, view)  # in 20 ms: too slow
    # What may be asked next is read, too.
    qtbot.waitUntil(lambda: not view._painting._filed.reader._is_working, timeout=WAIT_MS)
    before = len(readings)
    monkeypatch.setattr(background_reader, "_QUIET_SECONDS", 3.0)  # a slow machine is no rest
    for t in (12, 7, 18, 2, 9):
        view._moved_at = time.monotonic()  # however slow this machine is
        view.show_frame(t)
        assert abs(shown(view, 1) - level(t, 1)) <= 1
        assert view.shows_present_frame
    assert len(readings) == before
    wait_for_picture(qtbot, view)
    assert len(readings) == before + 1  # of the last t alone
    assert abs(shown(view, 1) - level(9, 1)) <= 1
    assert not view._painting.takes_preview


def test_pictures_that_come_fast_enough_follow_a_movement_themselves(
    qtbot: QtBot, view: ChainView, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.set_trajectory(with_previews())
    view.show_frame(3)
    wait_for_picture(qtbot, view)
    monkeypatch.setattr(view._painting._filed.reader, "seconds", 0.004)
    view._moved_at = time.monotonic()
    view.show_frame(4)
    assert not view._painting.takes_preview


def test_a_single_step_does_not_take_the_preview(qtbot: QtBot, view: ChainView) -> None:
    view.set_trajectory(with_previews())
    view.show_frame(3)
    wait_for_picture(qtbot, view)
    view._painting._filed.reader.seconds = 1.0
    view._moved_at = time.monotonic() - 1.0
    view.show_frame(4)
    assert not view._painting.takes_preview


def test_a_sample_is_enlarged_and_left_again(qtbot: QtBot, view: ChainView) -> None:
    view.set_trajectory(filed())
    view.show_frame(6)
    qtbot.waitUntil(lambda: view.shows_present_frame, timeout=WAIT_MS)
    middle = view.rect().center()
    place = view._painting.place_of(view._canvas(), 2, 6, view.devicePixelRatioF())
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert view.chosen == 2
    qtbot.waitUntil(
        lambda: abs(view.grab().toImage().pixelColor(middle).red() - level(6, 2)) <= 1,
        timeout=WAIT_MS,
    )
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.chosen == -1
    qtbot.waitUntil(lambda: abs(shown(view, 0) - level(6, 0)) <= 1, timeout=WAIT_MS)


def test_a_step_that_cannot_be_read_is_said_in_its_place(
    qtbot: QtBot, view: ChainView, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise TemporaryFileError("It is broken.")

    view.set_trajectory(filed())
    monkeypatch.setattr(TemporaryFile, "read", broken)
    hints: list[tuple[str, str]] = []
    monkeypatch.setattr(
        chain_painting, "paint_hint", lambda _painter, _rect, _theme, *words: hints.append(words)
    )
    view.show_frame(5)
    qtbot.waitUntil(lambda: bool(hints), timeout=WAIT_MS)
    assert hints[-1] == ("t = 5 cannot be shown", "It is broken.")


def test_another_chain_lets_the_file_of_the_old_one_go(qtbot: QtBot, view: ChainView) -> None:
    old = filed()
    file = weakref.ref(old._frames)
    view.set_trajectory(old)
    view.show_frame(4)
    qtbot.waitUntil(lambda: view.shows_present_frame, timeout=WAIT_MS)
    view.set_trajectory(None)
    del old

    def is_gone() -> bool:
        gc.collect()
        return file() is None

    qtbot.waitUntil(is_gone, timeout=WAIT_MS)


def test_where_not_every_frame_is_kept_the_view_says_which_it_shows(
    qtbot: QtBot, view: ChainView, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = 6 * FrameRecord(COUNT, SHAPE).byte_count
    monkeypatch.setattr(TemporaryFile, "room_bytes", classmethod(lambda *_: room))
    trajectory = filed()
    assert trajectory.kept_every == 4
    view.set_trajectory(trajectory)
    notes: list[str] = []
    monkeypatch.setattr(
        view._painting, "_paint_note", lambda _painter, _rect, text: notes.append(text)
    )
    for t, kept in ((9, 8), (11, 12), (12, 12)):
        notes.clear()
        view.show_frame(t)
        qtbot.waitUntil(lambda: view.shows_present_frame, timeout=WAIT_MS)
        assert abs(shown(view, 1) - level(kept, 1)) <= 1
        expected = [] if t == kept else [f"the nearest picture kept: t = {kept}"]
        assert [note for note in notes if note != "…"][-1:] == expected
    assert "every 4th picture" in view.toolTip()


# What else shows frames


def test_thumbnails_come_from_a_file(qtbot: QtBot, slow_disk: threading.Event) -> None:
    slow_disk.set()
    strip, trajectory = FilmStrip(DARK), filed()
    qtbot.addWidget(strip)
    strip.resize(700, 130)
    strip.show()
    strip.set_trajectories(trajectory, None)
    qtbot.waitUntil(lambda: strip.rendered(Chain.FORWARD) == strip.times(), timeout=WAIT_MS)
    for t in strip.times():
        side = strip._thumbnails.side_px
        alone = thumbnail(grey(t).numpy(), side, DARK.forward, DARK.canvas)
        expected = as_rgb(alone)[side // 4, side // 4]
        found = strip._thumbnails._pictures[Chain.FORWARD, t].pixelColor(side // 4, side // 4)
        assert abs(found.red() - int(expected[0])) <= 1


def options() -> StageOptions:
    return StageOptions(ExportView.FORWARD, 400, DARK, histogram=False, captions=False)


def test_an_export_prepares_its_pictures_off_the_windows_thread(
    qtbot: QtBot, slow_disk: threading.Event
) -> None:
    trajectory = filed()
    stage = ExportStage(trajectory, None, options())
    assert not stage.prepare(9)
    assert not stage.prepare(9)
    slow_disk.set()
    qtbot.waitUntil(lambda: stage.prepare(9), timeout=WAIT_MS)
    picture = stage.picture(9)  # would fail where it read on this thread
    in_memory = Trajectory(T, COUNT, SHAPE)
    in_memory.record(9, grey(9))
    exact = ExportStage(in_memory, None, options()).picture(9)
    assert np.abs(picture.astype(int) - exact.astype(int)).max() <= 1


def test_without_a_window_pictures_are_read_when_they_are_drawn(qtbot: QtBot) -> None:
    trajectory = filed()
    picture = ExportStage(trajectory, None, options()).picture(9)
    other = ExportStage(trajectory, None, options()).picture(10)
    assert np.abs(picture.astype(int) - other.astype(int)).max() == 4


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Trajectory(4, 2, (2,)), []),
        (lambda: Trajectory(4, 2000, (2,), budget_bytes=50_000), ["16-bit", "exact numbers"]),
        (filed, ["256 levels", "temporary file of up to 0.0 GB", "averages", "exact numbers"]),
    ],
)
def test_what_is_approximate_is_said(make: Callable[[], Trajectory], words: list[str]) -> None:
    text = storage_text(make())
    assert bool(text) == bool(words)
    assert all(word in text for word in words)
