"""Which data sets there are: names, shapes and descriptions, without loading any (and no torch)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ddpm_studio.datasets.data_cache import CachedSet, cached_sets
from ddpm_studio.explained_error import ExplainedError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Generator, Tensor

    from ddpm_studio.datasets.cached_images import CachedImages


class DataSource(Protocol):
    """A distribution to draw x_0 from."""

    def sample(self, count: int, generator: Generator) -> Tensor:
        """``count`` draws of x_0, float32 (count, *sample_shape)."""
        ...


@runtime_checkable
class FiniteDataSource(Protocol):
    """A DataSource of finitely many images: ``sample`` is training_images()[choose(…)]."""

    def training_images(self) -> Tensor:
        """All that is trained on, float32 (M, *sample_shape)."""
        ...

    def choose(self, count: int, generator: Generator) -> Tensor:
        """``count`` indices of training images, on the generator's device."""
        ...


@runtime_checkable
class LabelledDataSource(FiniteDataSource, Protocol):
    """A FiniteDataSource that knows the class of each image, if there are classes."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the labels 0, 1, …; empty where it has none."""
        ...

    def training_labels(self) -> NDArray[np.integer] | None:
        """(M,) from 0 to len(classes) - 1, in the order of the training images; None without."""
        ...

    def images(self, chosen: Tensor) -> Tensor:
        """The training images of those numbers (n,), float32 (n, *sample_shape)."""
        ...

    def held_out(
        self, count: int, generator: Generator
    ) -> tuple[Tensor, NDArray[np.integer] | None]:
        """At most ``count`` images without repeats that are not trained on, and their labels."""
        ...


class UnknownDataSetError(ExplainedError, ValueError):
    """No data set has this name; the message lists those there are."""


MAX_RESIDENT_VALUES = 1 << 25
"""Of all training images together; more are never held as float32 at once (128 MiB)."""


@dataclass(frozen=True)
class DataSetEntry:
    """One data set: its ``name`` as scripts write it, the shape of a sample, one line about it.

    ``classes`` are the names of its labels 0, 1, …; empty where it has none. ``training_count`` and
    ``held_out_count`` are of images; None where samples are drawn from a law.
    """

    name: str
    sample_shape: tuple[int, ...]
    description: str
    classes: tuple[str, ...] = ()
    training_count: int | None = None
    held_out_count: int | None = None

    @property
    def is_image(self) -> bool:
        """Whether a sample is an image (channels, height, width) rather than a point (D,)."""
        return len(self.sample_shape) == 3

    @property
    def value_count(self) -> int:
        """Of all training images together; 0 where samples are drawn from a law."""
        return (self.training_count or 0) * math.prod(self.sample_shape)


TEN_DIGITS = tuple("0123456789")
"""The classes of the handwritten digits."""

CATALOGUE: tuple[DataSetEntry, ...] = (
    DataSetEntry("mixture-1d", (1,), "three Gaussians on a line"),
    DataSetEntry("moons", (2,), "two interleaving half circles"),
    DataSetEntry("swiss-roll", (2,), "a rolled-up spiral band"),
    DataSetEntry("circles", (2,), "two concentric circles"),
    DataSetEntry("spiral", (2,), "two arms of a spiral"),
    DataSetEntry("checkerboard", (2,), "eight squares of a 4x4 board"),
    DataSetEntry("eight-gaussians", (2,), "eight Gaussians on a circle"),
    DataSetEntry(
        "digits",
        (1, 8, 8),
        "1,797 handwritten digits, 8x8 grey (UCI, CC BY 4.0)",
        TEN_DIGITS,
        1437,
        360,
    ),
    DataSetEntry(
        "digits-16", (1, 16, 16), "the same digits up-sampled to 16x16", TEN_DIGITS, 1437, 360
    ),
)
"""Those that ship with the application."""


def entries() -> tuple[DataSetEntry, ...]:
    """Those that ship, then those that a person has imported."""
    own = (_entry_of(each) for each in cached_sets() if not is_bundled(each.description.name))
    return (*CATALOGUE, *own)


def entry(name: str) -> DataSetEntry:
    """The entry of that name. Raises UnknownDataSetError."""
    found = entries()
    for candidate in found:
        if candidate.name == name:
            return candidate
    names = ", ".join(candidate.name for candidate in found)
    raise UnknownDataSetError(
        "There is no data set named {name!r}; there are {names}.", name=name, names=names
    )


def entry_for(name: str, sample_shape: tuple[int, ...]) -> DataSetEntry:
    """The same, for a model whose samples have that shape. Raises UnknownDataSetError.

    Another person's data set of that name may be another one.
    """
    found = entry(name)
    if found.sample_shape != sample_shape:
        raise UnknownDataSetError(
            "The data set named {name!r} here has samples of shape {here}, and the model makes {made}.",
            name=name,
            here=found.sample_shape,
            made=sample_shape,
        )
    return found


def is_known(name: str) -> bool:
    """Whether the data are there now: an imported data set can be removed at any time."""
    return any(each.name == name for each in entries())


def is_bundled(name: str) -> bool:
    """Whether that data set ships with the application."""
    return name in {each.name for each in CATALOGUE}


def images_sha256(name: str) -> str:
    """Of the images of an imported data set, as noted at its import; empty for any other name."""
    if is_bundled(name):
        return ""
    found = (each.description for each in cached_sets() if each.description.name == name)
    return next((description.sha256 for description in found), "")


def open_data_set(name: str) -> DataSource:
    """The data itself (imports torch). Raises UnknownDataSetError, or DataSetError where it is damaged."""
    shape = entry(name).sample_shape
    if not is_bundled(name):
        return open_cached(name)
    if len(shape) == 3:
        from ddpm_studio.datasets.digits import Digits

        return Digits(size=shape[-1])
    from ddpm_studio.datasets.points import POINT_DISTRIBUTIONS

    return POINT_DISTRIBUTIONS[name]


def open_cached(name: str) -> CachedImages:
    """An imported data set (imports torch). Raises UnknownDataSetError or DataSetError."""
    from ddpm_studio.datasets.cached_images import CachedImages

    for cached in cached_sets():
        if cached.description.name == name:
            images = CachedImages(cached.folder, cached.description)
            _ = images.pixels  # now, where somebody is ready for what is wrong with it
            return images
    raise UnknownDataSetError("There is no imported data set named {name!r}.", name=name)


def _entry_of(cached: CachedSet) -> DataSetEntry:
    about = cached.description
    channels, height, width = about.shape
    words = f"{about.count:,} images, {width}x{height} {'grey' if channels == 1 else 'in colour'}"
    classes = f", {len(about.classes)} classes" if about.classes else ""
    return DataSetEntry(
        about.name,
        about.shape,
        words + classes,
        about.classes,
        about.count - about.held_out,
        about.held_out,
    )
