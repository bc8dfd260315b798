"""Images with their classes: those that are drawn at random, and those of classes in turn."""

from __future__ import annotations

import torch
from torch import Generator

from ddpm_studio.datasets.catalogue import DataSource, open_data_set
from ddpm_studio.datasets.digits import Digits
from ddpm_studio.datasets.labelled_draws import draw_in_turn, labelled_draw


def labels_of(images: torch.Tensor) -> list[int]:
    known = zip(Digits().training_images(), Digits().training_labels().tolist(), strict=True)
    labels = {image.numpy().tobytes(): label for image, label in known}
    return [labels[image.numpy().tobytes()] for image in images]


def seeded() -> Generator:
    return Generator().manual_seed(3)


def test_a_draw_with_labels_is_the_draw_without() -> None:
    images, labels = labelled_draw(Digits(), 50, seeded())
    assert torch.equal(images, Digits().sample(50, seeded()))
    assert labels is not None
    assert labels.tolist() == labels_of(images)


def test_points_have_none() -> None:
    data = open_data_set("moons")
    points, labels = labelled_draw(data, 50, seeded())
    assert labels is None
    assert torch.equal(points, data.sample(50, seeded()))


def test_classes_come_in_turn_each_time_as_another_image() -> None:
    images = draw_in_turn(Digits(), 25, 10, seeded())
    assert labels_of(images) == [i % 10 for i in range(25)]
    assert not torch.equal(images[:10], images[10:20])
    assert torch.equal(images, draw_in_turn(Digits(), 25, 10, seeded()))


def test_data_with_other_classes_are_drawn_as_always() -> None:
    sources: list[tuple[DataSource, int | None]] = [
        (Digits(), 7),
        (Digits(), None),
        (open_data_set("moons"), 2),
    ]
    for data, classes in sources:
        drawn = draw_in_turn(data, 9, classes, seeded())
        assert torch.equal(drawn, data.sample(9, seeded()))
