"""One background task: progress by pulling, cancel between yields, late results dropped."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from ddpm_studio.session.background_task import BackgroundTask, Work, stop_tasks


@pytest.fixture
def task(qtbot: QtBot) -> Iterator[BackgroundTask]:
    task = BackgroundTask()
    yield task
    assert task.stop()


def counting(steps: int, pause_seconds: float = 0.0) -> Work:
    for step in range(steps):
        time.sleep(pause_seconds)
        yield step
    return "done"


def test_the_generator_runs_on_another_thread_and_its_result_arrives(
    qtbot: QtBot, task: BackgroundTask
) -> None:
    threads = []

    def work() -> Work:
        threads.append(QThread.currentThread())
        yield 1
        return threading.get_ident()

    with qtbot.waitSignal(task.finished) as caught:
        task.start(work)
    assert caught.args != [threading.get_ident()]
    assert threads[0] is not task.thread()
    assert not task.is_running


def test_progress_is_the_latest_value_and_nothing_is_queued(
    qtbot: QtBot, task: BackgroundTask
) -> None:
    gate = threading.Event()

    def work() -> Work:
        yield from range(1000)
        gate.wait(5)
        return None

    task.start(work)
    qtbot.waitUntil(lambda: task.latest == 999)
    with qtbot.waitSignal(task.finished):
        gate.set()


def test_an_error_reaches_the_window(qtbot: QtBot, task: BackgroundTask) -> None:
    def work() -> Work:
        yield 1
        raise ValueError("beta is wrong")

    with qtbot.waitSignal(task.failed) as caught:
        task.start(work)
    assert isinstance(caught.args[0], ValueError)
    assert not task.is_running


def test_an_error_before_the_first_step_reaches_the_window(
    qtbot: QtBot, task: BackgroundTask
) -> None:
    def make_work() -> Work:
        raise MemoryError

    with qtbot.waitSignal(task.failed) as caught:
        task.start(make_work)
    assert isinstance(caught.args[0], MemoryError)


def test_cancel_closes_the_generator_on_its_own_thread(qtbot: QtBot, task: BackgroundTask) -> None:
    closed_on: list[int] = []

    def work() -> Work:
        try:
            while True:
                time.sleep(0.001)
                yield threading.get_ident()
        finally:
            closed_on.append(threading.get_ident())

    task.start(work)
    qtbot.waitUntil(lambda: task.latest is not None)
    worker = task.latest
    with qtbot.waitSignal(task.cancelled):
        task.cancel()
    assert not task.is_running
    qtbot.waitUntil(lambda: closed_on == [worker])


def test_results_of_an_abandoned_run_are_dropped(qtbot: QtBot, task: BackgroundTask) -> None:
    results: list[Any] = []
    task.finished.connect(results.append)
    release = threading.Event()

    def stubborn() -> Work:
        yield 1
        release.wait(5)  # does not look whether it was cancelled
        return "old"

    task.start(stubborn)
    qtbot.waitUntil(lambda: task.latest == 1)
    with qtbot.waitSignal(task.finished):
        task.start(lambda: counting(3))
        release.set()
    qtbot.wait(50)
    assert results == ["done"]


def test_a_paused_run_stands_still_until_resumed(qtbot: QtBot, task: BackgroundTask) -> None:
    task.start(lambda: counting(200, 0.001))
    qtbot.waitUntil(lambda: task.latest is not None)
    task.pause()
    assert task.is_paused
    qtbot.wait(30)
    reached = task.latest
    qtbot.wait(60)
    assert task.latest == reached
    with qtbot.waitSignal(task.finished):
        task.resume()


def test_stop_ends_the_threads_of_cancelled_runs_too(qtbot: QtBot) -> None:
    task = BackgroundTask()
    alive: set[int] = set()

    def work(number: int) -> Work:
        alive.add(number)
        try:
            while True:
                time.sleep(0.002)
                yield number
        finally:
            alive.discard(number)

    for number in range(4):
        task.start(lambda number=number: work(number))  # type: ignore[misc]
        qtbot.waitUntil(lambda number=number: task.latest == number)  # type: ignore[misc]
    assert task.stop()
    assert alive == set()


def test_threads_that_do_not_end_are_waited_for_together(qtbot: QtBot) -> None:
    """Not one after the other: closing takes as long as the slowest, and says that one is stuck."""
    release = threading.Event()

    def stuck() -> Iterator[int]:
        yield 0
        release.wait()

    tasks = [BackgroundTask() for _ in range(3)]
    for task in tasks:
        task.start(stuck)
    qtbot.waitUntil(lambda: all(task.latest == 0 for task in tasks))
    try:
        assert not stop_tasks(tasks, timeout_ms=1)
    finally:
        release.set()
    assert stop_tasks(tasks)
