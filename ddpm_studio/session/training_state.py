"""Where a training is, in one word."""

from __future__ import annotations

from enum import StrEnum


class TrainingState(StrEnum):
    """Where a training is."""

    IDLE = "idle"
    LOADING = "loading"  # torch, the data, the network
    RUNNING = "running"
    PAUSED = "paused"  # no step is taken
    STOPPING = "stopping"  # saves, or removes
    FINISHED = "finished"  # all steps
    STOPPED = "stopped"  # kept before its end
    FAILED = "failed"
