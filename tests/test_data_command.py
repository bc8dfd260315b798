"""The data command, as a person types it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.cli import main


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for name in ("cats", "dogs"):
        folder = tmp_path / "my pets" / name
        folder.mkdir(parents=True)
        for number in range(6):
            Image.new("RGB", (40, 30), (20 * number, 0, 0)).save(folder / f"{number}.png")
    (tmp_path / "my pets" / "cats" / "broken\x1b[31m.png").write_bytes(b"")
    return tmp_path / "my pets"


def said(capsys: pytest.CaptureFixture[str]) -> tuple[list[str], str]:
    out, err = capsys.readouterr()
    return out.splitlines(), err


def test_a_folder_is_imported_listed_and_removed(
    pictures: Path, data_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "import", str(pictures), "--size", "16", "--grey", "--flip"]) == 0
    out, err = said(capsys)
    assert out == [
        "my-pets: 12 images of 1 x 16 x 16, 1 of them held out.",
        "Classes: cats, dogs.",
        "Left out: 1.",
        "  cats/broken?[31m.png: it is none of PNG, JPEG, WebP, GIF, BMP, TIFF and PPM, or damaged",
    ]
    assert err == ""
    assert main(["data", "list"]) == 0
    out, _ = said(capsys)
    assert out[0].startswith("mixture-1d ")
    assert out[-1] == (
        f"my-pets          12 images, 16x16 grey, 2 classes; 0.0 MB, from {pictures}"
    )
    assert main(["data", "where"]) == 0
    assert said(capsys)[0] == [f"{data_cache} (0.0 MB)"]
    assert main(["data", "remove", "my-pets"]) == 0
    assert said(capsys)[0] == ["Removed my-pets."]
    assert list(data_cache.iterdir()) == []


def test_an_unfinished_download_is_listed_and_removed(
    data_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data_cache / ".downloads" / "mnist").mkdir(parents=True)
    (data_cache / ".downloads" / "mnist" / "images.part").write_bytes(bytes(2_500_000))
    assert main(["data", "list"]) == 0
    line = " ".join(said(capsys)[0][-1].split())
    assert line == "mnist an unfinished download, 2.5 MB: go on with it, or remove it"
    assert main(["data", "remove", "mnist"]) == 0
    assert said(capsys)[0] == ["Removed mnist."]
    assert list(data_cache.iterdir()) == []


def test_what_was_assumed_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "noise.npy", np.random.default_rng(0).random((20, 8, 8)))
    assert main(["data", "import", str(tmp_path / "noise.npy")]) == 0
    assert said(capsys)[0] == [
        "noise: 20 images of 1 x 8 x 8, 2 of them held out.",
        "Its values are from 0 to 1: 0 was taken for black.",
    ]
    assert main(["data", "remove", "--all"]) == 0
    assert said(capsys)[0] == ["Removed 1 data set."]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["import", "{folder}/gone"],
            "“{folder}/gone” cannot be read: it is gone, or a link to a file",
        ),
        (["import", "{folder}"], "There are no pictures in “{folder}”"),
        (["import", "{folder}", "--name", "a/b"], "A data set cannot be named “a/b”"),
        (["download", "imagenet"], "There is no data set named “imagenet” to download"),
        (["remove", "moons"], "There is no imported data set named “moons”."),
        (["move", "{folder}"], "The variable DDPM_STUDIO_DATA says where the data sets are"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    given = [each.replace("{folder}", str(tmp_path)) for each in arguments]
    assert main(["data", *given]) == 1
    out, err = said(capsys)
    assert out == []
    assert err.startswith("ddpm-studio: " + sentence.replace("{folder}", str(tmp_path)))
    assert err.count("\n") == 1


def test_a_preset_without_its_data_says_how_to_get_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--preset", "cifar10", "--out", str(tmp_path / "c.safetensors")]) == 1
    assert "ddpm-studio data download cifar-10" in said(capsys)[1]
