"""Draws the batches of a training: x_0, t and epsilon of Algorithm 1 (DDPM), and what follows.

Where the network is made for classes, y is drawn with x_0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from ddpm_studio.checkpoints.class_names import storable_names
from ddpm_studio.datasets.cached_images import CachedImages
from ddpm_studio.datasets.catalogue import (
    DataSource,
    FiniteDataSource,
    UnknownDataSetError,
    open_data_set,
)
from ddpm_studio.datasets.importing.public_sets import PUBLIC_SETS
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.targets import Target
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.image_pool import ImagePool
from ddpm_studio.training.labels import classes_of, labels_to_learn
from ddpm_studio.training.random_states import restore_generator


class MissingDataError(ExplainedError):
    """The data of a training are not there."""


@dataclass(frozen=True)
class Batch:
    """One draw, all on the training's device: x_0, noise, x_t and target (B, …), t and label (B,).

    x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) noise; ``target`` is what the network should
    say of it. ``label`` is the class y of x_0, for a network made for classes.
    """

    x_0: Tensor
    t: Tensor
    noise: Tensor
    x_t: Tensor
    target: Tensor
    label: Tensor | None = None

    @property
    def given(self) -> tuple[Tensor, ...]:
        """What the network is given beside x_t: t, and y where it knows classes."""
        return (self.t,) if self.label is None else (self.t, self.label)


class BatchSource:
    """An endless row of batches; which ones is in the state of its generators alone.

    On CUDA, t and the noise are drawn there, and images are chosen there where they fit: no step
    waits for a copy. ``class_names`` are those of the labels that are drawn, as far as a file can hold
    them. Raises MissingDataError, LabelsError or DataSetError.
    """

    def __init__(
        self,
        configuration: TrainingConfiguration,
        schedule: NoiseSchedule,
        device: torch.device,
        data: DataSource | None = None,
    ) -> None:
        self._device = device
        self._batch_size = configuration.batch_size
        self._target = Target(configuration.target)
        self._schedule = schedule
        # Cast from float64 once; a step only looks its t up.
        squares = np.stack((schedule.alpha_bar, schedule.marginal_variance))
        self._scales = torch.from_numpy(squares).sqrt().to(device, torch.float32)
        self._data = data or _open(configuration)
        labels = labels_to_learn(configuration, self._data)
        self.class_names = () if labels is None else storable_names(classes_of(self._data))
        self._pool = (
            ImagePool(self._data, device, labels)
            if isinstance(self._data, FiniteDataSource)
            else None
        )
        self._generator = Generator().manual_seed(configuration.seed)
        self._on_device = self._generator
        if device.type == "cuda":
            self._on_device = Generator(device).manual_seed(configuration.seed)

    @property
    def images_sha256(self) -> str:
        """Of the imported data set that is drawn from; empty for any other data."""
        return self._data.description.sha256 if isinstance(self._data, CachedImages) else ""

    def draw(self, part: slice = slice(None), batch_size: int | None = None) -> Batch:
        """The next batch, of which ``part`` is returned: the generators move on by all of it."""
        x_0, label = self._draw_x_0(batch_size or self._batch_size)
        size, drawn_on = len(x_0), self._on_device.device
        t = torch.randint(
            1, self._schedule.T + 1, (size,), generator=self._on_device, device=drawn_on
        )
        noise = torch.randn(x_0.shape, generator=self._on_device, device=drawn_on)
        label = None if label is None else self._here(label[part])
        x_0, t, noise = (self._here(each[part]) for each in (x_0, t, noise))
        return self._batch(x_0, t, noise, label)

    def _draw_x_0(self, size: int) -> tuple[Tensor, Tensor | None]:
        if self._pool is None:
            return self._data.sample(size, self._generator), None
        return self._pool.draw(size, self._on_device)

    def _here(self, drawn: Tensor) -> Tensor:
        return drawn.to(self._device, non_blocking=True)

    def _batch(self, x_0: Tensor, t: Tensor, noise: Tensor, label: Tensor | None) -> Batch:
        shape = (2, len(t), *(1,) * (x_0.ndim - 1))
        signal, sigma = self._scales[:, t].reshape(shape)
        x_t = signal * x_0 + sigma * noise
        if self._target is Target.NOISE:
            return Batch(x_0, t, noise, x_t, noise, label)
        if self._target is Target.X_0:
            return Batch(x_0, t, noise, x_t, x_0, label)
        return Batch(x_0, t, noise, x_t, signal * noise - sigma * x_0, label)

    def state(self) -> dict[str, Tensor]:
        """What decides all further batches; uint8 tensors."""
        states = {"batches": self._generator.get_state()}
        if self._on_device is not self._generator:
            states["batches_on_device"] = self._on_device.get_state()
        return states

    def restore(self, states: dict[str, Tensor], fresh_seed: int) -> None:
        """Go on where :meth:`state` was taken; on another kind of device, with ``fresh_seed``."""
        restore_generator(self._generator, states.get("batches"), fresh_seed)
        if self._on_device is not self._generator:
            restore_generator(self._on_device, states.get("batches_on_device"), fresh_seed)


def _open(configuration: TrainingConfiguration) -> DataSource:
    try:
        return open_data_set(configuration.data_set)
    except UnknownDataSetError as error:
        if configuration.data_set in {each.name for each in PUBLIC_SETS}:
            raise MissingDataError(
                "{name} cannot be trained yet: get its data with “ddpm-studio data download {data_set}”, "
                "or in the window under File, Data sets.",
                name=configuration.name,
                data_set=configuration.data_set,
            ) from error
        raise MissingDataError(
            "{name} cannot be trained: its data {data_set!r} are not there.",
            name=configuration.name,
            data_set=configuration.data_set,
        ) from error
