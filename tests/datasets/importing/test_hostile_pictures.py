"""Broken, odd and malicious pictures: each is left out with its reason, or read as people see it."""

from __future__ import annotations

import os
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from ddpm_studio.datasets.catalogue import open_data_set
from ddpm_studio.datasets.importing.image_folder import square_pixels
from ddpm_studio.datasets.importing.import_choices import Framing
from ddpm_studio.datasets.importing.picture_file import PictureError, framed, read_picture
from ddpm_studio.datasets.set_description import DataSetError

from .conftest import ImportSet, picture


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes) -> bytes:
    """A PNG that says it is of that size and holds almost nothing."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + data + chunk(b"IEND", b"")


def saved(path: Path, size: tuple[int, int] = (64, 64)) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    return path.read_bytes()


def huge(path: Path) -> None:
    path.write_bytes(png(10_000, 10_000))


def huger(path: Path) -> None:
    path.write_bytes(png(20_000, 20_000))


def absurd(path: Path) -> None:
    path.write_bytes(png(2**31 - 1, 2**31 - 1))


def truncated(path: Path) -> None:
    data = saved(path)
    path.write_bytes(data[: len(data) // 2])


def truncated_jpeg(path: Path) -> None:
    data = saved(path.with_name("whole.jpg"))
    path.with_name("whole.jpg").unlink()
    path.write_bytes(data[: len(data) // 2])


def bad_checksum(path: Path) -> None:
    data = bytearray(saved(path))
    data[29] ^= 1  # of IHDR
    path.write_bytes(bytes(data))


def text_bomb(path: Path) -> None:
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 100_000_000))
    path.write_bytes(png(8, 8, bomb))


def one_pixel(path: Path) -> None:
    picture(path, (1, 1))


def sliver(path: Path) -> None:
    picture(path, (1, 50_000))


def long_strip(path: Path) -> None:
    picture(path, (4, 500))


def postscript(path: Path) -> None:
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n")


def svg(path: Path) -> None:
    path.write_text("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def not_numbers(path: Path) -> None:
    Image.fromarray(np.full((9, 9), np.nan, np.float32)).save(path, format="TIFF")


def odd_range(path: Path) -> None:
    Image.fromarray(np.full((9, 9), -7.5, np.float32)).save(path, format="TIFF")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_loop(path: Path) -> None:
    path.symlink_to(path)


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("gone"))


def named_like_a_picture(path: Path) -> None:
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")


TOO_LARGE = "it has more than 50 million pixels"
UNKNOWN = "it is none of PNG, JPEG, WebP, GIF, BMP, TIFF and PPM, or damaged"
NOT_A_FILE = "it is a pipe, a device or a folder, not a file"
REFUSED: list[tuple[Callable[[Path], None], str]] = [
    (huge, TOO_LARGE),
    (huger, TOO_LARGE),
    (absurd, TOO_LARGE),
    (truncated, "it ends too early"),
    (truncated_jpeg, "it ends too early"),
    (bad_checksum, UNKNOWN),
    (text_bomb, "it is damaged"),
    (one_pixel, "its shorter side has under 4 pixels"),
    (sliver, "its shorter side has under 4 pixels"),
    (long_strip, "its sides differ by more than 50 times"),
    (postscript, UNKNOWN),
    (svg, UNKNOWN),
    (empty, UNKNOWN),
    (named_like_a_picture, UNKNOWN),
    (not_numbers, "some of its values are not numbers"),
    (odd_range, "its values are from -7.5 to -7.5: neither 0 … 1 nor 0 … 255"),
    (pipe, NOT_A_FILE),
    (device, NOT_A_FILE),
    (link_loop, "it is a link that leads back to itself"),
    (dangling, "it is gone, or a link to a file that is gone"),
]


@pytest.mark.parametrize(("make", "reason"), REFUSED, ids=[make.__name__ for make, _ in REFUSED])
def test_a_picture_that_cannot_be_used_is_left_out_with_the_reason(
    tmp_path: Path, import_set: ImportSet, make: Callable[[Path], None], reason: str
) -> None:
    picture(tmp_path / "s" / "good.png")
    make(tmp_path / "s" / "odd.png")
    began = time.process_time()  # others who use the machine do not count
    result = import_set(tmp_path / "s")
    assert time.process_time() - began < 2
    assert result.description.count == 1
    assert result.skipped_count == 1
    assert {name: str(why) for name, why in result.skipped.items()} == {"odd.png": reason}


def test_a_picture_that_may_not_be_read_is_left_out(
    tmp_path: Path, import_set: ImportSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an ordinary user would see it: whoever runs the tests may be allowed everything."""
    picture(tmp_path / "s" / "a.png")
    secret = picture(tmp_path / "s" / "b.png")
    real_open = os.open

    def refuse(path: object, *rest: int) -> int:
        if path == secret:
            raise PermissionError(13, "Permission denied", path)
        return real_open(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    result = import_set(tmp_path / "s")
    assert [str(why) for why in result.skipped.values()] == ["it may not be read"]


def test_where_no_picture_is_left_the_first_reason_is_told(
    tmp_path: Path, import_set: ImportSet, left_behind: Callable[[], list[str]]
) -> None:
    (tmp_path / "s").mkdir()
    truncated(tmp_path / "s" / "a.png")
    empty(tmp_path / "s" / "b.png")
    with pytest.raises(DataSetError) as caught:
        import_set(tmp_path / "s")
    assert str(caught.value) == (
        f"None of the pictures in “{tmp_path / 's'}” can be read. The first is “a.png”: "
        "it ends too early."
    )
    assert left_behind() == []


def test_links_to_folders_are_not_followed(tmp_path: Path, import_set: ImportSet) -> None:
    picture(tmp_path / "s" / "a.png")
    (tmp_path / "s" / "up").symlink_to(tmp_path)
    assert import_set(tmp_path / "s").description.count == 1


def test_a_folder_without_pictures_is_refused(tmp_path: Path, import_set: ImportSet) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "notes.txt").write_text("none")
    with pytest.raises(DataSetError, match=r"There are no pictures in “.*s”: PNG, JPEG, WebP"):
        import_set(tmp_path / "s")


