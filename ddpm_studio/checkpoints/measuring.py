"""Measures a loaded model: the denoising error by t with its floor, then the variational bound."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

import torch
from torch import Tensor

from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.measurement import Floor, Measurement, MeasurementPlan
from ddpm_studio.checkpoints.samples_at_once import samples_at_once
from ddpm_studio.checkpoints.weights import LoadedModel
from ddpm_studio.datasets.catalogue import (
    DataSetEntry,
    LabelledDataSource,
    entry,
    is_bundled,
    open_data_set,
)
from ddpm_studio.datasets.digits import GREY_LEVELS
from ddpm_studio.datasets.labelled_draws import as_tensor, labelled_draw
from ddpm_studio.datasets.mixtures import exact_mixture, has_exact_images, known_denoiser
from ddpm_studio.diffusion.bound import VariationalBound, variational_bound
from ddpm_studio.diffusion.chains import (
    NotFiniteError,
    Predict,
    Prediction,
    PredictX0,
    together,
)
from ddpm_studio.diffusion.denoising_error import DenoisingErrors, denoising_errors
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.networks.configuration import class_count


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
    data, T = entry(description.data_set), description.schedule.T
    _require_known_classes(description, data)
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


def _require_known_classes(description: ModelDescription, data: DataSetEntry) -> None:
    """The data here may be others of that name than those that the model was trained on."""
    count, names = class_count(description.network), description.class_names
    if count is None or (count == len(data.classes) and names in ((), data.classes)):
        return
    raise MeasuringError(
        "This model was made for classes: to measure it one must know the class of each x_0."
    )


def measure(model: LoadedModel, plan: MeasurementPlan) -> Generator[Measurement, None, Measurement]:
    """Measure all that is in ``plan``; yields what is known after every t, and returns all of it.

    The same plan gives the same numbers. The bound is that of the reverse chain which the model was
    made for, with its variance and its limit of x_0, and all of its steps. Raises NotFiniteError
    where the network's answer is NaN or infinite.
    """
    generator = torch.Generator().manual_seed(plan.seed)
    found = Measurement(plan)
    for errors in _errors(model, plan, generator):
        found = replace(found, done=found.done + plan.error_count, errors=errors)
        yield found
    for bound in _bounds(model, plan, generator):
        # L_T, which comes first, asks no network.
        advance = plan.bound_count if found.bound is not None else 0
        found = replace(found, done=found.done + advance, bound=bound)
        yield found
    return found


def _errors(
    model: LoadedModel, plan: MeasurementPlan, generator: torch.Generator
) -> Iterator[DenoisingErrors]:
    name, schedule = model.description.data_set, model.denoiser.schedule
    data, labels = labelled_draw(open_data_set(name), plan.error_count, generator)
    labels = labels if _is_conditional(model) else None
    return denoising_errors(
        schedule,
        _x_0_of(_on_device(model, labels)),
        data,
        generator,
        steps=plan.steps,
        exact=known_denoiser(name, schedule, labels),
    )


def _bounds(
    model: LoadedModel, plan: MeasurementPlan, generator: torch.Generator
) -> Iterator[VariationalBound]:
    sampler = model.description.sampler
    data, labels = bound_data(model.description.data_set, plan.bound_count, generator)
    return variational_bound(
        model.denoiser.schedule,
        _on_device(model, labels if _is_conditional(model) else None),
        data,
        generator,
        variance=sampler.variance,
        clip=sampler.clip,
        levels=plan.levels,
    )


def bound_data(name: str, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor | None]:
    """``count`` fresh points, or held-out images without repeats, float32 on the CPU.

    With the class of each, int64; None where there are no classes.
    """
    data = open_data_set(name)
    if not isinstance(data, LabelledDataSource):
        return data.sample(count, generator), None
    images, labels = data.held_out(count, generator)
    return images, as_tensor(labels)


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


def _is_conditional(model: LoadedModel) -> bool:
    return class_count(model.description.network) is not None


def _on_device(model: LoadedModel, labels: Tensor | None) -> Predict:
    """The network's prediction for x_t on the CPU, where data and exact denoisers live.

    ``labels`` are those of all x_t, of which each is asked for together with the others.
    """
    denoiser = model.denoiser
    device, part = denoiser.device, samples_at_once(model.description.network, denoiser.device)
    labels = None if labels is None else labels.to(device)

    def predict(x_t: Tensor, t: int) -> Tensor | Prediction:
        pieces = x_t.split(part)
        of_pieces = [None] * len(pieces) if labels is None else labels.split(part)
        predicted = together(
            [
                _on_cpu(denoiser.predict(piece.to(device), t, label))
                for piece, label in zip(pieces, of_pieces, strict=True)
            ]
        )
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
