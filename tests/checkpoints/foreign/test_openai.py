"""OpenAI's checkpoints against what OpenAI's own code made of them: tests/reference/foreign/openai."""

from __future__ import annotations

import lzma
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ddpm_studio.checkpoints.classifier_opening import answered_classifier
from ddpm_studio.checkpoints.classifier_weights import load_classifier
from ddpm_studio.checkpoints.condition import UNCONDITIONED, Condition
from ddpm_studio.checkpoints.foreign.openai_unet import OpenAiUnet, recognise
from ddpm_studio.checkpoints.foreign.opening import answered, look_at
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.checkpoints.sampling import resumed_steps
from ddpm_studio.checkpoints.weights import LoadedModel, load_inspected, load_model, save_model
from ddpm_studio.diffusion import gaussians
from ddpm_studio.diffusion.bound import variational_bound
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration
from ddpm_studio.networks.noisy_classifier import NoisyClassifier

REFERENCE = Path(__file__).parents[2] / "reference" / "foreign" / "openai"
ANSWERS: dict[str, dict[str, Any]] = {
    "improved": {"T": 16, "schedule": "cosine", "rescale_timesteps": True, "heads": 4},
    "conditional": {"T": 12, "schedule": "cosine", "head_width": 16, "qkv_order": "new"},
    "pooled": {"T": 25, "heads": 2, "target": "x_0"},
    "half_width": {"head_width": 32, "rescale_timesteps": False},
}
CLASSIFIERS: dict[str, dict[str, Any]] = {
    "attention": {"head_width": 16},
    "adaptive": {"heads": 2, "image_size": 8},
    "spatial": {"heads": 2, "image_size": 8},
    "spatial_v2": {"head_width": 16, "image_size": 8},
}
LABELS = torch.tensor([0, 1])  # of all that was made with classes: they are in turn
GUIDANCE = 10.0


def unpacked(name: str, folder: Path) -> Path:
    path = folder / f"{name}.pt"
    path.write_bytes(lzma.decompress((REFERENCE / f"{name}.pt.xz").read_bytes()))
    return path


def opened(name: str, folder: Path, device: str = "cpu", **changes: Any) -> LoadedModel:
    checkpoint = look_at(unpacked(name, folder))
    assert isinstance(checkpoint, OpenAiUnet)
    answers = {"image_size": 8, **ANSWERS[name], **changes}
    return load_inspected(answered(checkpoint, answers), device)


def classifier_of(name: str, model: LoadedModel, folder: Path) -> Condition:
    path = unpacked(f"classifier_{name}", folder)
    answers = dict(CLASSIFIERS[name])
    answers.pop("image_size", None)  # that of the model that it stands beside
    return Condition(None, answered_classifier(path, model.description, answers), GUIDANCE)


def reference(name: str, group: str) -> dict[str, Tensor]:
    with np.load(REFERENCE / f"{name}.npz") as arrays:
        prefix = f"{group}."
        return {
            key.removeprefix(prefix): torch.from_numpy(arrays[key])
            for key in arrays.files
            if key.startswith(prefix)
        }


@contextmanager
def given_noise(noise: Tensor) -> Iterator[None]:
    """What every step draws, in the order in which their code drew it."""
    rest = iter(noise)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            gaussians, "standard_normal", lambda _shape, _random, device: next(rest).to(device)
        )
        yield


# The networks


def difference(name: str, model: LoadedModel) -> float:
    """From their network's own output at each t."""
    known = reference(name, "answers")
    label = LABELS if name == "conditional" else None
    outputs = [
        model.denoiser.network(known["x"], torch.full((1,), int(t)), label) for t in known["t"]
    ]
    assert known["output"].std() > 0.2
    return float((torch.stack(outputs) - known["output"]).abs().max())


@pytest.mark.parametrize("name", ANSWERS)
def test_the_network_answers_as_theirs(name: str, tmp_path: Path) -> None:
    assert difference(name, opened(name, tmp_path)) < 1e-5


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("improved", {"heads": 2}),
        ("improved", {"qkv_order": "new"}),
        ("improved", {"rescale_timesteps": False}),
        ("conditional", {"head_width": 8}),
        ("conditional", {"qkv_order": "legacy"}),
        ("pooled", {"heads": 4}),
    ],
)
def test_what_is_asked_matters(name: str, wrong: dict[str, Any], tmp_path: Path) -> None:
    assert difference(name, opened(name, tmp_path, **wrong)) > 1e-3


def test_what_the_shapes_tell_is_not_asked(tmp_path: Path) -> None:
    network = opened("conditional", tmp_path).description.network
    assert network == replace(
        network,
        image_channels=3,
        channels=32,
        channel_multipliers=(1, 1),
        blocks_per_level=1,
        attention_sizes=(8,),
        resampling="blocks",
        scale_shift=True,
        learned_range=True,
        classes=5,
        time_channels=None,
        stem_channels=None,
    )
    half = opened("half_width", tmp_path).description.network
    assert (half.channels, half.channel_multipliers, half.time_channels) == (32, (1,), 64)
    pooled = opened("pooled", tmp_path).description.network
    assert (pooled.resampling, pooled.scale_shift, pooled.learned_range) == (
        "average",
        False,
        False,
    )


