"""The UCI handwritten digits: 1,797 grey images of 8x8 pixels (E. Alpaydin and C. Kaynak, CC BY 4.0)."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from functools import cache
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor
from torch.nn import functional

from ddpm_studio.datasets.catalogue import TEN_DIGITS
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.locations import resource

COUNT = 1797
GREY_LEVELS = 16  # pixel values are 0 … 16
HELD_OUT = 360


class DamagedDataError(ExplainedError):
    """Data that ship with the application are not as they were shipped."""


@cache
def _stored() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    path = resource("datasets", "uci_digits_8x8.npz")
    try:
        # numpy does not close a file that is no archive.
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            images, labels = archive["images"], archive["labels"]
        if images.shape != (COUNT, 8, 8) or labels.shape != (COUNT,):
            raise ValueError
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise DamagedDataError(
            "The handwritten digits that come with DDPM Studio are missing or damaged ({file}): "
            "install it again.",
            file=path,
        ) from error
    return images, labels


@cache
def _order() -> NDArray[np.intp]:
    """A fixed shuffle: the file is sorted by writer, and a held-out part must not be."""
    return np.random.default_rng(20_240_601).permutation(len(_stored()[0]))


@dataclass(frozen=True)
class Digits:
    """The digits as images in [-1, 1], 8x8 or up-sampled to 16x16 (bilinear).

    The first 1,437 of a fixed shuffle are for training, the last 360 are held out.
    """

    size: int = 8

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """(1, size, size)."""
        return (1, self.size, self.size)

    def training_images(self) -> Tensor:
        """float32 (1437, 1, size, size) in [-1, 1]."""
        return self._images(_order()[:-HELD_OUT])

    def held_out_images(self) -> Tensor:
        """float32 (360, 1, size, size) in [-1, 1]; no model is trained on them."""
        return self._images(_order()[-HELD_OUT:])

    def images(self, chosen: Tensor) -> Tensor:
        """The training images of those numbers (n,), float32 (n, 1, size, size)."""
        return self.training_images()[chosen]

    def held_out(self, count: int, generator: Generator) -> tuple[Tensor, NDArray[np.uint8]]:
        """At most ``count`` of the held-out images without repeats, and their labels."""
        chosen = torch.randperm(HELD_OUT, generator=generator)[:count]
        return self.held_out_images()[chosen], self.held_out_labels()[chosen.numpy()]

    @property
    def classes(self) -> tuple[str, ...]:
        """The ten digits."""
        return TEN_DIGITS

    def training_labels(self) -> NDArray[np.uint8]:
        """(1437,) digits 0 … 9, in the order of :meth:`training_images`."""
        return _stored()[1][_order()[:-HELD_OUT]]

    def held_out_labels(self) -> NDArray[np.uint8]:
        """(360,) digits 0 … 9, in the order of :meth:`held_out_images`."""
        return _stored()[1][_order()[-HELD_OUT:]]

    def sample(self, count: int, generator: Generator) -> Tensor:
        """``count`` training images, float32 (count, 1, size, size); without repeats while they last."""
        return self.images(self.choose(count, generator).cpu())

    def choose(self, count: int, generator: Generator) -> Tensor:
        """``count`` indices of :meth:`training_images`; without repeats while they last."""
        total, device = len(_order()) - HELD_OUT, generator.device
        if count <= total:
            return torch.randperm(total, generator=generator, device=device)[:count]
        return torch.randint(total, (count,), generator=generator, device=device)

    def _images(self, indices: NDArray[np.intp]) -> Tensor:
        pixels = torch.from_numpy(_stored()[0][indices]).to(torch.float32)[:, None]
        images = pixels / (GREY_LEVELS / 2) - 1.0
        if self.size == 8:
            return images
        return functional.interpolate(
            images, size=(self.size, self.size), mode="bilinear", align_corners=False
        )
