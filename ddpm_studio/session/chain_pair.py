"""The forward and the reverse chain of one model: which of them runs when."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from ddpm_studio.session.background_task import BackgroundTask
from ddpm_studio.session.chain_runs import (
    ForwardRequest,
    ReverseRequest,
    record_forward_chain,
    record_reverse_chain,
)
from ddpm_studio.session.live_chain import LiveChain, Stage

POLL_INTERVAL_MS = 40


class ChainPair(QObject):
    """Both chains, each recorded on a thread of its own, from the requests that were made last.

    Whichever gives the other its turn goes first:

    - With data the forward chain starts from them, and the reverse chain is due when that is
      complete: x_T is shown first, and side by side both would wait. Where the forward chain takes
      long, the reverse chain begins beside it, rather than minutes later.
    - Without data the forward chain starts from the x_0 of the reverse chain, and is due until that
      is complete. Where it is stopped or fails, there is nothing to start from.

    A stopped chain keeps its frames and its position, and is gone on with to the same numbers.

    trajectories_changed   the forward or the reverse trajectory is another one, or gone
    grew                   frames were added to them; about every POLL_INTERVAL_MS
    busy_changed           a chain began or ended being recorded
    failed(object)         the exception that ended a chain
    """

    trajectories_changed = Signal()
    grew = Signal()
    busy_changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.forward, self.reverse = LiveChain(self), LiveChain(self)
        self._forward_request: ForwardRequest | None = None
        self._reverse_request: ReverseRequest | None = None
        for chain in (self.forward, self.reverse):
            chain.changed.connect(self.trajectories_changed)
            chain.ended.connect(self._on_ended)
            chain.failed.connect(self.failed)
            chain.released.connect(self.grew)
        self._poll_timer = QTimer(self, interval=POLL_INTERVAL_MS)
        self._poll_timer.timeout.connect(self._poll)

    @property
    def is_busy(self) -> bool:
        """Whether a chain is being recorded, or will be."""
        return self.forward.is_awaited or self.reverse.is_awaited

    @property
    def has_model(self) -> bool:
        """Whether there is a model whose chains these are."""
        return self._forward_request is not None

    @property
    def has_data(self) -> bool:
        """Whether it is known what the model was trained on, so that the forward chain starts there."""
        return self._forward_request is not None and bool(self._forward_request.data_set)

    @property
    def lacks_start(self) -> bool:
        """Whether the forward chain would start from samples that are not there."""
        return self.has_model and not self.has_data and not self.reverse.is_complete

    # Other settings

    def begin(self, forward: ForwardRequest, reverse: ReverseRequest) -> None:
        """The chains of another model: those that are there go at once."""
        self.forward.drop()
        self.reverse.drop()
        self._run_both(forward, reverse)
        self.trajectories_changed.emit()

    def restart(self, forward: ForwardRequest, reverse: ReverseRequest) -> None:
        """Both anew: another seed, or another number of samples."""
        self._run_both(forward, reverse)
        if self.lacks_start:
            self.forward.drop()
            self.trajectories_changed.emit()

    def restart_forward(self, request: ForwardRequest) -> None:
        """Another schedule; the reverse chain stays."""
        self._forward_request = request
        self._run_forward()

    def restart_reverse(self, request: ReverseRequest) -> None:
        """Another device or sampling; the forward chain stays where it does not start from this one."""
        self._reverse_request = request
        if self._forward_request is not None and not self.has_data:
            self.restart(self._forward_request, request)
        elif self.forward.is_awaited:
            self.reverse.wait()
            self.busy_changed.emit()
        else:
            self._run_reverse()

    # Stopping and going on

    def stop_forward(self) -> None:
        """Stop simulating; the frames so far stay."""
        self.forward.stop()
        self._on_ended()

    def stop_reverse(self) -> None:
        """Stop sampling; the frames so far stay."""
        self.reverse.stop()
        self._on_ended()

    def continue_forward(self) -> None:
        """Go on where it was stopped; from the beginning where there is nothing to go on with."""
        self._run_forward(goes_on=True)

    def continue_reverse(self) -> None:
        """The same; a forward chain that starts from its x_0 follows again."""
        if self.lacks_start:
            self.forward.wait()
        self._run_reverse(goes_on=True)

    def give_up(self) -> tuple[BackgroundTask, ...]:
        """For the application's end: nothing is due any more. Returns what has to be waited for."""
        self._poll_timer.stop()
        for chain in (self.forward, self.reverse):
            chain.stop()
        return self.forward.task, self.reverse.task

    # How they come about

    def _run_both(self, forward: ForwardRequest, reverse: ReverseRequest) -> None:
        self._forward_request, self._reverse_request = forward, reverse
        if self.has_data:
            self.reverse.wait()
            self._run_forward()
        else:
            self.forward.wait()
            self._run_reverse()

    def _run_forward(self, *, goes_on: bool = False) -> None:
        """Now, or when the samples are there that it starts from."""
        request = self._forward_request
        if request is None:
            return
        if self.lacks_start:
            self.forward.wait()
            if not self.reverse.is_awaited:
                self._run_reverse(goes_on=True)
            return
        start = None if self.has_data else self.reverse.trajectory
        record = partial(record_forward_chain, replace(request, start=start))
        self.forward.start(record, goes_on=goes_on)
        self._watch()

    def _run_reverse(self, *, goes_on: bool = False) -> None:
        if self._reverse_request is not None:
            record = partial(record_reverse_chain, self._reverse_request)
            self.reverse.start(record, goes_on=goes_on)
            self._watch()

    def _watch(self) -> None:
        self._poll_timer.start()
        self.busy_changed.emit()

    def _poll(self) -> None:
        """Take over what the threads have got to by now."""
        self.forward.take_over()
        self.reverse.take_over()
        progress = self.forward.progress
        if self.reverse.stage is Stage.DUE and progress is not None and progress.is_long:
            self._run_reverse()
        self.grew.emit()

    def _on_ended(self) -> None:
        self._give_turn()
        if not self.is_busy:
            self._poll_timer.stop()
        self.grew.emit()
        self.busy_changed.emit()

    def _give_turn(self) -> None:
        """One chain has come to an end: what waited for it begins, or waits in vain."""
        if self.reverse.stage is Stage.DUE and not self.forward.is_awaited:
            self._run_reverse()
        elif self.forward.stage is Stage.DUE and not self.reverse.is_awaited:
            if self.lacks_start:
                self.forward.stop()
            else:
                self._run_forward()