def test_made_ours_it_answers_the_same(tmp_path: Path) -> None:
    model = opened("conditional", tmp_path)
    path = tmp_path / "ours.safetensors"
    save_model(path, model.description, model.denoiser.network.state_dict())
    again = load_model(path)
    assert again.description == model.description
    assert difference("conditional", again) < 1e-5


def test_a_file_saved_on_several_devices_or_in_half_precision(tmp_path: Path) -> None:
    path = unpacked("improved", tmp_path)
    state = torch.load(path, weights_only=True)
    torch.save({f"module.{name}": tensor.half() for name, tensor in state.items()}, path)
    checkpoint = recognise(path)
    assert checkpoint is not None
    model = load_inspected(answered(checkpoint, {"image_size": 8, **ANSWERS["improved"]}))
    assert difference("improved", model) < 1e-5  # the fixture's few values fit 16 bits


# Chains


def chain(
    name: str,
    group: str,
    model: LoadedModel,
    sampler: SamplerConfiguration,
    condition: Condition = UNCONDITIONED,
) -> float:
    """How far x_0 is from theirs."""
    known = reference(name, group)
    with given_noise(known["noise"]):
        *_, last = resumed_steps(
            model, known["x_T"], model.denoiser.schedule.T, torch.Generator(), sampler, condition
        )
    return float((last.x.cpu() - known["x_0"]).abs().max())


def test_chains_with_their_learned_variance(tmp_path: Path) -> None:
    model = opened("improved", tmp_path)
    own = model.description.sampler
    assert (own.variance, own.clip) == ("learned-range", 1.0)
    assert chain("improved", "ancestral", model, own) < 1e-4
    assert chain("improved", "respaced", model, replace(own, steps=5)) < 1e-4
    assert chain("improved", "ddim", model, replace(own, kind="ddim", steps=5)) < 1e-4
    fixed = replace(own, variance="fixed-large")
    assert chain("improved", "ancestral", model, fixed) > 1e-2


def test_a_chain_with_the_fixed_variance_and_x_0_as_the_target(tmp_path: Path) -> None:
    model = opened("pooled", tmp_path)
    sampler = replace(model.description.sampler, steps=9)
    assert sampler.variance == "fixed-large"
    assert chain("pooled", "ancestral", model, sampler) < 1e-4


def test_chains_of_classes_and_guided_to_them(tmp_path: Path) -> None:
    model = opened("conditional", tmp_path)
    own, name = model.description.sampler, "conditional"
    assert chain(name, "ancestral", model, own) < 1e-4
    guided = classifier_of("attention", model, tmp_path)
    assert chain(name, "guided", model, own, guided) < 1e-4
    assert chain(name, "guided_respaced", model, replace(own, steps=5), guided) < 1e-4
    assert chain(name, "guided_ddim", model, replace(own, kind="ddim"), guided) < 1e-4
    assert chain(name, "guided", model, own) > 1e-2
    assert chain(name, "guided", model, own, replace(guided, scale=0.0)) > 1e-2


def test_a_guided_chain_of_a_model_that_knows_no_class(tmp_path: Path) -> None:
    model = opened("pooled", tmp_path)
    sampler = replace(model.description.sampler, steps=9)
    guided = classifier_of("adaptive", model, tmp_path)
    assert chain("pooled", "guided", model, sampler, guided) < 1e-4
    assert chain("pooled", "guided", model, sampler) > 1e-2


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_guided_chains_on_cuda(tmp_path: Path) -> None:
    """With its labels and its learned variance, and a classifier's gradient beside recorded steps."""
    model = opened("conditional", tmp_path, "cuda")
    own, name = model.description.sampler, "conditional"
    guided = classifier_of("attention", model, tmp_path)
    assert chain(name, "ancestral", model, own) < 1e-3
    assert chain(name, "guided", model, own, guided) < 1e-3


# The bound


def test_the_bound_with_their_learned_variance(tmp_path: Path) -> None:
    """All but L_0, in which their code cuts masses off that are tiny."""
    model, known = opened("improved", tmp_path), reference("improved", "bound")
    with given_noise(known["noise"]):
        *_, bound = variational_bound(
            model.denoiser.schedule,
            model.denoiser.predict,
            known["x_0"],
            torch.Generator(),
            variance="learned-range",
            clip=1.0,
            levels=256,
        )
    theirs = known["vb"].double().mean(dim=0).numpy()[:-1]  # t = T … 2
    mine = bound.bits_per_dimension[1:-1][::-1]
    assert np.abs(mine / theirs - 1).max() < 1e-4
    # 1 - alpha_bar_T has few digits of alpha_bar_T left in their float32.
    assert bound.bits_per_dimension[-1] == pytest.approx(float(known["prior_bpd"].mean()), abs=1e-7)
    assert math.isfinite(bound.total)


