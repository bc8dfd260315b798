"""What the tests of widgets share: a language and a look for the time of one test, and all texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from ddpm_studio.ui.languages import LanguageSwitch
from ddpm_studio.ui.theme import Theme, apply_theme

TEXT_PROPERTIES = ("text", "toolTip", "accessibleName", "windowTitle")


@pytest.fixture
def speak(qapp: QApplication) -> Iterator[Callable[[str], None]]:
    """Switches the language of every widget at once; afterwards it is English again."""
    switch = LanguageSwitch(qapp)

    def use(language: str) -> None:
        switch.use(language)
        qapp.processEvents()

    yield use
    use("en")


@pytest.fixture
def dress(qapp: QApplication) -> Iterator[Callable[[Theme], None]]:
    """Gives the application the look of a theme; afterwards it has the one of before."""
    style = qapp.style().objectName()
    yield lambda theme: apply_theme(qapp, theme)
    qapp.setStyleSheet("")
    qapp.setPalette(QPalette())
    qapp.setStyle(style)


@pytest.fixture
def untranslated(speak: Callable[[str], None]) -> Callable[[QWidget], set[str]]:
    """The words of a widget and all inside it that are the same in Korean.

    Also sees to it that English comes back word for word.
    """

    def compare(widget: QWidget) -> set[str]:
        english = texts(widget)
        speak("ko")
        korean = texts(widget)
        speak("en")
        assert texts(widget) == english
        return {
            text for one, two in zip(english, korean, strict=True) for text in {one} & {two} if text
        }

    return compare


def texts(widget: QWidget) -> list[str]:
    """Everything that is written on a widget and inside it, and what it says to those who ask."""
    found: list[str] = []
    for part in (widget, *widget.findChildren(QWidget)):
        found += [str(part.property(name) or "") for name in TEXT_PROPERTIES]
        if isinstance(part, QComboBox):
            found += [part.itemText(row) for row in range(part.count())]
    return [text if any(map(str.isalpha, text)) else "" for text in found]
