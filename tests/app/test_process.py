"""The application as a process of its own: how it ends, and what it exports without a display."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from PIL import Image

TIMEOUT_SECONDS = 120

START = """
    import sys
    from pathlib import Path
    from PySide6.QtCore import QSettings, QTimer
    from PySide6.QtWidgets import QApplication
    from ddpm_studio.app import Application
    from ddpm_studio.session.preferences import Preferences

    folder = Path(sys.argv[1])
    qt = QApplication([])
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    application = Application(qt, Preferences(settings), folder / "runs")
    application.open()
    window = application.window

    def studio():
        return application.studio

    def when(condition, act):
        timer = QTimer(window, interval=5)
        def look():
            if application.is_alive and condition():
                timer.stop()
                act()
        timer.timeout.connect(look)
        timer.start()
"""


INTERRUPTIBLE = """
import sys
from ddpm_studio import app
building = app.Application._building

def building_and_saying_so(self):
    yield from building(self)
    print("alive", flush=True)

app.Application._building = building_and_saying_so
sys.exit(app.run_window(None))
"""


def run(body: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The real application, driven by ``body``, in a process; warnings are errors there, too."""
    code = textwrap.dedent(START) + textwrap.dedent(body) + "\nsys.exit(qt.exec())\n"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(folder)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def complaints(result: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in result.stderr.splitlines() if "propagateSizeHints" not in line]


@pytest.mark.parametrize(
    "moment",
    [
        "True",  # torch is being imported
        "studio().chains.reverse.is_awaited and studio().reverse is not None",
        "studio().reverse is not None and studio().reverse.is_complete",
    ],
)
def test_closing_the_window_ends_the_process(tmp_path: Path, moment: str) -> None:
    result = run(f"when(lambda: {moment}, window.close)", tmp_path)
    assert (result.returncode, complaints(result)) == (0, [])


def test_closing_the_window_before_there_is_anything_in_it_ends_the_process(tmp_path: Path) -> None:
    result = run("window.first_painted.connect(window.close)", tmp_path)
    assert (result.returncode, complaints(result)) == (0, [])


def test_the_windows_thread_imports_nothing_large(tmp_path: Path) -> None:
    """What it builds was imported on another thread by then."""
    body = """
        import sys
        building = Application._building

        def building_and_counting(self):
            before = set(sys.modules)
            yield from building(self)
            new = sorted(set(sys.modules) - before)  # torch too, from another thread
            print([name for name in new if name.startswith(("ddpm_studio.ui", "PySide6", "pyqtgraph"))])
            window.close()

        Application._building = building_and_counting
    """
    result = run(body, tmp_path)
    assert (result.returncode, result.stdout.strip()) == (0, "[]")


def test_closing_in_the_middle_of_an_export_leaves_nothing(tmp_path: Path) -> None:
    body = """
        def export():
            application.dialogs.open_export()
            dialog = window.findChild(ExportDialog)
            dialog.run.progressed.connect(lambda _: qt.quit())
            dialog.export_to(folder / "unfinished.gif")

        from ddpm_studio.ui.dialogs.export_dialog import ExportDialog
        when(lambda: studio().reverse is not None and studio().reverse.is_complete, export)
    """
    result = run(body, tmp_path)
    assert (result.returncode, complaints(result)) == (0, [])
    assert [path.name for path in tmp_path.iterdir()] == ["settings.ini"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_interrupting_in_the_terminal_closes_the_window(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    command = [sys.executable, "-u", "-c", INTERRUPTIBLE]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "alive\n"  # from Qt's own loop
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in errors


def export(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "ddpm_studio", "export", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def test_export_command_writes_what_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "digits.gif"
    result = export(
        *("--model", "digits", "--count", "4", "--out", str(path), "--frames", "6"),
        *("--from", "250", "--to", "0", "--width", "480", "--fps", "10", "--hold", "0.5"),
        *("--ping-pong", "--theme", "light", "--language", "ko", "--seed", "3"),
    )
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    with Image.open(path) as image:
        assert image.width == 480
        assert image.n_frames == 10
        milliseconds = 0
        for index in range(image.n_frames):
            image.seek(index)
            milliseconds += image.info["duration"]
    assert milliseconds == 10 * 100 + 500
    assert result.stdout.startswith(f"{path}: 10 frames, {path.stat().st_size:,} bytes")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--model", "no-such"), "no model 'no-such'"),
        (("--model", "moons", "--from", "1001"), "T = 1000"),
        (("--model", "moons", "--fps", "nan"), "frames a second"),
        (("--model", "moons", "--hold", "-1"), "held"),
        (("--model", "moons", "--frames", "1"), "between 2"),
    ],
)
def test_export_command_refuses_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], reason: str
) -> None:
    result = export(*arguments, "--out", str(tmp_path / "no.gif"))
    assert result.returncode != 0
    assert len(result.stderr.strip().splitlines()) == 1
    assert reason in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_export_command_refuses_an_impossible_place_before_any_work(tmp_path: Path) -> None:
    result = export("--model", "moons", "--out", str(tmp_path / "missing" / "no.gif"))
    assert result.returncode != 0
    assert "does not exist" in result.stderr
    assert "chain" not in result.stderr
