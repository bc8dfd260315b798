"""Checkpoints of denoising-diffusion-pytorch give the numbers of that project's own code.

tests/reference/foreign/lucidrains/README.md says how they were made.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor

from ddpm_studio.checkpoints.foreign import lucidrains
from ddpm_studio.checkpoints.foreign.lucidrains import (
    LucidrainsCheckpoint,
    schedule_of_betas,
    targets_of_loss,
)
from ddpm_studio.checkpoints.foreign.opening import answered, look_at
from ddpm_studio.checkpoints.foreign.questions import AnswerError
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.checkpoints.sampling import resumed_steps
from ddpm_studio.checkpoints.weights import LoadedModel, load_inspected, load_model, save_model
from ddpm_studio.diffusion import gaussians
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.networks.configuration import LucidrainsConfiguration
from ddpm_studio.networks.lucidrains_unet import sines

REFERENCE = Path(__file__).parents[2] / "reference" / "foreign" / "lucidrains"
NAMES = sorted(path.name.removesuffix(".pt.gz") for path in REFERENCE.glob("*.pt.gz"))
TARGETS = {"pred_noise": "noise", "pred_x0": "x_0", "pred_v": "v"}
# What no file tells, and that is not the guess.
ANSWERS: dict[str, dict[str, Any]] = {
    "all-settings": {"time_base": 300},
    "group-norm": {"norm_groups": 2},
}


class Reference:
    """One of the checkpoints, in a folder of its own, and what that project says to it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.path = folder / f"{name}.pt"
        self.path.write_bytes(gzip.decompress((REFERENCE / f"{name}.pt.gz").read_bytes()))
        with safe_open(REFERENCE / f"{name}.safetensors", "pt") as file:
            self.settings = json.loads(file.metadata()["settings"])
            self.tensors: dict[str, Tensor] = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        self.answers = {"image_size": self.settings["image_size"], **ANSWERS.get(name, {})}

    def checkpoint(self) -> LucidrainsCheckpoint:
        found = look_at(self.path)
        assert isinstance(found, LucidrainsCheckpoint)
        return found

    def model(self, **answers: Any) -> LoadedModel:
        return load_inspected(answered(self.checkpoint(), self.answers | answers))

    def changed(self, change: Callable[[dict[str, Any]], None]) -> Path:
        """The checkpoint with something else in it."""
        content = torch.load(self.path, weights_only=True)
        change(content)
        torch.save(content, self.path)
        return self.path


@pytest.fixture(params=NAMES)
def reference(request: pytest.FixtureRequest, tmp_path: Path) -> Reference:
    return Reference(request.param, tmp_path)


@pytest.fixture
def defaults(tmp_path: Path) -> Reference:
    return Reference("defaults", tmp_path)


@pytest.fixture
def given_noise(monkeypatch: pytest.MonkeyPatch) -> Callable[[Tensor], None]:
    """The noise of the chains to come: (draws, N, …)."""

    def give(noise: Tensor) -> None:
        draws: Iterator[Tensor] = iter(noise)
        monkeypatch.setattr(gaussians, "standard_normal", lambda *_: next(draws).clone())

    return give


def network_output(model: LoadedModel, x: Tensor, t: Tensor, *more: Tensor) -> Tensor:
    """With that project's t, which counts from 0."""
    with torch.inference_mode():
        output: Tensor = model.denoiser.network(x, t + 1, *more)
    return output


def test_the_network_says_what_theirs_says(reference: Reference) -> None:
    x, t, theirs = (reference.tensors[name] for name in ("x", "t", "output"))
    ours = network_output(reference.model(), x, t)
    assert theirs.std() > 0.5
    assert (ours - theirs).abs().max() <= 1e-5


def test_either_set_of_weights_can_be_opened(reference: Reference) -> None:
    x, t = reference.tensors["x"], reference.tensors["t"]
    theirs = {"ema": reference.tensors["output"], "model": reference.tensors["output_of_model"]}
    assert (theirs["ema"] - theirs["model"]).abs().max() > 0.5
    for weights, output in theirs.items():
        ours = network_output(reference.model(weights=weights), x, t)
        assert (ours - output).abs().max() <= 1e-5


def in_range_of_pixels(reference: Reference, x: Tensor) -> Tensor:
    normalised = reference.settings["diffusion"].get("auto_normalize", True)
    return (x + 1) / 2 if normalised else x


def their_frames(reference: Reference, chain: str) -> Tensor:
    """(frames, N, …), the noise first."""
    return reference.tensors[chain].transpose(0, 1)


