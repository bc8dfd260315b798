"""What differs from before where a training goes on, so that its last bits will, too."""

from __future__ import annotations

import torch

from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.training.run_state import RunState


def resume_notes(state: RunState, device: torch.device | str) -> tuple[ExplainedError, ...]:
    """No errors, but what a person should know.

    Empty where all further steps will be those of a training that never stopped.
    The number of threads is that of the calling thread: set it to ``state.threads`` before.
    """
    notes: list[ExplainedError] = []
    kind, threads = torch.device(device).type, torch.get_num_threads()
    if kind != state.device:
        notes.append(
            ExplainedError(
                "It was trained on {before} and goes on on {now}: other random numbers are drawn.",
                before=state.device,
                now=kind,
            )
        )
    if threads != state.threads and kind == "cpu":
        notes.append(
            ExplainedError(
                "It was trained with {before} threads and goes on with {now}: the last digits of "
                "its numbers will differ.",
                before=state.threads,
                now=threads,
            )
        )
    return tuple(notes)
