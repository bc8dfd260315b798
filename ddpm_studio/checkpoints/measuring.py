"""Measures a loaded model: the denoising error by t with its floor, then the variational bound."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import torch
from torch import Tensor

from ddpm_studio.checkpoints.condition import class_count
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.measurement import Floor, Measurement, MeasurementPlan
from ddpm_studio.checkpoints.samples_at_once import samples_at_once
from ddpm_studio.checkpoints.weights import LoadedModel
from ddpm_studio.datasets.catalogue import (
    DataSetEntry,
    entry,
    is_bundled,
    open_cached,
    open_data_set,
)
from ddpm_studio.datasets.digits import GREY_LEVELS, Digits
from ddpm_studio.datasets.mixtures import exact_denoiser, exact_mixture, has_exact_images
from ddpm_studio.diffusion.bound import variational_bound
from ddpm_studio.diffusion.chains import (
    NotFiniteError,
    Predict,
    Prediction,
    PredictX0,
    together,
)
from ddpm_studio.diffusion.denoising_error import denoising_errors
from ddpm_studio.explained_error import ExplainedError


class MeasuringError(ExplainedError):
    """A model that cannot be measured; the sentence says why."""


# On two cores of a Xeon together 8 s for points, and 40 s for digits of 8x8 pixels.
POINT_COUNT, IMAGE_COUNT = 4000, 256
_POINT_STEPS, _IMAGE_STEPS = 200, 50


class TooFewImagesError(ExplainedError):
    """No image was kept from training, and on the others a model says nothing about new ones."""


def plan_measurement(
    description: ModelDescription, count: int | None = None, seed: int = 0
) -> MeasurementPlan:
    """How a model is measured with ``count`` >= 2 samples; of images with at most all there are.

    Raises UnknownDataSetError, TooFewImagesError, or MeasuringError where the model's data are not
    known.
    """
    if not description.data_set:
        raise MeasuringError("To measure a model one must know its data.")
    if class_count(description.network) is not None:
        raise MeasuringError(
            "This model was made for classes: to measure it one must know the class of each x_0."
        )
    data, T = entry(description.data_set), description.schedule.T
    if not data.is_image:
        count = POINT_COUNT if count is None else count
        floor = Floor.LAW if exact_mixture(data.name) else Floor.UNKNOWN
        return MeasurementPlan(T, _spread(T, _POINT_STEPS), count, count, floor, None, seed)
    if not data.held_out_count:
        raise TooFewImagesError(
            "The data {name!r} have too few images to measure a model: none of them is held out.",
            name=data.name,
        )
    count = IMAGE_COUNT if count is None else count
    return MeasurementPlan(
        T,
        _spread(T, _IMAGE_STEPS),
        min(count, data.training_count or 0),
        min(count, data.held_out_count),
        Floor.TRAINING_SET if has_exact_images(data.name) else Floor.UNKNOWN,
        _level_count(data),
        seed,
    )


def measure(model: LoadedModel, plan: MeasurementPlan) -> Generator[Measurement, None, Measurement]:
    """Measure all that is in ``plan``; yields what is known after every t, and returns all of it.

    The same plan gives the same numbers. The bound is that of the reverse chain which the model was
    made for, with its variance and its limit of x_0, and all of its steps. Raises NotFiniteError
    where the network's answer is NaN or infinite.
    """
    name, schedule = model.description.data_set, model.denoiser.schedule
    sampler, predict = model.description.sampler, _on_device(model)
    generator = torch.Generator().manual_seed(plan.seed)
    found = Measurement(plan)
    data = open_data_set(name).sample(plan.error_count, generator)
    exact = exact_denoiser(name, schedule)
    for errors in denoising_errors(
        schedule, _x_0_of(predict), data, generator, steps=plan.steps, exact=exact
    ):
        found = replace(found, done=found.done + plan.error_count, errors=errors)
        yield found
    for bound in variational_bound(
        schedule,
        predict,
        bound_data(name, plan.bound_count, generator),
        generator,
        variance=sampler.variance,
        clip=sampler.clip,
        levels=plan.levels,
    ):
        # L_T, which comes first, asks no network.
        advance = plan.bound_count if found.bound is not None else 0
        found = replace(found, done=found.done + advance, bound=bound)
        yield found
    return found


def bound_data(name: str, count: int, generator: torch.Generator) -> Tensor:
    """``count`` fresh points, or held-out images without repeats, float32 on the CPU."""
    data = entry(name)
    if not data.is_image:
        return open_data_set(name).sample(count, generator)
    if not is_bundled(name):
        return open_cached(name).held_out_images(count, generator)
    images = Digits(data.sample_shape[-1]).held_out_images()
    return images[torch.randperm(len(images), generator=generator)[:count]]


def _spread(T: int, most: int) -> tuple[int, ...]:
    """The middles of ``most`` equal parts of T … 1; all t where there are no more."""
    count = min(T, most)
    return tuple(int((part + 0.5) * T / count) + 1 for part in reversed(range(count)))


def _level_count(data: DataSetEntry) -> int:
    """Levels of a pixel: 17 of the digits as stored, 257 of those made twice as large; else a byte's.

    A pixel between others is a mean with weights that are multiples of 1/16.
    """
    if not is_bundled(data.name):
        return 256
    return (GREY_LEVELS if data.sample_shape[-1] == 8 else 16 * GREY_LEVELS) + 1


def _x_0_of(predict: Predict) -> PredictX0:
    """The denoising error does not depend on a variance."""

    def predict_x_0(x_t: Tensor, t: int) -> Tensor:
        predicted = predict(x_t, t)
        return predicted.x_0 if isinstance(predicted, Prediction) else predicted

    return predict_x_0


def _on_device(model: LoadedModel) -> Predict:
    """The network's prediction for x_t on the CPU, where data and exact denoisers live."""
    denoiser = model.denoiser
    part = samples_at_once(model.description.network, denoiser.device)

    def predict(x_t: Tensor, t: int) -> Tensor | Prediction:
        pieces = (piece.to(denoiser.device) for piece in x_t.split(part))
        predicted = together([_on_cpu(denoiser.predict(piece, t)) for piece in pieces])
        x_0 = predicted.x_0 if isinstance(predicted, Prediction) else predicted
        if not torch.isfinite(x_0).all():
            raise NotFiniteError(
                "The network's answer at t = {t} is not a finite number: this model cannot be "
                "measured.",
                t=t,
            )
        return predicted

    return predict


def _on_cpu(predicted: Tensor | Prediction) -> Tensor | Prediction:
    if isinstance(predicted, Prediction):
        return Prediction(predicted.x_0.cpu(), predicted.variance_share.cpu())
    return predicted.cpu()
