"""Asks which models are to be opened."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget


def ask_for_model_files(parent: QWidget) -> list[Path]:
    """Files, of a folder's model one of its parts; none where somebody has thought better of it."""
    translate = QCoreApplication.translate
    paths, _ = QFileDialog.getOpenFileNames(
        parent,
        translate("MainScreen", "Open models"),
        "",
        translate(
            "MainScreen",
            "Models (*.safetensors *.pt *.pth *.ckpt *.bin model_index.json config.json);;"
            "All files (*)",
        ),
    )
    return [Path(path) for path in paths]
