"""Real data as noisy as the samples of a training, at the same t: what they should come to look like."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ddpm_studio.datasets.catalogue import entries, entry
from ddpm_studio.datasets.mixtures import exact_mixture
from ddpm_studio.diffusion.respacing import respaced
from ddpm_studio.networks.configuration import class_count
from ddpm_studio.session.background_task import BackgroundTask
from ddpm_studio.session.devices import prepare_torch
from ddpm_studio.training.configuration import TrainingConfiguration

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

POINT_COUNT, IMAGE_COUNT = 500, 16
STEPS = 50
_SEED = 7


class ComparisonData(QObject):
    """A forward chain of few steps, made on a thread when a training begins.

    changed   ``trajectory`` is another one, or gone, or it has become known whether one is to come
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.trajectory: Trajectory | None = None
        self.is_coming = False
        self._task = BackgroundTask(self)
        self._task.finished.connect(self._take)
        self._task.failed.connect(lambda _error: self._take(None))

    def show(self, configuration: TrainingConfiguration | None) -> None:
        """That of a training's data and schedule; nothing for data that this version does not have."""
        self._task.cancel()
        if configuration is None or configuration.data_set not in {e.name for e in entries()}:
            self._take(None)
            return
        self._take(None, is_coming=True)
        self._task.start(partial(_record, configuration))

    def stop(self) -> bool:
        """End the thread, for the application's end; False where it is stuck."""
        self._task.cancel()
        return self._task.stop()

    def _take(self, trajectory: Trajectory | None, *, is_coming: bool = False) -> None:
        if trajectory is not self.trajectory or is_coming != self.is_coming:
            self.trajectory, self.is_coming = trajectory, is_coming
            self.changed.emit()


def _record(configuration: TrainingConfiguration) -> Generator[None, None, Trajectory]:
    """On the worker's thread: x_0 … x_T of q at the times of a respaced schedule."""
    prepare_torch()
    import torch

    from ddpm_studio.datasets.catalogue import open_data_set
    from ddpm_studio.datasets.labelled_draws import draw_in_turn
    from ddpm_studio.diffusion.chains import forward_chain
    from ddpm_studio.diffusion.trajectory import Trajectory

    data, schedule = entry(configuration.data_set), configuration.schedule.build()
    few = respaced(schedule, min(STEPS, schedule.T))
    mixture = exact_mixture(data.name)
    trajectory = Trajectory(
        few.steps,
        IMAGE_COUNT if data.is_image else POINT_COUNT,
        data.sample_shape,
        times=few.times,
        law=None if mixture is None else lambda frame: mixture.at(schedule, int(few.times[frame])),
    )
    generator = torch.Generator().manual_seed(_SEED)
    classes = class_count(configuration.network)
    x_0 = draw_in_turn(open_data_set(data.name), trajectory.count, classes, generator)
    for step in forward_chain(few.schedule, x_0, generator):
        trajectory.record(step.t, step.x)
        yield
    return trajectory
