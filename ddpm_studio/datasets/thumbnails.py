"""The first images of an imported data set, small enough for a list; without torch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ddpm_studio.datasets.data_cache import CachedSet
from ddpm_studio.datasets.set_description import IMAGES_FILE

_MOST_SIDE = 96


def thumbnails(cached: CachedSet, count: int) -> tuple[NDArray[np.uint8], ...]:
    """At most ``count`` images from all over it, uint8 (h, w, 3); none where they cannot be read."""
    about = cached.description
    try:
        images = np.load(cached.folder / IMAGES_FILE, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return ()
    if images.shape != (about.count, *about.shape) or images.dtype != np.uint8:
        return ()
    step = -(-about.shape[1] // _MOST_SIDE)
    places = np.linspace(0, about.count - 1, min(count, about.count)).astype(int)
    return tuple(_small(images[place], step) for place in places)


def _small(image: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    seen = np.broadcast_to(image[:, ::step, ::step], (3, *image[0, ::step, ::step].shape))
    return np.ascontiguousarray(seen.transpose(1, 2, 0))
