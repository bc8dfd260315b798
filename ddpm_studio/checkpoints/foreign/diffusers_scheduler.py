"""The schedulers of diffusers: their settings, with the classes' defaults, as our schedule and sampler.

What they say about a chain of fewer steps (timestep_spacing, steps_offset, set_alpha_to_one) has no
part in a chain of all steps, and is left to our own sampler.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ddpm_studio.checkpoints.foreign.json_settings import JsonSettings
from ddpm_studio.checkpoints.foreign.questions import Answers, Question, Value
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.diffusion.beta_curves import FloatArray
from ddpm_studio.diffusion.sampler_configuration import MAX_CLIP
from ddpm_studio.diffusion.schedule import MAX_STEPS, ScheduleConfiguration, ScheduleError
from ddpm_studio.explained_error import ExplainedError, brief

TARGET_OF_PREDICTION = {"epsilon": "noise", "sample": "x_0", "v_prediction": "v"}
KIND_OF_SCHEDULE = {
    "linear": "linear",
    "scaled_linear": "quadratic",
    "squaredcos_cap_v2": "cosine",
    "sigmoid": "sigmoid",
}
# Theirs are one variance in two ways of writing it: as itself, or by way of its logarithm. (With
# "fixed_large_log" their own sampler takes the root of the logarithm, which is no number.)
VARIANCE_OF_TYPE = {
    "fixed_small": "fixed-small",
    "fixed_small_log": "fixed-small",
    "fixed_large": "fixed-large",
    "fixed_large_log": "fixed-large",
    "learned_range": "learned-range",
}
_ANCESTRAL = ("DDPMScheduler", "DDPMParallelScheduler")
_IMPLICIT = ("DDIMScheduler", "DDIMParallelScheduler")
# They take other steps, of the process that the same settings describe.
_OTHERS = (
    "PNDMScheduler",
    "DPMSolverMultistepScheduler",
    "DPMSolverSinglestepScheduler",
    "DEISMultistepScheduler",
    "UniPCMultistepScheduler",
)
_LARGEST_BETA = float(np.nextafter(1.0, 0.0))
_NO_LIMIT = 0.0  # the answer that stands for none


@dataclass(frozen=True)
class DiffusersScheduler:
    """What a scheduler's configuration says; ``settings`` None where there is none.

    learns_variance   whether the network beside it does
    """

    settings: JsonSettings | None
    learns_variance: bool

    def check(self) -> None:
        """Raises ModelFileError where it is no scheduler of ours."""
        if self.settings is None:
            return
        kind = self.settings.text("_class_name", "DDPMScheduler")
        if kind not in (*_ANCESTRAL, *_IMPLICIT, *_OTHERS):
            raise ModelFileError(
                "{file} describes a {name}, and DDPM Studio knows DDPMScheduler and DDIMScheduler.",
                file=self.settings.path.name,
                name=brief(str(kind)),
            )
        _ = self._known

    @property
    def questions(self) -> tuple[Question, ...]:
        """What the configuration does not say."""
        return tuple(each for each in self._possible_questions() if each.name not in self._known)

    def schedule(self, answers: Answers) -> ScheduleConfiguration:
        """Raises ScheduleError where the numbers allow none."""
        if self.settings is not None:
            return _schedule(self.settings)
        kind = str(answers["schedule"])
        ends = float(answers["beta_1"]), float(answers["beta_T"])
        # What a kind does not need falls away.
        return ScheduleConfiguration(kind, int(answers["T"]), *ends).build().configuration

    def value(self, name: str, answers: Answers) -> Value:
        """Of "target", "variance" or "clip", as it is known or answered."""
        return self._known[name] if name in self._known else answers[name]

    def clip(self, answers: Answers) -> float | None:
        """The limit of x_0; None for none."""
        limit = float(self.value("clip", answers))
        return None if limit == _NO_LIMIT else limit

    @cached_property
    def _known(self) -> dict[str, Value]:
        """Under the names of our questions."""
        settings = self.settings
        if settings is None:
            return {}
        known: dict[str, Value] = {
            "target": _choice(settings, "prediction_type", "epsilon", TARGET_OF_PREDICTION),
            **dict.fromkeys(("T", "schedule", "beta_1", "beta_T"), ""),
        }
        kind = settings.text("_class_name", "DDPMScheduler")
        if kind in _ANCESTRAL:
            known["variance"] = self._variance(settings)
        if kind in (*_ANCESTRAL, *_IMPLICIT) and not settings.flag("thresholding", False):
            limited = settings.flag("clip_sample", True)
            known["clip"] = settings.number("clip_sample_range", 1.0) if limited else _NO_LIMIT
        return known

    def _variance(self, settings: JsonSettings) -> str:
        variance = _choice(settings, "variance_type", "fixed_small", VARIANCE_OF_TYPE)
        if variance == "learned-range" and not self.learns_variance:
            raise ModelFileError(
                "{file} asks for a learned variance, and its network has learned none.",
                file=settings.path.name,
            )
        return variance

    def _possible_questions(self) -> list[Question]:
        open_ones = ExplainedError("No scheduler_config.json lies beside the network.")
        variances: tuple[str, ...] = ("fixed-small", "fixed-large")
        if self.learns_variance:
            variances = ("learned-range", *variances)
        return [
            Question("T", 1000, open_ones, low=1, high=MAX_STEPS),
            Question("schedule", "linear", open_ones, tuple(KIND_OF_SCHEDULE.values())),
            Question("beta_1", 1e-4, open_ones, low=1e-9, high=0.999),
            Question("beta_T", 0.02, open_ones, low=1e-9, high=0.999),
            Question("target", "noise", open_ones, tuple(TARGET_OF_PREDICTION.values())),
            Question("variance", variances[0], self._variance_reason(), variances),
            Question("clip", 1.0, self._clip_reason(), low=_NO_LIMIT, high=MAX_CLIP),
        ]

    def _variance_reason(self) -> ExplainedError:
        if self.learns_variance:
            return ExplainedError("The network has learned its variance.")
        if self.settings is None:
            return ExplainedError("No scheduler_config.json lies beside the network.")
        return ExplainedError(
            "DDIM takes other steps and has no say in it; this one is its own law."
        )

    def _clip_reason(self) -> ExplainedError:
        if self.settings is not None and self.settings.values.get("thresholding") is True:
            return ExplainedError(
                "Its scheduler limits x_0 by dynamic thresholding: a fixed limit stands in for that."
            )
        return ExplainedError("Pixels lie between −1 and 1; 0 stands for no limit.")


def _choice(settings: JsonSettings, name: str, default: str, known: dict[str, str]) -> str:
    said = settings.text(name, default)
    if said not in known:
        raise ModelFileError(
            "{file} describes a scheduler that DDPM Studio does not know: its {name} is {value}.",
            file=settings.path.name,
            name=name,
            value=brief(str(said)),
        )
    return known[said]


def _schedule(settings: JsonSettings) -> ScheduleConfiguration:
    listed = settings.numbers("trained_betas")
    if listed is None:
        found = _named_schedule(settings)
    else:
        found = ScheduleConfiguration("custom", len(listed), betas=listed)
    found = found.build().configuration
    if not settings.flag("rescale_betas_zero_snr", False):
        return found
    if settings.text("prediction_type", "epsilon") == "epsilon":
        raise ModelFileError(
            "{file} describes a schedule at whose last step nothing of x_0 is left, and a network "
            "that predicts the noise cannot start from there.",
            file=settings.path.name,
        )
    betas = zero_terminal_betas(found.build().beta[1:])
    return ScheduleConfiguration("custom", found.T, betas=tuple(betas.tolist()))


def _named_schedule(settings: JsonSettings) -> ScheduleConfiguration:
    kind = _choice(settings, "beta_schedule", "linear", KIND_OF_SCHEDULE)
    T = settings.whole("num_train_timesteps", 1000) or 0
    if kind == "cosine":
        return ScheduleConfiguration(kind, T)
    ends = settings.number("beta_start", 0.0001), settings.number("beta_end", 0.02)
    return ScheduleConfiguration(kind, T, *ends)


def zero_terminal_betas(betas: FloatArray) -> FloatArray:
    """The betas of sqrt(alpha_bar_t) moved to 0 at T and left at t = 1 (Lin et al. 2024, algorithm 1).

    beta_T would be 1; it is the largest number below it. Raises ScheduleError for a single step.
    """
    if len(betas) < 2:
        raise ScheduleError("A schedule of one step has no last step apart from its first.")
    roots = np.sqrt(np.cumprod(1.0 - betas))
    moved = (roots - roots[-1]) * roots[0] / (roots[0] - roots[-1])
    squares = np.concatenate(([1.0], moved**2))
    return np.minimum(1.0 - squares[1:] / squares[:-1], _LARGEST_BETA)
