"""What a person chose and wants to find again: kept by Qt where the system keeps such things."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings

LANGUAGES = ("en", "ko")
THEME_CHOICES = ("system", "dark", "light")


class Preferences:
    """Typed access to a QSettings; values of the wrong kind or out of range read as the default."""

    def __init__(self, settings: QSettings | None = None) -> None:
        self._settings = settings or QSettings("DDPM Studio", "DDPM Studio")

    @property
    def language(self) -> str:
        """ "en" or "ko"; empty where none was chosen and the system's counts."""
        return self._one_of("language", LANGUAGES, "")

    @language.setter
    def language(self, value: str) -> None:
        self._settings.setValue("language", value)

    @property
    def theme(self) -> str:
        """ "system", "dark" or "light"."""
        return self._one_of("theme", THEME_CHOICES, "system")

    @theme.setter
    def theme(self, value: str) -> None:
        self._settings.setValue("theme", value)

    @property
    def export_folder(self) -> str:
        """The folder of the last export; empty for none."""
        value = self._settings.value("export_folder")
        return value if isinstance(value, str) else ""

    @export_folder.setter
    def export_folder(self, value: str) -> None:
        self._settings.setValue("export_folder", value)

    @property
    def window_geometry(self) -> QByteArray:
        """What QWidget.saveGeometry returned last; empty for none."""
        value = self._settings.value("window_geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    @window_geometry.setter
    def window_geometry(self, value: QByteArray) -> None:
        self._settings.setValue("window_geometry", value)

    def save(self) -> None:
        """Write everything now; Qt does so by itself a little later."""
        self._settings.sync()

    def _one_of(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        value = self._settings.value(key, default)
        return value if value in allowed else default
