"""Folders of Hugging Face diffusers give its own numbers: stored ones, and those of today's library."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import DDIMScheduler, DDPMPipeline, DDPMScheduler, UNet2DModel
from torch import Tensor

from ddpm_studio.checkpoints.foreign.diffusers_folder import DiffusersCheckpoint
from ddpm_studio.checkpoints.foreign.opening import look_at, open_model
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.checkpoints.weights import LoadedModel, load_inspected
from ddpm_studio.networks.configuration import UNetConfiguration

FAMILY = "diffusers_folder"
NETWORK_TOLERANCE, CHAIN_TOLERANCE = 1e-5, 1e-4
WITH_SCHEDULER = ("google-flat", "tutorial", "ddim-v-listed", "learned-range")
T = 10


def opened(path: Path) -> DiffusersCheckpoint:
    found = look_at(path)
    assert isinstance(found, DiffusersCheckpoint)
    return found


# Stored numbers


@pytest.mark.parametrize("variant", [*WITH_SCHEDULER, "bare"])
def test_the_network_is_theirs(variant: str, reference: Any, network_difference: Any) -> None:
    theirs = reference(FAMILY, variant)
    assert network_difference(theirs.load(), theirs.outputs, "output") <= NETWORK_TOLERANCE


@pytest.mark.parametrize("variant", WITH_SCHEDULER)
def test_the_chain_is_theirs(variant: str, reference: Any, our_chain: Any) -> None:
    theirs = reference(FAMILY, variant)
    model = theirs.load()
    sampler = model.description.sampler
    if variant.startswith("ddim"):
        sampler = replace(sampler, kind="ddim")
    steps = our_chain(model, theirs.outputs["x_T"], theirs.outputs["noise"], sampler)
    assert (steps - theirs.outputs["chain"]).abs().max() <= CHAIN_TOLERANCE


@pytest.mark.parametrize(
    ("variant", "part"),
    [
        ("google-flat", "model_index.json"),
        ("google-flat", "config.json"),
        ("google-flat", "diffusion_pytorch_model.bin"),
        ("tutorial", "model_index.json"),
        ("tutorial", "unet"),
        ("tutorial", "unet/config.json"),
        ("tutorial", "unet/diffusion_pytorch_model.safetensors"),
    ],
)
def test_any_part_of_it_opens_the_whole(variant: str, part: str, reference: Any) -> None:
    theirs = reference(FAMILY, variant)
    whole = opened(theirs.path)
    found = opened(theirs.path / part)
    assert found.questions == whole.questions == ()
    assert found.describe({}).schedule == whole.describe({}).schedule


def test_a_bare_network_leaves_its_scheduler_open(reference: Any) -> None:
    checkpoint = opened(reference(FAMILY, "bare").path)
    assert {question.name: question.guess for question in checkpoint.questions} == {
        "T": 1000, "schedule": "linear", "beta_1": 1e-4, "beta_T": 0.02,
        "target": "noise", "variance": "fixed-small", "clip": 1.0,
    }  # fmt: skip
    chosen = {"T": 7, "schedule": "cosine", "clip": 0, "target": "v"}
    description = open_model(checkpoint.path, chosen).description
    assert description.schedule.as_dict() == {"kind": "cosine", "T": 7}
    assert (description.clip, description.target) == (None, "v")


def test_ddim_says_nothing_about_the_variance(reference: Any) -> None:
    checkpoint = opened(reference(FAMILY, "ddim-v-listed").path)
    assert [question.name for question in checkpoint.questions] == ["variance"]


# Today's library

Settings = dict[str, Any]


@torch.no_grad()
def randomise(network: torch.nn.Module, seed: int) -> None:
    """Fresh networks answer almost 0: every parameter is drawn, at a size that keeps outputs near 1."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in network.named_parameters():
        drawn = torch.randn(parameter.shape, generator=generator)
        if "time_proj" in name or "class_embedding" in name:
            parameter.copy_(drawn)
        elif drawn.ndim > 1:
            parameter.copy_(drawn / drawn[0].numel() ** 0.5)
        else:
            parameter.copy_(1 + drawn / 4 if name.endswith("weight") else drawn / 8)