# The classifiers


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_and_its_gradient_are_theirs(name: str, tmp_path: Path) -> None:
    network, known = classifier(name, tmp_path), reference(f"classifier_{name}", "answers")
    steps = [torch.full((1,), int(t)) for t in known["t"]]
    logits = torch.stack([network(known["x"], step) for step in steps])
    assert (logits - known["logits"]).abs().max() < 1e-5
    gradient = torch.stack([network.score(known["x"], step, known["label"]) for step in steps])
    assert known["gradient"].abs().max() > 0.02
    assert (GUIDANCE * gradient - known["gradient"]).abs().max() < 1e-5


def classifier(name: str, folder: Path) -> NoisyClassifier:
    from ddpm_studio.checkpoints.foreign.openai_classifier import recognise_classifier
    from ddpm_studio.checkpoints.foreign.questions import checked_answers

    path = unpacked(f"classifier_{name}", folder)
    found = recognise_classifier(path)
    assert found is not None
    asked = {question.name for question in found.questions}
    assert ("image_size" in asked) == (name != "attention")  # which has a position for each pixel
    answers = checked_answers(found.questions, CLASSIFIERS[name])
    assert found.describe(answers).network.sample_shape == (3, 8, 8)
    condition = classifier_of(name, opened("pooled", folder), folder)
    assert condition.classifier is not None
    return load_classifier(condition.classifier).network


# What cannot be opened


def changed(folder: Path, name: str = "improved", **tensors: Tensor | None) -> Path:
    path = unpacked(name, folder)
    state = torch.load(path, weights_only=True)
    for key, tensor in tensors.items():
        if tensor is None:
            del state[key]
        else:
            state[key] = tensor
    torch.save(state, path)
    return path


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        (
            {"input_blocks.0.0.weight": torch.zeros(32, 6, 3, 3)},
            "it enlarges images that it is given",
        ),
        ({"out.2.weight": torch.zeros(5, 32, 3, 3)}, "5 channels of 3"),
        ({"out.2.weight": None}, "it has no out.2.weight"),
        ({"label_emb.weight": torch.zeros(())}, "it has no label_emb.weight"),
        (
            {"input_blocks.3.0.in_layers.2.weight": None},
            "it has no input_blocks.3.0.in_layers.2.weight",
        ),
        ({"surprise": torch.zeros(1)}, "its surprise has no place"),
        ({"time_embed.0.weight": torch.zeros(1)}, "it has no time_embed.0.weight"),
        ({"input_blocks.8.0.op.weight": torch.zeros(1)}, "the same number of blocks"),
    ],
)
def test_a_damaged_file_is_refused(
    tensors: dict[str, Tensor | None], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelFileError, match=r"^improved\.pt is like a model") as refused:
        look_at(changed(tmp_path, **tensors))
    assert reason in str(refused.value)


def test_a_layer_that_is_missing_or_of_another_shape(tmp_path: Path) -> None:
    missing = changed(tmp_path, **{"middle_block.1.norm.bias": None})
    checkpoint = look_at(missing)
    assert isinstance(checkpoint, OpenAiUnet)
    with pytest.raises(ModelFileError, match="do not fit the network"):
        load_inspected(answered(checkpoint, {"image_size": 8}))


def test_a_damaged_classifier_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, "classifier_attention", **{"out.2.c_proj.weight": None})
    model = opened("improved", tmp_path)
    with pytest.raises(ModelFileError, match=r"like a classifier .*: it has no out\.2\.c_proj"):
        answered_classifier(path, model.description)


def test_a_classifier_is_no_model_and_a_model_no_classifier(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="choose this file as its classifier"):
        look_at(unpacked("classifier_adaptive", tmp_path))
    model = opened("improved", tmp_path)
    with pytest.raises(ModelFileError, match=r"improved\.pt is no noisy classifier"):
        answered_classifier(tmp_path / "improved.pt", model.description)


def test_answers_that_allow_no_model(tmp_path: Path) -> None:
    checkpoint = look_at(unpacked("improved", tmp_path))
    assert isinstance(checkpoint, OpenAiUnet)
    for answers, reason in (
        ({"T": 20, "schedule": "linear"}, "at least 21 steps"),
        ({"heads": 5}, "heads"),
        ({"image_size": 9}, "must be a multiple of"),
    ):
        with pytest.raises(ModelFileError, match=f"cannot be used like this: .*{reason}"):
            answered(checkpoint, answers)


def test_what_their_samplers_do_not_limit(tmp_path: Path) -> None:
    """With x_prev as the target their mean is the output itself."""
    assert opened("improved", tmp_path, target="x_prev").description.clip is None
    assert opened("improved", tmp_path, clip=0).description.clip is None
    assert opened("improved", tmp_path, clip=2).description.clip == 2.0
