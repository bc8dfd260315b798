"""What is written for diffusers is loaded by diffusers itself, and samples to the same numbers."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import DDPMPipeline
from torch import Tensor

from ddpm_studio.atomic_file import SaveError
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.diffusers_export import DiffusersExportError, export_to_diffusers
from ddpm_studio.checkpoints.foreign.opening import open_model
from ddpm_studio.checkpoints.weights import LoadedModel, assembled, load_inspected, load_model
from ddpm_studio.cli import main
from ddpm_studio.diffusion.samplers import reverse_chain
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.locations import resource
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.denoiser import build_network

T = 10
NETWORK_TOLERANCE, CHAIN_TOLERANCE = 1e-5, 1e-4
SMALL = UNetConfiguration(8, 3, 8, (1, 2), 1, (4,), norm_groups=4)
DESCRIPTION = ModelDescription(
    name="small",
    data_set="",
    network=SMALL,
    schedule=ScheduleConfiguration("linear", T, 1e-3, 0.3),
    target="noise",
    variance="fixed-small",
    clip=1.0,
    training=None,
    origin="some project",
)

# What differs from the description above; every variation that diffusers has words for.
MODELS: dict[str, dict[str, Any]] = {
    "plain": {},
    "levels": {
        "network": replace(SMALL, channel_multipliers=(1, 1, 2), attention_sizes=(8, 2)),
        "variance": "fixed-large",
        "clip": None,
        "target": "v",
    },
    "end-padded": {
        "network": replace(SMALL, resampling="convolution-end-padded", norm_epsilon=1e-6),
        "schedule": ScheduleConfiguration("quadratic", T, 1e-3, 0.3),
        "clip": 0.5,
    },
    "blocks": {
        "network": replace(SMALL, resampling="blocks", scale_shift=True, time_order="cos-sin"),
        "schedule": ScheduleConfiguration("cosine", T),
        "target": "x_0",
    },
    "heads": {
        "network": replace(SMALL, heads=2, time_shift=0),
        "schedule": ScheduleConfiguration("sigmoid", T, 1e-3, 0.3),
    },
    "head-width": {
        "network": replace(SMALL, head_width=4, attention_sizes=(8, 4)),
        "schedule": ScheduleConfiguration("constant", T, 0.1),
    },
    "learned-range": {
        "network": replace(SMALL, learned_range=True),
        "variance": "learned-range",
    },
    "unused-variance": {"network": replace(SMALL, learned_range=True)},
    "interleaved": {
        "network": replace(SMALL, time_order="interleaved", time_shift=0),
        "schedule": ScheduleConfiguration("custom", T, betas=tuple(0.03 * t for t in range(1, 11))),
    },
    "rescaled": {"network": replace(SMALL, time_scale=1000 / T, time_order="cos-sin")},
    "table": {"network": replace(SMALL, time_order="table", time_rows=T)},
    "uneven": {"network": replace(SMALL, channels=4, channel_multipliers=(2, 3), stem_channels=8,
                                  time_channels=8)},
}  # fmt: skip

models = pytest.mark.parametrize("name", MODELS)


@torch.no_grad()
def random_model(**changes: Any) -> LoadedModel:
    """A fresh network answers 0: every parameter is drawn, at a size that keeps outputs near 1."""
    description = replace(DESCRIPTION, **changes)
    generator = torch.Generator().manual_seed(0)
    weights = {}
    for name, tensor in build_network(description.network).state_dict().items():
        drawn = torch.randn(tensor.shape, generator=generator)
        if tensor.ndim > 1:
            weights[name] = drawn / (drawn[0].numel() ** 0.5 if "table" not in name else 1)
        else:
            weights[name] = 1 + drawn / 4 if name.endswith("weight") else drawn / 8
    return assembled(description, weights, "cpu")


def exported(model: LoadedModel, folder: Path) -> DDPMPipeline:
    export_to_diffusers(folder, model.description, model.denoiser.network.state_dict())
    return DDPMPipeline.from_pretrained(folder, local_files_only=True)


def prediction(model: LoadedModel, x: Tensor, t: int) -> Tensor:
    """Without the share of the variance where the sampler takes none."""
    output: Tensor = model.denoiser.network(x, torch.tensor([t]))
    keeps = model.description.variance == "learned-range"
    return output if keeps else output[:, : x.shape[1]]


@models
@torch.inference_mode()
def test_the_network_is_ours(name: str, tmp_path: Path) -> None:
    model = random_model(**MODELS[name])
    unet = exported(model, tmp_path / "folder").unet.eval()
    x = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    for t in (1, 2, T):
        ours = prediction(model, x, t)
        assert ours.std() > 0.05
        assert (unet(x, t - 1).sample - ours).abs().max() <= NETWORK_TOLERANCE


@models
def test_its_samples_are_ours(name: str, tmp_path: Path) -> None:
    """The pipeline draws x_T and the noise of each step from one generator, and so do we."""
    model = random_model(**MODELS[name])
    pipeline = exported(model, tmp_path / "folder")
    pipeline.set_progress_bar_config(disable=True)
    theirs = pipeline(
        batch_size=2,
        generator=torch.Generator().manual_seed(7),
        num_inference_steps=T,
        output_type="pt",
        return_dict=False,
    )[0]
    generator = torch.Generator().manual_seed(7)
    x_T = torch.randn(2, 3, 8, 8, generator=generator)
    steps = reverse_chain(
        model.denoiser.schedule, model.denoiser.predict, x_T, generator, model.description.sampler
    )
    *_, last = steps
    ours = (last.x / 2 + 0.5).clamp(0, 1)  # as the pipeline makes pictures
    assert ours.std() > 0.05
    assert (theirs - ours).abs().max() <= CHAIN_TOLERANCE


@models
def test_read_again_it_is_the_same_model(name: str, tmp_path: Path) -> None:
    model = random_model(**MODELS[name])
    export_to_diffusers(tmp_path / "folder", model.description, model.denoiser.network.state_dict())
    again = load_inspected(open_model(tmp_path / "folder"))
    x = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    for t in (1, 2, T):
        difference = (prediction(model, x, t) - prediction(again, x, t)).abs().max()
        assert difference <= NETWORK_TOLERANCE
    assert (again.description.target, again.description.variance, again.description.clip) == (
        model.description.target, model.description.variance, model.description.clip,
    )  # fmt: skip
    assert again.denoiser.schedule.beta.tolist() == model.denoiser.schedule.beta.tolist()


def test_the_bundled_digits_are_exported(tmp_path: Path) -> None:
    model = load_model(resource("models", "digits.safetensors"))
    unet = exported(model, tmp_path / "digits").unet.eval()
    shape = model.description.network.sample_shape
    x = torch.randn(4, *shape, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        for t in (1, model.denoiser.schedule.T // 2, model.denoiser.schedule.T):
            ours = model.denoiser.network(x, torch.tensor([t]))
            assert (unet(x, t - 1).sample - ours).abs().max() <= NETWORK_TOLERANCE


def test_classes_are_kept(tmp_path: Path) -> None:
    model = random_model(network=replace(SMALL, classes=4))
    unet = exported(model, tmp_path / "folder").unet.eval()
    x, labels = torch.randn(3, 3, 8, 8), torch.tensor([0, 3, 1])
    with torch.inference_mode():
        ours = model.denoiser.network(x, torch.tensor([5]), labels)
        assert (unet(x, 4, labels).sample - ours).abs().max() <= NETWORK_TOLERANCE


def test_the_command_writes_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digits, folder = resource("models", "digits.safetensors"), tmp_path / "digits"
    assert main(["convert", str(digits), "--to-diffusers", str(folder)]) == 0
    assert capsys.readouterr().out.startswith(f"{folder}: ")
    assert DDPMPipeline.from_pretrained(folder, local_files_only=True).unet.config.sample_size == 8
    assert main(["convert", str(digits), "--to-diffusers", str(folder)]) != 0
    assert "exists already, and nothing is replaced" in capsys.readouterr().err


# What diffusers has no words for


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"target": "x_prev"}, "no sampler for a network that predicts x_prev"),
        ({"network": replace(SMALL, resampling="average")}, "by averaging alone"),
        ({"network": replace(SMALL, channel_multipliers=(2, 2))}, "wider than its first"),
        (
            {"network": replace(SMALL, heads=2, attention_sizes=(8, 4))},
            "all heads of attention one width",
        ),
    ],
)
def test_what_diffusers_lacks_is_explained(
    changes: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    model = random_model(**changes)
    with pytest.raises(DiffusersExportError, match=reason):
        export_to_diffusers(
            tmp_path / "folder", model.description, model.denoiser.network.state_dict()
        )
    assert list(tmp_path.iterdir()) == []


def test_points_are_not_exported(tmp_path: Path) -> None:
    model = load_model(resource("models", "moons.safetensors"))
    with pytest.raises(DiffusersExportError, match="Only a U-Net for images"):
        export_to_diffusers(
            tmp_path / "moons", model.description, model.denoiser.network.state_dict()
        )


# Folders


@pytest.fixture
def export() -> Callable[[Path], None]:
    model = random_model()
    weights = model.denoiser.network.state_dict()
    return lambda folder: export_to_diffusers(folder, model.description, weights)


def test_an_empty_folder_is_filled(export: Any, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    export(tmp_path / "folder")
    names = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*"))
    assert names == [
        "folder/model_index.json",
        "folder/scheduler/scheduler_config.json",
        "folder/unet/config.json",
        "folder/unet/diffusion_pytorch_model.safetensors",
    ]


@pytest.mark.parametrize("kind", ["file", "full folder", "broken link"])
def test_what_is_there_is_never_written_over(kind: str, export: Any, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    if kind == "file":
        folder.write_text("precious")
    elif kind == "full folder":
        folder.mkdir()
        (folder / "mine.txt").write_text("precious")
    else:
        folder.symlink_to(tmp_path / "nowhere")
    with pytest.raises(DiffusersExportError, match="exists already, and nothing is replaced"):
        export(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_folder_in_no_folder_is_explained(export: Any, tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="does not exist"):
        export(tmp_path / "nowhere" / "folder")


def test_a_disk_that_fills_up_leaves_nothing_behind(
    export: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("ddpm_studio.atomic_file.os.write", full)
    with pytest.raises(SaveError, match="The disk is full"):
        export(tmp_path / "folder")
    assert list(tmp_path.iterdir()) == []


def test_the_same_model_gives_the_same_bytes(export: Any, tmp_path: Path) -> None:
    export(tmp_path / "one")
    export(tmp_path / "two")
    for path in (tmp_path / "one").rglob("*.*"):
        assert (
            path.read_bytes()
            == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()
        )
