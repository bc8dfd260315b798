"""Switches the language of everything visible, while the application runs."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from ddpm_studio.locations import resource

LANGUAGE_NAMES = {"en": "English", "ko": "한국어"}
"""Each language in itself: a person who is lost in the other one can read it."""


def system_language() -> str:
    """The system's language where there is a translation for it, else English."""
    return "ko" if QLocale.system().language() == QLocale.Language.Korean else "en"


class LanguageSwitch:
    """Installs the translators of one language at a time: ours, and Qt's own for its dialogs."""

    def __init__(self, application: QCoreApplication) -> None:
        self._application = application
        self._translators: list[QTranslator] = []
        self.language = "en"

    def use(self, language: str) -> None:
        """ "en" or "ko". Every widget gets a LanguageChange event from Qt."""
        for translator in self._translators:
            self._application.removeTranslator(translator)
        self._translators.clear()
        self.language = language
        if language == "en":  # the sources are English
            return
        for file in (
            resource("translations", f"ddpm_studio_{language}.qm"),
            f"{QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)}/qtbase_{language}.qm",
        ):
            translator = QTranslator()
            if translator.load(str(file)):
                self._application.installTranslator(translator)
                self._translators.append(translator)
