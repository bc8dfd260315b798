"""The models whose weights are in memory: what was read to be checked is not read again to be used."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Generator
from typing import TYPE_CHECKING

from ddpm_studio.checkpoints.loading_progress import LoadingProgress
from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.session.devices import find_devices, prepare_torch

if TYPE_CHECKING:
    from ddpm_studio.checkpoints.weights import LoadedModel

_KEPT = 2  # the present model, and the one before it
_lock = threading.Lock()  # a file is opened while another model's chain begins
_models: OrderedDict[tuple[ModelFile, str], LoadedModel] = OrderedDict()

Loading = Generator[LoadingProgress, None, "LoadedModel"]


def loading(model: ModelFile, device: str) -> Loading:
    """Reads and checks the weights unless they are in memory; "" stands for the fastest device.

    Says after every few megabytes how far it is.

    Belongs on a worker's thread: torch is imported. Raises ModelFileError or
    torch.OutOfMemoryError.
    """
    prepare_torch()
    key = model, device or find_devices()[0].key
    with _lock:
        known = _models.get(key)
    found = (yield from _reading(*key)) if known is None else known
    with _lock:
        _models[key] = found
        _models.move_to_end(key)
        while len(_models) > _KEPT:
            _models.popitem(last=False)
    return found


def _reading(model: ModelFile, device: str) -> Loading:
    from ddpm_studio.checkpoints.weights import loading_steps

    return (yield from loading_steps(model, device))


def forget_loaded_models() -> None:
    """Keep none in memory."""
    with _lock:
        _models.clear()
