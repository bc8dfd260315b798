"""What may help after a training has ended by an error: other settings, with which it goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QCoreApplication

from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.failures import (
    DeviceLostError,
    TooLargeBatchError,
    TrainingDivergedError,
)

_CALMER = 3  # times less learning rate, after the loss has exploded

translate = QCoreApplication.translate  # lupdate looks for calls of this name


@dataclass(frozen=True)
class Remedy:
    """What a button says, and with what the training goes on then.

    device    None for the one it had
    changes   fields of the configuration that get other values
    """

    action: str
    device: str | None = None
    changes: dict[str, Any] = field(default_factory=dict)


def remedy(error: Exception, configuration: TrainingConfiguration) -> Remedy | None:
    """None where nothing is known to help."""
    if isinstance(error, TooLargeBatchError) and error.fitting:
        batch = error.fitting
        action = translate("TrainingPage", "Go on with batches of {0}").format(batch)
        return Remedy(action, changes={"batch_size": batch})
    if isinstance(error, DeviceLostError):
        return Remedy(translate("TrainingPage", "Go on on the CPU"), device="cpu")
    if isinstance(error, TrainingDivergedError):
        rate = configuration.learning_rate / _CALMER
        action = translate("TrainingPage", "Go on with the learning rate {0}").format(f"{rate:.3g}")
        return Remedy(action, changes={"learning_rate": rate})
    return None
