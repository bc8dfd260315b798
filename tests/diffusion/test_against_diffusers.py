"""Every schedule and step against the schedulers of diffusers (a dependency of the tests alone).

diffusers counts t from 0 and computes its schedules in float32. So the comparison has two parts: its
schedules are ours to float32's precision; and with alpha_bar in float64, its steps are ours to 1e-5
whatever the schedule (its own code computes them, in float64). Where float32 does not spoil the
comparison, the schedulers are compared as they are, too.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, DDPMScheduler
from torch import Tensor

from ddpm_studio.diffusion.chains import Prediction
from ddpm_studio.diffusion.gaussians import (
    ReverseVariance,
    clipped,
    ddim_step,
    learned_range_variance,
    reverse_step,
)
from ddpm_studio.diffusion.respacing import kept_times, respaced
from ddpm_studio.diffusion.samplers import SamplerConfiguration, reverse_chain
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.targets import Target, predicted_x_0

STEPS = (1, 2, 3, 10, 137, 500, 999, 1000)
TOLERANCE = 1e-5
CHAIN_TOLERANCE = 5e-5  # fifty steps of float32
CLIP = 0.7

SCHEDULES = {
    "linear": NoiseSchedule.linear(1000),
    "scaled_linear": NoiseSchedule.quadratic(1000),
    "squaredcos_cap_v2": NoiseSchedule.cosine(1000),
    "sigmoid": NoiseSchedule.sigmoid(1000),
    "constant": NoiseSchedule.constant(1000, 0.005),
    "listed": NoiseSchedule.from_betas(np.geomspace(1e-4, 0.03, 1000)),
}
NAMED = ("linear", "scaled_linear", "squaredcos_cap_v2", "sigmoid")  # the others only as betas
PREDICTIONS = {"epsilon": Target.NOISE, "sample": Target.X_0, "v_prediction": Target.V}

schedules = pytest.mark.parametrize("name", SCHEDULES)
predictions = pytest.mark.parametrize("prediction", PREDICTIONS)
clips = pytest.mark.parametrize("clip", [None, CLIP])


def in_float64(
    scheduler: DDPMScheduler | DDIMScheduler, schedule: NoiseSchedule
) -> DDPMScheduler | DDIMScheduler:
    """The scheduler with alpha_bar in float64: its step computes all else from it."""
    scheduler.alphas_cumprod = torch.from_numpy(schedule.alpha_bar[1:].copy())
    scheduler.one = scheduler.final_alpha_cumprod = torch.ones((), dtype=torch.float64)
    return scheduler


def settings(name: str, prediction: str, clip: float | None) -> dict[str, object]:
    """DDIMScheduler knows no sigmoid, and neither a constant or a list, but both take betas."""
    return {
        "trained_betas": SCHEDULES[name].beta[1:],
        "prediction_type": prediction,
        "clip_sample": clip is not None,
        "clip_sample_range": clip or 1.0,
    }


def case(t: int, channels: int = 2, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    """(x_t, a network's output) of 5 samples of ``channels`` pixels, two by two."""
    generator = torch.Generator().manual_seed(t)
    x_t, output = torch.randn(2, 5, 2 * channels, 2, 2, generator=generator, dtype=dtype)
    return x_t[:, :channels], output


def x_0_of(prediction: str, output: Tensor, x_t: Tensor, name: str, t: int) -> Tensor:
    return predicted_x_0(PREDICTIONS[prediction], output, x_t, SCHEDULES[name], torch.tensor([t]))


def difference(ours: Tensor, theirs: Tensor) -> float:
    """The largest, in units of the largest value where that is over 1."""
    return float((ours - theirs).abs().max() / max(1.0, theirs.abs().max()))


# Schedules


@pytest.mark.parametrize("T", [1, 2, 17, 1000])
@pytest.mark.parametrize("ends", [(1e-4, 0.02), (0.00085, 0.012), (0.3, 0.01)])
@pytest.mark.parametrize("name", NAMED)
def test_schedules_are_theirs(name: str, ends: tuple[float, float], T: int) -> None:
    theirs = DDPMScheduler(T, *ends, beta_schedule=name)
    ours = {
        "linear": NoiseSchedule.linear,
        "scaled_linear": NoiseSchedule.quadratic,
        "sigmoid": NoiseSchedule.sigmoid,
        "squaredcos_cap_v2": lambda T, *_: NoiseSchedule.cosine(T),
    }[name](T, *ends)
    np.testing.assert_allclose(ours.beta[1:], theirs.betas.numpy(), 2e-6, 1e-7)
    # A thousand factors, each rounded to float32's 6e-8, and 1 - 0.999 in the cosine's last one;
    # below 1e-37 float32 has no more digits.
    np.testing.assert_allclose(ours.alpha_bar[1:], theirs.alphas_cumprod.numpy(), 5e-5, 1e-37)


def test_variance_of_their_own_test() -> None:
    """diffusers, test_scheduler_ddpm.py: 0 at t = 0, 0.00979 at 487 and 0.02 at 999, from 0."""
    theirs = DDPMScheduler()
    ours = NoiseSchedule.linear(1000).posterior_variance
    for index, quoted in ((0, 0.0), (487, 0.00979), (999, 0.02)):
        assert float(theirs._get_variance(index)) == pytest.approx(quoted, abs=1e-5)
        assert ours[index + 1] == pytest.approx(quoted, abs=1e-5)


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 10, 50, 99, 250, 1000])
def test_kept_times_are_their_trailing_ones(steps: int) -> None:
    theirs = DDPMScheduler(timestep_spacing="trailing")
    theirs.set_timesteps(steps)
    assert kept_times(1000, steps)[:0:-1].tolist() == (theirs.timesteps + 1).tolist()


