"""What is said of a training as a whole: what it is doing, and what to expect while there are no samples."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ddpm_studio.session.training_run import TrainingState
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.ui.data_names import data_name

translate = QCoreApplication.translate  # lupdate looks for calls of this name
LIVE = (
    TrainingState.LOADING,
    TrainingState.RUNNING,
    TrainingState.STOPPING,
    TrainingState.PAUSED,
)
"""A training goes on, or stands still in the middle."""


def state_text(
    state: TrainingState,
    configuration: TrainingConfiguration | None,
    is_pausing: bool,
    is_watched: bool,
) -> str:
    """What is going on, with the name of the data."""
    name = data_name(configuration.data_set) if configuration else ""
    if is_watched and configuration is None:
        return translate("TrainingPage", "Waiting for the first checkpoint of that training …")
    if state is TrainingState.LOADING and configuration is None:
        return translate("TrainingPage", "Getting ready …")
    if is_watched and state is TrainingState.RUNNING:
        return translate("TrainingPage", "Watching: {0}").format(name)
    if is_pausing:
        return translate("TrainingPage", "Pausing: {0}").format(name)
    return _texts()[state].format(name)


def _texts() -> dict[TrainingState, str]:
    return {
        TrainingState.IDLE: translate("TrainingPage", "Choose data, and press Start."),
        TrainingState.LOADING: translate("TrainingPage", "Getting ready: {0}"),
        TrainingState.RUNNING: translate("TrainingPage", "Training: {0}"),
        TrainingState.PAUSED: translate("TrainingPage", "Paused: {0}"),
        TrainingState.STOPPING: translate("TrainingPage", "Saving: {0}"),
        TrainingState.FINISHED: translate("TrainingPage", "All steps are done: {0}"),
        TrainingState.STOPPED: translate("TrainingPage", "Stopped and kept: {0}"),
        TrainingState.FAILED: translate("TrainingPage", "Ended by an error: {0}"),
    }


def hint(state: TrainingState, is_watched: bool) -> str:
    """What stands where samples will be."""
    if is_watched:
        return translate(
            "TrainingPage",
            "<b>The first samples are about to come.</b><br><br>They come with the checkpoints that "
            "the training saves.",
        )
    if state in LIVE:
        return translate(
            "TrainingPage",
            "<b>The first samples are about to come.</b><br><br>They are drawn from the same "
            "noise every few seconds, so that one can see what the network has learned "
            "meanwhile.",
        )
    return translate(
        "TrainingPage",
        "<b>Watch a network learn.</b><br><br>Choose data at the left and press Start. Every few "
        "seconds the network draws samples from the same noise: at first they are nothing but "
        "noise, then they come to look like the data. Afterwards the training can be gone "
        "through again with two sliders: training time, and t.",
    )