def test_their_chain_is_ours(reference: Reference, given_noise: Callable[[Tensor], None]) -> None:
    model, noise = reference.model(), reference.tensors["noise"]
    given_noise(noise[1:])
    T = model.denoiser.schedule.T
    steps = list(resumed_steps(model, noise[0], T, torch.Generator()))
    frames = their_frames(reference, "ancestral")
    assert len(steps) == len(frames) == T + 1
    for step, theirs in zip(steps, frames, strict=True):
        assert (in_range_of_pixels(reference, step.x) - theirs).abs().max() <= 1e-4


@pytest.mark.parametrize("eta", [0.0, 0.5])
def test_their_ddim_is_ours(
    reference: Reference, given_noise: Callable[[Tensor], None], eta: float
) -> None:
    if f"ddim_{eta}" not in reference.tensors:
        assert reference.name == "learned-variance"  # of which their DDIM does not run
        return
    model, noise = reference.model(), reference.tensors["noise"]
    given_noise(noise[1:])
    sampler = SamplerConfiguration("ddim", eta, 5, clip=1.0)
    steps = list(resumed_steps(model, noise[0], len(noise), torch.Generator(), sampler))
    frames = their_frames(reference, f"ddim_{eta}")
    assert len(steps) == len(frames) == 6
    for step, theirs in zip(steps, frames, strict=True):
        assert (in_range_of_pixels(reference, step.x) - theirs).abs().max() <= 1e-4


# sqrt(alpha_bar_T) = 0.002 of a cosine schedule divides what is left of x_T, in their code as in
# ours, and DDIM takes that x_0 far: on this noise their own chains in float32 are up to 3e-4 from
# their own in float64. In float64 there remains that their schedule was rounded to float32.
PRECISIONS = {torch.float32: 5e-4, torch.float64: 2e-5}


@pytest.fixture(params=PRECISIONS, ids=str)
def precision(request: pytest.FixtureRequest) -> Iterator[torch.dtype]:
    """The default one, too, in which the sines of t are computed."""
    torch.set_default_dtype(request.param)
    yield request.param
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("chain", ["ancestral", "ddim_0.0", "ddim_0.5"])
def test_noise_divided_by_almost_nothing_is_theirs(
    tmp_path: Path,
    given_noise: Callable[[Tensor], None],
    chain: str,
    precision: torch.dtype,
) -> None:
    reference = Reference("all-settings", tmp_path)
    theirs = load_file(REFERENCE / "noise-and-cosine.safetensors")
    reference.changed(lambda content: put_schedule(content, theirs))
    model, noise = reference.model(), theirs["noise"].to(precision)
    assert (model.description.schedule.kind, model.description.target) == ("cosine", "noise")
    model.denoiser.network.to(precision)
    given_noise(noise[1:])
    sampler = None
    if chain != "ancestral":
        sampler = SamplerConfiguration("ddim", float(chain[5:]), 5, clip=1.0)
    steps = list(resumed_steps(model, noise[0], 25, torch.Generator(), sampler))
    frames = theirs[f"{chain}_{str(precision)[6:]}"].transpose(0, 1)
    assert len(steps) == len(frames) == (26 if sampler is None else 6)
    for step, frame in zip(steps, frames, strict=True):
        assert step.x.dtype == precision
        assert ((step.x + 1) / 2 - frame).abs().max() <= PRECISIONS[precision]


def put_schedule(content: dict[str, Any], numbers: dict[str, Tensor]) -> None:
    for name in ("betas", "loss_weight"):
        content["ema"][f"ema_model.{name}"] = numbers[name]
        content["model"][name] = numbers[name]


def test_a_chain_goes_on_with_the_x_0_that_its_network_saw(
    tmp_path: Path, given_noise: Callable[[Tensor], None]
) -> None:
    reference = Reference("self-condition", tmp_path)
    model, noise = reference.model(), reference.tensors["noise"]
    given_noise(noise[1:])
    whole = list(resumed_steps(model, noise[0], 20, torch.Generator()))
    given_noise(noise[9:])
    rest = list(
        resumed_steps(
            model, whole[8].x, 12, torch.Generator(), predicted_x_0=whole[8].predicted_x_0
        )
    )
    assert all(torch.equal(a.x, b.x) for a, b in zip(rest, whole[8:], strict=True))
    given_noise(noise[9:])
    forgetful = list(resumed_steps(model, whole[8].x, 12, torch.Generator()))
    assert (forgetful[1].x - rest[1].x).abs().max() > 1e-3


