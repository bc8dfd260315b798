"""Guards against bindings that lose references, as PySide6 6.12.0 does on Python 3.10 and 3.11.

There, each emission and each virtual call takes a reference from True, False or None, and the
interpreter aborts after some thousands: too late for short tests to see.
"""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from ddpm_studio.session.playback import Playback
from ddpm_studio.ui.noise_slider import NoiseSlider
from ddpm_studio.ui.theme import DARK
from ddpm_studio.ui.timeline import Timeline

FRAMES, SOAK_FRAMES = 1000, 2000
ALLOWED_DRIFT = 10


class PaintCounter(QObject):
    """Counts paint events of one widget, and is itself a virtual call from Qt."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def counts() -> np.ndarray:
    return np.array([sys.getrefcount(constant) for constant in (None, True, False)])


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="these objects are not counted any more")
def test_repaints_and_emissions_keep_the_references(qtbot) -> None:
    slider = NoiseSlider(DARK)
    qtbot.addWidget(slider)
    slider.set_length(FRAMES, 0)
    with qtbot.waitExposed(slider):
        slider.show()
    painted, values = PaintCounter(slider), []
    slider.valueChanged.connect(values.append)

    def run(frames: range) -> None:
        for t in frames:
            slider.setValue(t)
            slider.setSliderDown(bool(t % 2))
            slider.repaint()

    run(range(1, 50))  # what is kept from the first times is kept once
    before = counts()
    run(range(FRAMES, 0, -1))
    assert np.abs(counts() - before).max() <= ALLOWED_DRIFT
    assert painted.count >= FRAMES
    assert len(values) >= FRAMES


def test_two_thousand_frames_of_the_timeline(qtbot) -> None:
    playback = Playback(SOAK_FRAMES)
    timeline = Timeline(playback, DARK)
    qtbot.addWidget(timeline)
    timeline.resize(880, timeline.sizeHint().height())
    with qtbot.waitExposed(timeline):
        timeline.show()
    painted = {part: PaintCounter(part) for part in (timeline.slider, timeline.readout)}
    heard: list[int] = []
    playback.moved.connect(heard.append)
    before = counts()
    for t in range(1, SOAK_FRAMES + 1):
        timeline.slider.setValue(t)  # as a hand does: t goes to playback and back
        timeline.slider.repaint()
        timeline.readout.repaint()
        if t % 100 == 50:
            playback.toggle()
            playback.pause()
            timeline.set_reverse_recorded(np.arange(SOAK_FRAMES + 1) >= t)
            timeline.grab()
            QApplication.processEvents()
    lost = before - counts()
    assert heard == [*range(1, SOAK_FRAMES + 1)]
    assert timeline.readout.text() == f"t = {SOAK_FRAMES} / {SOAK_FRAMES}"
    assert min(counter.count for counter in painted.values()) >= SOAK_FRAMES
    # Each new image that is painted on adds a few references to None, which harms nobody.
    assert lost.max() <= ALLOWED_DRIFT
