"""The images that batches are chosen from, kept where drawing them is fast."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ddpm_studio.datasets.cached_images import CachedImages, scaled
from ddpm_studio.datasets.catalogue import FiniteDataSource

_RESIDENT_SHARE = 0.25  # of the device's free memory, which the network needs more than the data


class ImagePool:
    """On CUDA the images are there where they fit. Those of an imported set stay bytes, and on the
    disk where they are not on the device, until they are drawn.

    ``labels``, int64 (M,), are the classes of the training images, where they are to be learned.
    """

    def __init__(
        self, data: FiniteDataSource, device: torch.device, labels: Tensor | None = None
    ) -> None:
        self._data = data
        self._device = device
        if isinstance(data, CachedImages):
            self._images = self._placed(data.pixels)
            self._places: Tensor | None = data.training_places.to(self._images.device)
            self._flips = data.flips
        else:
            self._images = self._placed(data.training_images(), pinned=True)
            self._places, self._flips = None, False
        self._labels = None if labels is None else labels.to(self._images.device)

    def _placed(self, images: Tensor, *, pinned: bool = False) -> Tensor:
        if self._device.type == "cuda":
            free_bytes, _ = torch.cuda.mem_get_info(self._device)
            if images.nbytes > _RESIDENT_SHARE * free_bytes:
                return images.pin_memory() if pinned else images
        elif not pinned:
            return images
        return images.to(self._device)

    def draw(self, count: int, generator: Generator) -> tuple[Tensor, Tensor | None]:
        """``count`` images, float32 (count, C, H, W) in [-1, 1], beside the images or on the device.

        Half of them are mirrored, left for right, where the data set allows it. With the class of
        each, int64 (count,), where they are to be learned: what is drawn is the same without.
        """
        chosen = self._data.choose(count, generator).to(self._images.device)
        labels = None if self._labels is None else self._labels[chosen]
        return self._drawn(chosen, generator), labels

    def _drawn(self, chosen: Tensor, generator: Generator) -> Tensor:
        if self._places is None:
            return self._images[chosen]
        x_0 = scaled(self._images[self._places[chosen]].to(self._device))
        return _half_mirrored(x_0, generator) if self._flips else x_0


def _half_mirrored(x_0: Tensor, generator: Generator) -> Tensor:
    is_mirrored = torch.rand(len(x_0), generator=generator, device=generator.device) < 0.5
    return torch.where(is_mirrored.to(x_0.device)[:, None, None, None], x_0.flip(-1), x_0)
