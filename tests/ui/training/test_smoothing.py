"""A long history in few points: means are means, and no value is invented."""

from __future__ import annotations

import numpy as np
import pytest

from ddpm_studio.ui.training.smoothing import POINTS, GrowingHistory


def history(*parts: np.ndarray) -> GrowingHistory:
    """As polls bring it: each a longer beginning of the whole."""
    whole, result = np.concatenate(parts), GrowingHistory()
    for end in np.cumsum([len(part) for part in parts]):
        result.take(whole[:end])
    return result


def values(count: int) -> np.ndarray:
    return np.random.default_rng(count).random(count).astype(np.float32)


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("count", [1, 2, 7, 399, 400, 401, 5000])
def test_smoothed_values_are_means_of_a_window(count: int, logarithmic: bool) -> None:
    whole = values(count)
    at, means = history(whole).smoothed(logarithmic=logarithmic)
    assert (np.diff(at) > 0).all()
    assert at[0] >= 1
    assert at[-1] == count
    assert len(at) <= POINTS + 1
    assert (means >= whole.min() - 1e-6).all()
    assert (means <= whole.max() + 1e-6).all()


def test_a_constant_stays_what_it_is() -> None:
    _, means = history(np.full(1000, 0.25, np.float32)).smoothed(logarithmic=False)
    assert np.abs(means - 0.25).max() < 1e-9


@pytest.mark.parametrize("logarithmic", [False, True])
def test_growing_by_parts_is_the_same_as_at_once(logarithmic: bool) -> None:
    parts = [values(n) for n in (1, 30, 1500, 2000)]
    by_parts, at_once = history(*parts), history(np.concatenate(parts))
    for one, two in zip(
        by_parts.smoothed(logarithmic=logarithmic),
        at_once.smoothed(logarithmic=logarithmic),
        strict=True,
    ):
        assert np.abs(one - two).max() < 1e-9


def test_raw_values_keep_their_extremes() -> None:
    whole = values(10_000)
    whole[4321], whole[777] = 9.0, -9.0
    _, raw = history(whole).raw(logarithmic=False)
    assert raw.max() == 9.0
    assert raw.min() == -9.0
    assert len(raw) <= 2 * POINTS


def test_few_raw_values_are_all_there() -> None:
    whole = values(50)
    at, raw = history(whole).raw(logarithmic=True)
    assert at.tolist() == list(range(1, 51))
    assert np.abs(raw - whole).max() == 0


def test_what_is_no_number_is_left_out_of_means() -> None:
    whole = np.ones(1000, np.float32)
    whole[500:600] = np.nan
    _, means = history(whole).smoothed(logarithmic=False)
    assert np.abs(means[:150] - 1).max() < 1e-9


def test_a_run_that_went_back_is_taken_anew() -> None:
    grown = history(values(500))
    shorter = np.full(200, 0.5, np.float32)
    grown.take(shorter)
    assert len(grown) == 200
    _, means = grown.smoothed(logarithmic=False)
    assert np.abs(means - 0.5).max() < 1e-9
