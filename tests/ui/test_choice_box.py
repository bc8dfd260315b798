"""A combo box that is passed by the wheel."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ddpm_studio.ui.choice_box import ChoiceBox


def wheel_down(box: ChoiceBox) -> None:
    centre = QPointF(box.rect().center())
    event = QWheelEvent(
        centre,
        centre,
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, event)


def test_the_wheel_chooses_only_where_the_focus_is(qtbot: QtBot) -> None:
    window, boxes, chosen = QWidget(), [ChoiceBox(), ChoiceBox()], []
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    for box in boxes:
        box.addItems(["one", "two", "three"])
        box.activated.connect(chosen.append)
        layout.addWidget(box)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    boxes[0].setFocus()
    qtbot.waitUntil(boxes[0].hasFocus)
    wheel_down(boxes[1])
    assert (boxes[1].currentIndex(), chosen) == (0, [])
    assert boxes[0].hasFocus()
    wheel_down(boxes[0])
    assert (boxes[0].currentIndex(), chosen) == (1, [1])
