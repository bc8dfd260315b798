"""Finds the named tensors of a network in what a file holds."""

from __future__ import annotations

from typing import Any

from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor

_WRAPPER = "module."  # torch's DataParallel puts it before every name


def named_tensors(value: Any) -> dict[str, StoredTensor] | None:
    """A network's tensors by name, without DataParallel's prefix; None where ``value`` is no such thing."""
    if not isinstance(value, dict) or not value:
        return None
    if not all(isinstance(key, str) for key in value):
        return None
    tensors = {key: each for key, each in value.items() if isinstance(each, StoredTensor)}
    if len(tensors) < len(value):
        return None
    if all(key.startswith(_WRAPPER) for key in tensors):
        return {key.removeprefix(_WRAPPER): each for key, each in tensors.items()}
    return tensors
