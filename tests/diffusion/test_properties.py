"""What holds for every schedule, T, shape and sampler: examples that hypothesis makes up."""

from __future__ import annotations

import math

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ddpm_studio.diffusion.adequacy import schedule_adequacy
from ddpm_studio.diffusion.gaussians import (
    ddim_step,
    learned_range_variance,
    marginal,
    mean_from_noise,
    mean_from_x_0,
    posterior,
    transition,
)
from ddpm_studio.diffusion.respacing import respaced
from ddpm_studio.diffusion.samplers import SamplerConfiguration, reverse_chain
from ddpm_studio.diffusion.schedule import NoiseSchedule, ScheduleConfiguration

# The same examples each time, and nothing kept: a run of the tests must not depend on the last one.
every_example = settings(max_examples=80, derandomize=True, database=None, deadline=None)

betas = st.floats(1e-9, 0.999)
lengths = st.integers(1, 300)
schedules = st.one_of(
    st.builds(NoiseSchedule.linear, lengths, betas, betas),
    st.builds(NoiseSchedule.sigmoid, lengths, betas, betas),
    st.builds(NoiseSchedule.quadratic, lengths, betas, betas),
    st.builds(NoiseSchedule.constant, lengths, betas),
    st.builds(NoiseSchedule.cosine, lengths),
    st.builds(NoiseSchedule.from_betas, st.lists(betas, min_size=1, max_size=60)),
)
shapes = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


def times(data: st.DataObject, schedule: NoiseSchedule) -> int:
    return data.draw(st.integers(1, schedule.T), label="t")


def normal(data: st.DataObject, count: int) -> tuple[torch.Tensor, ...]:
    """Tensors of one shape, N(0, 1) in float64."""
    shape = data.draw(shapes, label="shape")
    generator = torch.Generator().manual_seed(data.draw(st.integers(0, 1000), label="seed"))
    drawn = torch.randn((count, *shape), generator=generator, dtype=torch.float64)
    return tuple(drawn)


@every_example
@given(schedules)
def test_variances_are_positive_and_the_signal_decreases(schedule: NoiseSchedule) -> None:
    assert schedule.T >= 1
    assert np.all((schedule.beta[1:] > 0) & (schedule.beta[1:] < 1))
    alpha_bar = schedule.alpha_bar
    assert np.all((np.diff(alpha_bar) < 0) | (alpha_bar[1:] < 1e-300))
    assert np.all(schedule.marginal_variance[1:] > 0)
    assert np.all(np.diff(schedule.marginal_variance) >= 0)
    assert np.all(schedule.marginal_variance <= 1)
    assert schedule.posterior_variance[1] == 0.0
    assert np.all(schedule.posterior_variance[2:] > 0)
    assert np.all(schedule.posterior_variance <= schedule.beta)


@every_example
@given(schedules)
def test_a_configuration_is_the_whole_schedule(schedule: NoiseSchedule) -> None:
    configuration = ScheduleConfiguration(**schedule.configuration.as_dict())
    assert configuration == schedule.configuration
    assert np.array_equal(configuration.build().beta, schedule.beta)


@every_example
@given(schedules, st.data())
def test_the_transition_of_a_marginal_is_the_next_marginal(
    schedule: NoiseSchedule, data: st.DataObject
) -> None:
    (x_0,), t = normal(data, 1), times(data, schedule)
    before, after = marginal(schedule, x_0, t - 1), marginal(schedule, x_0, t)
    moved = transition(schedule, before.mean, t)
    assert moved.mean.shape == x_0.shape
    assert (moved.mean - after.mean).abs().max() < 1e-12
    variance = float(schedule.alpha[t]) * before.variance + moved.variance
    assert math.isclose(variance, after.variance, rel_tol=1e-10)


