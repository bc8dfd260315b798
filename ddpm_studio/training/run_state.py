"""Everything that a training needs to go on exactly where it was."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.training.configuration import TrainingConfiguration


class ResumeError(ExplainedError, ValueError):
    """A state that the training cannot go on from."""


@dataclass(frozen=True, eq=False)
class RunState:
    """A training after ``step`` steps.

    tensors, by dotted names:
        network.*, average.*            the live weights and their moving average
        exp_avg.*, exp_avg_sq.*         Adam's moments; missing at step 0
        generator.*                     states of the random generators, uint8: with them also the
                                        order of the data and dropout's masks
        history.*                       what LossHistory.arrays gives
    device, threads, memory_format,
    precision                           with which it was computed: only with the same are the
                                        further steps the same bit for bit. A precision "auto" is
                                        one that nobody has measured yet
    class_names                         of the labels that are learned; empty for a network without
                                        classes, and where no file could hold them
    images_sha256   of the imported data set; empty for any other data, and where nobody noted it
    """

    configuration: TrainingConfiguration
    step: int
    tensors: dict[str, Tensor]
    device: str
    threads: int
    memory_format: str
    precision: str
    class_names: tuple[str, ...] = ()
    images_sha256: str = ""

    def part(self, name: str) -> dict[str, Tensor]:
        """The tensors of one part, without its name and dot."""
        prefix = f"{name}."
        return {
            key.removeprefix(prefix): tensor
            for key, tensor in self.tensors.items()
            if key.startswith(prefix)
        }


def require_same_model(new: TrainingConfiguration, old: TrainingConfiguration) -> None:
    """Raises ResumeError where another model would be trained from here on."""
    for name in ("data_set", "network", "schedule", "target"):
        if getattr(new, name) != getattr(old, name):
            raise ResumeError(
                "The training began with another {field}: it cannot go on with this one.",
                field=name,
            )
