"""From a file that somebody drops to a model: recognition, questions, answers, weights."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from ddpm_studio.checkpoints.foreign.opening import (
    all_questions,
    look_at,
    open_model,
)
from ddpm_studio.checkpoints.foreign.questions import AnswerError, Question, checked_answers
from ddpm_studio.checkpoints.model_file import ModelFile, ModelFileError
from ddpm_studio.checkpoints.sampling import sample_model
from ddpm_studio.checkpoints.weights import load_inspected, load_model, save_model
from ddpm_studio.cli import main
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.locations import resource

REASON = ExplainedError("Because.")


def test_a_file_of_ours_is_itself() -> None:
    found = look_at(resource("models", "moons.safetensors"))
    assert isinstance(found, ModelFile)
    assert found.answers is None


def test_a_checkpoint_is_opened_with_guesses(invented_checkpoint: Path) -> None:
    model = open_model(invented_checkpoint)
    assert model.description.schedule.T == 20
    assert model.description.data_set == ""
    assert model.description.origin == "invented-diffusion"
    samples = sample_model(load_inspected(model), 3, seed=0)
    assert samples.shape == (3, 1, 8, 8)
    assert torch.isfinite(samples).all()


def test_answers_take_the_place_of_guesses(invented_checkpoint: Path) -> None:
    answers = {"T": "7", "target": "x_0", "heads": "2", "data_set": "digits"}
    model = open_model(invented_checkpoint, answers)
    assert model.description.schedule.T == 7
    assert model.description.target == "x_0"
    assert model.description.network.heads == 2  # type: ignore[union-attr]
    assert model.description.data_set == "digits"
    assert dict(model.answers or ())["T"] == 7
    assert sample_model(load_inspected(model), 2, seed=0).shape == (2, 1, 8, 8)


def test_data_of_the_right_shape_are_offered(invented_checkpoint: Path) -> None:
    checkpoint = look_at(invented_checkpoint)
    assert not isinstance(checkpoint, ModelFile)
    asked = {question.name: question for question in all_questions(checkpoint)}
    assert asked["data_set"].choices == ("", "digits")
    assert asked["data_set"].guess == ""


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"T": "many"}, "T must be a number, not 'many'"),
        ({"T": 0}, "T must be a number from 1 to 10000, not 0"),
        ({"T": "nan"}, "T must be a number, not 'nan'"),
        ({"target": "score"}, "target must be one of noise, x_0, not 'score'"),
        ({"colour": 1}, "Nothing is asked about colour; asked is about T, target, heads"),
        ({"data_set": "moons"}, "data_set must be one of none, digits, not 'moons'"),
    ],
)
def test_an_answer_that_cannot_be_is_explained(
    invented_checkpoint: Path, answers: dict[str, str | int], reason: str
) -> None:
    with pytest.raises(AnswerError, match=reason):
        open_model(invented_checkpoint, answers)


def test_answers_that_allow_no_network_are_explained(invented_checkpoint: Path) -> None:
    with pytest.raises(ModelFileError, match=r"weights.ckpt cannot be used like this: .* heads"):
        open_model(invented_checkpoint, {"heads": 3})


@pytest.mark.parametrize("text", ["true", "True", "false"])
def test_yes_and_no_may_be_written(text: str) -> None:
    question = Question("rescale_timesteps", False, REASON)
    assert question.checked(text) is (text.lower() == "true")
    with pytest.raises(AnswerError):
        question.checked("perhaps")


def test_what_is_not_answered_is_guessed() -> None:
    questions = (Question("T", 1000, REASON, low=1, high=9999), Question("weights", "ema", REASON))
    assert checked_answers(questions, {"weights": "model"}) == {"T": 1000, "weights": "model"}


def test_a_checkpoint_that_changed_meanwhile_is_not_loaded(invented_checkpoint: Path) -> None:
    model = open_model(invented_checkpoint)
    os.utime(invented_checkpoint, ns=(1, 1))
    with pytest.raises(ModelFileError, match="has changed since it was opened"):
        load_inspected(model)


def test_an_unknown_zip_file_is_refused(tmp_path: Path, invented_checkpoint: Path) -> None:
    path = tmp_path / "archive.pt"
    path.write_bytes(invented_checkpoint.read_bytes().replace(b"invented", b"whatever"))
    with pytest.raises(ModelFileError, match=r"archive.pt is a zip archive, but not a"):
        look_at(path)


def test_what_was_converted_is_the_same_model(invented_checkpoint: Path, tmp_path: Path) -> None:
    foreign = open_model(invented_checkpoint, {"T": 5})
    loaded = load_inspected(foreign)
    save_model(
        tmp_path / "ours.safetensors", foreign.description, loaded.denoiser.network.state_dict()
    )
    ours = load_model(tmp_path / "ours.safetensors")
    assert ours.description == foreign.description
    assert torch.equal(sample_model(ours, 2, 1), sample_model(loaded, 2, 1))


def test_a_model_of_ours_lies_beside_any_settings(tmp_path: Path) -> None:
    ours = tmp_path / "moons.safetensors"
    ours.write_bytes(resource("models", "moons.safetensors").read_bytes())
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    assert open_model(ours).description.name == "moons"


# The commands


def test_info_says_what_was_assumed(
    invented_checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["info", str(invented_checkpoint), "--answer", "heads=2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "made by:       invented-diffusion" in lines
    assert "data:          not known" in lines
    assert "assumed:       T=20  Most of them have it." in lines
    assert "assumed:       heads=2  [1, 2, 3] as given" in lines


def test_convert_makes_a_file_of_ours(
    invented_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "ours.safetensors"
    command = ["convert", str(invented_checkpoint), "--out", str(out), "--answer", "T=5"]
    assert main(command) == 0
    model = load_model(out)
    assert model.description.name == "ours"
    assert model.description.schedule.T == 5
    assert model.description.training is None
    assert main(["info", str(out)]) == 0
    assert "invented-diffusion" in capsys.readouterr().out


def test_answers_to_nothing_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(resource("models", "moons.safetensors")), "--answer", "T=5"]) == 1
    assert "Nothing is asked about T" in capsys.readouterr().err
    assert main(["info", "x", "--answer", "T"]) == 1


def test_sampling_and_drawing_take_answers(invented_checkpoint: Path, tmp_path: Path) -> None:
    model = ["--model", str(invented_checkpoint), "--answer", "T=4"]
    assert main(["sample", *model, "--count", "2", "--out", str(tmp_path / "x.npz")]) == 0
    assert main(["export", *model, "--count", "4", "--frames", "3", "--width", "200",
                 "--out", str(tmp_path / "x.gif")]) == 0  # fmt: skip
    assert (tmp_path / "x.gif").stat().st_size > 1000


def test_a_model_without_data_cannot_be_measured(
    invented_checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measure", str(invented_checkpoint)]) == 1
    assert "To measure a model one must know its data." in capsys.readouterr().err
