"""Checkpoints of ermongroup/ddim, and Ho's weights as it downloads them, give the numbers of its code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from ddpm_studio.checkpoints.foreign.ermon_ddim import ErmonDdimCheckpoint
from ddpm_studio.checkpoints.foreign.opening import look_at, open_model
from ddpm_studio.checkpoints.foreign.questions import Value
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.networks.configuration import Resampling, UNetConfiguration

FAMILY = "ermon_ddim"
NETWORK_TOLERANCE, CHAIN_TOLERANCE = 1e-5, 1e-4

variants = pytest.mark.parametrize("variant", ["trained-here", "of-ho", "without-conv"])


def answers(theirs: Any, **more: Value) -> dict[str, Value]:
    """What the fixtures were made with; T is known of the variant whose file says it."""
    asked = {question.name for question in opened(theirs.path).questions}
    known: dict[str, Value] = {
        "image_size": theirs.outputs["x"].shape[-1], "T": 10, "beta_1": 1e-3, "beta_T": 0.2,
    }  # fmt: skip
    return {name: value for name, value in known.items() if name in asked} | more


def opened(path: Path) -> ErmonDdimCheckpoint:
    found = look_at(path)
    assert isinstance(found, ErmonDdimCheckpoint)
    return found


@variants
def test_the_average_is_theirs(variant: str, reference: Any, network_difference: Any) -> None:
    theirs = reference(FAMILY, variant, "ckpt.pth")
    size = {"image_size": theirs.outputs["x"].shape[-1]}
    model = theirs.load(**size)
    assert network_difference(model, theirs.outputs, "ema_output") <= NETWORK_TOLERANCE


@pytest.mark.parametrize("variant", ["trained-here", "without-conv"])
def test_the_trained_weights_are_theirs(
    variant: str, reference: Any, network_difference: Any
) -> None:
    theirs = reference(FAMILY, variant, "ckpt.pth")
    model = theirs.load(image_size=8, weights="model")
    assert network_difference(model, theirs.outputs, "net_output") <= NETWORK_TOLERANCE


@variants
def test_the_chain_is_theirs(variant: str, reference: Any, our_chain: Any) -> None:
    theirs = reference(FAMILY, variant, "ckpt.pth")
    model = theirs.load(**answers(theirs))
    steps = our_chain(model, theirs.outputs["x_T"], theirs.outputs["noise"])
    assert (steps - theirs.outputs["ema_chain"]).abs().max() <= CHAIN_TOLERANCE


@variants
def test_the_chain_of_ddim_is_theirs(variant: str, reference: Any, our_chain: Any) -> None:
    """It limits nothing."""
    theirs = reference(FAMILY, variant, "ckpt.pth")
    model = theirs.load(**answers(theirs))
    sampler = replace(model.description.sampler, kind="ddim", eta=0.5, clip=None)
    steps = our_chain(model, theirs.outputs["x_T"], theirs.outputs["noise"], sampler)
    assert (steps - theirs.outputs["ema_ddim_chain"]).abs().max() <= CHAIN_TOLERANCE


def test_what_stands_in_configuration_files_is_asked(reference: Any) -> None:
    checkpoint = opened(reference(FAMILY, "without-conv", "ckpt.pth").path)
    guesses = {question.name: question.guess for question in checkpoint.questions}
    assert guesses == {
        "weights": "ema", "image_size": 16, "T": 1000, "beta_1": 1e-4, "beta_T": 0.02,
        "variance": "fixed-large",
    }  # fmt: skip
    network = open_model(checkpoint.path).description.network
    assert isinstance(network, UNetConfiguration)
    assert network.resampling == Resampling.AVERAGE


def test_the_size_is_guessed_by_where_attention_stands(reference: Any) -> None:
    """16 × 16 at the second level is CIFAR-10's 32."""
    checkpoint = opened(reference(FAMILY, "trained-here", "ckpt.pth").path)
    asked = {question.name: question for question in checkpoint.questions}
    assert asked["image_size"].guess == 32
    assert "T" not in asked  # its "bayesian" network has a number for each step


def test_weights_alone_leave_no_choice_of_them(reference: Any) -> None:
    checkpoint = opened(reference(FAMILY, "of-ho", "ckpt.pth").path)
    assert "weights" not in {question.name for question in checkpoint.questions}
    assert open_model(checkpoint.path).description.clip == 1.0


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("down.1.block.0.conv2.weight", "its tensor down.1.block.0.conv2.weight is missing"),
        ("conv_in.weight", "its layers are not those of ddim's network"),
        ("mid.attn_1.k.bias", "its tensor mid.attn_1.k.bias is missing"),
    ],
)
def test_a_network_that_is_not_whole_is_refused(key: str, reason: str, reference: Any) -> None:
    path = reference(FAMILY, "of-ho", "ckpt.pth").path
    content = torch.load(path, weights_only=True)
    del content[key]
    torch.save(content, path)
    with pytest.raises(ModelFileError, match=reason):
        look_at(path)
