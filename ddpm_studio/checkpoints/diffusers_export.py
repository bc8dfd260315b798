"""Writes a U-Net of ours as a folder that Hugging Face's diffusers opens as a DDPMPipeline."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ddpm_studio.atomic_file import SaveError, SaveProblem, replacing_file
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.foreign.diffusers_folder import (
    PIPELINE_FILE,
    SCHEDULER_FILE,
    SCHEDULER_FOLDER,
    UNET_FILE,
    UNET_FOLDER,
    WEIGHTS_NAMES,
)
from ddpm_studio.checkpoints.foreign.diffusers_scheduler import (
    KIND_OF_SCHEDULE,
    TARGET_OF_PREDICTION,
)
from ddpm_studio.checkpoints.foreign.diffusers_unet import UNET_CLASS, DiffusersUNet
from ddpm_studio.checkpoints.foreign.json_settings import JsonSettings
from ddpm_studio.checkpoints.tensor_file import write_tensors
from ddpm_studio.diffusion.sampler_configuration import ReverseVariance
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.configuration import Resampling, TimeOrder, UNetConfiguration
from ddpm_studio.networks.time_embedding import sinusoidal_features

_SCHEDULER_CLASS = "DDPMScheduler"
_POSITIONAL = (TimeOrder.SIN_COS, TimeOrder.COS_SIN)
_PREDICTION_OF_TARGET = {target: word for word, target in TARGET_OF_PREDICTION.items()}
_SCHEDULE_OF_KIND = {kind: word for word, kind in KIND_OF_SCHEDULE.items()}
_TYPE_OF_VARIANCE = {
    ReverseVariance.FIXED_SMALL: "fixed_small",
    ReverseVariance.FIXED_LARGE: "fixed_large",
    ReverseVariance.LEARNED_RANGE: "learned_range",
}
_TEMPORARY = ".ddpm-studio-unfinished-"


class DiffusersExportError(ExplainedError):
    """A model that diffusers cannot hold; the message says why."""


def export_to_diffusers(
    folder: Path, description: ModelDescription, weights: Mapping[str, Tensor]
) -> None:
    """Write the model; ``folder`` must not exist yet, or be empty. It appears whole or not at all.

    Raises DiffusersExportError for a model that diffusers has no words for, and SaveError where the
    folder cannot be written.
    """
    network = exportable_network(description)
    unet = _unet_settings(network, description)
    tensors = _their_tensors(unet, network, description, weights)
    parts: dict[str, dict[str, Any]] = {
        PIPELINE_FILE: _pipeline_settings(),
        f"{UNET_FOLDER}/{UNET_FILE}": unet,
        f"{SCHEDULER_FOLDER}/{SCHEDULER_FILE}": _scheduler_settings(description),
    }
    check_new_folder(folder)
    unfinished = folder.absolute().with_name(f"{_TEMPORARY}{secrets.token_hex(8)}.tmp")
    try:
        _write(unfinished, parts, tensors)
        _move(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def check_new_folder(folder: Path) -> None:
    """Raises SaveError unless there is no such folder, or an empty one, in a folder that exists."""
    if not folder.absolute().parent.is_dir():
        raise SaveError(SaveProblem.FOLDER_MISSING, folder)
    if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        raise DiffusersExportError(
            "“{folder}” exists already, and nothing is replaced: choose a new name.",
            folder=folder,
        )


def exportable_network(description: ModelDescription) -> UNetConfiguration:
    """Its network. Raises DiffusersExportError for a model that diffusers has no words for."""
    network = description.network
    if not isinstance(network, UNetConfiguration):
        raise DiffusersExportError("Only a U-Net for images can be written for diffusers.")
    if description.target not in _PREDICTION_OF_TARGET:
        raise DiffusersExportError(
            "diffusers has no sampler for a network that predicts {target}.",
            target=description.target,
        )
    if network.resampling == Resampling.AVERAGE:
        raise DiffusersExportError("diffusers has no U-Net that halves images by averaging alone.")
    first = network.level_widths[0]
    if network.stem_width != first or network.time_features != first:
        raise DiffusersExportError(
            "diffusers has no U-Net whose first level is wider than its first convolution."
        )
    _ = _head_width(network)
    return network


def _head_width(network: UNetConfiguration) -> int | None:
    """One width at all levels; None for a single head."""
    if network.head_width is not None or network.heads == 1:
        return network.head_width
    levels = zip(network.level_sizes, network.level_widths, strict=True)
    widths = {width for size, width in levels if size in network.attention_sizes}
    widths.add(network.level_widths[-1])  # in the middle
    if len(widths) > 1:
        raise DiffusersExportError(
            "diffusers gives all heads of attention one width, and this network one number of them."
        )
    return widths.pop() // network.heads


# Settings


def _pipeline_settings() -> dict[str, Any]:
    return {
        "_class_name": "DDPMPipeline",
        "scheduler": ["diffusers", _SCHEDULER_CLASS],
        "unet": ["diffusers", UNET_CLASS],
    }


def _unet_settings(network: UNetConfiguration, description: ModelDescription) -> dict[str, Any]:
    by_blocks = network.resampling == Resampling.BLOCKS
    attends = [size in network.attention_sizes for size in network.level_sizes]
    down_plain = "ResnetDownsampleBlock2D" if by_blocks else "DownBlock2D"
    up_plain = "ResnetUpsampleBlock2D" if by_blocks else "UpBlock2D"
    joint = "resnet" if by_blocks else "conv"
    end_padded = network.resampling == Resampling.CONVOLUTION_END_PADDED
    return {
        "_class_name": UNET_CLASS,
        "act_fn": "silu",
        "add_attention": True,
        "attention_head_dim": _head_width(network),
        "attn_norm_num_groups": network.norm_groups,
        "block_out_channels": list(network.level_widths),
        "center_input_sample": False,
        "class_embed_type": None,
        "down_block_types": ["AttnDownBlock2D" if it else down_plain for it in attends],
        "downsample_padding": 0 if end_padded else 1,
        "downsample_type": joint,
        "dropout": network.dropout,
        "in_channels": network.image_channels,
        "layers_per_block": network.blocks_per_level,
        "mid_block_scale_factor": 1,
        "norm_eps": network.norm_epsilon,
        "norm_num_groups": network.norm_groups,
        "num_class_embeds": network.classes,
        "out_channels": network.image_channels * (2 if _keeps_variance(description) else 1),
        "resnet_time_scale_shift": "scale_shift" if network.scale_shift else "default",
        "sample_size": network.image_size,
        "up_block_types": ["AttnUpBlock2D" if it else up_plain for it in reversed(attends)],
        "upsample_type": joint,
        **_time_settings(network, description),
    }


def _time_settings(network: UNetConfiguration, description: ModelDescription) -> dict[str, Any]:
    """Sines and cosines in an order that diffusers knows, or else as a table of them."""
    if _is_positional(network):
        return {
            "time_embedding_type": "positional",
            "flip_sin_to_cos": network.time_order == TimeOrder.COS_SIN,
            "freq_shift": network.time_shift,
        }
    rows = description.schedule.T if network.time_rows is None else network.time_rows
    return {"time_embedding_type": "learned", "num_train_timesteps": rows}


def _is_positional(network: UNetConfiguration) -> bool:
    return network.time_order in _POSITIONAL and network.time_scale == 1.0


def _keeps_variance(description: ModelDescription) -> bool:
    """diffusers does not skip a learned variance that its scheduler does not use."""
    return description.variance == ReverseVariance.LEARNED_RANGE


def _scheduler_settings(description: ModelDescription) -> dict[str, Any]:
    schedule = description.schedule
    betas = None
    if schedule.kind not in _SCHEDULE_OF_KIND:
        betas = schedule.build().beta[1:].tolist()
    return {
        "_class_name": _SCHEDULER_CLASS,
        "beta_end": 0.02 if schedule.beta_T is None else schedule.beta_T,
        "beta_schedule": _SCHEDULE_OF_KIND.get(schedule.kind, "linear"),
        "beta_start": 0.0001 if schedule.beta_1 is None else schedule.beta_1,
        "clip_sample": description.clip is not None,
        "clip_sample_range": 1.0 if description.clip is None else description.clip,
        "num_train_timesteps": schedule.T,
        "prediction_type": _PREDICTION_OF_TARGET[description.target],
        "rescale_betas_zero_snr": False,
        "thresholding": False,
        "trained_betas": betas,
        "variance_type": _TYPE_OF_VARIANCE[ReverseVariance(description.variance)],
    }


# Weights


def _their_tensors(
    unet: dict[str, Any],
    network: UNetConfiguration,
    description: ModelDescription,
    weights: Mapping[str, Tensor],
) -> dict[str, Tensor]:
    """Under the names of diffusers: those that its own reader here makes ours of."""
    ours = dict(weights)
    if not _is_positional(network) and network.time_rows is None:
        ours["time_table.weight"] = _time_table(network, description.schedule.T)
    if network.learned_range and not _keeps_variance(description):
        for part in ("weight", "bias"):
            ours[f"head.{part}"] = ours[f"head.{part}"][: network.image_channels]
    layers = DiffusersUNet.read(JsonSettings(Path(UNET_FILE), unet)).layers(_EveryName())
    tensors: dict[str, Tensor] = {}
    for name, tensor in ours.items():
        layer, _, part = name.rpartition(".")
        tensors |= _split(tensor, layers[layer], part)
    return tensors


class _EveryName:
    """Stands for the names of all tensors that could be: the map then holds every layer."""

    def __contains__(self, _name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _split(tensor: Tensor, theirs: tuple[str, ...], part: str) -> dict[str, Tensor]:
    """Queries, keys and values apart, and attention's 1x1 convolutions as linear layers."""
    is_linear = ".attentions." in theirs[0] and tensor.ndim == 4
    rows = (tensor.flatten(1) if is_linear else tensor).chunk(len(theirs))
    return {f"{name}.{part}": each for name, each in zip(theirs, rows, strict=True)}