# The ancestral step


OF_THE_NETWORK = ("learned", "learned_range")
VARIANCES = ("fixed_small", "fixed_small_log", "fixed_large", "fixed_large_log", *OF_THE_NETWORK)


def our_variance(kind: str, schedule: NoiseSchedule, output: Tensor, t: int) -> str | Tensor:
    """For :func:`reverse_step`. "learned" is a variance itself; "log" only another way to it."""
    if kind == "learned":
        return output
    if kind == "learned_range":
        return learned_range_variance(schedule, (output + 1) / 2, t)
    return ReverseVariance(kind.removesuffix("_log").replace("_", "-"))


def their_variance(scheduler: DDPMScheduler, kind: str, output: Tensor, t: int) -> Tensor:
    """Their method gives its root in "fixed_small_log", its logarithm in two others."""
    given = scheduler._get_variance(t - 1, predicted_variance=output)
    if kind in ("fixed_large_log", "learned_range"):
        return given.exp()
    return given**2 if kind == "fixed_small_log" else given


@schedules
@predictions
@clips
@pytest.mark.parametrize("variance", VARIANCES)
def test_ancestral_step(name: str, prediction: str, clip: float | None, variance: str) -> None:
    schedule = SCHEDULES[name]
    theirs = in_float64(
        DDPMScheduler(variance_type=variance, **settings(name, prediction, clip)), schedule
    )
    for t in STEPS:
        x_t, output = case(t)
        mean_output, spread_output = output.split(2, dim=1)
        if variance == "learned":
            spread_output = spread_output.exp()
        x_0 = clipped(x_0_of(prediction, mean_output, x_t, name, t), clip)
        kind = our_variance(variance, schedule, spread_output, t)
        ours = reverse_step(schedule, x_0, x_t, t, kind)
        given = [mean_output, spread_output] if variance in OF_THE_NETWORK else [mean_output]
        made = theirs.step(
            torch.cat(given, 1), t - 1, x_t, generator=torch.Generator().manual_seed(t)
        )
        noise = torch.randn(
            x_t.shape, generator=torch.Generator().manual_seed(t), dtype=torch.float64
        )
        our_spread = torch.as_tensor(ours.variance, dtype=torch.float64)
        assert difference(x_0, made.pred_original_sample) < TOLERANCE
        if t > 1:
            their_spread = their_variance(theirs, variance, spread_output, t)
            torch.testing.assert_close(our_spread.expand_as(their_spread), their_spread)
        # Their "fixed_large_log" draws with the root of the logarithm, which is no number.
        if t == 1 or variance != "fixed_large_log":
            assert difference(ours.mean + our_spread.sqrt() * noise, made.prev_sample) < TOLERANCE


# The step of DDIM


