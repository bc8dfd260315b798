"""What each field of a training is called, what it does, and what is wrong with its value."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ddpm_studio.training.presets import minutes_on_two_cores

translate = QCoreApplication.translate  # lupdate looks for calls of this name


def field_texts() -> dict[str, tuple[str, str]]:
    """Label and explanation of every field, in the present language."""
    return _basic() | _network() | _more()


def _basic() -> dict[str, tuple[str, str]]:
    return {
        "preset": (
            translate("TrainingFields", "Preset"),
            translate(
                "TrainingFields",
                "Settings that work, all at once. Each can be changed afterwards.",
            ),
        ),
        "data_set": (
            translate("TrainingFields", "Data"),
            translate("TrainingFields", "What the network learns to draw: points or images."),
        ),
        "schedule": (
            translate("TrainingFields", "Noise"),
            translate(
                "TrainingFields",
                "How much noise each of the T steps adds. At t = T nothing but noise should be left.",
            ),
        ),
        "steps": (
            translate("TrainingFields", "Steps"),
            translate(
                "TrainingFields",
                "How often the weights are changed. More steps take longer, and mostly give better "
                "samples.",
            ),
        ),
        "batch_size": (
            translate("TrainingFields", "Batch"),
            translate(
                "TrainingFields",
                "Samples in each step. More of them make the gradient less noisy, and take more "
                "time and memory.",
            ),
        ),
        "learning_rate": (
            translate("TrainingFields", "Learning rate"),
            translate(
                "TrainingFields",
                "How far a step goes, at its highest. Too much, and the loss explodes; too little, "
                "and nothing is learned in time.",
            ),
        ),
        "seed": (
            translate("TrainingFields", "Seed"),
            translate(
                "TrainingFields",
                "Of all that is drawn at random. The same seed and settings give the same weights "
                "on the same device.",
            ),
        ),
        "device": (
            translate("TrainingFields", "Device"),
            translate(
                "TrainingFields",
                "Where it is computed. Small networks for points are as fast on the CPU.",
            ),
        ),
    }


def _network() -> dict[str, tuple[str, str]]:
    return {
        "width": (
            translate("TrainingFields", "Width"),
            translate(
                "TrainingFields", "Units of each hidden layer of the multilayer perceptron (MLP)."
            ),
        ),
        "depth": (
            translate("TrainingFields", "Depth"),
            translate("TrainingFields", "Hidden layers of the multilayer perceptron (MLP)."),
        ),
        "channels": (
            translate("TrainingFields", "Channels"),
            translate(
                "TrainingFields",
                "Feature maps of the U-Net at full resolution. Twice as many take about four times "
                "the time.",
            ),
        ),
        "channel_multipliers": (
            translate("TrainingFields", "Levels"),
            translate(
                "TrainingFields",
                "How many times as many channels each level of the U-Net has, with commas between. "
                "Each level halves the resolution.",
            ),
        ),
        "blocks_per_level": (
            translate("TrainingFields", "Blocks"),
            translate("TrainingFields", "ResNet blocks at each level of the U-Net."),
        ),
        "attention_sizes": (
            translate("TrainingFields", "Attention at"),
            translate(
                "TrainingFields",
                "Resolutions at which every pixel sees all others, with commas between; empty for "
                "none. It costs much at high ones.",
            ),
        ),
        "classes": (translate("TrainingFields", "Condition on"), classes_tool_tip()),
        "dropout": (
            translate("TrainingFields", "Dropout"),
            translate(
                "TrainingFields",
                "The part of the features that is left out at random in training, so that the "
                "network does not learn its images by heart.",
            ),
        ),
    }


def classes_tool_tip(count: int | None = None) -> str:
    """What the field does with data of so many classes; of none, why it does nothing."""
    if count == 0:
        return translate(
            "TrainingFields",
            "These images have no labels. Pictures in sub-folders, MNIST, CIFAR and arrays with "
            "labels keep theirs when they are imported.",
        )
    return translate(
        "TrainingFields",
        "The network learns ε(x<sub>t</sub>, t, y) with the class y of each image, and samples of one "
        "class can then be drawn. Without, it learns all images as one.",
    )


def class_field_text(count: int | None) -> str:
    """Beside the box that is ticked; None for data that are not here."""
    if count == 0:
        return translate("TrainingFields", "the class: no labels")
    if count is None:
        return translate("TrainingFields", "the class")
    return translate("TrainingFields", "the class (of {0})").format(f"{count:,}")


def _more() -> dict[str, tuple[str, str]]:
    return {
        "target": (
            translate("TrainingFields", "Predicts"),
            translate(
                "TrainingFields",
                "What the network predicts from x<sub>t</sub>: the noise ε (as in the paper), the "
                "data x₀, or v between the two. One gives the others.",
            ),
        ),
        "warm_up_steps": (
            translate("TrainingFields", "Warm-up"),
            translate(
                "TrainingFields",
                "Steps over which the learning rate rises from 0 at the beginning.",
            ),
        ),
        "learning_rate_schedule": (
            translate("TrainingFields", "Afterwards"),
            translate(
                "TrainingFields",
                "What the learning rate does after the warm-up: it falls to 0 along a cosine, or "
                "stays (as in the paper).",
            ),
        ),
        "gradient_clip": (
            translate("TrainingFields", "Clip gradient"),
            translate(
                "TrainingFields",
                "The greatest norm that all gradients together may have; empty for no limit. It "
                "keeps one bad batch from doing harm.",
            ),
        ),
        "ema_decay": (
            translate("TrainingFields", "EMA decay"),
            translate(
                "TrainingFields",
                "How slowly the average of the weights follows them; samples are drawn with the "
                "average. 0.999 averages over about 1,000 steps.",
            ),
        ),
        "precision": (
            translate("TrainingFields", "Precision"),
            translate(
                "TrainingFields",
                "float32 is exact enough for all. bfloat16 takes half the memory and is faster on "
                "new GPUs and some processors.",
            ),
        ),
        "compile": (
            translate("TrainingFields", "Compile"),
            translate(
                "TrainingFields",
                "torch.compile makes the steps faster, after some minutes at the start. Where it "
                "fails, the training goes on without it.",
            ),
        ),
        "autosave_every": (
            translate("TrainingFields", "Save every"),
            translate(
                "TrainingFields",
                "Steps from one checkpoint to the next. After a crash or a power cut it goes on "
                "from the last one.",
            ),
        ),
    }


def time_note(name: str) -> str:
    """How long the preset of that name takes; "" for settings of one's own."""
    if not name:
        return translate("TrainingFields", "The first steps will show how long it takes.")
    minutes = minutes_on_two_cores(name)
    if minutes is None:
        return translate("TrainingFields", "Made for a GPU: far too long for a CPU.")
    if minutes < 1:
        return translate("TrainingFields", "Less than a minute on 2 CPU cores.")
    text = translate("TrainingFields", "About {0} minutes on 2 CPU cores.")
    return text.format(f"{minutes:.0f}")


