"""Writes an animated GIF frame by frame, in memory that does not grow with its length.

All frames share one palette. A frame after the first is the smallest rectangle that changed, with
unchanged pixels transparent. Pillow compresses each rectangle; its `save_all` keeps every frame.
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from ddpm_studio.atomic_file import replacing_file
from ddpm_studio.export.destination import ExportError
from ddpm_studio.export.palette import INDEX_COUNT, Bytes, GrowingPalette, colour_keys

DELAY_UNIT_MS = 10
LEAST_DELAY_MS = 20
MAX_DELAY_MS = 65_535 * DELAY_UNIT_MS
MAX_SIDE = 65_535
MAX_PIXELS = 40_000_000

_PALETTE_OFFSET = 13
_GLOBAL_PALETTE_OF_256 = 0b1111_0111
_LOOP_FOREVER = b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
_TRAILER = b";"
_KEEP_PREVIOUS = 1  # the disposal method: draw over what is there


@dataclass(frozen=True)
class EncodingProgress:
    """How far an animation is written. `bytes_written` counts the file without its trailer."""

    frames_done: int
    frame_count: int
    bytes_written: int


def encode_gif(
    frames: Iterable[Bytes],
    path: Path | str,
    durations_ms: Sequence[int],
    *,
    palette_frames: Sequence[Bytes] = (),
    loop_forever: bool = True,
) -> Generator[EncodingProgress, None, None]:
    """Writes `frames` to `path`, yielding after each frame; the last yield means the file is there.

    frames:          RGB pictures (H, W, 3) uint8 of one size, taken one at a time and not kept;
                     the same array may be filled again. As many as `durations_ms`.
    durations_ms:    display time of each, multiples of 10, 20 … 655,350: see AnimationPlan.
    palette_frames:  a few typical pictures to choose the colours from; the first frame alone if
                     there are none. An animation of at most 256 colours in all is exact.
    loop_forever:    otherwise it plays once.

    Closing the generator early, or an exception, leaves the file at `path` as it was. Raises
    ExportError if the file cannot be written; ValueError for unsuitable pictures or durations;
    whatever `frames` raises passes unchanged.
    """
    _check_durations(durations_ms)
    frame_count = len(durations_ms)
    with replacing_file(path, error=ExportError) as file:
        writer: _GifWriter | None = None
        for done, (frame, duration_ms) in enumerate(_paired(frames, durations_ms), start=1):
            if writer is None:
                writer = _GifWriter(file, frame, palette_frames, loop_forever)
            writer.add(frame, duration_ms)
            file.expected_bytes = file.tell() * frame_count // done
            progress = EncodingProgress(done, frame_count, file.tell())
            if done < frame_count:
                yield progress
        assert writer is not None
        writer.finish()
    yield progress


class _GifWriter:
    """The blocks of one GIF in a seekable file."""

    def __init__(
        self, file: BinaryIO, first: Bytes, palette_frames: Sequence[Bytes], loop_forever: bool
    ) -> None:
        for picture in (first, *palette_frames):
            _check_picture(picture)
        self._file = file
        self._palette = GrowingPalette(palette_frames or [first])
        self._shape = first.shape
        self._keys = colour_keys(first)
        self._previous_keys = np.zeros_like(self._keys)
        self._shown: Bytes | None = None  # indices (H, W) of what a viewer shows now
        height, width = first.shape[:2]
        screen = struct.pack("<6sHHBBB", b"GIF89a", width, height, _GLOBAL_PALETTE_OF_256, 0, 0)
        file.write(screen + bytes(3 * INDEX_COUNT))  # the colours are known at the end
        if loop_forever:
            file.write(_LOOP_FOREVER)

    def add(self, frame: Bytes, duration_ms: int) -> None:
        if frame.shape != self._shape or frame.dtype != np.uint8:
            raise ValueError(
                f"All pictures of an animation must have one size: {_described(frame)} came after "
                f"{self._shape[1]}×{self._shape[0]}."
            )
        colour_keys(frame, self._keys)
        if self._shown is None:
            self._shown = self._palette.indices(self._keys)
            self._write_block(self._shown, (0, 0), duration_ms, None)
        else:
            self._add_change(self._shown, duration_ms)
        self._keys, self._previous_keys = self._previous_keys, self._keys

    def finish(self) -> None:
        self._file.write(_TRAILER)
        self._file.seek(_PALETTE_OFFSET)
        self._file.write(self._palette.colours.tobytes())

    def _add_change(self, shown: Bytes, duration_ms: int) -> None:
        rows, columns = _changed_box(self._keys != self._previous_keys)
        before = shown[rows, columns]
        after = self._palette.indices(self._keys[rows, columns])
        is_same = after == before
        transparent = _unused_index(after, ~is_same, len(self._palette.colours))
        before[...] = after
        if transparent is not None:
            after[is_same] = transparent
        self._write_block(after, (columns.start, rows.start), duration_ms, transparent)

    def _write_block(
        self, indices: Bytes, corner: tuple[int, int], duration_ms: int, transparent: int | None
    ) -> None:
        parameters = {"duration": duration_ms, "disposal": _KEEP_PREVIOUS}
        if transparent is not None:
            parameters["transparency"] = transparent
        data = GifImagePlugin.getdata(Image.fromarray(indices), corner, **parameters)
        self._file.writelines(data)
        # Pillow ties this list into a reference cycle, which would keep it for a while.
        data.clear()


def _changed_box(changed: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns of the smallest rectangle that holds every change; one pixel if none."""
    rows = np.flatnonzero(changed.any(axis=1))
    if not len(rows):
        return slice(0, 1), slice(0, 1)
    columns = np.flatnonzero(changed[rows[0] : rows[-1] + 1].any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _unused_index(indices: Bytes, changed: NDArray[np.bool_], colour_count: int) -> int | None:
    """An index that no changed pixel needs, to mean "transparent"; None if all 256 are needed."""
    if colour_count < INDEX_COUNT:
        return INDEX_COUNT - 1
    is_used = np.zeros(INDEX_COUNT, np.bool_)
    is_used[indices[changed]] = True
    return None if is_used.all() else int(np.argmin(is_used))


def _paired(frames: Iterable[Bytes], durations_ms: Sequence[int]) -> Iterator[tuple[Bytes, int]]:
    """`zip` that refuses different lengths."""
    taken = 0
    for frame in frames:
        if taken == len(durations_ms):
            raise ValueError(f"There are more pictures than the {taken} durations.")
        yield frame, durations_ms[taken]
        taken += 1
    if taken < len(durations_ms):
        raise ValueError(f"There are only {taken} pictures for {len(durations_ms)} durations.")


def _check_durations(durations_ms: Sequence[int]) -> None:
    if not durations_ms:
        raise ValueError("An animation needs at least one picture.")
    for duration_ms in durations_ms:
        if duration_ms % DELAY_UNIT_MS or not LEAST_DELAY_MS <= duration_ms <= MAX_DELAY_MS:
            raise ValueError(
                f"A GIF shows a picture for {LEAST_DELAY_MS} to {MAX_DELAY_MS:,} ms in steps of "
                f"{DELAY_UNIT_MS} ms, not for {duration_ms} ms."
            )


def _check_picture(picture: Bytes) -> None:
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise ValueError(
            f"A picture must be (height, width, 3) of uint8, not {_described(picture)}."
        )
    height, width = picture.shape[:2]
    if not (0 < max(height, width) <= MAX_SIDE and 0 < height * width <= MAX_PIXELS):
        raise ValueError(
            f"A GIF of {width}×{height} is not possible: at most {MAX_SIDE:,} pixels a side and "
            f"{MAX_PIXELS // 1_000_000} megapixels; choose a smaller size."
        )


def _described(picture: Bytes) -> str:
    if picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3:
        return f"{picture.shape[1]}×{picture.shape[0]}"
    return f"{picture.shape} of {picture.dtype}"
