"""Reads what the Trainer of lucidrains' denoising-diffusion-pytorch saves: `model-*.pt`, from 1.9 on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.foreign.lucidrains_network import (
    NetworkShapes,
    UnknownNetworkError,
    network_shapes,
    our_shapes,
    our_weights,
)
from ddpm_studio.checkpoints.foreign.model_name import model_name
from ddpm_studio.checkpoints.foreign.questions import Answers, Question
from ddpm_studio.checkpoints.foreign.state_dict import named_tensors
from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor
from ddpm_studio.checkpoints.foreign.tensor_reading import WeightReading
from ddpm_studio.checkpoints.foreign.torch_file import open_torch_file
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.diffusion.beta_curves import FloatArray
from ddpm_studio.diffusion.sampler_configuration import ReverseVariance
from ddpm_studio.diffusion.schedule import MAX_STEPS, ScheduleConfiguration, ScheduleError
from ddpm_studio.explained_error import ExplainedError, brief
from ddpm_studio.networks.lucidrains_configuration import LucidrainsConfiguration
from ddpm_studio.networks.setting_checks import NetworkConfigurationError

FAMILY = "denoising-diffusion-pytorch"

_FIRST_VERSION = (1, 9)  # from then on attention has memories, which show its heads
_EMA_PREFIX, _NETWORK_PREFIX = "ema_model.", "model."
_TARGETS = ("noise", "x_0", "v")
_GUESSED_IMAGE_SIZE = 32
_MAX_IMAGE_SIZE = 1024
_USUAL_GROUPS = 8
_USUAL_TIME_BASE = 10_000.0

Tensors = dict[str, StoredTensor]


def recognise(path: Path) -> LucidrainsCheckpoint | None:
    """The checkpoint at ``path``, or None where it is nothing of that project.

    Raises ModelFileError where it is, and cannot be opened.
    """
    value = open_torch_file(path).value
    if not isinstance(value, dict):
        return None
    average = _moving_average(value.get("ema"))
    if not {"betas", f"{_NETWORK_PREFIX}init_conv.weight"} & average.keys():
        return None
    _require_version(path, value.get("version"))
    networks = {"ema": _network_tensors(average)}
    model = _network_tensors(named_tensors(value.get("model")) or {})
    try:
        shapes = network_shapes(networks["ema"])
        if model.keys() == networks["ema"].keys() and our_shapes(model) == our_shapes(
            networks["ema"]
        ):
            networks["model"] = model
        our_shapes(networks["ema"])
    except UnknownNetworkError:
        raise ModelFileError(
            "{file} holds another network of {family} than its Unet for images: only that one can "
            "be opened.",
            file=path.name,
            family=FAMILY,
        ) from None
    found = LucidrainsCheckpoint(path, networks, shapes, *_numbers_of_t(path, average))
    _require_a_model(found)
    return found


def _moving_average(value: Any) -> Tensors:
    """The tensors of the GaussianDiffusion that ema-pytorch averages; empty where there is none."""
    if not isinstance(value, dict):
        return {}
    return {
        name.removeprefix(_EMA_PREFIX): tensor
        for name, tensor in value.items()
        if isinstance(name, str)
        and name.startswith(_EMA_PREFIX)
        and isinstance(tensor, StoredTensor)
    }


def _network_tensors(diffusion: Tensors) -> Tensors:
    return {
        name.removeprefix(_NETWORK_PREFIX): tensor
        for name, tensor in diffusion.items()
        if name.startswith(_NETWORK_PREFIX)
    }


def _require_version(path: Path, version: Any) -> None:
    numbers = re.match(r"(\d+)\.(\d+)", version) if isinstance(version, str) else None
    if numbers is None:
        raise ModelFileError(
            "{file} was saved by a version of {family} before it noted which: only checkpoints of "
            "version 1.9 and later can be opened.",
            file=path.name,
            family=FAMILY,
        )
    if tuple(map(int, numbers.groups())) < _FIRST_VERSION:
        raise ModelFileError(
            "{file} was saved by {family} {version}: only checkpoints of version 1.9 and later can "
            "be opened.",
            file=path.name,
            family=FAMILY,
            version=brief(version),
        )


def _require_a_model(checkpoint: LucidrainsCheckpoint) -> None:
    """That the best guesses make one."""
    try:
        checkpoint.describe({question.name: question.guess for question in checkpoint.questions})
    except (NetworkConfigurationError, ScheduleError) as error:
        raise ModelFileError(
            "{file} cannot be opened: {reason}.", file=checkpoint.path.name, reason=error
        ) from error


def _numbers_of_t(path: Path, diffusion: Tensors) -> tuple[StoredTensor, StoredTensor]:
    """beta_1 … beta_T, and the weight of each t in the loss; both of shape (T,)."""
    betas, weights = diffusion.get("betas"), diffusion.get("loss_weight")
    if betas is None or weights is None:
        raise ModelFileError(
            "{file} holds another diffusion of {family} than its GaussianDiffusion, without "
            "steps t = 1 … T: it cannot be opened.",
            file=path.name,
            family=FAMILY,
        )
    if len(betas.shape) != 1 or not 1 <= betas.numel <= MAX_STEPS or weights.shape != betas.shape:
        raise ModelFileError(
            "{file} is damaged: its betas are not one number for each t.", file=path.name
        )
    return betas, weights


@dataclass(frozen=True)
class LucidrainsCheckpoint:
    """A checkpoint of that project's Trainer.

    networks      the tensors of its Unet by the answer to "weights", under that project's names
    shapes        what they tell of it
    betas         (T,), and so is
    loss_weight   of which the shape over t tells the target
    """

    path: Path
    networks: dict[str, Tensors]
    shapes: NetworkShapes
    betas: StoredTensor
    loss_weight: StoredTensor

    @property
    def family(self) -> str:
        """The project's name, as people know it."""
        return FAMILY

    @property
    def questions(self) -> tuple[Question, ...]:
        """Which weights, how large the images, and what no shape tells."""
        return (
            *self._weights_question(),
            self._image_size_question(),
            *self._norm_groups_question(),
            *self._target_question(),
            Question(
                "time_base",
                _USUAL_TIME_BASE,
                ExplainedError(
                    "It is the project's default (sinusoidal_pos_emb_theta), which few change."
                ),
                low=1.001,
                high=1e9,
            ),
        )

    def _weights_question(self) -> tuple[Question, ...]:
        if len(self.networks) == 1:
            return ()
        reason = ExplainedError(
            "The moving average (ema) is what the project itself draws its samples from."
        )
        return (Question("weights", "ema", reason, tuple(self.networks)),)

    def _image_size_question(self) -> Question:
        factor = 2 ** (len(self.shapes.widths) - 2)
        guess = max(_GUESSED_IMAGE_SIZE, factor)
        reason = ExplainedError(
            "The file does not say how large its images are; {guess} is common, and quick. Any "
            "multiple of {factor} can be computed, but good samples come at the size of the "
            "training.",
            factor=factor,
            guess=guess,
        )
        return Question("image_size", guess, reason, low=factor, high=_MAX_IMAGE_SIZE)

    def _norm_groups_question(self) -> tuple[Question, ...]:
        if not self.shapes.has_group_norm:
            return ()
        widths = self.shapes.widths
        possible = [n for n in range(1, min(widths) + 1) if not any(w % n for w in widths)]
        if _USUAL_GROUPS in possible:
            guess, reason = _USUAL_GROUPS, ExplainedError("It is the project's default.")
        else:
            guess = possible[-1]
            reason = ExplainedError(
                "The project's default of {usual} does not divide these widths; {guess} is the most "
                "that does.",
                usual=_USUAL_GROUPS,
                guess=guess,
            )
        return (Question("norm_groups", guess, reason, tuple(possible)),)

    def _target_question(self) -> tuple[Question, ...]:
        if len(self._possible_targets) == 1:
            return ()
        reason = ExplainedError(
            "The weights of its loss fit no single target; the project's default is v."
        )
        return (Question("target", "v", reason, _TARGETS),)

    @cached_property
    def _possible_targets(self) -> tuple[str, ...]:
        if self.shapes.settings.get("learned_range"):
            return ("noise",)  # its LearnedGaussianDiffusion samples so, whatever the objective
        return targets_of_loss(_float64(self.betas), _float64(self.loss_weight))

    def describe(self, answers: Answers) -> ModelDescription:
        """The model that it is: its sampler is the project's p_sample_loop."""
        learned = self.shapes.settings.get("learned_range")
        return ModelDescription(
            name=model_name(self.path, FAMILY),
            data_set="",
            network=self._network(answers),
            schedule=schedule_of_betas(_float64(self.betas)),
            target=str(answers["target"] if "target" in answers else self._possible_targets[0]),
            variance=ReverseVariance.LEARNED_RANGE if learned else ReverseVariance.FIXED_SMALL,
            clip=1.0,
            training=None,
            origin=FAMILY,
        )

    def _network(self, answers: Answers) -> LucidrainsConfiguration:
        return LucidrainsConfiguration(
            **self.shapes.settings,
            image_size=int(answers["image_size"]),
            norm_groups=int(answers["norm_groups"]) if self.shapes.has_group_norm else None,
            time_base=float(answers["time_base"]),
        )

    def tensor_shapes(self, answers: Answers) -> dict[str, tuple[int, ...]]:
        """Shapes of :meth:`read_weights`, under our names."""
        return our_shapes(self._tensors(answers))

    def read_weights(self, answers: Answers) -> WeightReading:
        """The weights in our names and layouts, float32 on the CPU. Raises ModelFileError."""
        return our_weights(self._tensors(answers))

    def _tensors(self, answers: Answers) -> Tensors:
        return self.networks[str(answers.get("weights", "ema"))]