def whole_problem(label: str, low: int, high: int) -> str:
    """A number that is no whole number between two others."""
    text = translate("TrainingFields", "{0}: a whole number from {1} to {2}.")
    return text.format(label, f"{low:,}", f"{high:,}")


def positive_problem(label: str) -> str:
    """A number that is not above 0."""
    return translate("TrainingFields", "{0}: a number above 0, such as 1e-3.").format(label)


def clip_problem(label: str) -> str:
    """A limit that is not above 0."""
    text = translate("TrainingFields", "{0}: a number above 0, or nothing for no limit.")
    return text.format(label)


def share_problem(label: str) -> str:
    """A part that is not in [0, 1)."""
    return translate("TrainingFields", "{0}: at least 0 and less than 1.").format(label)


def list_problem(label: str, example: str) -> str:
    """A text that is no list of small whole numbers."""
    text = translate("TrainingFields", "{0}: whole numbers with commas between, such as {1}.")
    return text.format(label, example)


def levels_problem(size: int, levels: int) -> str:
    """More levels than the images can be halved."""
    text = translate(
        "TrainingFields",
        "{0} levels need images whose size is a multiple of {1}, and these have {2}×{2}: fewer levels.",
    )
    return text.format(levels, 2 ** (levels - 1), size)


def attention_problem(sizes: str) -> str:
    """A resolution that the network does not have."""
    return translate("TrainingFields", "The levels have the resolutions {0}.").format(sizes)


def even_problem(label: str) -> str:
    """Channels that cannot be divided into sines and cosines."""
    return translate("TrainingFields", "{0}: an even number.").format(label)


def no_data_problem() -> str:
    """Data that is not there."""
    return translate(
        "TrainingFields",
        "These data are not there: import them (File, Data sets), or choose others.",
    )


def data_to_get_problem() -> str:
    """Data that is not there, and can be downloaded."""
    return translate(
        "TrainingFields", "These data are not there yet: download them (File, Data sets)."
    )
