"""Opens the dialog that fetches a model from the hub, and then the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from ddpm_studio.session.hub_fetching import HubFetching
    from ddpm_studio.ui.dialogs.hub_dialog import HubDialog
    from ddpm_studio.ui.main_window import MainWindow


class HubDialogs(QObject):
    """What it needs is imported when it is opened first.

    fetched(Path)   a folder with a model
    """

    fetched = Signal(object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._fetching: HubFetching | None = None
        self.dialog: HubDialog | None = None

    def open(self) -> None:
        """Ask for a model."""
        from ddpm_studio.session.hub_fetching import HubFetching
        from ddpm_studio.ui.dialogs.hub_dialog import HubDialog

        if self._fetching is None:
            self._fetching = HubFetching(self)
            self._fetching.fetched.connect(self.fetched)
        if self.dialog is None:
            self.dialog = HubDialog(self._fetching, self._window)
            self.dialog.finished.connect(self._forget)
            self.dialog.open()

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def stop(self) -> bool:
        """End the thread; False where it has not ended in time."""
        if self.dialog is not None:
            self.dialog.reject()
        return self._fetching is None or self._fetching.task.stop()
