"""One palette for a whole animation, and the fast way from RGB pixels to its indices.

A colour is handled as one integer, its *key*: red + 256 green + 65536 blue.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from itertools import count

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Keys = NDArray[np.uint32]
Floats = NDArray[np.float32]

INDEX_COUNT = 256
# One index is left for "transparent" when the colours had to be reduced anyway.
REDUCED_COUNT = INDEX_COUNT - 1

_KEY_COUNT = 1 << 24
_UNKNOWN = INDEX_COUNT - 1
# More new colours than this in one frame (noise) are looked up by cells of 4×4×4 colours.
_EXACT_LOOKUPS = 16_384
_CELL_MASK = 0xFCFCFC
_CELL_CENTRE = 0x020202

# A colour that fills this share of the sample is a flat surface: it is kept exactly.
_FLAT_SHARE = 0.002
_MAX_FLAT_COLOURS = 64
_MAX_SAMPLE_COLOURS = 16_384
_REFINEMENTS = 6
_CHUNK = 256  # so small a product stays on one thread, away from the trainer's


def colour_keys(frame: Bytes, out: Keys | None = None) -> Keys:
    """The keys (H, W) of an RGB picture (H, W, 3), in `out` if that came from this function."""
    if out is None:
        out = np.zeros(frame.shape[:2], dtype="<u4")
    channels = out.view(np.uint8).reshape(*frame.shape[:2], 4)
    for channel in range(3):
        channels[..., channel] = frame[..., channel]
    return out


class GrowingPalette:
    """Up to 256 colours, chosen from sample pictures, and a map from any colour to an index.

    While the colours seen fit, the map is exact: a sample of at most 256 colours leaves places for
    colours that come later. Otherwise 255 colours are chosen and every pixel gets the nearest
    (in a frame with over 16,384 new colours: the nearest to a colour at most 2 levels off).
    No dithering: it flickers, and it barely compresses.
    """

    def __init__(self, sample: Iterable[Bytes]) -> None:
        keys, counts = _count_colours(sample)
        if len(keys) > INDEX_COUNT:
            keys = _reduce_colours(keys, counts, REDUCED_COUNT)
            self._places = 0
        else:
            self._places = INDEX_COUNT - len(keys)
        self._keys = keys
        self._index_of_key = np.full(_KEY_COUNT, _UNKNOWN, np.uint8)
        self._index_of_key[keys] = np.arange(len(keys), dtype=np.uint8)

    @property
    def colours(self) -> Bytes:
        """The colours so far, (n, 3); an index, once given, keeps its colour."""
        return _channels(self._keys).astype(np.uint8)

    def indices(self, keys: Keys) -> Bytes:
        """The palette index of each key, same shape; may add colours to the palette."""
        indices = np.take(self._index_of_key, keys)
        # Index 255 may be a colour too; then it is looked up again: correct, and rare.
        unknown = indices == _UNKNOWN
        if unknown.any():
            indices[unknown] = self._learn(keys[unknown])
        return indices

    def _learn(self, keys: Keys) -> Bytes:
        new, counts = np.unique(keys, return_counts=True)
        if self._places:
            self._admit(new, counts)
        if len(new) <= _EXACT_LOOKUPS:
            self._index_of_key[new] = self._nearest(new)
        else:
            centres = (new & _CELL_MASK) | _CELL_CENTRE
            cells = np.unique(centres[np.take(self._index_of_key, centres) == _UNKNOWN])
            self._index_of_key[cells] = self._nearest(cells)
            self._index_of_key[new] = self._index_of_key[centres]
            self._index_of_key[self._keys] = np.arange(len(self._keys), dtype=np.uint8)
        return np.take(self._index_of_key, keys)

    def _admit(self, new: Keys, counts: NDArray[np.intp]) -> None:
        """Gives free places to new colours: to all if they fit, otherwise to the best choice."""
        fresh = ~np.isin(new, self._keys)
        new, counts = new[fresh], counts[fresh]
        if len(new) > self._places:
            new = _reduce_colours(new, counts, max(1, self._places - 1))
            self._places = 0
        else:
            self._places -= len(new)
        self._keys = np.concatenate([self._keys, new])

    def _nearest(self, keys: Keys) -> Bytes:
        return _nearest_index(_channels(keys), _channels(self._keys)).astype(np.uint8)


def _channels(keys: Keys) -> Floats:
    """Keys (n,) as red, green, blue (n, 3)."""
    return np.stack([keys & 255, keys >> 8 & 255, keys >> 16], axis=1).astype(np.float32)


def _rounded_keys(colours: Floats) -> Keys:
    levels = np.clip(np.rint(colours), 0, 255).astype(np.uint32)
    keys: Keys = levels @ np.array([1, 1 << 8, 1 << 16], np.uint32)
    return keys


def _count_colours(sample: Iterable[Bytes]) -> tuple[Keys, NDArray[np.intp]]:
    """The different keys in all pictures of the sample, ascending, and how often each occurs."""
    keys: Keys = np.zeros(0, np.uint32)
    counts: NDArray[np.intp] = np.zeros(0, np.intp)
    for picture in sample:
        new_keys, new_counts = np.unique(colour_keys(picture), return_counts=True)
        merged = np.concatenate([keys, new_keys])
        weights = np.concatenate([counts, new_counts])
        keys, where = np.unique(merged, return_inverse=True)
        counts = np.bincount(where, weights).astype(np.intp)
    return keys, counts


def _reduce_colours(keys: Keys, counts: NDArray[np.intp], size: int) -> Keys:
    """At most `size` keys that stand for `keys` (n,), which occur `counts` (n,) times.

    Flat colours are kept; the others are split into boxes by variance and refined by k-means. The
    square root of the counts weighs them: small coloured things matter beside a large background.
    """
    is_flat = counts > _FLAT_SHARE * counts.sum()
    is_flat[np.argsort(-counts, kind="stable")[min(_MAX_FLAT_COLOURS, size // 2) :]] = False
    fixed = _channels(keys[is_flat])
    colours, weights = _thinned(keys[~is_flat], np.sqrt(counts[~is_flat]).astype(np.float32))
    chosen = _split_boxes(colours, weights, size - len(fixed))
    for _ in range(_REFINEMENTS):
        centres = np.concatenate([fixed, chosen])
        nearest = _nearest_index(colours, centres)
        means, mass = _weighted_means(colours, weights, nearest, len(centres))
        chosen = np.where(mass[:, None] > 0, means, centres)[len(fixed) :]
    return np.unique(_rounded_keys(np.concatenate([fixed, chosen])))


def _thinned(keys: Keys, weights: Floats) -> tuple[Floats, Floats]:
    """Colours (n, 3) and weights (n,), neighbours merged until there are few enough to refine."""
    colours = _channels(keys)
    for bits in range(1, 4):
        if len(colours) <= _MAX_SAMPLE_COLOURS:
            break
        cells, where = np.unique(_rounded_keys(colours // (1 << bits)), return_inverse=True)
        colours, weights = _weighted_means(colours, weights, where, len(cells))
    return colours, weights


def _weighted_means(
    colours: Floats, weights: Floats, group: NDArray[np.intp], size: int
) -> tuple[Floats, Floats]:
    """Mean colour (size, 3) and total weight (size,) of each group; an empty group is 0, 0."""
    mass = np.bincount(group, weights, size)
    sums = [np.bincount(group, weights * colours[:, c], size) for c in range(3)]
    means = np.stack(sums, axis=1) / np.where(mass > 0, mass, 1.0)[:, None]
    return means.astype(np.float32), mass.astype(np.float32)


def _split_boxes(colours: Floats, weights: Floats, size: int) -> Floats:
    """Means of at most `size` boxes, made by halving the box with the largest squared error."""
    order = count()  # breaks ties, as arrays cannot be compared
    boxes = [(-np.inf, next(order), np.arange(len(colours)))]
    while len(boxes) < size and boxes[0][0] < 0:
        _, _, members = heapq.heappop(boxes)
        mean, spread = _moments(colours[members], weights[members])
        axis = int(np.argmax(spread))
        is_low = colours[members, axis] <= mean[axis]
        for half in (members[is_low], members[~is_low]):
            error = _moments(colours[half], weights[half])[1].sum()
            heapq.heappush(boxes, (-float(error), next(order), half))
    means = [_moments(colours[members], weights[members])[0] for _, _, members in boxes]
    return np.array(means, dtype=np.float32).reshape(-1, 3)


def _moments(colours: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weighted mean (3,) and sum of squared deviations (3,)."""
    mean = weights @ colours / weights.sum()
    return mean, weights @ np.square(colours - mean)


def _nearest_index(colours: Floats, centres: Floats) -> NDArray[np.intp]:
    """The centre (m, 3) nearest to each colour (n, 3), as its index (n,).

    The nearest c has the largest c·x − |c|²/2; in float32 that is exact for whole numbers.
    """
    rows = np.column_stack([colours, np.ones(len(colours), np.float32)])
    weights = np.vstack([centres.T, np.square(centres).sum(axis=1) / -2])
    scores = np.empty((_CHUNK, len(centres)), np.float32)
    nearest = np.empty(len(colours), np.intp)
    for start in range(0, len(colours), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        # One buffer for all chunks: fresh ones cost more than the arithmetic.
        similarity = np.matmul(chunk, weights, out=scores[: len(chunk)])
        np.argmax(similarity, axis=1, out=nearest[start : start + _CHUNK])
    return nearest
