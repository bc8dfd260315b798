"""Networks that are given the class of each image: label and image stay together, and samples show it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from ddpm_studio import cli
from ddpm_studio.checkpoints.condition import Condition
from ddpm_studio.checkpoints.measuring import MeasuringError, measure, plan_measurement
from ddpm_studio.checkpoints.sampling import sample_model
from ddpm_studio.checkpoints.weights import LoadedModel, load_model
from ddpm_studio.datasets.catalogue import entry
from ddpm_studio.datasets.data_cache import remove_set
from ddpm_studio.datasets.digits import Digits
from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.datasets.importing.importer import import_data
from ddpm_studio.diffusion.schedule import ScheduleConfiguration
from ddpm_studio.networks.configuration import UNetConfiguration, class_count
from ddpm_studio.training.averaged_model import averaged_model, model_of_run
from ddpm_studio.training.batches import BatchSource
from ddpm_studio.training.command import train_model
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.labels import LabelsError
from ddpm_studio.training.presets import QUARTER_LINEAR
from ddpm_studio.training.ranks import Ranks
from ddpm_studio.training.run_checkpoint import (
    CheckpointError,
    inspect_checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from ddpm_studio.training.run_folder import RunFolder
from ddpm_studio.training.run_start import TrainingRequest
from ddpm_studio.training.run_state import ResumeError
from ddpm_studio.training.trainer import Trainer

CPU = torch.device("cpu")
DARK, BRIGHT = 0, 1


def images_of(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise around a dark and around a bright grey; a class is told by the mean of a pixel."""
    random = np.random.default_rng(5)
    labels = random.integers(0, 2, count)
    pixels = random.integers(0, 80, (count, 8, 8)) + 170 * labels[:, None, None]
    return pixels.astype(np.uint8), labels


def import_images(folder: Path, *, flips: bool = False, **arrays: np.ndarray) -> None:
    np.savez(folder / "own.npz", **arrays)  # type: ignore[arg-type]
    for _ in import_data(folder / "own.npz", ImportChoices("own", flips=flips)):
        pass


@pytest.fixture
def dark_and_bright(tmp_path: Path) -> TrainingConfiguration:
    """A training of a second or two on 200 images of two classes, which are mirrored at random."""
    images, labels = images_of(200)
    import_images(tmp_path, flips=True, images=images, labels=labels)
    network = UNetConfiguration(
        8, 1, channels=8, channel_multipliers=(1,), blocks_per_level=1, attention_sizes=(),
        dropout=0.1, norm_groups=4, classes=2,
    )  # fmt: skip
    return TrainingConfiguration(
        name="own",
        data_set="own",
        network=network,
        schedule=ScheduleConfiguration("linear", 20, 0.01, 0.6),
        steps=60,
        batch_size=32,
        learning_rate=5e-3,
        ema_decay=0.9,
        warm_up_steps=10,
        target="x_0",  # which is learned soon
        clip=1.0,
    )


@pytest.fixture
def digits() -> TrainingConfiguration:
    """Three steps on the digits, without classes."""
    network = UNetConfiguration(
        8, 1, channels=8, channel_multipliers=(1, 1), blocks_per_level=1, norm_groups=4, dropout=0.5
    )
    return TrainingConfiguration(
        name="digits",
        data_set="digits",
        network=network,
        schedule=QUARTER_LINEAR,
        steps=3,
        batch_size=4,
        learning_rate=1e-2,
        ema_decay=0.9,
        warm_up_steps=5,
    )


def for_classes(settings: TrainingConfiguration, classes: int | None) -> TrainingConfiguration:
    return replace(settings, network=replace(settings.network, classes=classes))


def batches(settings: TrainingConfiguration) -> BatchSource:
    return BatchSource(settings, settings.schedule.build(), CPU)


def taken(trainer: Trainer, steps: int) -> Trainer:
    for step in trainer.run():
        if step.step == steps:
            break
    return trainer


def brightness(images: Tensor) -> list[int]:
    return [int(each > 0) for each in images.mean(dim=(1, 2, 3))]


# What is drawn


def test_a_run_without_classes_is_what_it_was_before_there_were_any(
    digits: TrainingConfiguration,
) -> None:
    """Numbers stored before trainings knew classes; those with classes draw the same."""
    for settings in (digits, for_classes(digits, 10)):
        batch = batches(settings).draw()
        assert batch.t.tolist() == [142, 216, 78, 138]
        assert batch.x_0.sum(dim=(1, 2, 3)).tolist() == [-23.75, -25.25, -20.5, -27.0]
        assert batch.noise.sum().item() == pytest.approx(-14.742910, abs=1e-4)
    assert batches(digits).draw().label is None
    losses = [step.loss for step in Trainer(digits).run()]
    assert losses == pytest.approx([0.9989548, 0.8390333, 0.9458570], abs=1e-5)


