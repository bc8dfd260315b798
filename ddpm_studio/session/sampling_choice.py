"""How the reverse chain of the main screen is computed: plain values, known before torch is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ddpm_studio.checkpoints.condition import UNCONDITIONED, Condition
from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.datasets.catalogue import entries, entry, is_known
from ddpm_studio.datasets.mixtures import exact_mixture, has_exact_images
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration
from ddpm_studio.networks.configuration import class_count
from ddpm_studio.networks.precision import Precision


class DenoiserChoice(StrEnum):
    """Who predicts x_0 from x_t."""

    NETWORK = "network"
    EXACT = "exact"  # E[x_0 | x_t], what a perfect network would say


class ExactFor(StrEnum):
    """Of which data E[x_0 | x_t] is known; a finite set has its own, as if it were all there is."""

    LAW = "law"  # the distribution that the data are drawn from
    TRAINING_DATA = "training data"
    SHOWN_DATA = "shown data"  # the x_0 of the forward chain beside it


@dataclass(frozen=True)
class SamplingChoice:
    """The sampler, the denoiser that it asks, and what the samples shall show.

    ``condition`` has meaning for a model that was made for classes, or with a classifier; the exact
    denoiser knows no class, but a classifier guides it like the network. ``precision`` is that of
    the network, "float32" or "bfloat16".
    """

    sampler: SamplerConfiguration
    denoiser: DenoiserChoice = DenoiserChoice.NETWORK
    condition: Condition = UNCONDITIONED
    precision: str = Precision.FLOAT32


def own_sampling(description: ModelDescription) -> SamplingChoice:
    """What a model was made for: its network, and the sampler of its description."""
    return SamplingChoice(description.sampler)


def exact_for(data_set: str) -> ExactFor | None:
    """What the exact denoiser of a data set is exact for; None where the data are not there."""
    if not is_known(data_set):
        return None
    if exact_mixture(data_set) is not None:
        return ExactFor.LAW
    return ExactFor.TRAINING_DATA if has_exact_images(data_set) else ExactFor.SHOWN_DATA


def knows_classes(sampling: SamplingChoice, description: ModelDescription) -> bool:
    """Whether the class that is asked for has any influence on the samples."""
    guide = sampling.condition
    if guide.classifier is not None and guide.scale > 0.0:
        return True
    is_network = sampling.denoiser is DenoiserChoice.NETWORK
    return is_network and class_count(description.network) is not None


def data_labels(
    sampling: SamplingChoice, description: ModelDescription, count: int
) -> tuple[int, ...] | None:
    """The class of each of ``count`` data that have the distribution of the samples.

    None for data of any class: where the samples know none, or the data have not the same ones.
    Raises ConditionError.
    """
    if not is_known(description.data_set) or not knows_classes(sampling, description):
        return None
    theirs, names = entry(description.data_set).classes, description.class_names
    if len(theirs) != sampling.condition.classes_of(description) or names not in ((), theirs):
        return None
    return sampling.condition.labels(description, count)


def class_names(description: ModelDescription, count: int) -> tuple[str, ...]:
    """Of ``count`` classes: as the model names them, or its data where they have just so many."""
    if description.class_names and len(description.class_names) == count:
        return description.class_names
    for data in entries():
        if data.name == description.data_set and len(data.classes) == count:
            return data.classes
    return ()