def test_self_conditioning_reaches_the_network(tmp_path: Path) -> None:
    reference = Reference("self-condition", tmp_path)
    x, t, before = (reference.tensors[name] for name in ("x", "t", "x_self_cond"))
    ours = network_output(reference.model(), x, t, before)
    assert (ours - reference.tensors["output_self_cond"]).abs().max() <= 1e-5
    assert (ours - reference.tensors["output"]).abs().max() > 0.1


def test_the_sines_are_theirs_to_the_last_digit(defaults: Reference) -> None:
    """An angle of 999 is rounded to 6e-5, so another order of operations would show."""
    t, theirs = defaults.tensors["sines_t"], defaults.tensors["sines"]
    assert (sines(t, 128, 10_000.0) - theirs).abs().max() <= 1e-6


# What the file tells


def test_what_it_is_is_read_from_the_weights(reference: Reference) -> None:
    description = answered(reference.checkpoint(), reference.answers).description
    unet, diffusion = reference.settings["unet"], reference.settings["diffusion"]
    network = description.network
    assert isinstance(network, LucidrainsConfiguration)
    levels = len(unet["dim_mults"])
    assert network.sample_shape == (unet["channels"], 8, 8)
    assert network.channels == unet["dim"]
    assert network.stem_channels == unet.get("init_dim", unet["dim"])
    assert network.channel_multipliers == tuple(unet["dim_mults"])
    assert network.full_attention == tuple(unet.get("full_attn", [False] * (levels - 1) + [True]))
    assert network.level_heads == _each_level(unet.get("attn_heads", 4), levels)
    assert network.level_head_widths == _each_level(unet["attn_dim_head"], levels)
    assert network.norm_groups == unet.get("resnet_block_groups")
    assert network.time_base == unet.get("sinusoidal_pos_emb_theta", 10_000)
    assert network.self_condition == unet.get("self_condition", False)
    assert network.learned_range == unet.get("learned_variance", False)
    assert description.target == TARGETS[diffusion.get("objective", "pred_v")]
    assert diffusion["timesteps"] == description.schedule.T
    assert description.clip == 1.0
    learned = unet.get("learned_variance", False)
    assert description.variance == ("learned-range" if learned else "fixed-small")
    assert (description.origin, description.training) == ("denoising-diffusion-pytorch", None)
    assert description.name == reference.name


def _each_level(setting: int | list[int], levels: int) -> tuple[int, ...]:
    return (setting,) * levels if isinstance(setting, int) else tuple(setting)


def test_what_no_file_tells_is_asked_with_a_guess(reference: Reference) -> None:
    asked = {question.name: question for question in reference.checkpoint().questions}
    more = {"norm_groups"} if reference.name == "group-norm" else set()
    assert asked.keys() == {"weights", "image_size", "time_base"} | more
    assert asked["weights"].choices == ("ema", "model")
    assert (asked["weights"].guess, asked["image_size"].guess) == ("ema", 32)
    assert asked["time_base"].guess == 10_000.0
    if more:  # 8 of their default do not divide these 4 channels
        assert asked["norm_groups"].choices == (1, 2, 4)
        assert asked["norm_groups"].guess == 4


@pytest.mark.parametrize(
    ("name", "wrong"), [("all-settings", {"time_base": 10_000}), ("group-norm", {"norm_groups": 4})]
)
def test_answers_matter(tmp_path: Path, name: str, wrong: dict[str, Any]) -> None:
    reference = Reference(name, tmp_path)
    x, t = reference.tensors["x"], reference.tensors["t"]
    ours = network_output(reference.model(**wrong), x, t)
    assert (ours - reference.tensors["output"]).abs().max() > 0.01


@pytest.mark.parametrize("size", [8, 24, 64])
def test_images_may_have_any_size_that_can_be_halved(tmp_path: Path, size: int) -> None:
    model = Reference("four-levels", tmp_path).model(image_size=size)
    x = torch.randn(1, *model.description.network.sample_shape)
    assert network_output(model, x, torch.tensor([3])).shape == (1, 1, size, size)


def test_other_sizes_are_refused(tmp_path: Path) -> None:
    reference = Reference("four-levels", tmp_path)
    with pytest.raises(
        ModelFileError, match="For 4 levels image_size must be a multiple of 8, not 28"
    ):
        reference.model(image_size=28)
    with pytest.raises(AnswerError, match="from 8 to 1024, not 4"):
        reference.model(image_size=4)


