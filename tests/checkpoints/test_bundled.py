"""Models are found by name or by path."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ddpm_studio.checkpoints import bundled
from ddpm_studio.checkpoints.bundled import bundled_models, find_model
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.checkpoints.weights import load_inspected

NAMES = [
    "mixture-1d",
    "moons",
    "swiss-roll",
    "circles",
    "spiral",
    "checkerboard",
    "eight-gaussians",
    "digits",
]


@pytest.fixture
def one_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of bundled models holds a whole one and a damaged one."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "circles.safetensors").write_bytes(find_model("circles").path.read_bytes())
    (folder / "moons.safetensors").write_bytes(b"torn")
    monkeypatch.setattr(bundled, "resource", lambda *parts: tmp_path.joinpath(*parts))
    return folder


def test_all_models_are_there() -> None:
    assert [model.description.name for model in bundled_models()] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_model_is_found_by_its_name_and_opens(name: str) -> None:
    model = find_model(name)
    assert model.path.name == f"{name}.safetensors"
    assert load_inspected(model).description.name == name


def test_a_model_is_found_by_its_path(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_model(str(path)).description.name == "small"
    monkeypatch.chdir(path.parent)
    assert find_model(path.name).description.name == "small"
    path.rename("no-suffix")
    assert find_model("no-suffix").description.name == "small"


def test_a_name_there_is_not_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        ModelFileError, match=r"no model 'mnist'; bundled are mixture-1d, moons, .*"
    ):
        find_model("mnist")


@pytest.mark.parametrize("name", ["x" * 300, "", "a\0b"])
def test_a_name_that_no_file_can_have_is_no_model(name: str) -> None:
    with pytest.raises(ModelFileError):
        find_model(name)


@pytest.mark.parametrize("path", ["missing.safetensors", "missing/model", "../moons.safetensors"])
def test_a_path_that_leads_nowhere_is_named(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelFileError, match="There is no file"):
        find_model(path)


def test_a_damaged_model_hides_no_other(one_is_damaged: Path, path: Path) -> None:
    assert find_model("circles").path == one_is_damaged / "circles.safetensors"
    assert find_model(str(path)).path == path
    with pytest.raises(ModelFileError, match="no model 'mnist'; bundled are moons, circles"):
        find_model("mnist")
    for look in (bundled_models, lambda: find_model("moons")):
        with pytest.raises(ModelFileError, match=r"moons\.safetensors is not a model file"):
            look()


def test_looking_at_models_imports_no_torch() -> None:
    code = (
        "import sys; from ddpm_studio.checkpoints import bundled, summary\n"
        "for model in bundled.bundled_models(): summary.full_summary(model)\n"
        "raise SystemExit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_damaged_one_is_reported_and_the_others_are_listed(one_is_damaged: Path) -> None:
    damaged: list[ModelFileError] = []
    assert [model.description.name for model in bundled_models(damaged.append)] == ["circles"]
    assert ["moons.safetensors" in str(error) for error in damaged] == [True]
    with pytest.raises(ModelFileError):
        bundled_models()
