"""Switching the language: our sentences and Qt's own, there and back, while widgets are shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QObject
from PySide6.QtWidgets import QWidget

from ddpm_studio.locations import resource
from ddpm_studio.session import preferences
from ddpm_studio.ui.languages import LANGUAGE_NAMES, LanguageSwitch, system_language


def ours() -> str:
    return QCoreApplication.translate("TopBar", "Samples")


def of_qt() -> str:
    return QCoreApplication.translate("QPlatformTheme", "Cancel")


def test_our_sentences_and_those_of_qt_change(speak: Callable[[str], None]) -> None:
    for _ in range(2):
        speak("ko")
        assert ours() != "Samples"
        assert of_qt() == "취소"
        speak("en")
        assert (ours(), of_qt()) == ("Samples", "Cancel")


def test_twice_the_same_language_leaves_nothing_behind(speak: Callable[[str], None]) -> None:
    speak("ko")
    speak("ko")
    speak("en")
    assert (ours(), of_qt()) == ("Samples", "Cancel")


def test_it_knows_what_is_spoken(qapp, speak: Callable[[str], None]) -> None:
    switch = LanguageSwitch(qapp)
    assert switch.language == "en"
    switch.use("ko")
    assert switch.language == "ko"
    switch.use("en")
    assert switch.language == "en"


def test_every_widget_hears_of_it(qtbot, speak: Callable[[str], None]) -> None:
    class Listener(QObject):
        heard = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            self.heard += event.type() == QEvent.Type.LanguageChange
            return False

    window = QWidget()
    qtbot.addWidget(window)
    child, listener = QWidget(window), Listener()
    child.installEventFilter(listener)
    for count, language in enumerate(("ko", "en", "ko"), start=1):
        speak(language)
        assert listener.heard >= count


def test_all_languages_can_be_kept_and_have_their_sentences() -> None:
    assert set(LANGUAGE_NAMES) == set(preferences.LANGUAGES)
    for language in LANGUAGE_NAMES.keys() - {"en"}:
        assert resource("translations", f"ddpm_studio_{language}.qm").is_file()


@pytest.mark.parametrize(
    ("system", "language"),
    [("ko_KR", "ko"), ("ko_KP", "ko"), ("en_GB", "en"), ("de_DE", "en"), ("C", "en")],
)
def test_the_first_language_is_that_of_the_system(monkeypatch, system: str, language: str) -> None:
    monkeypatch.setattr(QLocale, "system", staticmethod(lambda: QLocale(system)))
    assert system_language() == language
