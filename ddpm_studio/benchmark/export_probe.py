"""Probe: a GIF of both chains with histograms, 800 pixels wide, as the command line makes it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import perf_counter

from PySide6.QtWidgets import QApplication

from ddpm_studio.benchmark.memory import peak_bytes
from ddpm_studio.benchmark.probe_result import report_result
from ddpm_studio.benchmark.results import Export
from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.diffusion.trajectory import Trajectory
from ddpm_studio.export import AnimationPlan
from ddpm_studio.session.chain_runs import (
    ChainWork,
    ForwardRequest,
    ReverseRequest,
    record_forward_chain,
    record_reverse_chain,
)
from ddpm_studio.session.sample_counts import default_count
from ddpm_studio.ui.export_stage import ExportStage, ExportView, StageOptions, export_animation
from ddpm_studio.ui.theme import DARK, apply_theme

WIDTH_PX = 800


def main(arguments: list[str]) -> None:
    """The arguments: when the process began, the model, repetitions, frames of each."""
    model, repetitions, frames = find_model(arguments[1]), int(arguments[2]), int(arguments[3])
    qt = QApplication(["ddpm-studio"])
    apply_theme(qt, DARK)
    chains = _chains(model)
    options = StageOptions(ExportView.BOTH, WIDTH_PX, DARK, name=model.description.name)
    plan = AnimationPlan(chains[0].T, 0, frame_count=frames)
    exports = [_export(chains, options, plan) for _ in range(repetitions)]
    report_result(
        Export(
            model=model.description.name,
            frame_count=len(plan.timesteps()),
            frames_per_second=[len(plan.timesteps()) / seconds for seconds, _ in exports],
            bytes_per_frame=exports[-1][1] / len(plan.timesteps()),
            size_px=list(ExportStage(*chains, options).size_px),
            peak_bytes=peak_bytes(),
        )
    )


def _chains(model: ModelFile) -> tuple[Trajectory, Trajectory]:
    count, schedule = default_count(model), model.description.schedule
    forward = ForwardRequest(model.description.data_set, schedule, count, 0)
    reverse = ReverseRequest(model, count, 0, "")
    return _driven(record_forward_chain(forward)), _driven(record_reverse_chain(reverse))


def _driven(work: ChainWork) -> Trajectory:
    try:
        while True:
            next(work)
    except StopIteration as stop:
        trajectory: Trajectory = stop.value
        return trajectory


def _export(
    chains: tuple[Trajectory, Trajectory], options: StageOptions, plan: AnimationPlan
) -> tuple[float, int]:
    """Seconds of the whole export, and the file's bytes."""
    with tempfile.TemporaryDirectory(prefix="ddpm-studio-benchmark-") as folder:
        path = Path(folder) / "benchmark.gif"
        began = perf_counter()
        for _ in export_animation(*chains, options, plan, path):
            pass
        return perf_counter() - began, path.stat().st_size


if __name__ == "__main__":
    main(sys.argv[1:])
