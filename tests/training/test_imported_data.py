"""A training on an imported data set: its batches are the set's images, and it can be resumed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ddpm_studio.checkpoints.measuring import (
    Floor,
    TooFewImagesError,
    bound_data,
    plan_measurement,
)
from ddpm_studio.datasets.cached_images import CachedImages
from ddpm_studio.datasets.catalogue import entry, images_sha256, open_data_set
from ddpm_studio.datasets.data_cache import remove_set
from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.datasets.importing.importer import import_data
from ddpm_studio.training.batches import BatchSource, MissingDataError
from ddpm_studio.training.configuration import TrainingConfiguration, TrainingConfigurationError
from ddpm_studio.training.presets import preset
from ddpm_studio.training.resume_notes import resume_notes
from ddpm_studio.training.run_checkpoint import (
    inspect_checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from ddpm_studio.training.run_state import RunState
from ddpm_studio.training.suggestion import suggested_training
from ddpm_studio.training.trainer import Trainer

IMAGES = np.random.default_rng(8).integers(0, 256, (50, 1, 8, 8), dtype=np.uint8)


def imported(folder: Path, *, flips: bool = False, images: np.ndarray = IMAGES) -> None:
    np.save(folder / "a.npy", images)
    for _ in import_data(folder / "a.npy", ImportChoices("own", flips=flips)):
        pass


def tiny(**more: object) -> TrainingConfiguration:
    suggested = suggested_training(entry("own"))
    network = replace(suggested.network, channels=8, channel_multipliers=(1, 2), norm_groups=4)
    return replace(suggested, network=network, batch_size=64, steps=6, **more)  # type: ignore[arg-type]


def batches(configuration: TrainingConfiguration) -> BatchSource:
    schedule = configuration.schedule.build()
    return BatchSource(configuration, schedule, torch.device("cpu"))


def keys(images: torch.Tensor) -> set[bytes]:
    return {each.numpy().tobytes() for each in images}


def test_batches_are_training_images_and_no_others(tmp_path: Path) -> None:
    imported(tmp_path)
    data = open_data_set("own")
    assert isinstance(data, CachedImages)
    source = batches(tiny())
    drawn = set.union(*(keys(source.draw().x_0) for _ in range(10)))
    assert drawn == keys(data.training_images())
    assert len(drawn) == 45


def test_half_of_the_images_are_mirrored_where_that_was_chosen(tmp_path: Path) -> None:
    imported(tmp_path, flips=True)
    data = open_data_set("own")
    assert isinstance(data, CachedImages)
    plain = keys(data.training_images())
    mirrored = keys(data.training_images().flip(-1))
    source = batches(tiny())
    drawn = [each.numpy().tobytes() for _ in range(20) for each in source.draw().x_0]
    assert set(drawn) == plain | mirrored
    # 5 standard deviations of a fair coin.
    assert abs(sum(each in mirrored for each in drawn) - 640) < 5 * np.sqrt(1280) / 2


def test_a_training_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    imported(tmp_path, flips=True)
    first, second = batches(tiny()), batches(tiny())
    for _ in range(3):
        first.draw()
    second.restore(first.state(), fresh_seed=99)
    assert torch.equal(first.draw().x_t, second.draw().x_t)


def test_it_trains(tmp_path: Path) -> None:
    imported(tmp_path, flips=True)
    trainer = Trainer(tiny())
    assert sum(1 for _ in trainer.run()) == 6
    assert trainer.description().data_set == "own"


def saved_state(folder: Path) -> RunState:
    """Of a training on the data set, as it is read again."""
    save_checkpoint(folder / "state", Trainer(tiny()).state())
    return load_checkpoint(folder / "state")


def test_a_data_set_that_was_imported_anew_is_noticed(tmp_path: Path) -> None:
    imported(tmp_path)
    state = saved_state(tmp_path)
    assert state.images_sha256 == images_sha256("own") != ""
    assert resume_notes(state, "cpu") == ()
    remove_set("own")
    assert resume_notes(state, "cpu") == ()  # whoever opens it says that it is gone
    imported(tmp_path, images=255 - IMAGES)
    (note,) = resume_notes(state, "cpu")
    assert str(note).startswith("The data set “own” was imported anew since, with other images: ")
    assert resume_notes(Trainer.resumed(state).state(), "cpu") == ()  # it was said
    remove_set("own")
    imported(tmp_path)
    assert resume_notes(state, "cpu") == ()


def test_a_training_that_did_not_note_its_images_goes_on_silently(tmp_path: Path) -> None:
    imported(tmp_path)
    save_checkpoint(tmp_path / "state", replace(Trainer(tiny()).state(), images_sha256=""))
    content = (tmp_path / "state").read_bytes()
    older = content.replace(b',\\"images_sha256\\":\\"\\"', b"")
    assert len(older) < len(content)
    length = int.from_bytes(content[:8], "little") - (len(content) - len(older))
    older = length.to_bytes(8, "little") + older[8:]
    (tmp_path / "older").write_bytes(older)
    assert inspect_checkpoint(tmp_path / "older").images_sha256 == ""
    assert resume_notes(load_checkpoint(tmp_path / "state"), "cpu") == ()


def test_bundled_data_have_no_images_to_compare() -> None:
    assert Trainer(preset("moons")).state().images_sha256 == images_sha256("moons") == ""


def test_a_network_of_another_size_is_refused(tmp_path: Path) -> None:
    imported(tmp_path)
    with pytest.raises(TrainingConfigurationError, match=r"\(1, 16, 16\), and own are \(1, 8, 8\)"):
        replace(tiny(), network=replace(tiny().network, image_size=16))


@pytest.mark.parametrize("side", [4, 8, 12, 28, 30, 31, 32, 64, 100, 128, 256, 1024])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_training_is_suggested_for_images_of_every_size(
    tmp_path: Path, side: int, channels: int
) -> None:
    imported(tmp_path, images=np.zeros((1, channels, side, side), np.uint8))
    suggested = suggested_training(entry("own"))
    assert suggested.network.sample_shape == (channels, side, side)
    assert suggested.name == suggested.data_set == "own"


def test_the_papers_preset_says_how_to_get_its_data(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError) as caught:
        batches(preset("cifar10"))
    assert str(caught.value) == (
        "cifar10 cannot be trained yet: get its data with “ddpm-studio data download cifar-10”, or in "
        "the window under File, Data sets."
    )


def test_the_papers_preset_trains_on_its_data_once_they_are_there(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((20, 3, 32, 32), np.uint8))
    for _ in import_data(tmp_path / "a.npy", ImportChoices("cifar-10", flips=True)):
        pass
    assert batches(replace(preset("cifar10"), batch_size=2)).draw().x_0.shape == (2, 3, 32, 32)


def test_a_model_is_measured_on_what_was_held_out(tmp_path: Path) -> None:
    imported(tmp_path)
    description = Trainer(tiny()).description()
    plan = plan_measurement(description)
    assert (plan.error_count, plan.bound_count, plan.levels) == (45, 5, 256)
    assert plan.floor is Floor.TRAINING_SET
    data = open_data_set("own")
    assert isinstance(data, CachedImages)
    held_out, _ = bound_data("own", 5, torch.Generator().manual_seed(0))
    assert len(keys(held_out)) == 5
    assert not keys(held_out) & keys(data.training_images())


def test_too_few_images_to_measure_with_are_told(tmp_path: Path) -> None:
    imported(tmp_path, images=IMAGES[:9])
    with pytest.raises(TooFewImagesError, match="'own' have too few images"):
        plan_measurement(Trainer(tiny()).description())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_on_cuda_bytes_are_chosen_and_scaled_there(tmp_path: Path) -> None:
    imported(tmp_path, flips=True)
    data = open_data_set("own")
    assert isinstance(data, CachedImages)
    configuration = tiny()
    schedule = configuration.schedule.build()
    x_0 = BatchSource(configuration, schedule, torch.device("cuda")).draw().x_0
    assert x_0.device.type == "cuda"
    known = keys(data.training_images()) | keys(data.training_images().flip(-1))
    assert keys(x_0.cpu()) <= known