def random_settings(seed: int) -> Settings:
    """A configuration of UNet2DModel out of all that we open."""
    draw = random.Random(seed)
    levels = draw.randint(1, 4)
    groups = draw.choice([2, 4, 8])
    widths = [groups * 2 * draw.randint(1, 3) for _ in range(levels)]
    attends = [draw.random() < 0.5 for _ in range(levels)]
    joint = draw.choice(["conv", "conv", "resnet"])
    plain = ("DownBlock2D", "UpBlock2D")
    if joint == "resnet":
        plain = ("ResnetDownsampleBlock2D", "ResnetUpsampleBlock2D")
    scales = draw.random() < 0.3
    channels = draw.choice([1, 3])
    settings: Settings = {
        "sample_size": draw.choice([8, 16]),
        "in_channels": channels,
        "out_channels": channels,
        "block_out_channels": widths,
        "down_block_types": ["AttnDownBlock2D" if it else plain[0] for it in attends],
        "up_block_types": ["AttnUpBlock2D" if it else plain[1] for it in reversed(attends)],
        "downsample_type": joint,
        "upsample_type": joint,
        "layers_per_block": draw.randint(1, 2),
        "norm_num_groups": groups,
        "norm_eps": draw.choice([1e-6, 1e-5, 1e-3]),
        "downsample_padding": draw.randint(0, 1),
        "flip_sin_to_cos": draw.random() < 0.5,
        "freq_shift": draw.randint(0, 1) if widths[0] > 2 else 0,
        "attention_head_dim": draw.choice([None, 1, 2, groups * 2]),
        "act_fn": draw.choice(["silu", "swish"]),
        "resnet_time_scale_shift": "scale_shift" if scales else "default",
        "attn_norm_num_groups": groups if scales or draw.random() < 0.3 else None,
        "num_class_embeds": draw.choice([None, None, 5]),
    }
    if draw.random() < 0.2:
        settings |= {"time_embedding_type": "learned", "num_train_timesteps": 1000}
    return settings


def saved(folder: Path, settings: Settings, seed: int = 0) -> UNet2DModel:
    network = UNet2DModel(**settings).eval()
    randomise(network, seed)
    network.save_pretrained(folder)
    return network


@torch.inference_mode()
def outputs(network: UNet2DModel, model: LoadedModel, t: int) -> tuple[Tensor, Tensor]:
    """Theirs and ours, of three random images."""
    generator = torch.Generator().manual_seed(t)
    x = torch.randn(3, *model.description.network.sample_shape, generator=generator)
    classes = network.config.num_class_embeds
    labels = None if classes is None else torch.tensor([0, 2, classes - 1])
    ours = model.denoiser.network(x, torch.tensor([t]), labels)
    return network(x, t - 1, labels).sample, ours


@pytest.mark.parametrize("seed", range(16))
def test_random_networks_are_theirs(seed: int, tmp_path: Path) -> None:
    network = saved(tmp_path / "unet", random_settings(seed), seed)
    model = load_inspected(open_model(tmp_path / "unet"))
    for t in (1, 2, 137, 1000):
        theirs, ours = outputs(network, model, t)
        assert 0.05 < theirs.std() < 5
        assert (ours - theirs).abs().max() <= NETWORK_TOLERANCE