@schedules
@predictions
@clips
@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("steps", [1000, 50])
def test_ddim_step(name: str, prediction: str, clip: float | None, eta: float, steps: int) -> None:
    """With every step, and with every twentieth.

    Where x_0 is clipped, epsilon follows; where not, either of their ways to epsilon is ours.
    """
    path = respaced(SCHEDULES[name], steps)
    theirs = in_float64(
        DDIMScheduler(timestep_spacing="trailing", **settings(name, prediction, clip)),
        SCHEDULES[name],
    )
    theirs.set_timesteps(steps)
    for i in {1, 2, 3, steps // 2, steps - 1, steps}:
        t = int(path.times[i])
        x_t, output = case(t)
        mean_output = output[:, :2]
        noise = torch.randn(x_t.shape, generator=torch.Generator().manual_seed(1)).double()
        x_0 = clipped(x_0_of(prediction, mean_output, x_t, name, t), clip)
        ours = ddim_step(path.schedule, x_0, x_t, i, eta)
        follows = clip is not None
        made = theirs.step(
            mean_output, t - 1, x_t, eta, use_clipped_model_output=follows, variance_noise=noise
        )
        sd = torch.as_tensor(ours.variance, dtype=torch.float64).sqrt()
        assert difference(ours.mean + sd * noise, made.prev_sample) < TOLERANCE
        assert difference(x_0, made.pred_original_sample) < TOLERANCE


# Whole chains, and their schedulers as they are, in float32


def model(x_t: Tensor, t: int) -> Tensor:
    """An output between -1 and 1 that depends on both."""
    return torch.sin(3 * x_t + 0.01 * t)


def spread_model(x_t: Tensor, t: int) -> Tensor:
    """Its second output, of the variance, also from -1 to 1."""
    return torch.cos(2 * x_t - 0.03 * t)


def our_chain(
    sampler: SamplerConfiguration, name: str, prediction: str, seed: int, *, learned: bool = False
) -> list[Tensor]:
    def predict(x_t: Tensor, t: int) -> Tensor | Prediction:
        x_0 = x_0_of(prediction, model(x_t, t), x_t, name, t)
        return Prediction(x_0, (spread_model(x_t, t) + 1) / 2) if learned else x_0

    x_T, generator = case(0, dtype=torch.float32)[0], torch.Generator().manual_seed(seed)
    return [step.x for step in reverse_chain(SCHEDULES[name], predict, x_T, generator, sampler)]


def their_chain(scheduler: DDPMScheduler | DDIMScheduler, **options: object) -> list[Tensor]:
    """At the end their prediction of x_0: they would add noise to it where the last t is not 1."""
    chain = [case(0, dtype=torch.float32)[0]]
    for index in scheduler.timesteps.tolist():
        x, t = chain[-1], index + 1
        output = [model(x, t)]
        if scheduler.config.get("variance_type") == "learned_range":
            output.append(spread_model(x, t))
        made = scheduler.step(torch.cat(output, 1), index, x, **options)
        chain.append(made.prev_sample)
    return [*chain[:-1], made.pred_original_sample]


WELL_CONDITIONED = pytest.mark.parametrize(
    "name", [name for name in SCHEDULES if name != "squaredcos_cap_v2"]
)


@WELL_CONDITIONED
@pytest.mark.parametrize("variance", ["fixed_small", "fixed_large", "learned_range"])
@pytest.mark.parametrize("steps", [10, 50])
def test_respaced_ancestral_chain(name: str, variance: str, steps: int) -> None:
    theirs = DDPMScheduler(
        variance_type=variance, timestep_spacing="trailing", **settings(name, "epsilon", CLIP)
    )
    theirs.set_timesteps(steps)
    learned = variance == "learned_range"
    sampler = SamplerConfiguration(steps=steps, variance=variance.replace("_", "-"), clip=CLIP)
    ours = our_chain(sampler, name, "epsilon", seed=3, learned=learned)
    made = their_chain(theirs, generator=torch.Generator().manual_seed(3))
    worst = max(difference(mine, their) for mine, their in zip(ours, made, strict=True))
    assert worst < CHAIN_TOLERANCE


@WELL_CONDITIONED
@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("steps", [10, 50])
def test_respaced_ddim_chain(name: str, eta: float, steps: int) -> None:
    theirs = DDIMScheduler(timestep_spacing="trailing", **settings(name, "epsilon", CLIP))
    theirs.set_timesteps(steps)
    ours = our_chain(SamplerConfiguration("ddim", eta, steps, clip=CLIP), name, "epsilon", seed=3)
    made = their_chain(
        theirs,
        eta=eta,
        use_clipped_model_output=True,
        generator=torch.Generator().manual_seed(3),
    )
    worst = max(difference(mine, their) for mine, their in zip(ours, made, strict=True))
    assert worst < CHAIN_TOLERANCE
