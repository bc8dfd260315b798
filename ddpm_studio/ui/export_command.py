"""`ddpm-studio export`: the window's own pictures as a GIF, made without a display."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.convert_command import given_answers
from ddpm_studio.checkpoints.data_at_hand import with_data_at_hand
from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.checkpoints.sampler_options import (
    condition_from_options,
    sampler_from_options,
)
from ddpm_studio.export import AnimationError, AnimationPlan, preflight
from ddpm_studio.session.chain_runs import (
    ForwardRequest,
    ReverseRequest,
    record_forward_chain,
    record_reverse_chain,
)
from ddpm_studio.session.sample_counts import default_count
from ddpm_studio.session.sampling_choice import SamplingChoice, data_labels
from ddpm_studio.standard_streams import say, show_progress
from ddpm_studio.ui.data_names import model_title
from ddpm_studio.ui.export_layout import ExportView, StageOptions
from ddpm_studio.ui.export_stage import export_animation
from ddpm_studio.ui.languages import LanguageSwitch
from ddpm_studio.ui.theme import THEMES, Chain, apply_theme

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

_REPORT_INTERVAL_SECONDS = 0.25
_REPORT_INTERVAL_IN_A_FILE_SECONDS = 5.0


def export_from_options(options: argparse.Namespace) -> int:
    """Compute the chains that the view needs, draw, write; returns 0.

    Raises ModelFileError, AnimationError, SamplerError, ExportError or what ends a chain.
    """
    preflight(options.out)
    model = with_data_at_hand(find_model(options.model, given_answers(options.answer)))
    plan = _plan(options, model.description.schedule.T)
    sampling = _sampling(options, model)
    application = _application(options)  # must outlive everything that draws
    forward, reverse = _chains(options, model, sampling)
    frames, looks = len(plan.timesteps()), _looks(options, model)
    _drive("frames", export_animation(forward, reverse, looks, plan, options.out), frames)
    say(f"{options.out}: {frames} frames, {options.out.stat().st_size:,} bytes")
    application.quit()
    return 0


def _sampling(options: argparse.Namespace, model: ModelFile) -> SamplingChoice:
    return SamplingChoice(
        sampler_from_options(options, model.description),
        condition=condition_from_options(options, model.description),
        precision=options.precision,
    )


def _looks(options: argparse.Namespace, model: ModelFile) -> StageOptions:
    return StageOptions(
        view=ExportView(options.view),
        width_px=options.width,
        theme=THEMES[options.theme],
        histogram=options.histogram,
        captions=options.captions,
        name=model_title(model),
    )


def _chains(
    options: argparse.Namespace, model: ModelFile, sampling: SamplingChoice
) -> tuple[Trajectory | None, Trajectory | None]:
    """The forward and the reverse chain, of which the view may not need one.

    Where the model's data are not known, the forward chain starts where the reverse one ends.
    """
    count = options.count or default_count(model)
    data_set, schedule = model.description.data_set, model.description.schedule
    used = ExportView(options.view).used_chains
    forward = reverse = None
    if Chain.REVERSE in used or not data_set:
        reverse_request = ReverseRequest(model, count, options.seed, "cpu", sampling)
        steps = sampling.sampler.steps or schedule.T
        reverse = _drive("reverse chain", record_reverse_chain(reverse_request), steps)
    if Chain.FORWARD in used:
        start = None if data_set else reverse
        labels = data_labels(sampling, model.description, count)
        request = ForwardRequest(data_set, schedule, count, options.seed, labels, start)
        forward = _drive("forward chain", record_forward_chain(request), schedule.T)
    return forward, reverse


def _plan(options: argparse.Namespace, T: int) -> AnimationPlan:
    """Without a range all of it, in the direction in which the view's chain runs."""
    ends = (0, T) if options.view == ExportView.FORWARD else (T, 0)
    first, last = (
        end if given is None else given
        for given, end in zip((options.t_first, options.t_last), ends, strict=True)
    )
    for t in (first, last):
        if t > T:
            raise AnimationError(
                "This model's chains end at T = {T}; there is no t = {t}.", T=T, t=t
            )
    return AnimationPlan(
        t_first=first,
        t_last=last,
        frame_count=options.frames,
        frames_per_second=options.fps,
        ping_pong=options.ping_pong,
        hold_last_seconds=options.hold,
    )


def _application(options: argparse.Namespace) -> QApplication:
    """Qt with the language and the look that were asked for, whatever the window remembers."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    apply_theme(application, THEMES[options.theme])
    LanguageSwitch(application).use(options.language)
    return application


def _drive(name: str, work: Generator[Any, None, Any], total: int) -> Trajectory | None:
    """Run a generator to its end, saying how far it is; what it returns."""
    on_terminal = sys.stderr.isatty()
    interval = _REPORT_INTERVAL_SECONDS if on_terminal else _REPORT_INTERVAL_IN_A_FILE_SECONDS
    reported_at = time.monotonic()
    done = 0
    try:
        while True:
            next(work)
            done += 1
            if time.monotonic() - reported_at >= interval:
                reported_at = time.monotonic()
                show_progress(f"{name}: {done:,} of {total:,}")
    except StopIteration as stop:
        show_progress("", in_logs=False)
        return stop.value
    finally:
        work.close()
