"""Measuring a model: the core's own numbers, of the right data, and what is concluded from them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.measurement import (
    Floor,
    Measurement,
    MeasurementPlan,
    Verdict,
    bound_terms,
)
from ddpm_studio.checkpoints.measurement_report import report_lines, shown_steps
from ddpm_studio.checkpoints.measuring import bound_data, measure, plan_measurement
from ddpm_studio.checkpoints.weights import LoadedModel, load_inspected, load_model
from ddpm_studio.datasets.catalogue import open_data_set
from ddpm_studio.datasets.digits import Digits
from ddpm_studio.datasets.mixtures import exact_denoiser
from ddpm_studio.diffusion.bound import VariationalBound, variational_bound
from ddpm_studio.diffusion.chains import NotFiniteError
from ddpm_studio.diffusion.denoising_error import (
    DenoisingErrors,
    Estimate,
    denoising_errors,
)
from ddpm_studio.networks.configuration import MlpConfiguration, UNetConfiguration


def run(model: LoadedModel, plan: MeasurementPlan) -> Measurement:
    for measurement in measure(model, plan):
        last = measurement
    return last


@pytest.fixture
def mixture(description: ModelDescription, save: Callable[..., Path]) -> LoadedModel:
    """Random weights, T = 10, for the data set whose law is known."""
    network = MlpConfiguration(dimension=1, width=4, depth=1, time_features=4)
    return load_model(save(description, data_set="mixture-1d", network=network))


# The plan


def test_steps_are_the_middles_of_equal_parts(description: ModelDescription) -> None:
    assert plan_measurement(description).steps == tuple(range(10, 0, -1))
    long = replace(description, schedule=replace(description.schedule, T=1000, beta_1=1e-4))
    steps = plan_measurement(long).steps
    assert len(steps) == 200
    assert set(np.diff(steps)) == {-5}
    assert steps[0] + steps[-1] == 1001


@pytest.mark.parametrize(
    ("name", "floor"),
    [
        ("mixture-1d", Floor.LAW),
        ("eight-gaussians", Floor.LAW),
        ("moons", Floor.UNKNOWN),
        ("digits", Floor.TRAINING_SET),
    ],
)
def test_no_floor_is_claimed_that_is_not_known(name: str, floor: Floor) -> None:
    assert plan_measurement(find_model(name).description).floor is floor


def test_of_images_no_more_are_measured_than_there_are() -> None:
    plan = plan_measurement(find_model("digits").description, 1_000_000)
    assert (plan.error_count, plan.bound_count) == (1437, 360)


@pytest.mark.parametrize("size", [8, 16])
def test_levels_are_those_of_the_images(description: ModelDescription, size: int) -> None:
    name = "digits" if size == 8 else "digits-16"
    plan = plan_measurement(replace(description, data_set=name))
    assert plan.levels is not None
    levels = (Digits(size).held_out_images().double() + 1) / 2 * (plan.levels - 1)
    assert (levels - levels.round()).abs().max() < 1e-3
    # No fewer would do.
    assert np.gcd.reduce(levels.round().long().flatten().numpy()) == 1


def test_the_bound_of_images_is_that_of_held_out_ones() -> None:
    generator = torch.Generator().manual_seed(0)
    images, _ = bound_data("digits", 360, generator)
    pairs = torch.cdist(images.flatten(1), Digits().held_out_images().flatten(1))
    assert pairs.min(dim=0).values.max() == 0  # each of them once


# The numbers


def test_numbers_are_the_cores(mixture: LoadedModel) -> None:
    plan = plan_measurement(mixture.description, 50, seed=3)
    found = run(mixture, plan)
    schedule, predict = mixture.denoiser.schedule, mixture.denoiser.predict_x_0
    generator = torch.Generator().manual_seed(3)
    data = open_data_set("mixture-1d")
    x_0 = data.sample(50, generator)
    exact = exact_denoiser("mixture-1d", schedule)
    *_, errors = denoising_errors(schedule, predict, x_0, generator, steps=plan.steps, exact=exact)
    *_, bound = variational_bound(schedule, predict, data.sample(50, generator), generator)
    assert found.errors is not None
    assert found.bound is not None
    for kind in ("error", "floor", "excess"):
        ours, theirs = getattr(found.errors, kind), getattr(errors, kind)
        np.testing.assert_array_equal(ours.value, theirs.value)
        np.testing.assert_array_equal(ours.standard_error, theirs.standard_error)
    np.testing.assert_array_equal(found.bound.nats, bound.nats)
    assert found.bound.total == bound.total


def test_the_variance_and_the_limit_are_the_models(
    mixture: LoadedModel, description: ModelDescription
) -> None:
    plan = plan_measurement(mixture.description, 50)
    totals = []
    for changes in ({}, {"variance": "fixed-small"}, {"clip": 0.1}):
        changed = replace(mixture, description=replace(mixture.description, **changes))
        bound = run(changed, plan).bound
        assert bound is not None
        totals.append(bound.total)
    assert len(set(totals)) == 3


def test_a_learned_variance_is_the_models_own(
    description: ModelDescription, save: Callable[..., Path]
) -> None:
    """A network that always says -1 has learned the small one, and L_0 is then the same, too."""
    network = UNetConfiguration(8, 1, 8, (1,), 1, (), 0.0, 4, learned_range=True)
    measured = []
    for variance in ("learned-range", "fixed-small", "fixed-large"):
        model = load_model(
            save(description, network=network, data_set="digits", variance=variance, clip=2.0)
        )
        head = model.denoiser.network.get_submodule("head")
        head.weight[1], head.bias[1] = 0.0, -1.0
        measured.append(run(model, plan_measurement(model.description, 8)))
    learned, small, large = (each.bound.nats for each in measured if each.bound)
    assert learned == pytest.approx(small, rel=1e-9)
    assert abs(learned - large).max() > 1.0
    assert measured[0].errors is not None
    assert measured[1].errors is not None
    assert np.array_equal(
        measured[0].errors.error.value, measured[1].errors.error.value, equal_nan=True
    )


def test_progress_counts_the_work_and_ends_with_it(mixture: LoadedModel) -> None:
    plan = plan_measurement(mixture.description, 5)
    steps = list(measure(mixture, plan))
    done = [step.done for step in steps]
    assert done == sorted(done)
    assert done[-1] == plan.work == 2 * 10 * 5
    assert [step.is_complete for step in steps] == [False] * (len(steps) - 1) + [True]
    # The verdict comes as soon as the error is known at every t, and not before.
    assert [step.verdict is not None for step in steps] == [count >= 50 for count in done]


def test_a_trained_model_comes_near_the_exact_denoisers_bound_and_not_under_it() -> None:
    model = load_inspected(find_model("mixture-1d"))
    found = run(model, plan_measurement(model.description, 400))
    exact = exact_denoiser("mixture-1d", model.denoiser.schedule)
    assert exact is not None
    assert found.bound is not None
    generator = torch.Generator().manual_seed(1)
    x_0 = open_data_set("mixture-1d").sample(400, generator)
    *_, best = variational_bound(model.denoiser.schedule, exact.predict_x_0, x_0, generator)
    difference = found.bound.total - best.total
    error = math.hypot(found.bound.total_standard_error, best.total_standard_error)
    assert -3 * error < difference < 0.1 + 3 * error
    assert found.verdict is not None
    assert 0 < found.verdict.excess_ratio < 0.01


def test_digits_are_measured_on_their_levels_against_their_training_set() -> None:
    model = load_inspected(find_model("digits"))
    plan = replace(plan_measurement(model.description, 4), steps=(250, 125, 5))
    for measurement in measure(model, plan):
        if measurement.bound is not None and np.isfinite(measurement.bound.nats).sum() == 5:
            break
    assert measurement.bound is not None
    assert measurement.bound.levels == 17
    assert measurement.errors is not None
    assert (measurement.errors.excess.value[[250, 125, 5]] > 0).all()
    assert measurement.errors.floor.value[5] < 1e-6  # so little noise hides no image


def test_a_network_that_overflows_is_said(mixture: LoadedModel) -> None:
    for weights in mixture.denoiser.network.parameters():
        weights.fill_(1e38)
    with pytest.raises(NotFiniteError, match="answer at t = 10 is not a finite number"):
        run(mixture, plan_measurement(mixture.description, 5))


# What is concluded


def estimate(values: list[float]) -> Estimate:
    return Estimate(np.array([math.nan, *values]), np.full(len(values) + 1, 0.1))


def measurement_of(floor: Floor) -> Measurement:
    plan = MeasurementPlan(4, (4, 3, 2, 1), 10, 10, floor, None, 0)
    unknown = estimate([math.nan] * 4)
    known = floor is not Floor.UNKNOWN
    errors = DenoisingErrors(
        error=estimate([1.1, 1.3, 1.0, 1.0]),
        floor=estimate([1.0, 1.0, 1.0, 1.0]) if known else unknown,
        excess=estimate([0.1, 0.3, 0.02, 0.02]) if known else unknown,
    )
    nats = np.array([-1.0, 0.25, 0.5, 0.125, 0.0625])
    bound = VariationalBound(nats, np.full(5, 0.01), float(nats.sum()), 0.02, 2, 10, None)
    return Measurement(plan, plan.work, errors, bound)


def test_the_verdict_is_a_ratio_of_means_and_the_middle_of_the_excess() -> None:
    verdict = measurement_of(Floor.LAW).verdict
    assert verdict == Verdict(pytest.approx(0.44 / 4), half_t=2)
    assert measurement_of(Floor.UNKNOWN).verdict is None


def test_the_bounds_rows_add_up() -> None:
    bound = measurement_of(Floor.LAW).bound
    assert bound is not None
    first, steps, last, total = bound_terms(bound)
    assert (first.nats, steps.nats, last.nats) == (0.0625, 0.875, -1.0)
    assert first.nats + steps.nats + last.nats == total.nats
    assert total.bits_per_dimension == pytest.approx(bound.total_bits_per_dimension)
    assert total.error_in_bits_per_dimension == pytest.approx(0.02 / (2 * math.log(2)))


def test_about_ten_steps_are_shown_with_both_ends() -> None:
    assert shown_steps((3, 2, 1)) == [1, 2, 3]
    shown = shown_steps(range(998, 0, -5))
    assert (len(shown), shown[0], shown[-1]) == (10, 3, 998)
    assert shown_steps((1,)) == [1]


def test_the_report_says_what_is_known_and_no_more() -> None:
    text = "\n".join(report_lines(measurement_of(Floor.LAW)))
    assert "11 % above the floor that no network can beat" in text
    assert "may be negative" in text
    assert "by heart" in "\n".join(report_lines(measurement_of(Floor.TRAINING_SET)))
    unknown = "\n".join(report_lines(measurement_of(Floor.UNKNOWN)))
    assert "not known exactly" in unknown
    assert "excess" not in unknown


def test_columns_are_aligned() -> None:
    lines = report_lines(measurement_of(Floor.LAW))
    rows = [line for line in lines if line[:1].isdigit()]
    assert len(rows) == 4
    assert len({len(row) for row in rows}) == 1
