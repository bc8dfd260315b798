"""What a written GIF shows: the right pixels, times and blocks, in bounded memory."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ddpm_studio.export import EncodingProgress, encode_gif

Bytes = NDArray[np.uint8]
Encode = Callable[..., None]
Decode = Callable[[Path], list[Bytes]]


class Block(NamedTuple):
    """One picture block of a GIF, with its graphic control extension."""

    x: int
    y: int
    width: int
    height: int
    delay_ms: int
    disposal: int
    transparent: int | None
    has_own_palette: bool


class Structure(NamedTuple):
    width: int
    height: int
    loops: int | None
    blocks: list[Block]


def parsed(data: bytes) -> Structure:
    """Reads the blocks of a GIF by the specification; asserts header, order and trailer."""
    assert data[:6] == b"GIF89a"
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    position = 13 + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0)
    loops, control, blocks = None, (0, 0, 0), []
    while data[position] != 0x3B:
        if data[position] == 0x21:
            label, content, position = data[position + 1], *sub_blocks(data, position + 2)
            if label == 0xF9:
                control = struct.unpack("<BHB", content)
            elif content.startswith(b"NETSCAPE2.0\x01"):
                loops = struct.unpack("<H", content[12:])[0]
        else:
            assert data[position] == 0x2C
            x, y, w, h, image_flags = struct.unpack_from("<4HB", data, position + 1)
            _, position = sub_blocks(data, position + 11)
            packed, delay, index = control
            transparent = index if packed & 1 else None
            disposal = packed >> 2 & 7
            own = bool(image_flags & 0x80)
            blocks.append(Block(x, y, w, h, delay * 10, disposal, transparent, own))
    assert position == len(data) - 1
    return Structure(width, height, loops, blocks)


def sub_blocks(data: bytes, position: int) -> tuple[bytes, int]:
    """The joined content of a chain of sub-blocks, and where it ends."""
    content = b""
    while size := data[position]:
        content += data[position + 1 : position + 1 + size]
        position += 1 + size
    return content, position + 1


def grey_noise(count: int, levels: int, side: int = 48) -> Iterator[Bytes]:
    rng = np.random.default_rng(levels)
    for _ in range(count):
        grey = rng.integers(0, levels, (side, side, 1)).astype(np.uint8)
        yield grey.repeat(3, axis=2)


@pytest.mark.parametrize("levels", [2, 16, 255, 256])
def test_grey_is_exact(tmp_path: Path, encode: Encode, decode: Decode, levels: int) -> None:
    frames = list(grey_noise(6, levels))
    encode(frames, tmp_path / "grey.gif")
    np.testing.assert_array_equal(decode(tmp_path / "grey.gif"), frames)


def test_sparse_changes_in_256_colours_are_exact_and_small(
    tmp_path: Path, encode: Encode, decode: Decode
) -> None:
    rng = np.random.default_rng(4)
    frames = list(grey_noise(1, 256, side=96))
    assert len(np.unique(frames[0])) == 256
    for _ in range(8):
        frame = frames[-1].copy()
        frame[rng.integers(96, size=9), rng.integers(96, size=9)] = rng.integers(256)
        frames.append(frame)
    path = tmp_path / "sparse.gif"
    encode(frames, path)
    np.testing.assert_array_equal(decode(path), frames)
    # No index is free for good, but each of these frames leaves one free to mean "transparent".
    assert all(block.transparent is not None for block in parsed(path.read_bytes()).blocks[1:])
    encode(frames[:1], tmp_path / "first.gif")
    assert path.stat().st_size < 1.5 * (tmp_path / "first.gif").stat().st_size


def test_dark_plot_with_text_and_scatter_is_close(
    tmp_path: Path, plot_frames: Callable[[int], list[Bytes]], encode: Encode, decode: Decode
) -> None:
    frames = plot_frames(12)
    assert len(np.unique(np.concatenate(frames).reshape(-1, 3), axis=0)) > 2000
    encode(frames, tmp_path / "plot.gif", palette_frames=tuple(frames[::4]))
    errors = [
        np.mean(np.square(a.astype(np.float64) - b))
        for a, b in zip(frames, decode(tmp_path / "plot.gif"), strict=True)
    ]
    assert 10 * np.log10(255**2 / max(errors)) > 45  # measured 47.4; 5,219 colours in all


def test_blocks_follow_the_specification(tmp_path: Path) -> None:
    path = tmp_path / "blocks.gif"
    first = np.zeros((20, 30, 3), np.uint8)
    second = first.copy()
    second[4:9, 6:13] = (255, 150, 60)
    second[6, 8] = 0
    durations = [20, 70, 1230]
    progress = list(encode_gif([first, second, second], path, durations))
    structure = parsed(path.read_bytes())
    assert structure[:3] == (30, 20, 0)
    assert structure.blocks[0] == Block(0, 0, 30, 20, 20, 1, None, False)
    assert structure.blocks[1] == Block(6, 4, 7, 5, 70, 1, 255, False)
    assert structure.blocks[2] == Block(0, 0, 1, 1, 1230, 1, 255, False)
    assert [(step.frames_done, step.frame_count) for step in progress] == [(1, 3), (2, 3), (3, 3)]
    assert progress[-1] == EncodingProgress(3, 3, path.stat().st_size - 1)


def test_it_plays_once_if_asked(tmp_path: Path) -> None:
    frames = list(grey_noise(2, 4))
    list(encode_gif(frames, tmp_path / "once.gif", [50, 50], loop_forever=False))
    assert parsed((tmp_path / "once.gif").read_bytes()).loops is None


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 300), (300, 1), (5, 1000)])
@pytest.mark.parametrize("count", [1, 3])
def test_small_and_thin_pictures(
    tmp_path: Path, encode: Encode, decode: Decode, height: int, width: int, count: int
) -> None:
    rng = np.random.default_rng(0)
    palette = rng.integers(0, 256, (100, 3)).astype(np.uint8)
    frames = [palette[rng.integers(0, 100, (height, width))] for _ in range(count)]
    encode(frames, tmp_path / "small.gif")
    np.testing.assert_array_equal(decode(tmp_path / "small.gif"), frames)


def test_one_array_may_be_filled_again_and_views_are_read_right(
    tmp_path: Path, decode: Decode
) -> None:
    buffer = np.zeros((9, 14, 3), np.uint8)
    expected = []

    def frames() -> Iterator[Bytes]:
        for i in range(5):
            buffer[i : i + 3, i:] = 40 * i
            view = buffer[::-1, ::2]
            expected.append(view.copy())
            yield view

    list(encode_gif(frames(), tmp_path / "view.gif", [50] * 5))
    np.testing.assert_array_equal(decode(tmp_path / "view.gif"), expected)


def test_frames_are_taken_one_at_a_time(tmp_path: Path) -> None:
    taken = []

    def frames() -> Iterator[Bytes]:
        for i, frame in enumerate(grey_noise(5, 9)):
            taken.append(i)
            yield frame

    for step in encode_gif(frames(), tmp_path / "lazy.gif", [50] * 5):
        assert len(taken) == step.frames_done


def peak_bytes(path: Path, frame_count: int) -> int:
    tracemalloc.start()
    try:
        frames = grey_noise(frame_count, 200, side=100)
        for _ in encode_gif(frames, path, [50] * frame_count):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    peak_bytes(tmp_path / "warm.gif", 2)
    short, long = (peak_bytes(tmp_path / "memory.gif", count) for count in (30, 300))
    # 270 more frames are 8.1 MB as pictures and 2.9 MB in the file. Measured: 0.2 MB, of classes
    # that Pillow makes for each frame; after 1,000 and 2,000 frames it is no more.
    assert long - short < 500_000


@pytest.mark.parametrize(
    ("shape", "dtype", "sentence"),
    [
        ((4, 5), np.uint8, "height, width, 3"),
        ((4, 5, 4), np.uint8, "height, width, 3"),
        ((4, 5, 3), np.float32, "of float32"),
        ((0, 5, 3), np.uint8, "GIF of 5×0 is not possible"),
        ((1, 65_536, 3), np.uint8, "at most 65,535 pixels a side"),
        ((7000, 7000, 3), np.uint8, "40 megapixels"),
    ],
)
def test_unsuitable_pictures_are_refused(
    tmp_path: Path, shape: tuple[int, ...], dtype: type[np.generic], sentence: str
) -> None:
    frame = np.broadcast_to(np.zeros((), dtype), shape)
    with pytest.raises(ValueError, match=sentence):
        list(encode_gif([frame], tmp_path / "no.gif", [50]))
    assert not list(tmp_path.iterdir())


def test_pictures_of_different_size_are_refused(tmp_path: Path) -> None:
    frames = [np.zeros((4, 5, 3), np.uint8), np.zeros((5, 4, 3), np.uint8)]
    with pytest.raises(ValueError, match="one size: 4×5 came after 5×4"):
        list(encode_gif(frames, tmp_path / "no.gif", [50, 50]))


@pytest.mark.parametrize(
    ("durations", "sentence"),
    [
        ([], "at least one picture"),
        ([50], "more pictures than the 1 durations"),
        ([50] * 3, "only 2 pictures for 3 durations"),
        ([50, 10], "not for 10 ms"),
        ([50, 25], "not for 25 ms"),
        ([50, 655_360], "not for 655360 ms"),
    ],
)
def test_unsuitable_durations_are_refused(
    tmp_path: Path, durations: list[int], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        list(encode_gif(grey_noise(2, 4), tmp_path / "no.gif", durations))
    assert not list(tmp_path.iterdir())


def test_the_longest_delay_survives(tmp_path: Path) -> None:
    list(encode_gif(grey_noise(1, 4), tmp_path / "long.gif", [655_350]))
    with Image.open(tmp_path / "long.gif") as image:
        assert image.info["duration"] == 655_350
