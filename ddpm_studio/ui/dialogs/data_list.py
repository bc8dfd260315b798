"""The imported data sets, each with some of its images and what is to know of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from ddpm_studio.explained_error import printable
from ddpm_studio.session.data_sets import THUMBNAILS, DataSetList, DataSetRow, DownloadRow
from ddpm_studio.ui.data_names import data_name
from ddpm_studio.ui.dialogs.import_pictures import rgb_image
from ddpm_studio.ui.plain_words import plain_tip
from ddpm_studio.ui.theme import RADIUS, SPACING, Theme

_SIDE, _GAP = 44, 4
_ROW_HEIGHT = 64
_IS_DOWNLOAD = Qt.ItemDataRole.UserRole + 1


class DataList(QListWidget):
    """One row a data set, and one an unfinished download; the name of the chosen one is ``chosen``."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list: DataSetList | None = None
        self._downloading = ""
        self.setIconSize(QSize(THUMBNAILS * (_SIDE + _GAP) + _GAP, _SIDE))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setUniformItemSizes(True)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self.setStyleSheet(f"""
    QListWidget {{ background: {theme.card}; border: 1px solid {theme.border};
        border-radius: {RADIUS}px; padding: 4px; outline: none; color: {theme.text}; }}
    QListWidget::item {{ padding: 4px {SPACING}px; border-radius: 6px; color: {theme.text}; }}
    QListWidget::item:hover {{ background: {theme.control}; }}
    QListWidget::item:selected {{ background: {theme.control_hover}; color: {theme.text}; }}
    """)
        if self._list is not None:
            self.show_list(self._list, self._downloading)

    @property
    def chosen(self) -> str:
        """The data set's name; empty for none."""
        item = self.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""

    @property
    def has_chosen_download(self) -> bool:
        """Whether that is an unfinished download."""
        item = self.currentItem()
        return item is not None and bool(item.data(_IS_DOWNLOAD))

    def show_list(self, found: DataSetList, downloading: str = "") -> None:
        """All of them anew, one of which is being fetched; the chosen one stays chosen."""
        chosen = self.chosen, self.has_chosen_download
        self._list, self._downloading = found, downloading
        self.clear()
        for row in found.rows:
            item = QListWidgetItem(self._icon(row.thumbnails), self._text(row))
            item.setToolTip(plain_tip(self._origin(row)))
            self._add(item, row.name, chosen, is_download=False)
        for download in found.downloads:
            item = QListWidgetItem(self._icon(()), self._download_text(download))
            item.setToolTip(plain_tip(str(download.folder)))
            self._add(item, download.name, chosen, is_download=True)

    def _add(
        self, item: QListWidgetItem, name: str, chosen: tuple[str, bool], *, is_download: bool
    ) -> None:
        item.setData(Qt.ItemDataRole.UserRole, name)
        item.setData(_IS_DOWNLOAD, is_download)
        item.setSizeHint(QSize(0, _ROW_HEIGHT))
        self.addItem(item)
        if (name, is_download) == chosen:
            self.setCurrentItem(item)

    def retranslate(self) -> None:
        """Follow the language."""
        if self._list is not None:
            self.show_list(self._list, self._downloading)

    def choose(self, name: str) -> None:
        """Bring one to sight."""
        for number in range(self.count()):
            if self.item(number).data(Qt.ItemDataRole.UserRole) == name:
                self.setCurrentRow(number)

    def _icon(self, thumbnails: Sequence[NDArray[np.uint8]]) -> QIcon:
        ratio = self.devicePixelRatioF()
        size = self.iconSize()
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(0, 0, 0, 0))
        painter = QPainter(picture)
        for number, thumbnail in enumerate(thumbnails):
            place = QRectF(number * (_SIDE + _GAP), 0, _SIDE, _SIDE)
            painter.drawImage(place, rgb_image(thumbnail))
        painter.end()
        icon = QIcon(picture)
        icon.addPixmap(picture, QIcon.Mode.Selected)  # not tinted
        return icon

    def _text(self, row: DataSetRow) -> str:
        size = self.tr("{0} MB").format(f"{row.byte_count / 1_000_000:,.1f}")
        about = row.description
        if about is None:
            return (
                f"{printable(row.name)}\n"
                + self.tr("Damaged: remove it and import it again.")
                + f" · {size}"
            )
        channels, height, width = about.shape
        colours = self.tr("grey") if channels == 1 else self.tr("colour")
        parts = [
            self.tr("{0} images").format(f"{about.count:,}"),
            f"{width} × {height}, {colours}",
            self.tr("{0} classes").format(len(about.classes)) if about.classes else "",
            size,
        ]
        return f"{data_name(row.name)}\n" + " · ".join(part for part in parts if part)

    def _download_text(self, row: DownloadRow) -> str:
        if row.name == self._downloading:
            return f"{data_name(row.name)}\n" + self.tr("Being downloaded")
        done, total = (f"{count / 1_000_000:,.1f}" for count in (row.byte_count, row.total))
        text = (
            self.tr("Unfinished download: {0} of {1} MB").format(done, total)
            if row.total
            else self.tr("Unfinished download: {0} MB").format(done)
        )
        return f"{printable(data_name(row.name))}\n{text}"

    def _origin(self, row: DataSetRow) -> str:
        about = row.description
        if about is None:
            return str(row.folder)
        parts = [
            self.tr("From {0}").format(about.source),
            self.tr("{0} images to train on, {1} held out to measure with").format(
                f"{about.count - about.held_out:,}", f"{about.held_out:,}"
            ),
            ", ".join(about.classes[:20]) + (", …" if len(about.classes) > 20 else ""),
            about.licence,
            str(row.folder),
        ]
        return "\n".join(part for part in parts if part)
