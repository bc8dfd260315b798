"""Weights survive their file bit for bit, and wrong ones are refused."""

from __future__ import annotations

import errno
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load
from torch import Tensor

from ddpm_studio.atomic_file import SaveError, SaveProblem
from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.loading_progress import LoadingProgress
from ddpm_studio.checkpoints.model_file import ModelFileError, inspect_model_file
from ddpm_studio.checkpoints.weight_reading import CHUNK_BYTES
from ddpm_studio.checkpoints.weights import (
    load_inspected,
    load_model,
    loading_steps,
    save_model,
)
from ddpm_studio.networks.configuration import MlpConfiguration, UNetConfiguration
from ddpm_studio.networks.denoiser import build_network

PROJECT = Path(__file__).resolve().parent.parent.parent
POINTS = {"data_set": "moons"}
IMAGES = {
    "data_set": "digits",
    "network": UNetConfiguration(
        8, 1, 8, (1, 2), 1, attention_sizes=(4,), dropout=0.9, norm_groups=4
    ),
    "clip": 1.0,
}


def random_weights(description: ModelDescription) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(1)
    shapes = build_network(description.network).state_dict()
    return {name: torch.randn(t.shape, generator=generator) for name, t in shapes.items()}


@pytest.mark.parametrize("changes", [POINTS, IMAGES], ids=["points", "images"])
def test_a_model_survives_its_file(
    description: ModelDescription, tmp_path: Path, changes: dict[str, object]
) -> None:
    described = replace(description, **changes)  # type: ignore[arg-type]
    weights = random_weights(described)
    save_model(tmp_path / "model", described, weights)
    loaded = load_model(tmp_path / "model")
    assert loaded.description == described
    found = loaded.denoiser.network.state_dict()
    assert found.keys() == weights.keys()
    assert all(torch.equal(found[name], weights[name]) for name in weights)
    assert list(tmp_path.iterdir()) == [tmp_path / "model"]


@pytest.mark.parametrize("changes", [POINTS, IMAGES], ids=["points", "images"])
def test_a_loaded_model_predicts_as_the_saved_network(
    description: ModelDescription, tmp_path: Path, changes: dict[str, object]
) -> None:
    """x_0 = (x_t - sqrt(1 - alpha_bar) epsilon) / sqrt(alpha_bar), without dropout."""
    described = replace(description, **changes)  # type: ignore[arg-type]
    weights = random_weights(described)
    save_model(tmp_path / "model", described, weights)
    network = build_network(described.network).eval()
    network.load_state_dict(weights)
    x_t = torch.randn(
        3, *described.network.sample_shape, generator=torch.Generator().manual_seed(2)
    )
    alpha_bar = float(torch.tensor([1 - (0.01 + 0.49 * s / 9) for s in range(4)]).prod())
    with torch.no_grad():
        noise = network(x_t, torch.tensor([4]))
        expected = (x_t - (1 - alpha_bar) ** 0.5 * noise) / alpha_bar**0.5
        found = load_model(tmp_path / "model").denoiser.predict_x_0(x_t, 4)
    assert (found - expected).abs().max() < 1e-4 * expected.abs().max()


def test_opening_leaves_the_global_generator_alone_and_nothing_to_train(path: Path) -> None:
    before = torch.get_rng_state()
    network = load_model(path).denoiser.network
    assert torch.equal(torch.get_rng_state(), before)
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_weights_in_any_layout_can_be_saved(description: ModelDescription, tmp_path: Path) -> None:
    weights = random_weights(description)
    strided = {name: torch.stack((t, t), dim=-1)[..., 1] for name, t in weights.items()}
    strided["output.weight"].requires_grad_()
    assert not strided["output.weight"].is_contiguous()
    save_model(tmp_path / "model", description, strided)
    found = load_model(tmp_path / "model").denoiser.network.state_dict()
    assert all(torch.equal(found[name], weights[name]) for name in weights)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_single_weight_that_is_not_finite_is_refused(
    description: ModelDescription, tmp_path: Path, value: float
) -> None:
    weights = random_weights(description)
    weights["hidden.0.weight"][3, 1] = value
    save_model(tmp_path / "bad.safetensors", description, weights)
    with pytest.raises(ModelFileError, match=r"bad\.safetensors holds weights that are not finite"):
        load_model(tmp_path / "bad.safetensors")


