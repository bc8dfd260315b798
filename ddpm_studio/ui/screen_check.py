"""Whether a window can be opened here, asked before Qt is imported: Qt would abort without a word."""

from __future__ import annotations

import os
import sys

from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.platform_libraries import explanation, missing_system_libraries


class NoWindowError(ExplainedError):
    """Qt cannot start; the text says what is missing, in English alone: translations need Qt."""

    def __init__(self, explanation: str) -> None:
        super().__init__(explanation)  # not collected, as it is no literal


def require_qt() -> None:
    """Raise NoWindowError where Qt cannot start: a library or the screen is missing."""
    wants_display = os.environ.get("QT_QPA_PLATFORM", "") not in ("offscreen", "minimal", "vnc")
    missing = missing_system_libraries(for_display=wants_display)
    if missing:
        raise NoWindowError(explanation(missing))
    has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if sys.platform == "linux" and wants_display and not has_display:
        raise NoWindowError(
            "There is no screen to open a window on; train, sample, measure, export, models and info "
            "work without one."
        )