def test_it_becomes_a_file_of_ours(reference: Reference, tmp_path: Path) -> None:
    opened = reference.model()
    weights = opened.denoiser.network.state_dict()
    save_model(tmp_path / "ours.safetensors", opened.description, weights)
    ours = load_model(tmp_path / "ours.safetensors")
    assert ours.description == opened.description
    x, t = reference.tensors["x"], reference.tensors["t"]
    assert torch.equal(network_output(ours, x, t), network_output(opened, x, t))


def linear(T: int) -> np.ndarray:
    return np.linspace(0.1 / T, 20 / T, T)


def of_alpha_bar(alpha_bar: np.ndarray) -> np.ndarray:
    return np.minimum(1 - alpha_bar[1:] / alpha_bar[:-1], 0.999)


def cosine(T: int) -> np.ndarray:
    return of_alpha_bar(np.cos((np.arange(T + 1) / T + 0.008) / 1.008 * np.pi / 2) ** 2)


def sigmoid(T: int) -> np.ndarray:
    """Their formula (Jabri et al. 2023, figure 8), which falls from 1 to 0."""
    u = 6 * np.arange(T + 1) / T - 3
    return of_alpha_bar(1 / (1 + np.exp(u)) - 1 / (1 + np.exp(3)))


@pytest.mark.parametrize("gamma", [np.inf, 5.0, 0.5])
@pytest.mark.parametrize("betas", [linear(1000), cosine(1000), sigmoid(300), cosine(10)])
def test_the_loss_tells_the_target(betas: np.ndarray, gamma: float) -> None:
    alpha_bar = np.cumprod(1 - betas)
    snr = alpha_bar / (1 - alpha_bar)
    s = np.minimum(snr, gamma)
    stored = betas.astype(np.float32).astype(np.float64)
    for target, weight in {"noise": s / snr, "x_0": s, "v": s / (snr + 1)}.items():
        assert targets_of_loss(stored, weight.astype(np.float32).astype(np.float64)) == (target,)


def test_a_loss_that_tells_no_target_is_asked_about(defaults: Reference) -> None:
    def weigh_oddly(content: dict[str, Any]) -> None:
        content["ema"]["ema_model.loss_weight"] = torch.linspace(3, 7, 20)

    defaults.changed(weigh_oddly)
    asked = {question.name: question for question in defaults.checkpoint().questions}
    assert asked["target"].guess == "v"
    assert asked["target"].choices == ("noise", "x_0", "v")
    assert defaults.model(target="x_0").description.target == "x_0"


def test_schedules_have_their_names_where_they_are_ours() -> None:
    def read(betas: np.ndarray) -> ScheduleConfiguration:
        return schedule_of_betas(betas.astype(np.float32).astype(np.float64))

    assert read(linear(1000)) == ScheduleConfiguration("linear", 1000, 1e-4, 0.02)
    assert read(cosine(1000)) == ScheduleConfiguration("cosine", 1000)
    found = read(sigmoid(1000))
    assert found.kind == "custom"
    assert np.abs(found.build().beta[1:] - sigmoid(1000)).max() < 1e-7
    almost = cosine(1000)
    almost[500] *= 1.001
    assert read(almost).kind == "custom"


# What cannot be opened


@pytest.mark.parametrize("version", ["1.8.15", "1.1.0", "0.27.9"])
def test_older_versions_are_refused_by_name(defaults: Reference, version: str) -> None:
    path = defaults.changed(lambda content: content.update(version=version))
    with pytest.raises(ModelFileError, match=rf"pytorch {version}: only .* 1\.9 and later"):
        look_at(path)


@pytest.mark.parametrize("version", [None, 2, "new"])
def test_a_version_that_is_not_noted_is_older(defaults: Reference, version: Any) -> None:
    path = defaults.changed(lambda content: content.update(version=version))
    with pytest.raises(ModelFileError, match=r"before it noted which: only .* 1\.9 and later"):
        look_at(path)


@pytest.mark.parametrize("version", ["1.9.0", "1.11.1", "2.10.3", "10.0"])
def test_later_versions_are_opened(defaults: Reference, version: str) -> None:
    defaults.changed(lambda content: content.update(version=version))
    assert defaults.model().description.target == "v"


