"""Samples depend on the model, their count and the seed alone, and are those of the chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ddpm_studio.checkpoints import sampling
from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.sampling import (
    precision_error,
    resumed_steps,
    sample_model,
    samples_at_once,
    sampling_steps,
)
from ddpm_studio.checkpoints.weights import LoadedModel, load_inspected, load_model, save_model
from ddpm_studio.diffusion.chains import NotFiniteError
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration
from ddpm_studio.diffusion.schedule import ScheduleError
from ddpm_studio.networks.configuration import (
    LucidrainsConfiguration,
    MlpConfiguration,
    UNetConfiguration,
)
from ddpm_studio.networks.denoiser import build_network

CPU = torch.device("cpu")


@pytest.fixture
def model(path: Path) -> LoadedModel:
    return load_model(path)


def blind(description: ModelDescription, path: Path) -> LoadedModel:
    """A network that answers 0 to everything: the chain is then an affine recursion."""
    shapes = build_network(description.network).state_dict()
    save_model(path, description, {name: torch.zeros_like(t) for name, t in shapes.items()})
    return load_model(path)


def test_the_same_seed_gives_the_same_samples(model: LoadedModel) -> None:
    before = torch.get_rng_state()
    first = sample_model(model, 5, 3)
    assert first.shape == (5, 2)
    assert first.dtype == torch.float32
    assert torch.equal(first, sample_model(model, 5, 3))
    assert not torch.equal(first, sample_model(model, 5, 4))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_chain_has_all_its_steps(model: LoadedModel) -> None:
    steps = list(sampling_steps(model, 4, 0))
    assert [step.t for step in steps] == list(range(10, -1, -1))
    assert torch.equal(steps[-1].x, sample_model(model, 4, 0))


def test_another_sampler_starts_from_the_same_noise_and_says_its_own_t(model: LoadedModel) -> None:
    own = list(sampling_steps(model, 4, 0))
    assert torch.equal(own[-1].x, sample_model(model, 4, 0, model.description.sampler))
    ddim = list(sampling_steps(model, 4, 0, SamplerConfiguration("ddim", steps=3)))
    assert [step.t for step in ddim] == [10, 7, 3, 0]
    assert torch.equal(ddim[0].x, own[0].x)
    assert torch.equal(ddim[-1].x, sample_model(model, 4, 0, SamplerConfiguration("ddim", steps=3)))
    assert not torch.equal(ddim[-1].x, own[-1].x)


def test_more_steps_than_the_model_has_are_refused(model: LoadedModel) -> None:
    with pytest.raises(ScheduleError, match="1 to 10 of them, not in 11"):
        sample_model(model, 2, 0, SamplerConfiguration(steps=11))


def test_a_chain_goes_on_from_where_it_was(model: LoadedModel) -> None:
    """The noise of x_T and of the steps comes from one generator; its state after 4 of them."""
    whole = list(sampling_steps(model, 4, 0))
    generator = torch.Generator().manual_seed(0)
    for _ in range(1 + 4):
        torch.randn((4, 2), generator=generator)
    assert whole[4].t == 6
    rest = list(resumed_steps(model, whole[4].x, 6, generator))
    assert [step.t for step in rest] == list(range(6, -1, -1))
    assert all(torch.equal(a.x, b.x) for a, b in zip(rest, whole[4:], strict=True))
    branch = list(resumed_steps(model, whole[4].x, 6, torch.Generator().manual_seed(9)))
    assert torch.equal(branch[0].x, rest[0].x)
    assert not torch.equal(branch[1].x, rest[1].x)


@pytest.mark.parametrize("part", [1, 3, 7])
def test_how_many_are_computed_at_once_does_not_matter(
    model: LoadedModel, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    together = sample_model(model, 7, 0)
    monkeypatch.setattr(sampling, "samples_at_once", lambda *_: part)
    apart = sample_model(model, 7, 0)
    assert (apart - together).abs().max() < 1e-4 * together.abs().max()


LUCIDRAINS = LucidrainsConfiguration(8, 1, 4, 4, (1,), (True,), (1,), (4,))


@pytest.mark.parametrize(
    "changes",
    [
        {"network": replace(LUCIDRAINS, self_condition=True), "clip": 1.0},
        {"network": replace(LUCIDRAINS, learned_range=True), "variance": "learned-range"},
    ],
    ids=["its prediction seen again", "its variance"],
)
def test_what_a_network_says_besides_is_computed_in_parts_too(
    description: ModelDescription,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
) -> None:
    described = replace(description, data_set="", training=None, origin="another", **changes)
    generator = torch.Generator().manual_seed(0)
    weights = {
        name: 0.2 * torch.randn(tensor.shape, generator=generator)
        for name, tensor in build_network(described.network).state_dict().items()
    }
    save_model(tmp_path / "more", described, weights)
    model = load_model(tmp_path / "more")
    together = sample_model(model, 5, 0)
    monkeypatch.setattr(sampling, "samples_at_once", lambda *_: 2)
    assert (sample_model(model, 5, 0) - together).abs().max() < 1e-4 * together.abs().max()


@pytest.mark.parametrize("variance", ["fixed-large", "fixed-small"])
def test_the_chain_is_the_papers_recursion(
    description: ModelDescription, tmp_path: Path, variance: str
) -> None:
    """With epsilon = 0: x_{t-1} = x_t / sqrt(alpha_t) + sigma_t z (DDPM, eq. 11)."""
    model = blind(replace(description, variance=variance), tmp_path / "blind")
    beta = np.linspace(0.01, 0.5, 10)
    alpha_bar = np.cumprod(1 - beta)
    before = np.concatenate(([1.0], alpha_bar[:-1]))
    noise = beta if variance == "fixed-large" else beta * (1 - before) / (1 - alpha_bar)
    expected = 1.0
    for k in range(9, -1, -1):  # t = k + 1; the last step draws nothing (Algorithm 2)
        expected = expected / (1 - beta[k]) + (noise[k] if k else 0.0)
    samples = sample_model(model, 50_000, 0)
    assert samples.mean().abs() < 0.02 * expected**0.5
    assert abs(float(samples.var()) / expected - 1) < 0.02


@pytest.mark.parametrize("clip", [0.1, 2.0])
def test_predictions_are_limited(model: LoadedModel, clip: float) -> None:
    limited = LoadedModel(replace(model.description, clip=clip), model.denoiser)
    predictions = [step.predicted_x_0 for step in sampling_steps(limited, 50, 0)][1:]
    largest = max(float(x_0.abs().max()) for x_0 in predictions if x_0 is not None)
    assert largest == pytest.approx(clip)


def test_weights_that_are_too_large_end_in_words(
    description: ModelDescription, tmp_path: Path
) -> None:
    shapes = build_network(description.network).state_dict()
    weights = {name: torch.full_like(t, 3e38) for name, t in shapes.items()}
    save_model(tmp_path / "wild", description, weights)
    with pytest.raises(NotFiniteError, match="not finite at t = 9"):
        sample_model(load_model(tmp_path / "wild"), 2, 0)


@pytest.mark.parametrize("count", [0, -1])
def test_no_samples_are_refused(model: LoadedModel, count: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        sample_model(model, count, 0)


def test_images_of_any_size_are_computed_in_bounded_memory(
    description: ModelDescription, save: Callable[..., Path]
) -> None:
    """One feature map of all the samples at once must stay under 256 MB, several times over."""
    sizes = (8, 32, 128, 512)
    at_once = [samples_at_once(UNetConfiguration(size, 3, 64), CPU) for size in sizes]
    assert at_once == sorted(at_once, reverse=True)
    for size, count in zip(sizes, at_once, strict=True):
        assert count >= 1
        assert count == 1 or 10 * 4 * 64 * size**2 * count < 256e6
    assert 256 <= samples_at_once(MlpConfiguration(2), CPU) <= 4096
    wide = [replace(LUCIDRAINS, image_size=128, level_heads=(heads,)) for heads in (1, 64)]
    few, fewer = (samples_at_once(network, CPU) for network in wide)
    assert 1 <= fewer < few
    assert fewer == 1 or 10 * 4 * 256 * 128**2 * fewer < 256e6


def test_in_bfloat16_the_chain_is_another_one_and_says_how_far_its_network_is() -> None:
    model = load_inspected(find_model("digits"))
    exact = sample_model(model, 2, 0, SamplerConfiguration("ddim", steps=3))
    rounded = sample_model(model, 2, 0, SamplerConfiguration("ddim", steps=3), precision="bfloat16")
    difference = (rounded - exact).abs().max()
    assert 1e-4 < difference < 0.5
    x = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    assert 1e-3 < precision_error(model, x, "bfloat16") < 0.05
    assert precision_error(model, x, "float32") < 1e-6
