"""The palette is exact while the colours fit, and then gives each pixel the nearest of 255."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ddpm_studio.export.palette import GrowingPalette, colour_keys

Bytes = NDArray[np.uint8]


def picture(colours: NDArray[Any]) -> Bytes:
    return colours.astype(np.uint8).reshape(1, -1, 3)


def shown(palette: GrowingPalette, frame: Bytes) -> Bytes:
    indices = palette.indices(colour_keys(frame))
    return palette.colours[indices]


def distances(frame: Bytes, colours: Bytes) -> NDArray[np.float64]:
    """Squared distance of each pixel to each colour, by the definition."""
    pixels = frame.reshape(-1, 1, 3).astype(np.float64)
    squares: NDArray[np.float64] = np.square(pixels - colours.astype(np.float64)).sum(axis=2)
    return squares


def test_keys_are_little_endian_rgb() -> None:
    assert colour_keys(picture(np.array([[1, 2, 3]]))).tolist() == [[1 + 2 * 256 + 3 * 65536]]


@pytest.mark.parametrize("count", [1, 2, 255, 256])
def test_up_to_256_colours_are_exact(count: int) -> None:
    rng = np.random.default_rng(count)
    frame = picture(rng.permutation(2**24)[:count, None] >> [16, 8, 0] & 255)
    palette = GrowingPalette([frame])
    np.testing.assert_array_equal(shown(palette, frame), frame)
    assert len(palette.colours) == count


def test_later_colours_fill_free_places_and_old_indices_keep_their_colour() -> None:
    first = picture(np.arange(100)[:, None] * [1, 0, 0])
    later = picture(np.arange(1, 157)[:, None] * [0, 1, 1])
    palette = GrowingPalette([first])
    before = palette.indices(colour_keys(first))
    np.testing.assert_array_equal(shown(palette, later), later)
    np.testing.assert_array_equal(palette.colours[before], first)
    assert len(palette.colours) == 256


def test_too_many_later_colours_leave_what_was_exact_exact() -> None:
    rng = np.random.default_rng(0)
    first = picture(rng.integers(0, 256, (50, 3)))
    noise = picture(rng.integers(0, 256, (40_000, 3)))
    surface = picture(np.repeat([[100] * 3, [103] * 3], 500, axis=0))  # both in one cell
    palette = GrowingPalette([first])
    coarse = shown(palette, np.concatenate([noise, surface], axis=1))[:, :40_000]
    np.testing.assert_array_equal(shown(palette, first), first)
    np.testing.assert_array_equal(shown(palette, surface), surface)
    assert 200 < len(palette.colours) <= 256
    error = np.sqrt(np.square(coarse.astype(float) - noise).sum(axis=2).mean())
    assert error < 24  # measured 21.2; the first 50 colours alone give 44.9


def test_one_free_place_takes_the_mean_of_the_crowd() -> None:
    full = picture(np.arange(255)[:, None] * [1, 1, 1])
    palette = GrowingPalette([full])
    shown(palette, picture(np.array([[200, 0, 0], [202, 0, 0]])))
    assert palette.colours[255].tolist() == [201, 0, 0]


def test_every_pixel_gets_the_nearest_colour(
    plot_frames: Callable[[int], list[Bytes]],
) -> None:
    frames = plot_frames(3)
    palette = GrowingPalette(frames[:1])
    assert 200 < len(palette.colours) <= 255
    for frame in frames:
        part = np.ascontiguousarray(frame[30:80])
        all_distances = distances(part, palette.colours)
        chosen = palette.indices(colour_keys(part)).ravel()
        nearest = all_distances.min(axis=1)
        assert np.max(abs(all_distances[np.arange(len(chosen)), chosen] - nearest)) == 0


def test_in_a_crowd_of_new_colours_the_choice_is_nearly_the_nearest() -> None:
    rng = np.random.default_rng(1)
    frame = picture(rng.integers(0, 256, (30_000, 3)))
    palette = GrowingPalette([frame])
    chosen = palette.indices(colour_keys(frame)).ravel()
    all_distances = np.sqrt(distances(frame[:, :2000], palette.colours))
    excess = all_distances[np.arange(2000), chosen[:2000]] - all_distances.min(axis=1)
    # The colour looked up lies up to (2, 2, 2) off: twice that by the triangle inequality.
    assert np.max(excess) <= 2 * np.sqrt(12)


def test_a_surface_amid_similar_noise_keeps_its_colour() -> None:
    noise = picture(np.random.default_rng(2).integers(0, 60, (20_000, 3)))
    surface = picture(np.full((100, 3), 31))
    palette = GrowingPalette([np.concatenate([noise, surface], axis=1)])
    np.testing.assert_array_equal(shown(palette, surface), surface)


def test_flat_surfaces_keep_their_colour(plot_frames: Callable[[int], list[Bytes]]) -> None:
    colours = GrowingPalette(plot_frames(4)).colours.tolist()
    for surface in ([0x12, 0x14, 0x1A], [0x1A, 0x1D, 0x25], [0xFF, 0x96, 0x3C]):
        assert surface in colours
