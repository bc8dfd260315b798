"""How a training fails, in sentences for a person; known without torch."""

from __future__ import annotations

from ddpm_studio.explained_error import ExplainedError


class TrainingDivergedError(ExplainedError, ArithmeticError):
    """The loss is no longer a number, or grows; the message says at which step and what to try."""


class DeviceLostError(ExplainedError):
    """The GPU fails or is gone; what lay in its memory is lost."""


class TooLargeBatchError(ExplainedError, MemoryError):
    """The device's memory is too small; ``fitting`` is a batch size that was tried and fits."""

    @property
    def fitting(self) -> int | None:
        """None where none was found."""
        fitting = self.values.get("fitting")
        return fitting if isinstance(fitting, int) else None


def lost_device(device: str) -> DeviceLostError:
    """The error for a device that does not answer."""
    return DeviceLostError(
        "The device {device!r} does not compute any more: go on from the last checkpoint, on the "
        "CPU if it stays away.",
        device=device,
    )