def _float64(tensor: StoredTensor) -> FloatArray:
    return np.asarray(tensor.read().numpy(), dtype=np.float64)


def schedule_of_betas(betas: FloatArray) -> ScheduleConfiguration:
    """The schedule with these betas (T,), which were float32; by its formula where it is one of ours.

    Raises ScheduleError where one is not between 0 and 1.
    """
    T = len(betas)
    known = (
        ScheduleConfiguration("linear", T, 0.1 / T, 20 / T),
        ScheduleConfiguration("cosine", T),
    )
    for configuration in known:
        try:
            exact = configuration.build().beta[1:]
        except ScheduleError:
            continue
        if np.allclose(exact, betas, rtol=1e-6, atol=0):
            return configuration
    return ScheduleConfiguration("custom", T, betas=tuple(betas.tolist())).build().configuration


def targets_of_loss(betas: FloatArray, loss_weight: FloatArray) -> tuple[str, ...]:
    """The targets for which these are weights of the loss: one, unless they are no such weights.

    They are s / SNR for noise, s for x_0 and s / (SNR + 1) for v, with s = min(SNR, gamma) and gamma
    infinite unless the loss was weighted by a clipped SNR (Hang et al. 2023, "Min-SNR").
    """
    alpha_bar = np.cumprod(1.0 - betas)
    with np.errstate(all="ignore"):
        snr = alpha_bar / (1.0 - alpha_bar)
        clipped = {"noise": loss_weight * snr, "x_0": loss_weight, "v": loss_weight * (snr + 1.0)}
        return tuple(
            target
            for target, s in clipped.items()
            if np.allclose(s, np.minimum(snr, s.max()), rtol=1e-3, atol=0)
        )
