"""Frames as pictures: every sample where it belongs, density readable, nothing invented."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ddpm_studio.ui.views.image_grid import GridLayout, enlarged, grid_layout, grid_picture
from ddpm_studio.ui.views.sample_pictures import (
    LINE_BASE,
    LINE_DENSITY_TOP,
    cloud_picture,
    line_picture,
    line_places,
)

DARK, LIGHT, BLUE = "#0e1116", "#fbfcfd", "#5cb3ee"
EXTENT = 3.5


def as_rgb(picture: np.ndarray) -> np.ndarray:
    """(height, width, 3) of 0 … 255 from 0xAARRGGBB."""
    return np.stack([picture >> shift & 255 for shift in (16, 8, 0)], axis=-1)


def points(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, np.float32)


def ink(picture: np.ndarray, background: str = DARK) -> np.ndarray:
    """How far every pixel is from the background, shape (height, width)."""
    paper = [int(background[i : i + 2], 16) for i in (1, 3, 5)]
    return np.abs(as_rgb(picture).astype(float) - paper).sum(axis=-1)


def centre(amount: np.ndarray) -> tuple[float, float]:
    """The centre of mass (x, y), where the first pixel spans 0 … 1."""
    rows, columns = np.indices(amount.shape) + 0.5
    return (columns * amount).sum() / amount.sum(), (rows * amount).sum() / amount.sum()


class TestCloud:
    @pytest.mark.parametrize(
        ("point", "size", "expected"),
        [
            ((0, 0), (420, 420), (210, 210)),
            ((2, 1), (420, 420), (330, 150)),  # 60 pixels to the unit, y upwards
            ((-3, -2.5), (840, 840), (60, 720)),
            ((1, 2), (600, 300), (300 + 300 / 7, 150 - 600 / 7)),  # the shorter side decides
        ],
    )
    def test_a_point_lights_the_pixel_of_its_coordinates(self, point, size, expected) -> None:
        picture = cloud_picture(points(point), size, EXTENT, BLUE, DARK)
        assert picture.shape == (size[1], size[0])
        assert np.abs(np.subtract(centre(ink(picture)), expected)).max() < 0.3

    def test_points_glide_between_pixels(self) -> None:
        places = [
            centre(ink(cloud_picture(points((x, 0)), (420, 420), EXTENT, BLUE, DARK)))[0]
            for x in (0.5 / 60, 0.75 / 60, 1.0 / 60)
        ]
        assert np.diff(places) == pytest.approx([0.25, 0.25], abs=0.08)

    @pytest.mark.parametrize(("background", "way"), [(DARK, 1), (LIGHT, -1)])
    def test_lightness_is_monotone_in_density(self, background: str, way: int) -> None:
        seen = []
        for count in (0, 1, 2, 4, 8, 16, 32):
            crowd = np.full((1000, 2), np.nan, np.float32)
            crowd[:count] = 0.005  # the middle of a pixel
            picture = cloud_picture(crowd, (420, 420), EXTENT, BLUE, background)
            seen.append(as_rgb(picture)[209, 210].astype(float).mean() * way)
        assert (np.diff(seen)[:4] > 2).all()
        assert (np.diff(seen) >= 0).all()

    def test_a_crowd_is_told_from_a_few_with_200_and_with_10000_points(self) -> None:
        rng = np.random.default_rng(0)
        for count in (200, 10_000):
            cloud = rng.standard_normal((count, 2)).astype(np.float32)
            amount = ink(cloud_picture(cloud, (420, 420), EXTENT, BLUE, DARK))
            middle, edge = amount[180:240, 180:240].mean(), amount[180:240, 30:60].mean()
            assert middle > 5 * edge > 0

    def test_points_outside_and_nan_are_left_out(self) -> None:
        outside = points(
            (4, 0), (-4, 0), (0, 4), (0, -4), (1e9, 0), (np.inf, 0), (0, -np.inf), (np.nan, 0)
        )
        picture = cloud_picture(outside, (420, 420), EXTENT, BLUE, DARK)
        assert ink(picture).max() == 0

    def test_a_dot_across_the_edge_does_not_wrap(self) -> None:
        beyond = 3.5 + 1 / 60  # one pixel
        for x, y in ((beyond, 0), (-beyond, 0), (0, beyond), (0, -beyond), (beyond, -beyond)):
            amount = ink(cloud_picture(points((x, y)), (420, 420), EXTENT, BLUE, DARK))
            rows, columns = np.nonzero(amount)
            assert len(rows) > 0
            assert np.abs(columns + 0.5 - (210 + 60 * x)).max() < 6
            assert np.abs(rows + 0.5 - (210 - 60 * y)).max() < 6

    def test_every_place_near_the_edge_stays_in_memory(self) -> None:
        for size in (61, 97, 420):
            reach = EXTENT * (1 + 12 / size)
            steps = np.linspace(-reach, reach, 4001, dtype=np.float32)
            for other in (-reach, 0.0, reach):
                line = np.stack((steps, np.full_like(steps, other)), axis=1)
                cloud_picture(line, (size, size), EXTENT, BLUE, DARK)
                picture = cloud_picture(line[:, ::-1], (size, size), EXTENT, BLUE, DARK)
                assert picture.shape == (size, size)

    def test_a_transparent_cloud_over_its_background_is_the_opaque_one(self) -> None:
        cloud = np.random.default_rng(1).standard_normal((2000, 2)).astype(np.float32)
        opaque = as_rgb(cloud_picture(cloud, (200, 200), EXTENT, BLUE, DARK)).astype(float)
        layer = cloud_picture(cloud, (200, 200), EXTENT, BLUE, DARK, transparent=True)
        alpha = (layer >> 24)[..., None] / 255
        over = as_rgb(layer) + (1 - alpha) * [0x0E, 0x11, 0x16]
        assert np.abs(over - opaque).max() <= 1.5
        assert (layer >> 24).min() == 0

    def test_writing_to_an_old_picture_leaves_nothing_of_it(self) -> None:
        size = (100, 100)
        old = cloud_picture(points((-1, -1)), size, EXTENT, BLUE, DARK)
        expected = cloud_picture(points((1, 1)), size, EXTENT, BLUE, DARK)
        result = cloud_picture(points((1, 1)), size, EXTENT, BLUE, DARK, out=old)
        assert result is old
        assert np.array_equal(old, expected)

    def test_no_points_is_an_empty_canvas(self) -> None:
        picture = cloud_picture(np.empty((0, 2), np.float32), (50, 40), EXTENT, BLUE, DARK)
        assert picture.shape == (40, 50)
        assert ink(picture).max() == 0


class TestLine:
    def test_a_sample_keeps_its_height_and_moves_along_x(self) -> None:
        before = line_places(points((-2.0,), (0.0,), (1.0,)), (420, 420), EXTENT)
        after = line_places(points((1.5,), (-1.0,), (1.0,)), (420, 420), EXTENT)
        assert np.array_equal(before[:, 1], after[:, 1])
        assert before[:, 0] == pytest.approx([90, 210, 270])
        assert len(set(before[:, 1].tolist())) == 3

    def test_the_dot_is_painted_at_its_place(self) -> None:
        sample = points((1.5,))
        amount = ink(line_picture(sample, (420, 420), EXTENT, BLUE, DARK))
        below_ridge = amount.copy()
        below_ridge[: math.ceil(LINE_BASE * 420) + 2] = 0
        place = line_places(sample, (420, 420), EXTENT)[0]
        assert np.abs(np.subtract(centre(below_ridge), place)).max() < 0.3

    def test_the_ridge_has_the_height_of_the_density(self) -> None:
        sample = np.random.default_rng(2).standard_normal((50_000, 1)).astype(np.float32)
        amount = ink(line_picture(sample, (420, 420), EXTENT, BLUE, DARK))
        base = LINE_BASE * 420
        for x in (-1.0, 0.0, 1.5):
            column = amount[:, round(210 + 60 * x)]
            top = np.flatnonzero(column > 100)[0] + 1.0
            density = math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
            assert base - top == pytest.approx(base * density / LINE_DENSITY_TOP, abs=5)

    def test_a_density_beyond_the_scale_ends_at_the_upper_edge(self) -> None:
        crowd = np.zeros((1000, 1), np.float32)
        amount = ink(line_picture(crowd, (420, 420), EXTENT, BLUE, DARK))
        assert amount[0, 205:215].min() > 0
        assert amount[0, :150].max() == 0

    def test_points_outside_and_nan_are_left_out(self) -> None:
        sample = points((9.0,), (-9.0,), (np.nan,), (np.inf,))
        amount = ink(line_picture(sample, (420, 420), EXTENT, BLUE, DARK))
        band = amount[math.ceil(LINE_BASE * 420) + 1 :]
        assert band.max() == 0


def numbered(count: int, channels: int = 1, height: int = 4, width: int = 4) -> np.ndarray:
    """Image i is the constant value -1 + 2 i / 255, so that its grey level is i."""
    levels = np.arange(count, dtype=np.float32) * 2 / 255 - 1
    return np.broadcast_to(levels[:, None, None, None], (count, channels, height, width)).astype(
        np.float32
    )


class TestGrid:
    def test_images_run_in_rows_from_the_upper_left(self) -> None:
        layout = grid_layout(6, (4, 4), (130, 90))
        assert (layout.columns, layout.rows) == (3, 2)
        picture = as_rgb(grid_picture(numbered(6), layout, "#ff0000"))
        for index in range(6):
            x, y = layout.corner(index)
            width, height = layout.image_size
            assert (picture[y : y + height, x : x + width] == index).all()

    def test_an_image_stays_upright(self) -> None:
        image = np.full((1, 1, 3, 2), -1, np.float32)
        image[0, 0, 0, 1] = 1  # row 0, column 1: upper right
        picture = as_rgb(grid_picture(image, grid_layout(1, (2, 3), (20, 30)), DARK))
        assert picture.shape == (30, 20, 3)
        assert (picture[:10, 10:] == 255).all()
        assert picture[10:].max() == picture[:, :10].max() == 0

    def test_pixels_are_enlarged_to_whole_multiples(self) -> None:
        rng = np.random.default_rng(3)
        images = rng.uniform(-1, 1, (4, 1, 8, 8)).astype(np.float32)
        layout = grid_layout(4, (8, 8), (100, 100))
        side = layout.image_size[0]
        assert layout.image_size == (48, 48)
        picture = as_rgb(grid_picture(images, layout, DARK))[..., 0]
        blocks = picture[:side, :side].reshape(8, 6, 8, 6)
        assert (blocks == blocks[:, :1, :, :1]).all()
        exact = (images[0, 0] + 1) * 127.5
        assert np.abs(blocks[:, 0, :, 0] - exact).max() <= 0.51

    def test_colours_keep_their_channels(self) -> None:
        image = np.stack([np.full((4, 4), value, np.float32) for value in (1, 0, -1)])[None]
        picture = as_rgb(grid_picture(image, grid_layout(1, (4, 4), (8, 8)), DARK))
        assert np.unique(picture.reshape(-1, 3), axis=0).tolist() == [[255, 128, 0]]

    def test_values_are_clipped_and_nan_is_black(self) -> None:
        image = np.array([7.0, -7.0, np.nan, np.inf], np.float32).reshape(1, 1, 2, 2)
        picture = as_rgb(grid_picture(image, grid_layout(1, (2, 2), (4, 4)), LIGHT))[::2, ::2, 0]
        assert picture.tolist() == [[255, 0], [0, 255]]

    def test_gaps_and_empty_cells_show_the_background(self) -> None:
        layout = grid_layout(3, (4, 4), (60, 60))
        assert layout.gap > 0
        picture = as_rgb(grid_picture(numbered(3) * 0 + 1, layout, "#102030"))
        gap = picture[:, layout.image_size[0] : layout.image_size[0] + layout.gap]
        empty_x, empty_y = layout.corner(3)
        for part in (gap, picture[empty_y:, empty_x:]):
            assert np.unique(part.reshape(-1, 3), axis=0).tolist() == [[0x10, 0x20, 0x30]]

    @pytest.mark.parametrize("target", [(13, 9), (20, 20), (5, 5)])
    def test_other_sizes_are_interpolated_without_changing_constants(self, target) -> None:
        pixels = enlarged(numbered(3, height=8, width=12) * 0 + 0.2, target)
        assert pixels.shape == (3, target[1], target[0])
        assert np.unique(pixels & 255).tolist() == [153]

    def test_interpolation_keeps_the_orientation_and_the_mean(self) -> None:
        image = np.full((1, 1, 8, 8), -1, np.float32)
        image[0, 0, :4, :4] = 1
        small = (enlarged(image, (5, 5)) & 255)[0].astype(float)
        assert small[0, 0] == 255
        assert small[0, -1] == small[-1, 0] == small[-1, -1] == 0
        assert small.mean() == pytest.approx(255 / 4, abs=6)


class TestGridLayout:
    @pytest.mark.parametrize("count", [1, 2, 5, 16, 37, 64, 256])
    @pytest.mark.parametrize("image", [(8, 8), (28, 28), (32, 32), (16, 40)])
    @pytest.mark.parametrize("area", [(420, 420), (1600, 500), (150, 700)])
    def test_everything_fits_and_has_a_cell(self, count, image, area) -> None:
        layout = grid_layout(count, image, area)
        assert layout.rows * layout.columns >= count
        assert (layout.rows - 1) * layout.columns < count
        assert layout.size_px[0] <= area[0]
        assert layout.size_px[1] <= area[1]
        corners = [layout.corner(index) for index in range(count)]
        width, height = layout.image_size
        middles = [(x + width / 2, y + height / 2) for x, y in corners]
        assert [layout.index_at(*middle) for middle in middles] == list(range(count))

    def test_64_squares_in_a_square_make_8_by_8(self) -> None:
        layout = grid_layout(64, (8, 8), (400, 400))
        assert (layout.columns, layout.rows, layout.image_size) == (8, 8, (48, 48))

    def test_a_wide_area_gets_more_columns(self) -> None:
        wide, high = grid_layout(12, (8, 8), (900, 300)), grid_layout(12, (8, 8), (300, 900))
        assert (wide.columns, wide.rows) == (high.rows, high.columns) == (6, 2)

    def test_no_image_where_there_is_none(self) -> None:
        layout = grid_layout(5, (8, 8), (420, 300))
        assert layout.columns * layout.rows == 6
        x, y = layout.corner(5)
        assert layout.index_at(x + 5, y + 5) == -1
        assert layout.index_at(-20, 5) == -1
        assert layout.index_at(layout.size_px[0] + 20, 5) == -1
        assert layout.index_at(5, -20) == -1

    def test_no_images_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            grid_layout(0, (8, 8), (100, 100))


@pytest.mark.parametrize("size", [(8, 8), (20, 13), (4, 4), (3, 2)])
def test_rough_images_repeat_the_nearest_pixel(size: tuple[int, int]) -> None:
    images = np.arange(2 * 3 * 4 * 4, dtype=np.uint8).reshape(2, 3, 4, 4)
    layout = GridLayout(2, 2, 1, size, 1)
    picture = as_rgb(grid_picture(images, layout, "#000000", is_rough=True))
    for index in range(2):
        x, y = layout.corner(index)
        for row in range(size[1]):
            for column in range(size[0]):
                nearest = images[index, :, row * 4 // size[1], column * 4 // size[0]]
                assert (picture[y + row, x + column] == nearest).all()