def without_layer(weights: dict[str, Tensor]) -> None:
    del weights["output.bias"]


def with_another_layer(weights: dict[str, Tensor]) -> None:
    weights["hidden.1.weight"] = torch.zeros(4, 4)


def with_another_name(weights: dict[str, Tensor]) -> None:
    weights["module.output.bias"] = weights.pop("output.bias")


def with_another_shape(weights: dict[str, Tensor]) -> None:
    weights["hidden.0.weight"] = weights["hidden.0.weight"].T.contiguous()


def with_none(weights: dict[str, Tensor]) -> None:
    weights.clear()


@pytest.mark.parametrize(
    "change",
    [without_layer, with_another_layer, with_another_name, with_another_shape, with_none],
)
def test_weights_of_another_network_are_refused(
    description: ModelDescription, tmp_path: Path, change: Callable[[dict[str, Tensor]], None]
) -> None:
    weights = random_weights(description)
    change(weights)
    save_model(tmp_path / "bad.safetensors", description, weights)
    with pytest.raises(
        ModelFileError, match=r"bad\.safetensors is damaged: its weights do not fit"
    ):
        load_model(tmp_path / "bad.safetensors")


def test_the_largest_network_that_may_be_described_takes_no_memory(
    description: ModelDescription, tmp_path: Path
) -> None:
    """32 layers of 4096 would take 2 GB; the file of a few hundred bytes is refused before."""
    largest = replace(description, network=MlpConfiguration(2, 4096, 32, 1024))
    save_model(tmp_path / "bad.safetensors", largest, {})
    with pytest.raises(ModelFileError, match="its weights do not fit the network it describes"):
        load_model(tmp_path / "bad.safetensors")


def test_a_file_that_vanishes_between_two_looks_is_explained(path: Path) -> None:
    file = inspect_model_file(path)
    path.unlink()
    with pytest.raises(ModelFileError, match=r"There is no file .*small\.safetensors"):
        load_inspected(file)


def test_a_file_that_is_cut_between_two_looks_is_refused(path: Path) -> None:
    file = inspect_model_file(path)
    os.truncate(path, file.byte_count - 4)
    with pytest.raises(ModelFileError, match=r"small\.safetensors is damaged"):
        load_inspected(file)


def test_a_file_that_changes_between_two_looks_is_refused(
    path: Path, description: ModelDescription, save: Callable[..., Path]
) -> None:
    larger = save(description, "larger", network=MlpConfiguration(2, 5, 1, 4))
    file = replace(inspect_model_file(path), byte_count=larger.stat().st_size)
    larger.replace(path)
    with pytest.raises(ModelFileError, match=r"small\.safetensors has changed since it was opened"):
        load_inspected(file)


def test_what_happens_to_the_file_later_does_not_matter(path: Path) -> None:
    """Weights that are mapped would change with it, or end the process where it was cut short."""
    network = load_model(path).denoiser.network
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    with open(path, "r+b") as file:
        file.write(bytes(path.stat().st_size))
    os.truncate(path, 0)
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


