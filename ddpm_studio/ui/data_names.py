"""What data sets and models are called on the screen, in the present language."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from ddpm_studio.checkpoints.description import ModelDescription
from ddpm_studio.checkpoints.model_file import ModelFile
from ddpm_studio.explained_error import printable
from ddpm_studio.locations import resource
from ddpm_studio.session.sampling_choice import SamplingChoice, class_names, data_labels
from ddpm_studio.training.presets import QUICK_SUFFIX
from ddpm_studio.ui.class_list import class_text

_CONTEXT = "DataNames"
_NAMES: dict[str, str] = {
    "mixture-1d": str(QT_TRANSLATE_NOOP("DataNames", "Mixture, 1-D")),
    "moons": str(QT_TRANSLATE_NOOP("DataNames", "Two moons")),
    "swiss-roll": str(QT_TRANSLATE_NOOP("DataNames", "Swiss roll")),
    "circles": str(QT_TRANSLATE_NOOP("DataNames", "Circles")),
    "spiral": str(QT_TRANSLATE_NOOP("DataNames", "Spiral")),
    "checkerboard": str(QT_TRANSLATE_NOOP("DataNames", "Checkerboard")),
    "eight-gaussians": str(QT_TRANSLATE_NOOP("DataNames", "Eight Gaussians")),
    "digits": str(QT_TRANSLATE_NOOP("DataNames", "Handwritten digits 8×8")),
    "cifar10": str(QT_TRANSLATE_NOOP("DataNames", "CIFAR-10")),
    "cifar-10": str(QT_TRANSLATE_NOOP("DataNames", "CIFAR-10")),
    "cifar-100": str(QT_TRANSLATE_NOOP("DataNames", "CIFAR-100")),
    "mnist": str(QT_TRANSLATE_NOOP("DataNames", "MNIST")),
    "fashion-mnist": str(QT_TRANSLATE_NOOP("DataNames", "Fashion-MNIST")),
    "digits-16": str(QT_TRANSLATE_NOOP("DataNames", "Handwritten digits 16×16")),
}


def data_name(name: str) -> str:
    """The translated title of a data set, or the name itself where it has none.

    Also of a quick preset for it, whose name says so at its end.
    """
    plain = name.removesuffix(QUICK_SUFFIX)
    if plain != name:
        return QCoreApplication.translate("DataNames", "{0}, quick").format(data_name(plain))
    source = _NAMES.get(name)
    return QCoreApplication.translate(_CONTEXT, source) if source else name


def model_title(model: ModelFile) -> str:
    """A bundled model by its data's title; a file of somebody's own by its name."""
    is_bundled = model.path.parent == resource("models")
    return data_name(model.description.name) if is_bundled else model.path.name


def model_titles(models: Sequence[ModelFile]) -> list[str]:
    """Of each, its title; files of one name, such as all trainings' ckpt.pt, with their folders."""
    titles = [model_title(model) for model in models]
    return [
        f"{model.path.parent.name}/{title}" if titles.count(title) > 1 else title
        for model, title in zip(models, titles, strict=True)
    ]


def forward_start(model: ModelFile, sampling: SamplingChoice) -> str:
    """What the forward chain of a model starts from: the reverse chain is sampled by ``sampling``."""
    translate = QCoreApplication.translate
    if model.description.data_set:
        name = _class_of_data(model.description, sampling)
        if name:
            of_class = translate("MainScreen", "from data: {0}, class {1}")
            return of_class.format(data_name(model.description.data_set), name)
        known = translate("MainScreen", "from data: {0}")
        return known.format(data_name(model.description.data_set))
    if model.missing_data:
        missing = translate("MainScreen", "from the model's own samples: “{0}” is not here")
        return missing.format(printable(model.missing_data))
    return translate("MainScreen", "from the model's own samples")


def _class_of_data(description: ModelDescription, sampling: SamplingChoice) -> str:
    """The class that all x_0 have; "" for data of several."""
    label = sampling.condition.label
    if label is None or data_labels(sampling, description, 1) is None:
        return ""
    classes = sampling.condition.classes_of(description) or 0
    return class_text(label, class_names(description, classes))
