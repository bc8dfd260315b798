"""Makes the README's pictures anew, of the real window: resources/screenshots/*.png.

    .venv/bin/python .ci/screenshots.py

The animation beside them comes from the product as well; the README names the command.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddpm_studio.app import Application

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "resources" / "screenshots"
TIMEOUT_MS = 300_000
TRAINED_STEPS = 2500

# Name, language, theme, model and t.
SHOTS = (
    ("swiss-roll", "en", "dark", "swiss-roll", 96),
    ("digits", "en", "light", "digits", 40),
    ("mixture-ko", "ko", "dark", "mixture-1d", 60),
)


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = "1.5"
    sys.path.insert(0, str(ROOT))
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from ddpm_studio.app import Application
    from ddpm_studio.session.preferences import Preferences

    PICTURES.mkdir(exist_ok=True)
    qt = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat)
        application = Application(qt, Preferences(settings), Path(folder) / "runs")
        application.open()
        wait_until(lambda: application.is_alive)
        for name, language, theme, model, t in SHOTS:
            show(application, model, language, theme, t)
            wait(300)
            application.window.grab().save(str(PICTURES / f"{name}.png"))
            print(f"resources/screenshots/{name}.png")
        show_measurement(application)
        show_training(application)
        application.window.close()
    return 0


def show_measurement(application: Application) -> None:
    """The mixture's model, measured: the one whose floor is known exactly."""
    from ddpm_studio.ui.dialogs.measure_dialog import MeasureDialog

    show(application, "mixture-1d", "en", "dark", 60)
    application.dialogs.open_measurement()
    (dialog,) = application.window.findChildren(MeasureDialog)
    dialog.measure()
    wait_until(lambda: not dialog.run.is_running)
    wait(300)
    dialog.grab().save(str(PICTURES / "measure.png"))
    print("resources/screenshots/measure.png")


def show(application: Application, model: str, language: str, theme: str, t: int) -> None:
    """Bring the window into the state that is to be seen."""
    studio = application.studio
    studio.show_model(next(each for each in studio.models if each.description.name == model))
    wait_until(lambda: not studio.is_busy)
    application.use_language(language)
    if application.theme.name != theme:
        application.toggle_theme()
    application.playback.pause()
    application.playback.seek(t)


def show_training(application: Application) -> None:
    """A network that is learning the two moons."""
    from ddpm_studio.session.training_run import TrainingState
    from ddpm_studio.ui.page import Page

    application.show_page(Page.TRAIN)
    page = application.training_page
    assert page is not None
    page.start()  # the settings that the page begins with: the two moons, quick
    wait_until(lambda: page.run.progress is not None and page.run.progress.step >= TRAINED_STEPS)
    page.run.pause()
    wait_until(lambda: page.run.state is TrainingState.PAUSED)
    wait(500)
    application.window.grab().save(str(PICTURES / "train.png"))
    print("resources/screenshots/train.png")
    page.run.discard()
    wait_until(lambda: not page.run.is_active)


def wait(milliseconds: int) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(TIMEOUT_MS // 50):
        wait(50)
        if condition():
            return
    raise TimeoutError


if __name__ == "__main__":
    sys.exit(main())
