"""Checkpoints of w86763777/pytorch-ddpm give the numbers of its own code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ddpm_studio.checkpoints.foreign.opening import look_at, open_model
from ddpm_studio.checkpoints.foreign.pytorch_ddpm import PytorchDdpmCheckpoint
from ddpm_studio.checkpoints.model_file import ModelFile, ModelFileError
from ddpm_studio.checkpoints.weights import load_inspected, load_model
from ddpm_studio.cli import main
from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.time_embedding import sinusoidal_features

FAMILY = "pytorch_ddpm"
NETWORK_TOLERANCE, CHAIN_TOLERANCE = 1e-5, 1e-4
# What a flag file would say of the variant that has none.
ANSWERS: dict[str, dict[str, Any]] = {
    "epsilon-large": {},
    "xstart-small": {},
    "xprev-bare": {"target": "x_prev", "beta_1": 0.2, "beta_T": 0.4},
}

variants = pytest.mark.parametrize("variant", ANSWERS)


def opened(path: Path) -> PytorchDdpmCheckpoint:
    found = look_at(path)
    assert isinstance(found, PytorchDdpmCheckpoint)
    return found


@variants
@pytest.mark.parametrize("weights", ["ema", "model"])
def test_the_network_is_theirs(
    variant: str, weights: str, reference: Any, network_difference: Any
) -> None:
    theirs = reference(FAMILY, variant, "ckpt.pt")
    model = theirs.load(weights=weights, **ANSWERS[variant])
    name = {"ema": "ema_output", "model": "net_output"}[weights]
    assert network_difference(model, theirs.outputs, name) <= NETWORK_TOLERANCE


@variants
def test_the_chain_is_theirs(variant: str, reference: Any, our_chain: Any) -> None:
    """Theirs limits x_0 once, at the very end."""
    theirs = reference(FAMILY, variant, "ckpt.pt")
    model = theirs.load(**ANSWERS[variant])
    steps = our_chain(model, theirs.outputs["x_T"], theirs.outputs["noise"])
    steps[-1].clamp_(-1, 1)
    assert (steps - theirs.outputs["ema_chain"]).abs().max() <= CHAIN_TOLERANCE


def test_a_flag_file_answers_all_but_which_weights(reference: Any) -> None:
    checkpoint = opened(reference(FAMILY, "xstart-small", "ckpt.pt").path)
    assert [question.name for question in checkpoint.questions] == ["weights"]
    description = open_model(checkpoint.path).description
    assert (description.target, description.variance) == ("x_0", "fixed-small")
    assert description.schedule.as_dict() == {
        "kind": "linear", "T": 10, "beta_1": 0.02, "beta_T": 0.3,
    }  # fmt: skip
    assert description.clip is None
    assert description.origin == "pytorch-ddpm"


def test_without_a_flag_file_the_rest_is_asked(reference: Any) -> None:
    checkpoint = opened(reference(FAMILY, "xprev-bare", "ckpt.pt").path)
    guesses = {question.name: question.guess for question in checkpoint.questions}
    assert guesses == {
        "weights": "ema", "beta_1": 1e-4, "beta_T": 0.02,
        "target": "noise", "variance": "fixed-large",
    }  # fmt: skip
    network = open_model(checkpoint.path).description.network
    assert isinstance(network, UNetConfiguration)
    assert network.image_size == 16  # of the images x_T that it keeps
    assert network.time_rows == 8
    assert network.channel_multipliers == (1, 2, 1, 1)
    assert network.attention_sizes == (8, 4)


@pytest.mark.parametrize(
    ("old", "new"),
    [("--ch=32", "--ch=64"), ("--T=12", "--T=1000"), ("--attn=1", "--attn=0"), ("--ch_mult=2", "")],
)
def test_the_flags_of_another_training_are_not_believed(old: str, new: str, reference: Any) -> None:
    checkpoint = opened(reference(FAMILY, "epsilon-large", "ckpt.pt").path)
    flags = checkpoint.path.with_name("flagfile.txt")
    flags.write_text(flags.read_text().replace(old, new))
    names = [question.name for question in opened(checkpoint.path).questions]
    assert names == ["weights", "beta_1", "beta_T", "target", "variance"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\0--T=12", b"--T=12\n" * 20_000, None])
def test_a_flag_file_that_is_none_is_as_good_as_none(content: bytes | None, reference: Any) -> None:
    path = reference(FAMILY, "epsilon-large", "ckpt.pt").path
    flags = path.with_name("flagfile.txt")
    flags.unlink()
    if content is None:
        flags.mkdir()
    else:
        flags.write_bytes(content)
    assert len(opened(path).questions) == 5


@pytest.mark.parametrize("line", ["--beta_1=nan", "--beta_1=2", "--beta_1=many"])
def test_a_flag_that_makes_no_sense_is_asked_for(line: str, reference: Any) -> None:
    path = reference(FAMILY, "epsilon-large", "ckpt.pt").path
    flags = path.with_name("flagfile.txt")
    flags.write_text(flags.read_text().replace("--beta_1=0.0001", line))
    assert [question.name for question in opened(path).questions] == ["weights", "beta_1"]


def test_the_averaged_time_features_are_not_sines_any_more(reference: Any) -> None:
    """Their averaging moves the table; the formula in its place would miss by ten times the limit."""
    model = reference(FAMILY, "xprev-bare", "ckpt.pt").load()
    table = model.denoiser.network.state_dict()["time_table.weight"]
    formula = sinusoidal_features(torch.arange(8), 32, order="interleaved", shift=0)
    assert 1e-4 < (table - formula).abs().max() < 1e-3


def test_converted_it_is_the_same_model(reference: Any, tmp_path: Path) -> None:
    theirs = reference(FAMILY, "xprev-bare", "ckpt.pt")
    out = tmp_path / "converted.safetensors"
    arguments = ["convert", str(theirs.path), "--out", str(out), "--answer", "target=x_prev"]
    assert main(arguments) == 0
    converted, model = load_model(out), theirs.load(target="x_prev")
    assert converted.description.network == model.description.network
    assert converted.description.target == "x_prev"
    x = theirs.outputs["x"][0]
    t = torch.tensor([3])
    assert torch.equal(converted.denoiser.network(x, t), model.denoiser.network(x, t))


def test_info_says_what_it_is(reference: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(reference(FAMILY, "epsilon-large", "ckpt.pt").path)]) == 0
    said = capsys.readouterr().out
    assert "pytorch-ddpm" in said
    assert "linear, T = 12" in said
    assert "weights=ema" in said


# Files that are nearly one

State = dict[str, torch.Tensor]


@pytest.fixture
def rewritten(reference: Any) -> Callable[[Callable[[dict[str, Any]], object]], Path]:
    """A checkpoint with its content changed."""

    def write(change: Callable[[dict[str, Any]], object]) -> Path:
        path: Path = reference(FAMILY, "epsilon-large", "ckpt.pt").path
        content = torch.load(path, weights_only=True)
        changed = change(content)
        torch.save(content if changed is None else changed, path)
        return path

    return write


def test_one_network_alone_is_a_checkpoint(rewritten: Any) -> None:
    path = rewritten(lambda content: content["net_model"])
    assert opened(path).questions == ()  # its flags lie beside it
    path.with_name("flagfile.txt").unlink()
    assert opened(path).questions[0].name == "image_size"
    assert open_model(path).description.network.sample_shape == (3, 32, 32)


def test_the_prefix_of_several_gpus_is_accepted(rewritten: Any) -> None:
    def prefix(content: dict[str, Any]) -> None:
        for name in ("net_model", "ema_model"):
            content[name] = {f"module.{key}": each for key, each in content[name].items()}

    load_inspected(open_model(rewritten(prefix)))


@pytest.mark.parametrize("T", [3, 5])
def test_the_number_of_steps_is_that_of_the_table(T: int, rewritten: Any) -> None:
    def shorten(content: dict[str, Any]) -> None:
        for name in ("net_model", "ema_model"):
            key = "time_embedding.timembedding.0.weight"
            content[name][key] = content[name][key][:T].clone()

    assert open_model(rewritten(shorten)).description.schedule.T == T


def without(key: str) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        del content["ema_model"][key]

    return change


def with_tensor(key: str, shape: tuple[int, ...]) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        content["ema_model"][key] = torch.zeros(shape)

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (without("head.weight"), "its layers are not those of pytorch-ddpm's network"),
        (without("tail.2.bias"), "its tensor tail.2.bias is missing"),
        (without("downblocks.0.block1.0.bias"), "downblocks.0.block1.0.bias is missing"),
        (with_tensor("extra.weight", (1,)), "a layer that DDPM Studio does not know: extra.weight"),
        (with_tensor("downblocks.99999999999.block1.0.bias", (1,)), "its layers are not those"),
        (with_tensor("downblocks.2.attn.proj_q.weight", (64, 9, 1, 1)), "do not fit together"),
        (with_tensor("head.weight", ()), "its layers are not those"),
        (with_tensor("head.weight", (0, 3, 3, 3)), "its layers are not those"),
    ],
)
def test_a_network_that_is_not_whole_is_refused(change: Any, reason: str, rewritten: Any) -> None:
    with pytest.raises(ModelFileError, match=reason) as caught:
        look_at(rewritten(change))
    assert str(caught.value).startswith("ckpt.pt ")


@pytest.mark.parametrize(
    "change",
    [
        with_tensor("head.weight", (32, 3, 5, 5)),
        with_tensor("downblocks.2.temb_proj.1.weight", (64, 64)),
    ],
)
def test_layers_of_other_shapes_are_refused(change: Any, rewritten: Any) -> None:
    with pytest.raises(ModelFileError, match=r"ckpt.pt is damaged: its weights do not fit"):
        load_inspected(open_model(rewritten(change)))


def test_weights_that_are_not_numbers_are_refused(rewritten: Any) -> None:
    def spoil(content: dict[str, Any]) -> None:
        content["ema_model"]["head.weight"][0, 0, 0, 0] = float("nan")

    with pytest.raises(ModelFileError, match="not finite"):
        load_inspected(open_model(rewritten(spoil)))


def test_a_file_of_ours_is_still_ours(reference: Any, tmp_path: Path) -> None:
    out = tmp_path / "ours.safetensors"
    assert (
        main(
            ["convert", str(reference(FAMILY, "epsilon-large", "ckpt.pt").path), "--out", str(out)]
        )
        == 0
    )
    assert isinstance(look_at(out), ModelFile)
