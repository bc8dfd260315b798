"""The images of an imported data set, read from its files as they are needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from ddpm_studio.datasets.set_description import (
    IMAGES_FILE,
    LABELS_FILE,
    DataSetError,
    SetDescription,
)

_SPLIT_SEED = 20_261_128
_MOST_SHUFFLED = 100_000  # above, two draws of one image are too rare to be worth an order of all


def scaled(pixels: Tensor) -> Tensor:
    """uint8 0 … 255 as float32 -1 … 1."""
    return pixels.to(torch.float32).div_(127.5).sub_(1.0)


@dataclass(frozen=True)
class CachedImages:
    """A LabelledDataSource over a memory-mapped array: an image is read when it is drawn.

    Raises DataSetError where the files are not what the description says.
    """

    folder: Path
    description: SetDescription

    @cached_property
    def pixels(self) -> Tensor:
        """uint8 (count, C, H, W), memory-mapped; with the images that are held out."""
        wanted = (self.description.count, *self.description.shape)
        return torch.from_numpy(_mapped(self.folder / IMAGES_FILE, wanted, self.folder))

    @cached_property
    def _all_labels(self) -> NDArray[np.int64] | None:
        if not self.description.classes:
            return None
        wanted = (self.description.count,)
        labels = _mapped(self.folder / LABELS_FILE, wanted, self.folder, np.dtype("<u2"))
        if int(labels.max()) >= len(self.description.classes):
            raise _damaged(self.folder)
        return labels.astype(np.int64)

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        """Places in the file: first of what is trained on, then of what is held out."""
        count = self.description.count
        if self.description.is_own_split:
            return np.arange(count)
        return np.random.default_rng(_SPLIT_SEED).permutation(count)

    @cached_property
    def training_places(self) -> Tensor:
        """int64 (M,): where in ``pixels`` the images are that are trained on."""
        return torch.from_numpy(self._order[: self._training_count])

    @property
    def _training_count(self) -> int:
        return self.description.count - self.description.held_out

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """(C, H, W)."""
        return self.description.shape

    @property
    def flips(self) -> bool:
        """Whether a training mirrors half of the images that it draws."""
        return self.description.flips

    def training_images(self) -> Tensor:
        """float32 (M, C, H, W) in [-1, 1], all of them: of sets with few values."""
        return scaled(self.pixels[self.training_places])

    def images(self, chosen: Tensor) -> Tensor:
        """The training images of those numbers (n,), float32 (n, C, H, W)."""
        return scaled(self.pixels[self.training_places[chosen]])

    def held_out(self, count: int, generator: Generator) -> tuple[Tensor, NDArray[np.int64] | None]:
        """At most ``count`` images without repeats, float32 (n, C, H, W); none is trained on.

        With the numbers of their classes (n,), or None without labels.
        """
        order = self._order[self._training_count :]
        places = order[torch.randperm(len(order), generator=generator)[:count].numpy()]
        labels = self._all_labels
        images = scaled(self.pixels[torch.from_numpy(places)])
        return images, None if labels is None else labels[places]

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the labels 0, 1, …; empty where it has none."""
        return self.description.classes

    def training_labels(self) -> NDArray[np.int64] | None:
        """(M,) numbers of classes, in the order of the training images; None without labels."""
        labels = self._all_labels
        return None if labels is None else labels[self._order[: self._training_count]]

    def sample(self, count: int, generator: Generator) -> Tensor:
        """``count`` training images, float32 (count, C, H, W); without repeats while they last."""
        return self.images(self.choose(count, generator).cpu())

    def choose(self, count: int, generator: Generator) -> Tensor:
        """``count`` numbers of training images, on the generator's device."""
        total, device = self._training_count, generator.device
        if count <= total <= _MOST_SHUFFLED:
            return torch.randperm(total, generator=generator, device=device)[:count]
        return torch.randint(total, (count,), generator=generator, device=device)


def _mapped(
    path: Path,
    shape: tuple[int, ...],
    folder: Path,
    dtype: np.dtype[np.uint8 | np.uint16] | None = None,
) -> NDArray[np.uint8]:
    """An array that is in the file and not in memory. Raises DataSetError."""
    try:
        # Copy-on-write: torch warns of arrays that it may not write to, and nothing ever does.
        array = np.load(path, mmap_mode="c", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise _damaged(folder) from error
    if (
        not isinstance(array, np.ndarray)
        or array.shape != shape
        or array.dtype != (dtype or np.uint8)
        or not array.flags.c_contiguous
    ):
        raise _damaged(folder)
    return array


def _damaged(folder: Path) -> DataSetError:
    return DataSetError(
        "The data set in “{folder}” is damaged: remove it and import it again.", folder=folder
    )
