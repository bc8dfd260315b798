"""Which data sets there are: names, shapes and descriptions, without loading any (and no torch)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ddpm_studio.explained_error import ExplainedError

if TYPE_CHECKING:
    from torch import Generator, Tensor


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


class UnknownDataSetError(ExplainedError, ValueError):
    """No data set has this name; the message lists those there are."""


@dataclass(frozen=True)
class DataSetEntry:
    """One data set: its ``name`` as scripts write it, the shape of a sample, one line about it."""

    name: str
    sample_shape: tuple[int, ...]
    description: str

    @property
    def is_image(self) -> bool:
        """Whether a sample is an image (channels, height, width) rather than a point (D,)."""
        return len(self.sample_shape) == 3


CATALOGUE: tuple[DataSetEntry, ...] = (
    DataSetEntry("mixture-1d", (1,), "three Gaussians on a line"),
    DataSetEntry("moons", (2,), "two interleaving half circles"),
    DataSetEntry("swiss-roll", (2,), "a rolled-up spiral band"),
    DataSetEntry("circles", (2,), "two concentric circles"),
    DataSetEntry("spiral", (2,), "two arms of a spiral"),
    DataSetEntry("checkerboard", (2,), "eight squares of a 4x4 board"),
    DataSetEntry("eight-gaussians", (2,), "eight Gaussians on a circle"),
    DataSetEntry("digits", (1, 8, 8), "1,797 handwritten digits, 8x8 grey (UCI, CC BY 4.0)"),
    DataSetEntry("digits-16", (1, 16, 16), "the same digits up-sampled to 16x16"),
)


def entry(name: str) -> DataSetEntry:
    """The catalogue's entry of that name. Raises UnknownDataSetError."""
    for candidate in CATALOGUE:
        if candidate.name == name:
            return candidate
    names = ", ".join(candidate.name for candidate in CATALOGUE)
    raise UnknownDataSetError(
        "There is no data set named {name!r}; there are {names}.", name=name, names=names
    )


def open_data_set(name: str) -> DataSource:
    """The data itself (imports torch). Raises UnknownDataSetError."""
    shape = entry(name).sample_shape
    if len(shape) == 3:
        from ddpm_studio.datasets.digits import Digits

        return Digits(size=shape[-1])
    from ddpm_studio.datasets.points import POINT_DISTRIBUTIONS

    return POINT_DISTRIBUTIONS[name]
