"""The train command: drives a Trainer, prints its progress, and can always go on where it was."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from ddpm_studio.atomic_file import check_replaceable
from ddpm_studio.checkpoints.model_file import SUFFIX
from ddpm_studio.checkpoints.weights import save_model
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.standard_streams import say
from ddpm_studio.training.divergence import TrainingDivergedError
from ddpm_studio.training.kept_memory import keeping_freed_memory
from ddpm_studio.training.presets import BUNDLED_PRESETS
from ddpm_studio.training.progress_line import ProgressLine
from ddpm_studio.training.ranks import Ranks, joined_ranks
from ddpm_studio.training.recorded_run import RecordedRun
from ddpm_studio.training.run_folder import RunFolder
from ddpm_studio.training.run_start import TrainingRequest, started_trainer
from ddpm_studio.training.stop_requests import StopRequest, stop_requests
from ddpm_studio.training.tensorboard_log import TensorBoardLog
from ddpm_studio.training.trainer import Trainer

_AGREE_EVERY = 50  # steps on devices where asking waits


def train_bundled_models(request: TrainingRequest) -> int:
    """Train every bundled model into ``request.out``/NAME.safetensors, one after the other.

    The models ship without the state of their runs, which goes when they are done. With ``resume``,
    those that are made already stay as they are.
    """
    request.out.mkdir(parents=True, exist_ok=True)
    outputs = {name: request.out / f"{name}{SUFFIX}" for name in BUNDLED_PRESETS}
    # All at once: of several processes, none may look when another has gone further.
    made = {name for name, out in outputs.items() if request.resume and _is_made(out)}
    for name, out in outputs.items():
        asked = replace(request, preset=name, out=out, keeps_run=False)
        code = 0 if name in made else train_model(asked)
        if code:
            return code
    return 0


def _is_made(out: Path) -> bool:
    return out.exists() and not RunFolder.beside(out).checkpoints()


def train_model(request: TrainingRequest) -> int:
    """Train into ``request.out``; returns 0, or 128 + the signal that stopped it (all is saved).

    Raises ExplainedErrors: for what cannot be trained or saved, and for a training that fails.
    """
    with keeping_freed_memory(), joined_ranks(request.device) as (ranks, device):
        asked = replace(request, device=device)
        if ranks.is_first:
            return _train_and_record(asked, ranks)
        return _train_along(asked, ranks)


def _train_along(request: TrainingRequest, ranks: Ranks) -> int:
    """A process that is not the first one writes nothing and says nothing."""
    try:
        trainer = started_trainer(request, ranks, lambda _: None)
        with stop_requests() as stop:
            for _ in trainer.run():
                if _is_stopped(trainer, ranks, stop):
                    return stop.exit_code
    except ExplainedError:
        return 1
    return 0


def _train_and_record(request: TrainingRequest, ranks: Ranks) -> int:
    check_replaceable(request.out)
    trainer = started_trainer(request, ranks, _say)
    folder = RunFolder.beside(request.out)
    # Of a training that begins, what an earlier one left must not be taken for its own.
    with (
        _on_board(request, trainer) as follow,
        _written(folder, anew=trainer.step == 0),
        stop_requests() as stop,
    ):
        stopped = _drive(trainer, folder, follow, lambda: _is_stopped(trainer, ranks, stop))
        if stopped:
            _say("Stopping, and saving …")
        save_model(request.out, trainer.description(), trainer.weights())
        if not stopped and not request.keeps_run:
            folder.clear()
    say(_outcome(trainer, request))
    return stop.exit_code if stopped else 0


@contextmanager
def _written(folder: RunFolder, *, anew: bool) -> Iterator[None]:
    folder.open_for_writing()
    try:
        if anew:
            folder.clear()
        yield
    finally:
        folder.close()


def _drive(
    trainer: Trainer,
    folder: RunFolder,
    follow: Callable[[], None],
    is_stopped: Callable[[], bool],
) -> bool:
    """Take the steps; whether they were stopped. The state is saved however it ends."""
    progress = ProgressLine(trainer)
    run = RecordedRun(trainer, folder, lambda error: progress.say(f"{error} The training goes on."))
    with closing(run.run()) as steps:
        try:
            for _ in steps:
                progress.report()
                follow()
                if is_stopped():
                    return True
        except TrainingDivergedError:
            progress.say(f"What was learned before is in {folder.path}.")
            raise
        finally:
            progress.end()
    return False


def _is_stopped(trainer: Trainer, ranks: Ranks, stop: StopRequest) -> bool:
    """All processes stop at the same step, or one would wait for the others for ever."""
    if ranks.size > 1 and trainer.device.type != "cpu" and trainer.step % _AGREE_EVERY:
        return False
    return ranks.any(stop.is_made, trainer.device)


@contextmanager
def _on_board(request: TrainingRequest, trainer: Trainer) -> Iterator[Callable[[], None]]:
    """What to call after each step; nothing where no TensorBoard is asked for."""
    if request.tensorboard is None:
        yield lambda: None
        return
    with closing(TensorBoardLog(request.tensorboard, trainer)) as board:
        yield board.follow
        board.finish()


def _outcome(trainer: Trainer, request: TrainingRequest) -> str:
    taken, planned = trainer.step, trainer.configuration.steps
    if taken < planned:
        return f"Stopped after {taken:,} of {planned:,} steps; saved to {request.out}."
    return f"Trained {trainer.configuration.name} for {taken:,} steps; saved to {request.out}."


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
