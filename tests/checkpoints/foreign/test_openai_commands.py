"""OpenAI's checkpoints on the command line: said what they are, made ours, sampled by class, guided."""

from __future__ import annotations

import lzma
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ddpm_studio import cli

REFERENCE = Path(__file__).parents[2] / "reference" / "foreign" / "openai"
MODEL = "--answer image_size=8 --answer T=12 --answer schedule=cosine --answer head_width=16"
SAMPLE = f"sample --model conditional.pt {MODEL} --count 3 --steps 3 --out x.npz"
CLASSIFIER = "--classifier classifier_attention.pt --classifier-answer head_width=16"

Say = Callable[[str], str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the checkpoints lie, and where commands are run."""
    for name in ("conditional", "classifier_attention", "classifier_adaptive"):
        packed = (REFERENCE / f"{name}.pt.xz").read_bytes()
        (tmp_path / f"{name}.pt").write_bytes(lzma.decompress(packed))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def say(folder: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """What a command prints, which must succeed."""

    def run(command: str) -> str:
        assert cli.main(command.split()) == 0
        said = capsys.readouterr()
        assert said.err == ""
        return said.out

    return run


@pytest.fixture
def refuse(folder: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """The one line that a command ends in, which must fail and leave nothing behind."""

    def run(command: str) -> str:
        assert cli.main(command.split()) == 1
        assert not (folder / "x.npz").exists()
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1
        return said.err.strip()

    return run


def samples(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / "x.npz") as arrays:
        return dict(arrays)


def test_what_a_model_is(say: Say) -> None:
    said = say(f"info conditional.pt {MODEL}")
    for part in ("made by:       guided-diffusion", "5 classes", "learned variance", "as given"):
        assert part in said
    assert "assumed:       qkv_order=legacy  [legacy, new] All of their" in said


def test_what_a_classifier_is(say: Say) -> None:
    said = say("info classifier_attention.pt --answer head_width=16")
    for part in ("classes:       5", "looks at:      3 x 8 x 8", "168,549 parameters", "attention"):
        assert part in said
    assert "image_size" not in said


def test_made_ours_both_sample_the_same(say: Say, folder: Path) -> None:
    say(f"{SAMPLE} --class 2 {CLASSIFIER} --guidance 30")
    theirs = samples(folder)
    assert theirs["label"].tolist() == [2, 2, 2]
    say(f"convert conditional.pt {MODEL} --out m.safetensors")
    say("convert classifier_attention.pt --answer head_width=16 --out c.safetensors")
    assert "pooling:       attention" in say("info c.safetensors")
    ours = "sample --model m.safetensors --count 3 --steps 3 --out x.npz --class 2"
    say(f"{ours} --classifier c.safetensors --guidance 30")
    assert np.array_equal(samples(folder)["x_0"], theirs["x_0"])
    say(ours)
    assert np.abs(samples(folder)["x_0"] - theirs["x_0"]).max() > 1e-2


def test_classes_in_turn(say: Say, folder: Path) -> None:
    say(SAMPLE)
    assert samples(folder)["label"].tolist() == [0, 1, 2]


def test_the_classifier_takes_what_it_is_not_told_from_the_model(say: Say, folder: Path) -> None:
    say(f"{SAMPLE} --classifier classifier_adaptive.pt --classifier-answer heads=2")
    assert samples(folder)["x_0"].shape == (3, 3, 8, 8)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("--class 5", "numbered from 0 to 4: there is no class 5"),
        ("--guidance 2", "--guidance and --classifier-answer belong to --classifier"),
        (f"{CLASSIFIER} --guidance -1", "from 0 to 1000, not -1"),
        (f"{CLASSIFIER} --guidance nan", "from 0 to 1000, not nan"),
        ("--classifier nowhere.pt", "There is no file nowhere.pt"),
        ("--classifier conditional.pt", "conditional.pt is no noisy classifier"),
        (f"{CLASSIFIER} --classifier-answer depth=2", "Nothing is asked about depth"),
        (f"{CLASSIFIER} --classifier-answer heads", "needs name=value"),
        (
            "--classifier classifier_attention.pt --classifier-answer head_width=7",
            "cannot be used like this",
        ),
    ],
)
def test_what_cannot_be_sampled(more: str, reason: str, refuse: Say) -> None:
    assert reason in refuse(f"{SAMPLE} {more}")


def test_a_classifier_is_not_sampled(refuse: Say) -> None:
    assert "choose this file as its classifier" in refuse(
        "sample --model classifier_attention.pt --out x.npz"
    )