# What is odd and yet a picture


def level(path: Path) -> list[int]:
    """The colour of the middle."""
    pixels = square_pixels(path, 8, Framing.CROP, grey=False)
    return pixels[:, 4, 4].tolist()


def test_sixteen_bits_are_scaled(tmp_path: Path) -> None:
    Image.fromarray(np.full((9, 9), 32_896, np.uint16)).save(tmp_path / "a.png")
    assert level(tmp_path / "a.png") == [128] * 3


def test_float_tiffs_are_scaled(tmp_path: Path) -> None:
    Image.fromarray(np.full((9, 9), 0.5, np.float32)).save(tmp_path / "a.tiff")
    assert level(tmp_path / "a.tiff") == [128] * 3
    Image.fromarray(np.full((9, 9), 200.0, np.float32)).save(tmp_path / "b.tiff")
    assert level(tmp_path / "b.tiff") == [200] * 3


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    Image.new("CMYK", (9, 9), (0, 255, 255, 0)).save(tmp_path / "a.tiff")
    assert level(tmp_path / "a.tiff") == [255, 0, 0]


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(tmp_path / "a.png")
    Image.new("LA", (9, 9), (0, 0)).save(tmp_path / "b.png")
    palette = Image.new("P", (9, 9), 0)
    palette.putpalette([9, 9, 9, 200, 0, 0])
    palette.save(tmp_path / "c.png", transparency=0)
    for name in "abc":
        assert level(tmp_path / f"{name}.png") == [255] * 3


def test_a_palette_becomes_its_colours(tmp_path: Path) -> None:
    palette = Image.new("P", (9, 9), 1)
    palette.putpalette([9, 9, 9, 200, 0, 0])
    palette.save(tmp_path / "a.png")
    assert level(tmp_path / "a.png") == [200, 0, 0]


def test_a_camera_held_upright_is_turned(tmp_path: Path) -> None:
    """Orientation 6: the first row of the file is the right-hand side of what was seen."""
    array = np.zeros((20, 40, 3), np.uint8)
    array[:10] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(array).save(tmp_path / "a.png", exif=exif)
    seen = np.asarray(read_picture(tmp_path / "a.png"))
    assert seen.shape == (40, 20, 3)
    assert seen[:, 10:].min() == 255
    assert seen[:, :10].max() == 0


def test_of_a_moving_picture_the_first_frame_counts(tmp_path: Path) -> None:
    frames = [Image.new("L", (9, 9), value) for value in (255, 0, 0)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert level(tmp_path / "a.gif") == [255] * 3


def test_a_picture_is_told_by_what_is_in_it_and_not_by_its_name(
    tmp_path: Path, import_set: ImportSet
) -> None:
    data = saved(tmp_path / "a.jpg")
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a.png").write_bytes(data)
    assert import_set(tmp_path / "s").description.count == 1
    assert open_data_set("new") is not None


def test_a_large_photograph_is_decoded_small_and_looks_the_same(tmp_path: Path) -> None:
    y, x = np.mgrid[0:1200, 0:1600]
    waves = [128 + 100 * np.sin(x / a) * np.cos(y / b) for a, b in ((60, 40), (25, 90), (80, 30))]
    Image.fromarray(np.stack(waves, axis=-1).astype(np.uint8)).save(tmp_path / "a.jpg", quality=95)
    assert read_picture(tmp_path / "a.jpg").size == (1600, 1200)
    small = read_picture(tmp_path / "a.jpg", 64)
    assert min(small.size) == 150
    exact = np.asarray(framed(read_picture(tmp_path / "a.jpg"), 64, Framing.CROP)).astype(int)
    quick = np.asarray(framed(small, 64, Framing.CROP)).astype(int)
    assert np.abs(exact - quick).max() <= 6
    plain = ImageOps.fit(read_picture(tmp_path / "a.jpg"), (64, 64), Image.Resampling.LANCZOS)
    assert np.abs(exact - np.asarray(plain).astype(int)).max() <= 3


def test_a_picture_that_vanishes_is_told(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="it is gone"):
        read_picture(tmp_path / "gone.png")
