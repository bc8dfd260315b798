"""Opens the dialogs about the model on the screen, one of each: an export of it, its measurement.

What they need is imported when one is opened first, for that takes longer than the window's first paint.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ddpm_studio.session.playback import Direction

if TYPE_CHECKING:
    from ddpm_studio.session.measurement_run import MeasurementRun
    from ddpm_studio.session.playback import Playback
    from ddpm_studio.session.preferences import Preferences
    from ddpm_studio.session.studio import Studio
    from ddpm_studio.ui.dialogs.export_dialog import ExportDialog
    from ddpm_studio.ui.dialogs.measure_dialog import MeasureDialog
    from ddpm_studio.ui.export_run import ExportRun
    from ddpm_studio.ui.main_screen import MainScreen
    from ddpm_studio.ui.main_window import MainWindow
    from ddpm_studio.ui.theme import Theme


class ChainDialogs(QObject):
    """Their runs outlive them: a thread may take a moment to end, and results are kept."""

    def __init__(
        self,
        window: MainWindow,
        screen: MainScreen,
        studio: Studio,
        playback: Playback,
        preferences: Preferences,
        theme: Theme,
    ) -> None:
        super().__init__(window)
        self._window, self._screen, self._studio = window, screen, studio
        self._playback, self._preferences, self._theme = playback, preferences, theme
        self._export_dialog: ExportDialog | None = None
        self._export_run: ExportRun | None = None
        self._measure_dialog: MeasureDialog | None = None
        self._measurement_run: MeasurementRun | None = None

    def set_theme(self, theme: Theme) -> None:
        """Other colours, also of a dialog that is open."""
        self._theme = theme
        if self._measure_dialog is not None:
            self._measure_dialog.set_theme(theme)

    def open_export(self) -> None:
        """Offer a GIF of what is on the screen; the chains stand still meanwhile."""
        from ddpm_studio.ui.data_names import model_title
        from ddpm_studio.ui.dialogs.export_dialog import ExportDialog
        from ddpm_studio.ui.dialogs.export_form import ExportSubject
        from ddpm_studio.ui.export_run import ExportRun

        model, playback = self._studio.model, self._playback
        if model is None or self._export_dialog is not None:
            return
        subject = ExportSubject(
            name=model_title(model),
            is_denoising=playback.direction is Direction.DENOISING,
            chosen=self._screen.stage.forward_card.view.chosen,
        )
        was_playing = playback.is_playing
        playback.pause()
        if self._export_run is None:
            self._export_run = ExportRun(self._window)
        dialog = ExportDialog(
            self._studio, self._preferences, self._theme, subject, self._export_run, self._window
        )
        dialog.finished.connect(partial(self._close_export, was_playing))
        self._export_dialog = dialog
        dialog.open()

    def _close_export(self, was_playing: bool, _result: int = 0) -> None:
        if self._export_dialog is not None:
            self._export_dialog.deleteLater()
            self._export_dialog = None
        if was_playing:
            self._playback.play()

    def open_measurement(self) -> None:
        """Offer to measure the model, beside the window; once it is open, bring it to the front."""
        from ddpm_studio.session.measurement_run import MeasurementRun
        from ddpm_studio.ui.dialogs.measure_dialog import MeasureDialog

        if self._measurement_run is None:
            self._measurement_run = MeasurementRun(self._window)
        if self._measure_dialog is None:
            run, window = self._measurement_run, self._window
            self._measure_dialog = MeasureDialog(self._studio, self._theme, run, window)
            self._measure_dialog.finished.connect(self._close_measurement)
        self._measure_dialog.show()
        self._measure_dialog.raise_()
        self._measure_dialog.activateWindow()

    def _close_measurement(self) -> None:
        if self._measure_dialog is not None:
            self._measure_dialog.deleteLater()
            self._measure_dialog = None

    def stop(self) -> bool:
        """End what they run; False where a thread has not ended in time."""
        if self._measure_dialog is not None:
            self._measure_dialog.reject()
        runs = (self._export_run, self._measurement_run)
        return False not in [run.stop() for run in runs if run is not None]