def _time_table(network: UNetConfiguration, T: int) -> Tensor:
    """The features of t = 1 … T, (T, time_features), as the network computes them."""
    return sinusoidal_features(
        torch.arange(T) * network.time_scale,
        network.time_features,
        order=network.time_order,
        shift=network.time_shift,
        formula=network.time_formula,
    )


# Files


def _write(
    folder: Path, parts: Mapping[str, Mapping[str, Any]], tensors: dict[str, Tensor]
) -> None:
    try:
        for part in ("", UNET_FOLDER, SCHEDULER_FOLDER):
            (folder / part).mkdir()
    except OSError as error:
        raise SaveError(SaveProblem.NOT_WRITABLE, folder.parent) from error
    for name, settings in parts.items():
        with replacing_file(folder / name) as file:
            file.write(json.dumps(settings, indent=2, sort_keys=True).encode() + b"\n")
    write_tensors(folder / UNET_FOLDER / WEIGHTS_NAMES[0], tensors, {"format": "pt"})


def _move(unfinished: Path, folder: Path) -> None:
    try:
        with suppress(FileNotFoundError):
            folder.rmdir()  # an empty one
        os.rename(unfinished, folder)
    except OSError as error:
        raise SaveError(SaveProblem.FAILED, folder, detail=error.strerror or str(error)) from error
