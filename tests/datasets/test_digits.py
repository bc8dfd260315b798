"""The bundled digits are scikit-learn's, and are split once and for all."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from scipy.stats import chi2
from sklearn.datasets import load_digits

from ddpm_studio.datasets import digits as digits_module
from ddpm_studio.datasets.digits import DamagedDataError, Digits
from ddpm_studio.locations import resource

IMAGES, LABELS = load_digits(return_X_y=True)


def rows(images: torch.Tensor, labels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """One row an image of 8x8, with its label first; grey levels 0 … 16."""
    return np.column_stack((labels, (images.flatten(1).double().numpy() + 1) * 8))


def in_order(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[np.lexsort(values.T)]


def test_bundled_file_holds_the_published_values() -> None:
    with np.load(resource("datasets", "uci_digits_8x8.npz"), allow_pickle=False) as archive:
        assert sorted(archive.files) == ["images", "labels"]
        np.testing.assert_array_equal(archive["images"].reshape(-1, 64), IMAGES)
        np.testing.assert_array_equal(archive["labels"], LABELS)


def test_training_and_held_out_parts_are_all_digits_each_once() -> None:
    digits = Digits()
    training = rows(digits.training_images(), digits.training_labels())
    held_out = rows(digits.held_out_images(), digits.held_out_labels())
    assert (len(training), len(held_out)) == (1437, 360)
    together = np.concatenate((training, held_out))
    np.testing.assert_array_equal(in_order(together), in_order(np.column_stack((LABELS, IMAGES))))


def test_the_split_is_the_one_that_the_bundled_models_were_trained_on() -> None:
    """Another shuffle would let them see what is held out."""
    held_out = rows(Digits().held_out_images(), Digits().held_out_labels())
    assert zlib.crc32(held_out.astype(np.uint8).tobytes()) == 537_532_410


def test_held_out_part_is_a_fair_sample_of_the_ten_digits() -> None:
    """The file is sorted by writer; Pearson's test of its last 360 would show it."""
    share = np.bincount(LABELS) / len(LABELS)
    counts = np.bincount(Digits().held_out_labels(), minlength=10)
    statistic = np.sum(np.square(counts - 360 * share) / (360 * share))
    assert statistic < chi2.isf(1e-3, 9)
    # Positions in the file: a block at its end has a mean of 1,617, a fair sample 898 ± 25.
    order = {row.tobytes(): i for i, row in enumerate(IMAGES)}
    held_out = rows(Digits().held_out_images(), Digits().held_out_labels())[:, 1:]
    positions = [order[np.ascontiguousarray(row).tobytes()] for row in held_out]
    assert abs(np.mean(positions) - 898) < 5 * 25


@pytest.mark.parametrize("size", [8, 16])
@pytest.mark.parametrize("part", ["training_images", "held_out_images"])
def test_images_lie_between_minus_one_and_one(size: int, part: str) -> None:
    digits = Digits(size)
    images = getattr(digits, part)()
    assert images.shape[1:] == digits.sample_shape == (1, size, size)
    assert images.dtype == torch.float32
    assert images.min() == -1.0
    assert 0.99 < images.max() <= 1.0


def test_sixteen_pixels_are_a_bilinear_interpolation() -> None:
    small, large = Digits(8).held_out_images(), Digits(16).held_out_images()
    for i in range(20):
        pixels = Image.fromarray(small[i, 0].numpy())
        resized = np.asarray(pixels.resize((16, 16), Image.Resampling.BILINEAR))
        assert np.abs(large[i, 0].numpy() - resized).max() < 1e-6


def test_both_sizes_hold_the_same_digits_in_the_same_order() -> None:
    small, large = Digits(8).training_images(), Digits(16).training_images()
    means = (small.mean((1, 2, 3)), large.mean((1, 2, 3)))
    # Interpolation at the border weighs rows unevenly, but keeps the mean where these are blank.
    correlation = np.corrcoef(means[0].numpy(), means[1].numpy())[0, 1]
    assert correlation > 0.99


@pytest.mark.parametrize("count", [1, 64, 1437])
def test_a_sample_has_no_repeats_while_images_last(count: int) -> None:
    sample = Digits().sample(count, torch.Generator().manual_seed(0))
    assert sample.shape == (count, 1, 8, 8)
    drawn = {image.numpy().tobytes() for image in sample}
    distinct = {image.numpy().tobytes() for image in Digits().training_images()}
    assert len(distinct) == 1437  # no image occurs twice
    assert len(drawn) == count
    assert drawn <= distinct


def test_a_larger_sample_draws_with_replacement_from_the_training_images() -> None:
    sample = Digits().sample(5000, torch.Generator().manual_seed(0))
    assert sample.shape == (5000, 1, 8, 8)
    index = {image.numpy().tobytes(): i for i, image in enumerate(Digits().training_images())}
    counts = np.bincount([index[image.numpy().tobytes()] for image in sample], minlength=1437)
    expected = 5000 / 1437
    assert np.square(counts - expected).sum() / expected < chi2.isf(1e-6, 1436)


def test_a_sample_follows_its_generator() -> None:
    first, again, other = (
        Digits(16).sample(32, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_what_is_handed_out_can_be_changed_without_harm() -> None:
    before = Digits().training_images().clone()
    Digits().training_images().zero_()
    Digits().training_labels()[:] = 0
    assert torch.equal(Digits().training_images(), before)
    assert set(Digits().training_labels()) == set(range(10))


def test_the_licence_lies_beside_the_data() -> None:
    note = resource("datasets", "README.md").read_text(encoding="utf-8")
    for word in ("uci_digits_8x8.npz", "Alpaydin", "Kaynak", "Creative Commons Attribution 4.0"):
        assert word in note


def archive_of(folder: Path, **arrays: NDArray[np.uint8]) -> bytes:
    np.savez_compressed(folder / "arrays.npz", **arrays)
    return (folder / "arrays.npz").read_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        None,
        lambda found, _: b"",
        lambda found, _: found[: len(found) // 2],
        lambda found, _: b"no archive at all",
        lambda found, _: found[:3000] + bytes([found[3000] ^ 1]) + found[3001:],
        lambda found, folder: archive_of(folder, images=IMAGES),
        lambda found, folder: archive_of(folder, images=IMAGES, labels=LABELS),
    ],
    ids=["missing", "empty", "cut", "text", "flip", "no labels", "shape"],
)
def test_damage_is_explained(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[bytes, Path], bytes] | None,
) -> None:
    path = tmp_path / "uci_digits_8x8.npz"
    if damage is not None:
        whole = resource("datasets", "uci_digits_8x8.npz").read_bytes()
        path.write_bytes(damage(whole, tmp_path))
    monkeypatch.setattr(digits_module, "resource", lambda *_: path)
    digits_module._stored.cache_clear()
    try:
        with pytest.raises(DamagedDataError, match=r"missing or damaged \(.*\): install it again"):
            Digits().held_out_labels()
    finally:
        digits_module._stored.cache_clear()
