"""A bar that says how far a model is read that takes a while, and can give it up."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QWidget

from ddpm_studio.checkpoints.loading_progress import LoadingProgress
from ddpm_studio.explained_error import printable
from ddpm_studio.session.model_opening import ModelOpening
from ddpm_studio.ui.elided_label import ElidedLabel
from ddpm_studio.ui.theme import SPACING

_DELAY_MS, _INTERVAL_MS = 250, 60  # what is there before would only flash by
_BAR_WIDTH = 220


class OpeningBar(QFrame):
    """Hidden until something has been opening for a moment, and when it is open or refused."""

    def __init__(self, opening: ModelOpening, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._opening = opening
        self.setProperty("card", True)
        self.text = ElidedLabel()
        self.progress = QProgressBar(textVisible=False)
        self.progress.setFixedWidth(_BAR_WIDTH)
        self.cancel = QPushButton()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING * 3 // 2, SPACING // 2, SPACING // 2, SPACING // 2)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.progress)
        layout.addWidget(self.cancel)
        self._appear = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._appear.timeout.connect(self._begin)
        self._tick = QTimer(self, interval=_INTERVAL_MS)
        self._tick.timeout.connect(self._show_progress)
        task = opening.task
        task.started.connect(self._appear.start)
        for ended in (task.finished, task.failed, task.cancelled):
            ended.connect(self._end)
        self.cancel.clicked.connect(opening.cancel)
        self.hide()
        self.retranslate()

    def _begin(self) -> None:
        if self._opening.task.is_running:
            self._show_progress()
            self._tick.start()
            self.show()

    def _end(self, _result: object = None) -> None:
        if self._opening.task.is_running:
            return  # of a run that was given up for another
        self._appear.stop()
        self._tick.stop()
        self.hide()

    def _show_progress(self) -> None:
        latest = self._opening.task.latest
        name, count = printable(self._opening.name), self._opening.count
        if count > 1:
            name = f"{name} ({self._opening.number} / {count})"
        if not isinstance(latest, LoadingProgress):
            self.progress.setRange(0, 0)  # nobody knows how long it takes
            self.text.show_text(self.tr("Opening {0}").format(name))
            return
        done, total = (round(count / 1e6) for count in (latest.done, latest.total))
        self.progress.setRange(0, latest.total // 1000)
        self.progress.setValue(latest.done // 1000)
        self.text.show_text(self.tr("Opening {0}: {1} of {2} MB").format(name, done, total))

    def retranslate(self) -> None:
        """Follow the language."""
        self.cancel.setText(self.tr("Cancel"))
        self.cancel.setToolTip(self.tr("Stay with the present model"))
        self.progress.setAccessibleName(self.tr("Progress of opening the model"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
