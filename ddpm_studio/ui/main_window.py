"""The window itself: there at once with its menus, and filled with the main screen a moment later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from ddpm_studio.ui.menus import Menus
from ddpm_studio.ui.skeleton import Skeleton
from ddpm_studio.ui.theme import SPACING, Theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddpm_studio.ui.drop_hint import DropHint
    from ddpm_studio.ui.main_screen import MainScreen

DEFAULT_SIZE = (1280, 800)
MINIMUM_SIZE = (1040, 680)
APPLICATION_NAME = "DDPM Studio"


class MainWindow(QMainWindow):
    """A frame without contents of its own. What it imports delays the first paint: next to nothing.

    ``may_close`` is asked before it closes; who answers no may ask a person, and close it later.

    first_painted       once, after the window was drawn for the first time
    closed              it is gone from the screen
    dropped(list)       somebody let files or folders fall on it: their paths
    """

    first_painted = Signal()
    closed = Signal()
    dropped = Signal(list)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._has_painted = False
        self._theme = theme
        self._drop_hint: DropHint | None = None
        self._pages = QStackedWidget()
        self.may_close: Callable[[], bool] = lambda: True
        self.menus = Menus(self)
        self.setCentralWidget(Skeleton(theme))
        self.setMinimumSize(*MINIMUM_SIZE)
        self.resize(*DEFAULT_SIZE)
        self.show_title("")

    def show_screen(self, screen: MainScreen, theme: Theme) -> None:
        """Fill the window."""
        from ddpm_studio.ui.page_switch import PageSwitch

        self.show_page(screen)
        self.page_switch = PageSwitch(theme)
        contents = QWidget()
        self._rows = QVBoxLayout(contents)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._rows.addWidget(self._pages, 1)
        self._place_switch()
        self.setCentralWidget(contents)
        contents.show()  # now, and not in a later event, before which a page may be asked for
        screen.title_changed.connect(screen.setWindowTitle)
        self.setAcceptDrops(True)

    def _place_switch(self) -> None:
        """In the row of the menus; where the system shows these elsewhere, in a row of its own."""
        if self.menuBar().isNativeMenuBar():
            self._rows.insertWidget(0, self.page_switch, 0, Qt.AlignmentFlag.AlignLeft)
            self._rows.insertSpacing(0, SPACING // 2)  # the page below has its own
        else:
            self.menuBar().setCornerWidget(self.page_switch, Qt.Corner.TopLeftCorner)
            self.page_switch.show()

    def set_theme(self, theme: Theme) -> None:
        """Follow the theme."""
        self._theme = theme
        self.page_switch.set_theme(theme)

    def add_page(self, page: QWidget) -> None:
        """Own a page that may be shown: what it asks meanwhile is asked over the window."""
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
            page.windowTitleChanged.connect(self._show_title_of_page)

    def show_page(self, page: QWidget) -> None:
        """Bring one of several pages to the front; the window owns them."""
        self.add_page(page)
        self._pages.setCurrentWidget(page)
        self._show_title_of_page()

    def _show_title_of_page(self) -> None:
        page = self._pages.currentWidget()
        self.show_title(page.windowTitle() if page is not None else "")

    def show_title(self, name: str) -> None:
        """The title of what is open; empty for nothing."""
        self.setWindowTitle(f"{name} — {APPLICATION_NAME}" if name else APPLICATION_NAME)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.menus.retranslate()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_painted:
            self._has_painted = True
            QTimer.singleShot(0, self, self.first_painted.emit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._show_drop_hint()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._hide_drop_hint()
        super().dragLeaveEvent(event)

    def _show_drop_hint(self) -> None:
        from ddpm_studio.ui.drop_hint import DropHint

        self._hide_drop_hint()
        contents = self.centralWidget()
        if contents is not None:
            self._drop_hint = DropHint(self._theme, contents)
            self._drop_hint.show()

    def _hide_drop_hint(self) -> None:
        if self._drop_hint is not None:
            self._drop_hint.deleteLater()
            self._drop_hint.hide()
            self._drop_hint = None

    def dropEvent(self, event: QDropEvent) -> None:
        self._hide_drop_hint()
        urls = event.mimeData().urls()
        paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()  # else they fly back to where they came from
            self.dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Gone at once, whatever has to come to an end behind it."""
        if not self.may_close():
            event.ignore()
            return
        super().closeEvent(event)
        if event.isAccepted():
            self.hide()
            self.closed.emit()
