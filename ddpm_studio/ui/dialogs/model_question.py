"""Asks which model is to be shown."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget


def ask_for_model_file(parent: QWidget) -> Path | None:
    """A file, of a folder's model one of its parts; None where somebody has thought better of it."""
    translate = QCoreApplication.translate
    path, _ = QFileDialog.getOpenFileName(
        parent,
        translate("MainScreen", "Open a model"),
        "",
        translate(
            "MainScreen",
            "Models (*.safetensors *.pt *.pth *.ckpt *.bin model_index.json config.json);;"
            "All files (*)",
        ),
    )
    return Path(path) if path else None