def rename(content: dict[str, Any], old: str, new: str | None) -> None:
    """In both sets of weights; None removes."""
    for weights, prefix in ((content["model"], ""), (content["ema"], "ema_model.")):
        tensor = weights.pop(prefix + old)
        if new is not None:
            weights[prefix + new] = tensor


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("model.init_conv.weight", "model.input_block.weight"),  # KarrasUnet
        ("model.final_conv.weight", None),
        ("model.downs.1.2.mem_kv", None),
        ("model.time_mlp.1.weight", "model.time_mlp.2.weight"),
        ("model.mid_attn.norm.g", "model.downs.0.3.weight"),
    ],
)
def test_other_networks_are_refused(defaults: Reference, old: str, new: str | None) -> None:
    path = defaults.changed(lambda content: rename(content, old, new))
    with pytest.raises(ModelFileError, match=r"another network .* than its Unet for images"):
        look_at(path)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("init_conv.weight", (4, 3, 7)),  # Unet1D
        ("init_conv.weight", (4, 3, 3, 3)),
        ("init_conv.weight", (4, 5, 7, 7)),  # not 3 nor 6 channels, of which 3 come out
        ("init_conv.weight", (4, 0, 7, 7)),
        ("final_conv.weight", (8, 4, 1, 1)),  # WeightedObjectiveGaussianDiffusion
        ("downs.1.3.weight", (7, 4, 3, 3)),  # no multiple of 4
        ("downs.0.2.mem_kv", (2, 4)),
        ("time_mlp.1.weight", (16,)),
    ],
)
def test_other_shapes_are_refused(defaults: Reference, name: str, shape: tuple[int, ...]) -> None:
    def reshape(content: dict[str, Any]) -> None:
        content["ema"][f"ema_model.model.{name}"] = torch.zeros(shape)

    path = defaults.changed(reshape)
    with pytest.raises(ModelFileError, match=r"another network .* than its Unet for images"):
        look_at(path)


def test_weights_that_do_not_fit_are_refused_when_they_are_loaded(defaults: Reference) -> None:
    def widen(content: dict[str, Any]) -> None:
        content["ema"]["ema_model.model.mid_attn.to_qkv.weight"] = torch.zeros(48, 9, 1, 1)

    defaults.changed(widen)
    with pytest.raises(ModelFileError, match="do not fit the network"):
        defaults.model()


def test_one_layer_more_is_refused_when_it_is_loaded(defaults: Reference) -> None:
    def add(content: dict[str, Any]) -> None:
        content["ema"]["ema_model.model.classes_emb.weight"] = torch.zeros(10, 4)

    defaults.changed(add)
    with pytest.raises(ModelFileError, match="do not fit the network"):
        defaults.model()


def test_other_kinds_of_diffusion_are_refused(defaults: Reference) -> None:
    """ContinuousTimeGaussianDiffusion has the same network and no betas."""
    path = defaults.changed(lambda content: rename(content, "betas", None))
    with pytest.raises(ModelFileError, match=r"another diffusion .* without steps t = 1 … T"):
        look_at(path)


@pytest.mark.parametrize(
    ("betas", "reason"),
    [
        (torch.zeros(4, 5), "not one number for each t"),
        (torch.zeros(0), "not one number for each t"),
        (torch.full((7,), 0.1), "not one number for each t"),
        (torch.full((20,), 1.5), "beta_1 must lie strictly between 0 and 1"),
    ],
)
def test_impossible_betas_are_refused(defaults: Reference, betas: Tensor, reason: str) -> None:
    path = defaults.changed(lambda content: content["ema"].update({"ema_model.betas": betas}))
    with pytest.raises(ModelFileError, match=reason):
        look_at(path)


def test_weights_that_are_not_finite_are_refused(defaults: Reference) -> None:
    def spoil(content: dict[str, Any]) -> None:
        content["ema"]["ema_model.model.head"] = None
        content["ema"]["ema_model.model.final_conv.bias"][1] = torch.nan

    defaults.changed(spoil)
    with pytest.raises(ModelFileError, match="not finite"):
        defaults.model()


def test_a_model_that_differs_from_its_average_is_not_offered(defaults: Reference) -> None:
    defaults.changed(lambda content: content["model"].pop("model.final_conv.bias"))
    assert "weights" not in {question.name for question in defaults.checkpoint().questions}
    x, t = defaults.tensors["x"], defaults.tensors["t"]
    ours = network_output(defaults.model(), x, t)
    assert (ours - defaults.tensors["output"]).abs().max() <= 1e-5


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"ema": None},
        {"ema": {"step": torch.tensor(3)}},
        {"ema_model": {"head.weight": torch.zeros(2)}},
        {
            "ema": {"ema_model.encoder.weight": torch.zeros(2), 5: torch.zeros(2)},
            "version": "2.0.0",
        },
    ],
)
def test_other_checkpoints_are_nothing_of_that_project(tmp_path: Path, content: Any) -> None:
    torch.save(content, tmp_path / "other.pt")
    assert lucidrains.recognise(tmp_path / "other.pt") is None