SCHEDULERS: list[Settings] = [
    {"beta_schedule": "linear", "variance_type": "fixed_small", "beta_end": 0.3},
    {"beta_schedule": "linear", "variance_type": "fixed_large", "clip_sample": False},
    {"beta_schedule": "scaled_linear", "variance_type": "fixed_small_log", "beta_end": 0.3},
    {"beta_schedule": "sigmoid", "variance_type": "fixed_large", "beta_end": 0.3},
    {"beta_schedule": "squaredcos_cap_v2", "prediction_type": "v_prediction"},
    {"beta_schedule": "squaredcos_cap_v2", "clip_sample_range": 0.5},
    {"trained_betas": [0.02 * i for i in range(1, T + 1)], "prediction_type": "sample"},
    {"variance_type": "learned_range", "beta_end": 0.3},
    {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction", "beta_end": 0.3},
    {"rescale_betas_zero_snr": True, "prediction_type": "sample", "clip_sample": False},
    {"timestep_spacing": "trailing", "beta_end": 0.3},
    {"timestep_spacing": "linspace", "beta_end": 0.3},
]
SMALL: Settings = {
    "sample_size": 8, "in_channels": 1, "out_channels": 1, "block_out_channels": [8, 16],
    "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
    "up_block_types": ["AttnUpBlock2D", "UpBlock2D"], "layers_per_block": 1,
    "norm_num_groups": 4, "attention_head_dim": 8,
}  # fmt: skip


@pytest.fixture
def pipeline(tmp_path: Path) -> Callable[..., tuple[DDPMPipeline, Path]]:
    """Saves a pipeline with a small random network, and this scheduler."""

    def make(scheduler: DDPMScheduler | DDIMScheduler) -> tuple[DDPMPipeline, Path]:
        learned = scheduler.config.get("variance_type") == "learned_range"
        network = UNet2DModel(**SMALL | {"out_channels": 2 if learned else 1}).eval()
        randomise(network, 0)
        made = DDPMPipeline(network, scheduler)
        made.save_pretrained(tmp_path / "pipeline")
        return made, tmp_path / "pipeline"

    return make


def noise_of(count: int) -> Tensor:
    """What their schedulers draw from a generator with seed 5, step by step."""
    generator = torch.Generator().manual_seed(5)
    return torch.stack([torch.randn(2, 1, 8, 8, generator=generator) for _ in range(count)])


@torch.inference_mode()
def their_chain(pipeline: DDPMPipeline, x_T: Tensor) -> Tensor:
    generator = torch.Generator().manual_seed(5)
    pipeline.scheduler.set_timesteps(T)
    x, steps = x_T, []
    for t in pipeline.scheduler.timesteps:
        output = pipeline.unet(x, t).sample
        x = pipeline.scheduler.step(output, t, x, generator=generator).prev_sample
        steps.append(x)
    return torch.stack(steps)


@pytest.mark.parametrize("settings", SCHEDULERS, ids=str)
def test_chains_of_any_scheduler_are_theirs(
    settings: Settings, pipeline: Any, our_chain: Any
) -> None:
    made, folder = pipeline(DDPMScheduler(num_train_timesteps=T, **settings))
    model = load_inspected(open_model(folder))
    x_T = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    theirs, ours = their_chain(made, x_T), our_chain(model, x_T, noise_of(T - 1))
    assert theirs.std() > 0.1
    assert (ours - theirs).abs().max() <= CHAIN_TOLERANCE


def test_chains_of_ddim_are_theirs(pipeline: Any, our_chain: Any) -> None:
    made, folder = pipeline(DDIMScheduler(T, beta_end=0.3, clip_sample=False))
    model = load_inspected(open_model(folder))
    x_T = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    sampler = replace(model.description.sampler, kind="ddim")
    ours = our_chain(model, x_T, torch.empty(0), sampler)
    assert (ours - their_chain(made, x_T)).abs().max() <= CHAIN_TOLERANCE


# What the settings leave open, and what they ask for in vain


def rewrite(path: Path, **changes: Any) -> None:
    """Other values in a JSON file; None in the place of a dict takes all away."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.fixture
def folder(pipeline: Any) -> Path:
    made: Path = pipeline(DDPMScheduler(num_train_timesteps=T))[1]
    return made


def test_an_open_size_is_asked_for(folder: Path) -> None:
    rewrite(folder / "unet" / "config.json", sample_size=None)
    assert [question.name for question in opened(folder).questions] == ["image_size"]
    chosen = open_model(folder, {"image_size": 64}).description.network
    assert chosen.sample_shape == (1, 64, 64)


def test_two_equal_sizes_are_one(folder: Path) -> None:
    rewrite(folder / "unet" / "config.json", sample_size=[16, 16])
    assert opened(folder).describe({}).network.sample_shape == (1, 16, 16)


def test_dynamic_thresholding_becomes_a_question(folder: Path) -> None:
    rewrite(folder / "scheduler" / "scheduler_config.json", thresholding=True)
    (question,) = opened(folder).questions
    assert (question.name, question.guess) == ("clip", 1.0)
    assert "dynamic thresholding" in str(question.reason)


@pytest.mark.parametrize("name", ["PNDMScheduler", "DPMSolverMultistepScheduler"])
def test_other_samplers_of_the_same_process_leave_the_sampler_open(name: str, folder: Path) -> None:
    rewrite(folder / "scheduler" / "scheduler_config.json", _class_name=name)
    assert [question.name for question in opened(folder).questions] == ["variance", "clip"]


BOTH_ATTEND: Settings = {
    "down_block_types": ["AttnDownBlock2D"] * 2,
    "up_block_types": ["AttnUpBlock2D"] * 2,
}
UNET_REFUSALS: list[tuple[Settings, str]] = [
    ({"center_input_sample": True}, "its center_input_sample is True"),
    ({"time_embedding_type": "fourier"}, "its time_embedding_type is fourier"),
    ({"mid_block_scale_factor": 1.414}, "its mid_block_scale_factor is 1.414"),
    ({"mid_block_type": None}, "its mid_block_type is None"),
    ({"act_fn": "relu"}, "its act_fn is relu"),
    ({"add_attention": False}, "its add_attention is False"),
    ({"class_embed_type": "timestep"}, "its class_embed_type is timestep"),
    ({"resnet_time_scale_shift": "spatial"}, "its resnet_time_scale_shift is spatial"),
    ({"resnet_time_scale_shift": "scale_shift"}, "its attn_norm_num_groups is"),
    ({"attn_norm_num_groups": 2}, "its attn_norm_num_groups is 2"),
    ({"time_embedding_dim": 64}, "its time_embedding_dim is 64"),
    ({"downsample_padding": 2}, "its downsample_padding is 2"),
    (BOTH_ATTEND | {"downsample_type": None}, "its downsample_type is None"),
    (BOTH_ATTEND | {"downsample_type": "resnet"}, "its up_block_types is"),
    ({"sample_size": [8, 16]}, r"its sample_size is \[8, 16\]"),
    ({"sample_size": "8"}, "its sample_size is 8"),
    ({"out_channels": 3}, "its out_channels is 3"),
    ({"norm_num_groups": None}, "its norm_num_groups is None"),
    ({"down_block_types": ["SkipDownBlock2D", "AttnDownBlock2D"]}, "its down_block_types is"),
    ({"down_block_types": ["DownBlock2D"]}, "its block_out_channels is"),
    ({"down_block_types": ["AttnDownBlock2D", "DownBlock2D"]}, "its up_block_types is"),
    ({"block_out_channels": []}, "its block_out_channels is"),
    ({"block_out_channels": [10**9, 10**9]}, "channels must be a whole number from 2 to 1024"),
    ({"block_out_channels": [8, "16"]}, "config.json is not valid: its block_out_channels is"),
    ({"layers_per_block": 0}, "its layers_per_block is 0"),
    ({"layers_per_block": 10**9}, "its layers_per_block is 1000000000"),
    ({"block_out_channels": [8] * 100_000}, "its block_out_channels is"),
    ({"_class_name": "UNet2DConditionModel"}, "describes a UNet2DConditionModel"),
    ({"_class_name": None}, "describes a None"),
    ({"auto_map": {"AutoModel": "mine.Model"}}, "code that comes with it, which DDPM Studio never"),
    ({"norm_eps": float("nan")}, "its norm_eps is nan"),
    ({"norm_eps": -1.0}, "norm_epsilon must be above 0"),
    ({"attention_head_dim": 3}, "cannot be shared out among the heads"),
]


@pytest.mark.parametrize(("changes", "reason"), UNET_REFUSALS, ids=str)
def test_networks_that_we_lack_are_refused(changes: Settings, reason: str, folder: Path) -> None:
    rewrite(folder / "unet" / "config.json", **changes)
    with pytest.raises(ModelFileError, match=reason):
        open_model(folder)


SCHEDULER_REFUSALS: list[tuple[Settings, str]] = [
    ({"_class_name": "ScoreSdeVeScheduler"}, "describes a ScoreSdeVeScheduler"),
    ({"variance_type": "learned"}, "its variance_type is learned"),
    ({"variance_type": "learned_range"}, "its network has learned none"),
    ({"beta_schedule": "laplace"}, "its beta_schedule is laplace"),
    ({"prediction_type": "flow"}, "its prediction_type is flow"),
    ({"num_train_timesteps": 0}, "T must lie between 1 and 10000, not 0"),
    ({"num_train_timesteps": 10**9}, "T must lie between 1 and 10000"),
    ({"num_train_timesteps": "10"}, "its num_train_timesteps is '10'"),
    ({"beta_start": float("nan")}, "its beta_start is nan"),
    ({"beta_end": 1.5}, "beta_T must lie strictly between 0 and 1"),
    ({"trained_betas": [0.1, 1.0]}, "beta_2 must lie strictly between 0 and 1"),
    ({"trained_betas": []}, "must hold from 1 to"),
    ({"trained_betas": "0.1"}, "its trained_betas is '0.1'"),
    ({"clip_sample_range": 10**400}, "its clip_sample_range is"),
    ({"clip_sample_range": -1.0}, "limit of x_0|clip"),
    ({"rescale_betas_zero_snr": True}, "nothing of x_0 is left"),
]


@pytest.mark.parametrize(("changes", "reason"), SCHEDULER_REFUSALS, ids=str)
def test_schedulers_that_we_lack_are_refused(changes: Settings, reason: str, folder: Path) -> None:
    rewrite(folder / "scheduler" / "scheduler_config.json", **changes)
    with pytest.raises(ModelFileError, match=reason):
        open_model(folder)


def remove(folder: Path, name: str) -> None:
    path = folder / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("unet", "pipeline is not complete: its unet/config.json is missing"),
        ("unet/config.json", "pipeline is not complete: its unet/config.json is missing"),
        (
            "unet/diffusion_pytorch_model.safetensors",
            "unet is not complete: its diffusion_pytorch_model.safetensors is missing",
        ),
    ],
)
def test_a_folder_that_is_not_whole_is_refused(name: str, reason: str, folder: Path) -> None:
    remove(folder, name)
    with pytest.raises(ModelFileError, match=reason):
        look_at(folder)


def test_weights_in_several_files_are_those_of_one(folder: Path) -> None:
    whole = load_inspected(open_model(folder)).denoiser.network.state_dict()
    network = UNet2DModel.from_pretrained(folder / "unet")
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    network.save_pretrained(folder / "unet", max_shard_size="20KB")
    assert len(list((folder / "unet").glob("*.safetensors"))) > 1
    parts = load_inspected(open_model(folder)).denoiser.network.state_dict()
    assert all(torch.equal(parts[name], tensor) for name, tensor in whole.items())


def test_another_pipeline_is_named(folder: Path) -> None:
    rewrite(
        folder / "model_index.json", _class_name="StableDiffusionPipeline", unet=["diffusers", "X"]
    )
    with pytest.raises(ModelFileError, match="describes a StableDiffusionPipeline"):
        look_at(folder)


def test_a_pipeline_with_code_of_its_own_is_refused(folder: Path) -> None:
    rewrite(folder / "model_index.json", unet=["my_code", "UNet2DModel"])
    with pytest.raises(ModelFileError, match="opens pipelines with a UNet2DModel of diffusers"):
        look_at(folder)


def test_weights_without_their_settings_ask_for_the_folder(folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    weights = load_file(folder / "unet" / "diffusion_pytorch_model.safetensors")
    torch.save(weights, tmp_path / "weights.bin")
    with pytest.raises(ModelFileError, match="open the folder that has config"):
        look_at(tmp_path / "weights.bin")


def test_a_folder_of_something_else_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"editor": "vim"}')
    with pytest.raises(ModelFileError, match="is no model of a project that DDPM Studio knows"):
        look_at(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"a": 1, "a": 2}', "[" * 100_000, " " * 3_000_000]
)
def test_settings_that_are_none_are_refused(text: str, folder: Path) -> None:
    (folder / "unet" / "config.json").write_text(text)
    with pytest.raises(ModelFileError, match="holds no settings"):
        look_at(folder)


def test_half_precision_weights_are_opened(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = folder / "unet" / "diffusion_pytorch_model.safetensors"
    half = {name: tensor.half() for name, tensor in load_file(path).items()}
    save_file(half, path)
    model = load_inspected(open_model(folder))
    weights = model.denoiser.network.state_dict()
    assert weights["head.weight"].dtype == torch.float32
    assert torch.equal(weights["head.weight"], half["conv_out.weight"].float())


def damaged(content: bytes) -> list[bytes]:
    length = int.from_bytes(content[:8], "little")
    swapped = content.replace(b'"shape":[8]', b'"shape":[9]', 1)
    return [
        b"",
        content[:5],
        content[: 8 + length // 2],
        content[:-1],
        content + b"\0",
        (2**60).to_bytes(8, "little") + content[8:],
        swapped,
        content.replace(b"F32", b"F99", 1),
        content.replace(b'"shape"', b'"shame"', 1),
    ]


@pytest.mark.parametrize("kind", range(9))
def test_a_damaged_file_of_weights_is_refused(kind: int, folder: Path) -> None:
    path = folder / "unet" / "diffusion_pytorch_model.safetensors"
    path.write_bytes(damaged(path.read_bytes())[kind])
    with pytest.raises(ModelFileError, match=r"diffusion_pytorch_model\.safetensors (is|holds)"):
        look_at(folder)


def test_a_folder_that_changed_meanwhile_is_not_taken_for_the_old_one(folder: Path) -> None:
    model = open_model(folder)
    assert (
        model.byte_count > (folder / "unet" / "diffusion_pytorch_model.safetensors").stat().st_size
    )
    rewrite(folder / "unet" / "config.json", attention_head_dim=4)
    with pytest.raises(ModelFileError, match="pipeline has changed since it was opened"):
        load_inspected(model)
    shutil.rmtree(folder)
    with pytest.raises(ModelFileError, match="pipeline has changed since it was opened"):
        load_inspected(model)


def test_heads_are_those_of_the_settings(folder: Path) -> None:
    network = open_model(folder).description.network
    assert isinstance(network, UNetConfiguration)
    assert (network.head_width, network.heads_of(16)) == (8, 2)
