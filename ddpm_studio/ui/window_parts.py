"""What the window is filled with, imported on a thread: its own builds the parts afterwards."""

from __future__ import annotations

from PySide6.QtGui import QImageReader

from ddpm_studio.session.background_task import Work
from ddpm_studio.session.early_imports import importing

PARTS = (
    "ddpm_studio.session.studio",
    "ddpm_studio.session.dropped_path",
    "ddpm_studio.ui.main_screen",
    "ddpm_studio.ui.side_column",  # and pyqtgraph
    "ddpm_studio.ui.page_switch",
    "ddpm_studio.ui.pages",
    "ddpm_studio.ui.shortcuts",
    "ddpm_studio.ui.dialogs.chain_dialogs",
    "ddpm_studio.ui.dialogs.data_dialogs",
    "ddpm_studio.ui.dialogs.hub_dialogs",
    "ddpm_studio.ui.dialogs.saving_dialogs",
)


def importing_parts() -> Work:
    """For a background task. No widget is made, and nothing else that belongs to a thread."""
    yield from importing(PARTS)
    # Loads Qt's readers of pictures, which the style sheet's arrows need: not in the first paint,
    # for nothing more can be loaded while torch's library is being linked.
    QImageReader.supportedImageFormats()
