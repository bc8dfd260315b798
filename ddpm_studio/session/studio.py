"""The state of the main screen: which model, its two chains, and how they were asked for."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from ddpm_studio.checkpoints.bundled import bundled_models, is_bundled
from ddpm_studio.checkpoints.data_at_hand import with_data_at_hand
from ddpm_studio.checkpoints.loading_progress import LoadingProgress
from ddpm_studio.checkpoints.model_file import ModelFile, ModelFileError
from ddpm_studio.diffusion.respacing import TimeArray, kept_times
from ddpm_studio.diffusion.schedule import NoiseSchedule, ScheduleConfiguration
from ddpm_studio.session.background_task import BackgroundTask, Work, stop_tasks
from ddpm_studio.session.chain_runs import (
    ChainProgress,
    ForwardRequest,
    ReverseRequest,
    record_forward_chain,
    record_reverse_chain,
)
from ddpm_studio.session.devices import Device, find_devices
from ddpm_studio.session.model_opening import ModelOpening
from ddpm_studio.session.sample_counts import DEFAULT_POINT_COUNT, count_choices, default_count
from ddpm_studio.session.sampling_choice import SamplingChoice, own_sampling

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

FIRST_MODEL = "swiss-roll"
POLL_INTERVAL_MS = 40
MAX_SEED = 2**31 - 1


class Studio(QObject):
    """One model, its forward and reverse trajectory, and the requests that make new ones.

    models_changed       the list of models is another one, or one that was chosen in it is not shown
    model_changed        another model is shown
    trajectories_changed the forward or the reverse trajectory is another one, or gone
    chains_grew          frames were added to them; at most once per POLL_INTERVAL_MS
    busy_changed         a chain began or ended being computed
    devices_changed      the list of devices is known now
    settings_changed     sample count, seed, device, schedule or sampling is another one
    failed(object)       the exception that ended a chain
    """

    models_changed = Signal()
    model_changed = Signal()
    trajectories_changed = Signal()
    chains_grew = Signal()
    busy_changed = Signal()
    devices_changed = Signal()
    settings_changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.models: tuple[ModelFile, ...] = ()
        self.model: ModelFile | None = None
        self.forward: Trajectory | None = None
        self.reverse: Trajectory | None = None
        self.devices: tuple[Device, ...] = ()
        self.device = ""  # the fastest, once the devices are known
        self.seed = 0
        self.sample_count = DEFAULT_POINT_COUNT
        self.sampling: SamplingChoice | None = None  # of the reverse chain; with a model
        self._forward_schedule: NoiseSchedule | None = None
        self._reverse_is_due = False  # it starts when the forward chain is there
        self._forward_is_due = False  # without data it starts from the reverse chain's x_0
        # What was there when the present run of each chain began.
        # Not kept by it: they may take many gigabytes of a disk that the new ones need.
        self._forward_before: Callable[[], Trajectory | None] = _nothing
        self._reverse_before: Callable[[], Trajectory | None] = _nothing
        self._forward_task = self._new_task(self._take_forward)
        self._reverse_task = self._new_task(self._take_reverse)
        self._device_task = BackgroundTask(self)
        self._device_task.finished.connect(self._take_devices)
        self._device_task.failed.connect(self.failed)
        self.opening = ModelOpening(lambda: self.device, self)
        self.opening.opened.connect(self._take_file)
        self.opening.failed.connect(self._on_not_opened)
        self._poll_timer = QTimer(self, interval=POLL_INTERVAL_MS)
        self._poll_timer.timeout.connect(self._poll)

    def _new_task(self, take: Callable[[Trajectory], None]) -> BackgroundTask:
        task = BackgroundTask(self)
        task.finished.connect(take)
        task.finished.connect(self._on_task_ended)
        task.failed.connect(self._drop_what_is_old)
        task.failed.connect(self._on_task_ended)
        task.failed.connect(self.failed)
        task.cancelled.connect(self._on_task_ended)
        task.released.connect(self.chains_grew)  # a stopped chain has recorded its last step
        return task

    # What is open

    def open_bundled(self, name: str = FIRST_MODEL) -> None:
        """List the bundled models and show the one of that name, else the first.

        Reads headers alone; the chains follow from a thread that imports torch first.
        """
        damaged: list[ModelFileError] = []
        self.models = bundled_models(damaged.append)
        self.models_changed.emit()
        self.look_for_devices()
        for model in self.models:
            if model.description.name == name:
                self.show_model(model)
                break
        else:
            if self.models:
                self.show_model(self.models[0])
        for error in damaged:
            self.failed.emit(error)

    def look_for_devices(self) -> None:
        """Ask torch for them, on a thread that imports it; once is enough, and early is best."""
        if not self.devices and not self._device_task.is_running:
            self._device_task.start(_devices_work)

    def open_file(self, path: Path) -> None:
        """Read a model, on a thread; then show it, or say what is wrong by ``failed``.

        The present model stays until that one's weights are known to be good. What the file of
        another project cannot tell is asked by ``opening.asked``.
        """
        self.opening.open_file(path)

    def choose_model(self, model: ModelFile) -> None:
        """Show one of the list: at once where it came with the application, else as a file is opened."""
        if is_bundled(model):
            self.opening.cancel()
            self.show_model(model)
        else:
            self.opening.open_model(model)

    def _take_file(self, model: ModelFile) -> None:
        models = {each.path: each for each in self.models}
        models[model.path] = model  # in place of an older one from the same path
        self.models = tuple(models.values())
        self.models_changed.emit()
        self.show_model(model)

    def look_for_data(self) -> None:
        """Begin the forward chain elsewhere where the present model's data have come or gone."""
        model = None if self.model is None else with_data_at_hand(self.model)
        if model is not None and model != self.model:
            self._take_file(model)

    def _on_not_opened(self, error: Exception) -> None:
        self.models_changed.emit()
        self.failed.emit(error)

    def show_model(self, model: ModelFile) -> None:
        """Make this the current model, and compute its chains."""
        # A chosen count stays for data of the same kind and size.
        takes_default = self.model is None or default_count(self.model) != default_count(model)
        self.model = model
        self._forward_schedule = model.description.schedule.build()
        self.sampling = own_sampling(model.description)
        if takes_default:
            self.sample_count = default_count(model)
        self.forward = self.reverse = None
        self._reverse_is_due = True  # known before anybody asks: playing waits for it
        self.settings_changed.emit()
        self.trajectories_changed.emit()  # playing now waits at the noise
        self.model_changed.emit()  # and only then is sent there
        self._run_both()

    # How it is shown

    @property
    def sample_count_choices(self) -> tuple[int, ...]:
        """Numbers of samples to choose from, for the current kind of data."""
        return count_choices(self.model)

    def set_sample_count(self, count: int) -> None:
        """Another number of samples, from the same seed."""
        if count != self.sample_count:
            self.sample_count = count
            self.settings_changed.emit()
            self._run_both()

    def set_seed(self, seed: int) -> None:
        """Other random numbers in both chains; ``seed`` from 0 to MAX_SEED."""
        seed = min(max(0, seed), MAX_SEED)
        if seed != self.seed:
            self.seed = seed
            self.settings_changed.emit()
            self._run_both()

    def set_device(self, key: str) -> None:
        """Sample on another device; the forward chain is computed on the CPU in any case."""
        if key != self.device:
            self.device = key
            self.settings_changed.emit()
            self._restart_reverse()

    def set_sampling(self, sampling: SamplingChoice) -> None:
        """Sample the reverse chain in another way.

        Raises ScheduleError for more steps than T, and ConditionError for a class or a classifier
        that the model cannot be sampled with; nothing changes then.
        """
        if self.model is None or sampling == self.sampling:
            return
        T = self.model.description.schedule.T
        kept_times(T, sampling.sampler.steps or T)
        sampling.condition.classes_of(self.model.description)
        self.sampling = sampling
        self.settings_changed.emit()
        self._restart_reverse()

    def set_forward_schedule(self, configuration: ScheduleConfiguration) -> None:
        """Noise the data by another schedule; the reverse chain keeps the model's own.

        Raises ScheduleError where the numbers allow none; nothing changes then.
        """
        schedule = configuration.build()
        if self._forward_schedule and configuration == self._forward_schedule.configuration:
            return
        self._forward_schedule = schedule
        self.settings_changed.emit()
        self.run_forward()

    @property
    def forward_schedule(self) -> NoiseSchedule | None:
        """The schedule of the forward chain; the timeline runs over its t."""
        return self._forward_schedule

    @property
    def model_schedule(self) -> NoiseSchedule | None:
        """The schedule that the model was trained with: the reverse chain's."""
        return self.model.description.schedule.build() if self.model else None

    def reverse_frame(self, t: int) -> int:
        """The reverse chain's frame beside x_t of the forward chain: at the same share of the way."""
        if self._forward_schedule is None:
            return t
        return round(t * (len(self._reverse_times()) - 1) / self._forward_schedule.T)

    def reverse_t(self, frame: int) -> int:
        """Which t of the model's schedule a frame of the reverse chain is."""
        times = self._reverse_times()
        return int(times[min(max(0, frame), len(times) - 1)])

    def _reverse_times(self) -> TimeArray:
        """Of the chain that is there, else of the one that is to come; from 0 to the model's T."""
        if self.reverse is not None:
            return self.reverse.times
        if self.model is None or self.sampling is None:
            return np.zeros(1, np.int64)
        T = self.model.description.schedule.T
        return kept_times(T, self.sampling.sampler.steps or T)

    @property
    def is_noising(self) -> bool:
        """Whether the forward chain is being simulated, or will be as soon as its x_0 are there."""
        return self._forward_is_due or self._forward_task.is_running

    @property
    def is_sampling(self) -> bool:
        """Whether the reverse chain is being sampled, or will be as soon as the forward chain is there."""
        return self._reverse_is_due or self._reverse_task.is_running

    @property
    def is_busy(self) -> bool:
        """Whether a chain is being computed."""
        return self.is_noising or self.is_sampling

    @property
    def forward_progress(self) -> ChainProgress | None:
        """How far the forward chain has come, while it is being simulated."""
        return self._forward_task.latest

    @property
    def reverse_progress(self) -> ChainProgress | None:
        """How far the reverse chain has come, while it is being sampled."""
        latest = self._reverse_task.latest
        return latest if isinstance(latest, ChainProgress) else None

    @property
    def loading_progress(self) -> LoadingProgress | None:
        """How much of a large model is read, before its reverse chain begins."""
        latest = self._reverse_task.latest
        return latest if isinstance(latest, LoadingProgress) else None

    def stop(self) -> bool:
        """End every thread, for the application's end; False where one did not end in time."""
        self._poll_timer.stop()
        self._reverse_is_due = self._forward_is_due = False
        tasks = (self._forward_task, self._reverse_task, self._device_task, self.opening.task)
        return stop_tasks(tasks)

    # How the chains come about

    @property
    def has_data(self) -> bool:
        """Whether it is known what the model was trained on, so that the forward chain starts there.

        Otherwise it starts from the model's own samples.
        """
        return self.model is not None and bool(self.model.description.data_set)

    def _run_both(self) -> None:
        """First the forward chain: its x_T is shown first, and side by side both would wait.

        The reverse chain does not wait for a forward chain of large images: see _poll.
        """
        self._reverse_is_due = self._forward_is_due = False
        self._reverse_task.cancel()
        if not self.has_data:
            self._forward_task.cancel()
            self.forward = None
            self.trajectories_changed.emit()
            self._forward_is_due = self.model is not None
            self.run_reverse()
            return
        self._reverse_is_due = True
        self.run_forward()

    def _restart_reverse(self) -> None:
        """At once, or after the forward chain where that is under way."""
        if not self.has_data:
            self._run_both()
        elif self.is_noising:
            self._reverse_task.cancel()
            self._reverse_is_due = True
        else:
            self.run_reverse()

    def stop_forward(self) -> None:
        """Stop simulating; the frames so far stay."""
        self._poll()
        self._forward_is_due = False
        self._forward_task.cancel()

    def stop_reverse(self) -> None:
        """Stop sampling; the frames so far stay."""
        self._poll()
        self._reverse_is_due = False
        self._forward_is_due = self._forward_is_due and self.has_data
        self._reverse_task.cancel()
        self.busy_changed.emit()  # also where it had not begun yet

    def continue_forward(self) -> None:
        """Go on with a forward chain that was stopped; from its beginning where there is none."""
        self.run_forward(self.forward)

    def continue_reverse(self) -> None:
        """Go on with a reverse chain that was stopped; from its beginning where there is none."""
        self.run_reverse(self.reverse)

    def run_forward(self, stopped: Trajectory | None = None) -> None:
        """Simulate the forward chain; without data, once its x_0 are sampled.

        From its beginning, or from where ``stopped`` ended: the present one, of the same settings.
        """
        if self.model is None or self._forward_schedule is None:
            return
        start = None if self.has_data else self.reverse
        if not self.has_data and (start is None or not start.is_complete):
            self._forward_is_due = True
            if not self.is_sampling:
                self.run_reverse()
            return
        self._forward_is_due = False
        request = ForwardRequest(
            self.model.description.data_set,
            self._forward_schedule.configuration,
            self.sample_count,
            self.seed,
            start,
        )
        stopped = _resumable(stopped)
        self._forward_before = _weakly(None if stopped else self.forward)
        self._start(self._forward_task, partial(record_forward_chain, request, stopped))

    def run_reverse(self, stopped: Trajectory | None = None) -> None:
        """Sample the reverse chain from its beginning, or from where ``stopped`` ended, as above."""
        self._reverse_is_due = False
        if self.model is None:
            return
        request = ReverseRequest(
            self.model, self.sample_count, self.seed, self.device, self.sampling
        )
        stopped = _resumable(stopped)
        self._reverse_before = _weakly(None if stopped else self.reverse)
        self._start(self._reverse_task, partial(record_reverse_chain, request, stopped))

    def _start(self, task: BackgroundTask, make_work: Callable[[], Work]) -> None:
        task.start(make_work)
        self._poll_timer.start()
        self.busy_changed.emit()

    def _poll(self) -> None:
        """Take over what the threads have got to by now."""
        for task, take in (
            (self._forward_task, self._take_forward),
            (self._reverse_task, self._take_reverse),
        ):
            progress = task.latest
            if isinstance(progress, ChainProgress):
                take(progress.trajectory)
        if self._reverse_is_due and self.forward_progress and self.forward_progress.is_long:
            self.run_reverse()  # beside it, rather than minutes later
        self.chains_grew.emit()

    def _take_forward(self, trajectory: Trajectory) -> None:
        if trajectory is not self.forward:
            self.forward = trajectory
            self.trajectories_changed.emit()

    def _take_reverse(self, trajectory: Trajectory) -> None:
        if trajectory is not self.reverse:
            self.reverse = trajectory
            self.trajectories_changed.emit()

    def _drop_what_is_old(self) -> None:
        """A chain from before a run that failed at once is not what the settings say."""
        if not self._forward_task.is_running and self.forward is self._forward_before():
            self.forward = None
        if not self._reverse_task.is_running and self.reverse is self._reverse_before():
            self.reverse = None
        self.trajectories_changed.emit()

    def _on_task_ended(self) -> None:
        if self._reverse_is_due and not self.is_noising:
            self.run_reverse()
        elif self._forward_is_due and not self.is_sampling:
            self._forward_is_due = False  # also where sampling failed
            if self.reverse is not None and self.reverse.is_complete:
                self.run_forward()
        if not self.is_busy:
            self._poll_timer.stop()
            self.chains_grew.emit()
        self.busy_changed.emit()

    def _take_devices(self, devices: tuple[Device, ...]) -> None:
        self.devices = devices
        if not self.device:
            self.device = devices[0].key
        self.devices_changed.emit()


def _resumable(chain: Trajectory | None) -> Trajectory | None:
    """A chain that knows where it was stopped; None for any other, which is begun anew."""
    return chain if chain is not None and chain.position is not None else None


def _nothing() -> None:
    return None


def _weakly(trajectory: Trajectory | None) -> Callable[[], Trajectory | None]:
    return _nothing if trajectory is None else weakref.ref(trajectory)


def _devices_work() -> Work:
    """A generator without steps, which returns torch's devices."""
    yield from ()
    return find_devices()