@every_example
@given(schedules, st.floats(0, 1), st.data())
def test_steps_back_lead_from_marginal_to_marginal(
    schedule: NoiseSchedule, eta: float, data: st.DataObject
) -> None:
    """The posterior, and DDIM's step with any eta, of x_t ~ q(x_t | x_0) where x_0 is known."""
    (x_0,), t = normal(data, 1), times(data, schedule)
    at_t, before = marginal(schedule, x_0, t), marginal(schedule, x_0, t - 1)
    one = torch.ones_like(x_0)
    for step in (
        lambda x_t: posterior(schedule, x_0, x_t, t),
        lambda x_t: ddim_step(schedule, x_0, x_t, t, eta),
    ):
        there = step(at_t.mean)
        slope = float((step(at_t.mean + one).mean - there.mean).flatten()[0])
        assert there.mean.shape == x_0.shape
        assert (there.mean - before.mean).abs().max() < 1e-10
        variance = slope**2 * at_t.variance + there.variance
        assert math.isclose(variance, before.variance, rel_tol=1e-6, abs_tol=1e-12)


@every_example
@given(schedules, st.data())
def test_both_forms_of_the_mean_agree(schedule: NoiseSchedule, data: st.DataObject) -> None:
    """To what dividing by sqrt(alpha_bar_t), the scale of x_0, leaves of 16 digits."""
    (x_0, noise), t = normal(data, 2), times(data, schedule)
    x_t = marginal(schedule, x_0, t).mean + float(schedule.marginal_variance[t]) ** 0.5 * noise
    difference = mean_from_x_0(schedule, x_0, x_t, t) - mean_from_noise(schedule, noise, x_t, t)
    assert difference.abs().max() < 1e-12 / float(schedule.alpha[t]) ** 0.5


@every_example
@given(schedules, st.data())
def test_a_learned_variance_is_between_the_fixed_ones(
    schedule: NoiseSchedule, data: st.DataObject
) -> None:
    (x,), t = normal(data, 1), times(data, schedule)
    variance = learned_range_variance(schedule, torch.sigmoid(x), t)
    assert variance.shape == x.shape
    assert (variance > 0).all()
    if t > 1:
        assert (variance >= schedule.posterior_variance[t] * (1 - 1e-12)).all()
        assert (variance <= schedule.beta[t] * (1 + 1e-12)).all()


@every_example
@given(schedules, st.data())
def test_alpha_bar_of_fewer_steps_is_a_subset(schedule: NoiseSchedule, data: st.DataObject) -> None:
    steps = data.draw(st.integers(1, schedule.T), label="steps")
    fewer = respaced(schedule, steps)
    assert (fewer.times[0], fewer.times[-1], fewer.steps) == (0, schedule.T, steps)
    assert np.all(np.diff(fewer.times) >= schedule.T // steps)
    assert np.all(np.diff(fewer.times) <= -(-schedule.T // steps))
    alpha_bar = schedule.alpha_bar[fewer.times]
    assert np.all(np.abs(fewer.schedule.alpha_bar - alpha_bar) <= 1e-11 * alpha_bar + 1e-15)
    assert np.allclose(
        fewer.schedule.marginal_variance, schedule.marginal_variance[fewer.times], 1e-11, 0
    )
    both = schedule_adequacy(schedule), schedule_adequacy(fewer.schedule)
    assert math.isclose(both[0].L_T_bits, both[1].L_T_bits, rel_tol=1e-6, abs_tol=1e-12)


samplers = st.builds(
    SamplerConfiguration,
    st.sampled_from(["ancestral", "ddim"]),
    eta=st.floats(0, 1),
    variance=st.sampled_from(["fixed-large", "fixed-small"]),
    clip=st.none() | st.floats(0.1, 3),
)


@every_example
@given(schedules, samplers, st.data())
def test_every_chain_comes_to_x_0(
    schedule: NoiseSchedule, sampler: SamplerConfiguration, data: st.DataObject
) -> None:
    """It goes down from any t through the times it keeps, and ends in the last prediction."""
    (x_t,), t = normal(data, 1), times(data, schedule)
    steps = data.draw(st.none() | st.integers(1, schedule.T), label="steps")
    sampler = SamplerConfiguration(sampler.kind, sampler.eta, steps, sampler.variance, sampler.clip)
    kept = respaced(schedule, steps).times
    generator = torch.Generator().manual_seed(0)
    chain = list(reverse_chain(schedule, lambda x, t: x.tanh(), x_t, generator, sampler, t=t))
    assert [step.t for step in chain] == [t, *kept[kept < t][::-1].tolist()]
    assert all(step.x.shape == x_t.shape for step in chain)
    last = chain[-1]
    assert last.predicted_x_0 is not None
    assert (last.x - last.predicted_x_0).abs().max() < 1e-6