@pytest.mark.parametrize("batch_size", [64, 2000])
def test_each_digit_comes_with_its_own_label(
    digits: TrainingConfiguration, batch_size: int
) -> None:
    known = zip(Digits().training_images(), Digits().training_labels().tolist(), strict=True)
    labels = {image.numpy().tobytes(): label for image, label in known}
    source = batches(replace(for_classes(digits, 10), batch_size=batch_size))
    for _ in range(3):
        batch = source.draw()
        assert batch.label is not None
        assert batch.label.dtype == torch.int64
        assert batch.label.tolist() == [labels[each.numpy().tobytes()] for each in batch.x_0]
        assert [each is batch.label for each in batch.given] == [False, True]


def test_each_imported_image_comes_with_its_own_label_mirrored_or_not(
    dark_and_bright: TrainingConfiguration,
) -> None:
    source = batches(dark_and_bright)
    for _ in range(10):
        batch = source.draw()
        assert batch.label is not None
        assert batch.label.tolist() == brightness(batch.x_0)
        assert set(batch.label.tolist()) == {DARK, BRIGHT}


def test_processes_share_the_labels_as_they_share_the_images(
    dark_and_bright: TrainingConfiguration,
) -> None:
    whole = batches(dark_and_bright).draw()
    parts = [batches(dark_and_bright).draw(Ranks(rank, 4).part_of(32)) for rank in range(4)]
    assert whole.label is not None
    assert torch.equal(whole.label, torch.cat([part.label for part in parts]))
    for part in parts:
        assert part.label.tolist() == brightness(part.x_0)


# What is learned


