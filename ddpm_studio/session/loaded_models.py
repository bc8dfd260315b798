"""The models whose weights are in memory: what was read to be checked is not read again to be used."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.session.devices import find_devices, prepare_torch

if TYPE_CHECKING:
    from ddpm_studio.checkpoints.weights import LoadedModel

_KEPT = 2  # the present model, and the one before it
_lock = threading.Lock()  # a file is opened while another model's chain begins
_models: OrderedDict[tuple[ModelFile, str], LoadedModel] = OrderedDict()

Loading = Generator[Any, None, "LoadedModel"]


def loading(model: ModelFile, device: str) -> Loading:
    """Reads and checks the weights unless they are in memory; "" stands for the fastest device.

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
    from ddpm_studio.checkpoints.weights import load_inspected

    yield  # a moment at which somebody who opened another file need not wait for this one
    return load_inspected(model, device)


def loaded_model(model: ModelFile, device: str) -> LoadedModel:
    """:func:`loading` to its end."""
    steps = loading(model, device)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            found: LoadedModel = stop.value
            return found


def forget_loaded_models() -> None:
    """Keep none in memory."""
    with _lock:
        _models.clear()
