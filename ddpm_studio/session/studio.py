"""The state of the main screen: which models are open, which is shown, and with which settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from ddpm_studio.checkpoints.bundled import bundled_models, is_bundled
from ddpm_studio.checkpoints.data_at_hand import with_data_at_hand
from ddpm_studio.checkpoints.model_file import ModelFile, ModelFileError
from ddpm_studio.diffusion.respacing import TimeArray, kept_times
from ddpm_studio.diffusion.schedule import NoiseSchedule, ScheduleConfiguration
from ddpm_studio.session.background_task import BackgroundTask, Work, stop_tasks
from ddpm_studio.session.chain_pair import ChainPair
from ddpm_studio.session.chain_runs import ForwardRequest, ReverseRequest
from ddpm_studio.session.devices import Device, find_devices
from ddpm_studio.session.model_opening import ModelOpening
from ddpm_studio.session.sample_counts import DEFAULT_POINT_COUNT, count_choices, default_count
from ddpm_studio.session.sampling_choice import SamplingChoice, data_labels, own_sampling

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

FIRST_MODEL = "swiss-roll"
MAX_SEED = 2**31 - 1


class Studio(QObject):
    """The list of models, the one that is shown, its settings, and its ``chains``.

    Whatever is changed here makes the chains anew that depend on it.

    models_changed       the list of models is another one, or one that was chosen in it is not shown
    model_changed        another model is shown
    devices_changed      the list of devices is known now
    settings_changed     sample count, seed, device, schedule or sampling is another one
    failed(object)       the exception that ended a chain, the opening of a file, or another thread
    """

    models_changed = Signal()
    model_changed = Signal()
    devices_changed = Signal()
    settings_changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.models: tuple[ModelFile, ...] = ()
        self.model: ModelFile | None = None
        self.devices: tuple[Device, ...] = ()
        self.device = ""  # the fastest, once the devices are known
        self.seed = 0
        self.sample_count = DEFAULT_POINT_COUNT
        self.sampling: SamplingChoice | None = None  # of the reverse chain; with a model
        self._forward_schedule: NoiseSchedule | None = None
        self.chains = ChainPair(self)
        self.chains.failed.connect(self.failed)
        self._device_task = BackgroundTask(self)
        self._device_task.finished.connect(self._take_devices)
        self._device_task.failed.connect(self.failed)
        self.opening = ModelOpening(lambda: self.device, self)
        self.opening.opened.connect(self._take_file)
        self.opening.failed.connect(self._on_not_opened)

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
        self.open_files([path])

    def open_files(self, paths: Sequence[Path]) -> None:
        """Several models, one after another; the last one that is good stays shown."""
        self.opening.open_files(paths)

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
        self.settings_changed.emit()
        # In this order: where there are no chains yet playing waits, and then it is sent to the noise.
        self.chains.begin(self._forward_request(model), self._reverse_request(model))
        self.model_changed.emit()

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
            self._restart_chains()

    def set_seed(self, seed: int) -> None:
        """Other random numbers in both chains; ``seed`` from 0 to MAX_SEED."""
        seed = min(max(0, seed), MAX_SEED)
        if seed != self.seed:
            self.seed = seed
            self.settings_changed.emit()
            self._restart_chains()

    def set_device(self, key: str) -> None:
        """Sample on another device; the forward chain is computed on the CPU in any case."""
        if key != self.device:
            self.device = key
            self.settings_changed.emit()
            if self.model is not None:
                self.chains.restart_reverse(self._reverse_request(self.model))

    def set_sampling(self, sampling: SamplingChoice) -> None:
        """Sample the reverse chain in another way, and where that is of another class the data too.

        Raises ScheduleError for more steps than T, and ConditionError for a class or a classifier
        that the model cannot be sampled with; nothing changes then.
        """
        if self.model is None or sampling == self.sampling:
            return
        T = self.model.description.schedule.T
        kept_times(T, sampling.sampler.steps or T)
        sampling.condition.classes_of(self.model.description)
        before = self._forward_request(self.model)
        self.sampling = sampling
        self.settings_changed.emit()
        forward, reverse = self._forward_request(self.model), self._reverse_request(self.model)
        if forward == before:
            self.chains.restart_reverse(reverse)
        else:
            self.chains.restart(forward, reverse)

    def set_forward_schedule(self, configuration: ScheduleConfiguration) -> None:
        """Noise the data by another schedule; the reverse chain keeps the model's own.

        Raises ScheduleError where the numbers allow none; nothing changes then.
        """
        schedule = configuration.build()
        if self._forward_schedule and configuration == self._forward_schedule.configuration:
            return
        self._forward_schedule = schedule
        self.settings_changed.emit()
        if self.model is not None:
            self.chains.restart_forward(self._forward_request(self.model))

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

    # Its chains

    @property
    def forward(self) -> Trajectory | None:
        """The forward chain, as far as it is there."""
        return self.chains.forward.trajectory

    @property
    def reverse(self) -> Trajectory | None:
        """The reverse chain, as far as it is there."""
        return self.chains.reverse.trajectory

    @property
    def is_busy(self) -> bool:
        """Whether a chain is being computed."""
        return self.chains.is_busy

    def _restart_chains(self) -> None:
        if self.model is not None:
            model = self.model
            self.chains.restart(self._forward_request(model), self._reverse_request(model))

    def _forward_request(self, model: ModelFile) -> ForwardRequest:
        description, schedule = model.description, self._forward_schedule
        configuration = description.schedule if schedule is None else schedule.configuration
        count, sampling = self.sample_count, self.sampling
        labels = None if sampling is None else data_labels(sampling, description, count)
        return ForwardRequest(description.data_set, configuration, count, self.seed, labels)

    def _reverse_request(self, model: ModelFile) -> ReverseRequest:
        return ReverseRequest(model, self.sample_count, self.seed, self.device, self.sampling)

    def stop(self) -> bool:
        """End every thread, for the application's end; False where one did not end in time."""
        tasks = (*self.chains.give_up(), self._device_task, self.opening.task)
        return stop_tasks(tasks)

    def _take_devices(self, devices: tuple[Device, ...]) -> None:
        self.devices = devices
        if not self.device:
            self.device = devices[0].key
        self.devices_changed.emit()


def _devices_work() -> Work:
    """A generator without steps, which returns torch's devices."""
    yield from ()
    return find_devices()