def test_samples_are_of_the_class_that_is_asked_for(
    dark_and_bright: TrainingConfiguration,
) -> None:
    model = averaged_model(taken(Trainer(dark_and_bright), dark_and_bright.steps))
    for label in (DARK, BRIGHT):
        samples = sample_model(model, 32, seed=1, condition=Condition(label))
        assert brightness(samples).count(label) >= 31
    in_turn = brightness(sample_model(model, 32, seed=1))
    assert sum(a == b for a, b in zip(in_turn, [DARK, BRIGHT] * 16, strict=True)) >= 31
    # It is the class that decides: of x_t at t = T alone nobody could tell it.
    predict = model.denoiser.predict_x_0
    x_T = torch.randn(64, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    dark, bright = (predict(x_T, 20, torch.tensor([label])).mean() for label in (DARK, BRIGHT))
    assert dark < -0.4
    assert bright > 0.4


def test_a_step_can_be_looked_at_before_it_is_taken(
    dark_and_bright: TrainingConfiguration,
) -> None:
    trainer = Trainer(dark_and_bright)
    shown = trainer.explain_next()
    assert shown.label is not None
    assert shown.label.tolist() == brightness(shown.x_0)
    assert next(trainer.run()).loss == pytest.approx(shown.loss, rel=1e-5)


def test_the_fastest_precision_is_measured_with_labels_too(
    dark_and_bright: TrainingConfiguration,
) -> None:
    trainer = taken(Trainer(replace(dark_and_bright, precision="auto")), 1)
    assert trainer.precision in ("float32", "bfloat16")


# Where it goes on


def test_it_goes_on_bit_for_bit(dark_and_bright: TrainingConfiguration, tmp_path: Path) -> None:
    settings = replace(dark_and_bright, steps=12)
    whole = taken(Trainer(settings), 12)
    save_checkpoint(tmp_path / "x", taken(Trainer(settings), 5).state())
    state = load_checkpoint(tmp_path / "x")
    again = taken(Trainer.resumed(state), 12)
    assert again.step == 12
    assert all(torch.equal(w, again.weights()[name]) for name, w in whole.weights().items())
    assert whole.description() == again.description()
    assert inspect_checkpoint(tmp_path / "x").class_names == state.class_names == ("0", "1")
    assert model_of_run(state).description.class_names == ("0", "1")


def test_a_checkpoint_without_classes_says_nothing_of_them(
    digits: TrainingConfiguration, tmp_path: Path
) -> None:
    save_checkpoint(tmp_path / "x", taken(Trainer(digits), 1).state())
    content = (tmp_path / "x").read_bytes()
    assert b"class" not in content
    save_checkpoint(tmp_path / "x", taken(Trainer(for_classes(digits, 10)), 1).state())
    assert b"class_names" in (tmp_path / "x").read_bytes()


@pytest.fixture
def begun(dark_and_bright: TrainingConfiguration) -> Trainer:
    return taken(Trainer(dark_and_bright), 1)


def test_data_that_have_other_classes_by_now_are_told(begun: Trainer, tmp_path: Path) -> None:
    state = begun.state()
    Trainer.resumed(state)
    remove_set("own")
    images, labels = images_of(200)
    import_images(tmp_path, images=images, labels=labels + 2 * (np.arange(200) % 2))
    with pytest.raises(LabelsError, match="'own' have other classes than when the training began"):
        Trainer.resumed(state)
    with pytest.raises(LabelsError, match="other classes than when the training began"):
        Trainer.resumed(state, configuration=for_classes(begun.configuration, 4))
    remove_set("own")
    import_images(tmp_path, images=images)
    with pytest.raises(LabelsError, match="'own' have other classes than when the training began"):
        Trainer.resumed(state)


@pytest.mark.parametrize("names", [("0",), ("0", "1", "2"), ("0", "\x1b[2J")])
def test_names_that_are_not_those_of_all_classes_are_damage(
    begun: Trainer, tmp_path: Path, names: tuple[str, ...]
) -> None:
    """A model that is saved with them could not be opened again."""
    save_checkpoint(tmp_path / "x", replace(begun.state(), class_names=names))
    with pytest.raises(CheckpointError, match="x is damaged"):
        inspect_checkpoint(tmp_path / "x")


def test_as_many_classes_of_other_names_are_other_classes(begun: Trainer) -> None:
    state = replace(begun.state(), class_names=("cat", "dog"))
    with pytest.raises(LabelsError, match="other classes than when the training began"):
        Trainer.resumed(state)


# What cannot be


def test_data_without_labels_are_told(tmp_path: Path, digits: TrainingConfiguration) -> None:
    import_images(tmp_path, images=images_of(200)[0])
    settings = replace(for_classes(digits, 2), data_set="own")
    with pytest.raises(LabelsError, match="The data 'own' have no labels"):
        Trainer(settings)


def test_another_number_of_classes_is_told(digits: TrainingConfiguration) -> None:
    with pytest.raises(LabelsError, match="made for 7 classes, and the data 'digits' have 10"):
        Trainer(for_classes(digits, 7))


# The command


def test_the_command_trains_and_samples_with_classes(tmp_path: Path) -> None:
    out = tmp_path / "digits.safetensors"
    train = ["train", "--preset", "digits-quick", "--batch-size", "4", "--out", str(out)]
    assert cli.main([*train, "--conditional", "--steps", "2"]) == 0
    description = load_model(out).description
    assert class_count(description.network) == 10
    assert description.class_names == entry("digits").classes
    # The same command goes on; without classes it would be another network.
    assert cli.main([*train, "--conditional", "--steps", "3", "--resume"]) == 0
    assert RunFolder.beside(out).load().state.step == 3
    with pytest.raises(ResumeError, match="another network"):
        train_model(TrainingRequest(out, conditional=False, resume=True))
    drawn = tmp_path / "threes.npz"
    sample = ["sample", "--model", str(out), "--count", "5", "--sampler", "ddim", "--steps", "2"]
    assert cli.main([*sample, "--class", "3", "--out", str(drawn)]) == 0
    with np.load(drawn) as archive:
        assert archive["label"].tolist() == [3] * 5
        assert archive["x_0"].shape == (5, 1, 8, 8)


def test_points_have_no_classes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "moons.safetensors"
    assert cli.main(["train", "--preset", "moons", "--conditional", "--out", str(out)]) == 1
    assert "The data 'moons' have no labels" in capsys.readouterr().err
    assert not out.exists()


def test_data_that_are_not_here_come_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x.safetensors"
    assert cli.main(["train", "--preset", "cifar10", "--conditional", "--out", str(out)]) == 1
    assert "ddpm-studio data download cifar-10" in capsys.readouterr().err


# Measured


def test_it_is_measured_with_the_class_of_each_image(begun: Trainer) -> None:
    """At t = 1 an x_t still shows whether it is dark or bright: the label beside it must fit."""
    seen: list[tuple[list[int], list[int]]] = []

    class Watching(torch.nn.Module):
        def forward(self, x: Tensor, t: Tensor, label: Tensor) -> Tensor:
            if int(t) == 1:
                seen.append((brightness(x), label.tolist()))
            return torch.zeros_like(x)

    model = averaged_model(begun)
    watched = LoadedModel(model.description, replace(model.denoiser, network=Watching()))
    plan = plan_measurement(model.description, 20)
    *_, measurement = measure(watched, plan)
    assert len(seen) == 2  # of the error with training images, of the bound with held-out ones
    for shown, told in seen:
        assert len(told) == 20
        assert shown == told
    assert measurement.is_complete
    assert measurement.errors is not None
    assert np.nanmin(measurement.errors.excess.value[1:]) >= 0


def test_other_data_of_that_name_cannot_measure_it(begun: Trainer) -> None:
    description = replace(begun.description(), class_names=("cat", "dog"))
    with pytest.raises(MeasuringError, match="one must know the class of each x_0"):
        plan_measurement(description)
