"""What differs from before where a training goes on, so that its last bits will, too."""

from __future__ import annotations

import torch

from ddpm_studio.datasets.catalogue import images_sha256
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.training.run_state import RunState


def resume_notes(state: RunState, device: torch.device | str) -> tuple[ExplainedError, ...]:
    """No errors, but what a person should know of the device, the threads and the data.

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
    return (*notes, *_notes_on_data(state))


def _notes_on_data(state: RunState) -> tuple[ExplainedError, ...]:
    """Whether a data set of this name was imported anew; that it is gone is said by who opens it."""
    name = state.configuration.data_set
    now = images_sha256(name)
    if not now or state.images_sha256 in ("", now):
        return ()
    return (
        ExplainedError(
            "The data set “{name}” was imported anew since, with other images: the training goes on "
            "with these. To go on with the former ones, import them under that name again.",
            name=name,
        ),
    )