def test_a_full_disk_leaves_the_old_model_and_says_how_much_to_free(
    path: Path, description: ModelDescription, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()
    large = replace(description, network=MlpConfiguration(2, 1024, 2, 4))
    weights = random_weights(large)

    def failing(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", failing)
        with pytest.raises(SaveError) as caught:
            save_model(path, large, weights)
    assert caught.value.problem is SaveProblem.DISK_FULL
    assert caught.value.megabytes == 5  # 4 (2 · 1024 + 1024 + 1024² + 1024 + 2 · 4 · 1024 + …)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_the_same_model_is_the_same_bytes_in_every_process(path: Path) -> None:
    """safetensors keeps metadata in the order of a hash map, which differs from save to save."""
    again = """
import sys
from pathlib import Path
from ddpm_studio.checkpoints.weights import load_model, save_model
loaded = load_model(Path(sys.argv[1]))
for n in range(6):
    save_model(Path(f"{sys.argv[1]}.{n}"), loaded.description, loaded.denoiser.network.state_dict())
"""
    for _ in range(2):
        subprocess.run([sys.executable, "-c", again, str(path)], check=True)
        copies = [Path(f"{path}.{n}").read_bytes() for n in range(6)]
        assert set(copies) == {path.read_bytes()}


def test_the_data_of_a_file_begin_at_a_multiple_of_eight(
    description: ModelDescription, tmp_path: Path
) -> None:
    weights = random_weights(description)
    for length in range(1, 9):
        save_model(tmp_path / "model", replace(description, name="n" * length), weights)
        content = (tmp_path / "model").read_bytes()
        (header_length,) = struct.unpack("<Q", content[:8])
        assert header_length % 8 == 0
        found = load(content)  # by the library itself
        assert all(torch.equal(found[name], weights[name]) for name in weights)


# Large files

LARGE = {"data_set": "moons", "network": MlpConfiguration(dimension=2, width=2048, depth=4)}


@pytest.fixture(scope="module")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """About 50 MB."""
    path = tmp_path_factory.mktemp("large") / "large.safetensors"
    described = replace(find_model("moons").description, **LARGE)  # type: ignore[arg-type]
    save_model(path, described, random_weights(described))
    assert path.stat().st_size > 5 * CHUNK_BYTES
    return path


def test_loading_a_large_file_says_how_far_it_is(large_file: Path) -> None:
    file = inspect_model_file(large_file)
    told: list[LoadingProgress] = []
    steps = loading_steps(file)
    try:
        while True:
            told.append(next(steps))
    except StopIteration as stop:
        loaded = stop.value
    done = [each.done for each in told]
    assert {each.total for each in told} == {file.byte_count}
    assert len(done) >= 5
    assert all(a + CHUNK_BYTES <= b for a, b in zip([0, *done[:-1]], done, strict=True))
    assert done[-1] <= file.byte_count
    expected = random_weights(file.description)
    found = loaded.denoiser.network.state_dict()
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert all(tensor.data_ptr() % 64 == 0 for tensor in found.values())


def test_a_small_file_is_read_at_once() -> None:
    with pytest.raises(StopIteration):
        next(loading_steps(find_model("moons")))


def test_loading_can_be_given_up_and_begun_again(large_file: Path) -> None:
    file = inspect_model_file(large_file)
    steps = loading_steps(file)
    next(steps)
    steps.close()
    assert load_inspected(file).description == file.description


def test_a_file_that_is_cut_short_meanwhile_is_refused(large_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.safetensors"
    path.write_bytes(large_file.read_bytes())
    steps = loading_steps(inspect_model_file(path))
    next(steps)
    os.truncate(path, 2 * CHUNK_BYTES)
    with pytest.raises(ModelFileError, match=r"cut\.safetensors changed while it was being opened"):
        list(steps)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is measured as Linux counts it")
def test_loading_takes_little_more_memory_than_the_weights(large_file: Path) -> None:
    code = (
        "import resource, sys, torch; from pathlib import Path;"
        "from ddpm_studio.checkpoints.weights import load_model;"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024;"
        "torch.isfinite(torch.zeros(10)).all();"
        "before = peak(); load_model(Path(sys.argv[1])); print(peak() - before)"
    )
    command = [sys.executable, "-c", code, str(large_file)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    ended = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert int(ended.stdout) < 1.5 * large_file.stat().st_size
