"""Figures of chapter 2: what they draw, and that their alt texts say the right numbers."""

import numpy as np
import pytest

from course_utils import figures
from course_utils.figures.grids import in_words
from course_utils.figures.sliding import window_counts

IMAGE = np.array(
    [[1, 0, 2, 1, 0], [0, 1, 0, 1, 1], [1, 0, 1, 0, 0], [0, 0, 1, 1, 0], [1, 1, 0, 0, 1]]
)
CROSS = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
RNG = np.random.default_rng(0)
GRAY, COLOR = RNG.random((12, 10)), RNG.random((12, 10, 3))
KERNELS = {"blur": np.full((3, 3), 1 / 9), "edges": np.array([[-1, 0, 1]] * 3)}
PATHS = np.full((7, 7), 1 / 49)

FIGURES = {
    "one_window": lambda: figures.one_window(IMAGE[:3, :3], CROSS),
    "stride_and_padding": figures.stride_and_padding,
    "coverage": figures.coverage,
    "same_padding_windows": figures.same_padding_windows,
    "dilated_windows": figures.dilated_windows,
    "filtered_photograph": lambda: figures.filtered_photograph(GRAY, KERNELS),
    "channel_sum": lambda: figures.channel_sum(COLOR, RNG.normal(size=(3, 3, 3))),
    "filters_to_maps": lambda: figures.filters_to_maps(GRAY, KERNELS),
    "feature_maps": lambda: figures.feature_maps(GRAY[..., None], RNG.normal(size=(3, 3, 1, 8))),
    "pictures": lambda: figures.pictures({"a": GRAY, "b": GRAY - 1}, alt="Two pictures."),
    "channel_connections": figures.channel_connections,
    "patches_times_kernel": lambda: figures.patches_times_kernel(
        np.arange(1, 13).reshape(3, 4), np.array([[1, 2], [0, -1]])
    ),
    "receptive_field_growth": lambda: figures.receptive_field_growth(
        [("conv", 3, 1), ("conv", 3, 1), ("conv", 3, 1), ("pool", 2, 2)]
    ),
    "influence": lambda: figures.influence(PATHS, inner=3),
}
TOLD = {
    "one_window": "the sum is 6",
    "stride_and_padding": "stride 2, padding 1 gives 3 by 3",
    "coverage": "same: 4 at a corner, 9 in the center",
    "same_padding_windows": "0 zeros before, 1 after, 3 windows that start at pixels 0, 2, 4; "
    "kernel // 2 on both sides: 1 zero before, 1 after",
    "dilated_windows": "dilation 3 spans 7 by 7",
    "filtered_photograph": "12 by 10 pixels",
    "channel_sum": "red, green and blue",
    "filters_to_maps": "shape (10, 8, 2)",
    "feature_maps": "8 filters of 3 by 3",
    "pictures": "Two pictures.",
    "channel_connections": "1 group: 324 weights; 2 groups: 162 weights; 6 groups: 54 weights",
    "patches_times_kernel": "column: −1 1 3 7 9 11",
    "receptive_field_growth": "conv: 3, conv: 5, conv: 7, pool: 8",
    "influence": "The inner 3 by 3 pixels, framed, hold 18%",
}


def texts(drawing):
    return [text.get_text() for axes in drawing.axes for text in axes.texts]


def cells(drawing):
    """The numbers that stand in cells."""
    numbers = []
    for text in texts(drawing):
        try:
            numbers.append(float(text.replace("−", "-")))
        except ValueError:
            continue
    return numbers


@pytest.mark.parametrize("name", FIGURES)
def test_it_draws_and_says_what_it_shows(name):
    drawing = FIGURES[name]()
    assert drawing.png().startswith(b"\x89PNG")
    assert TOLD[name] in drawing.alt


def test_one_window_shows_patch_kernel_products_and_sum():
    slope, sharpen = np.array([[1, 2, 3], [6, 7, 8], [11, 12, 13]]), -np.eye(3) + 2
    drawn = cells(figures.one_window(slope, sharpen))
    products = slope * sharpen
    expected = [*slope.flat, *sharpen.flat, *products.flat, products.sum()]
    np.testing.assert_allclose(drawn, expected)


def test_sliding_window_fills_the_map_step_by_step():
    animation = figures.sliding_window(IMAGE, CROSS)
    answers = [6, 1, 4, 1, 4, 2, 3, 2, 3]
    assert len(animation.frames) == 9
    for number, frame in enumerate(animation.frames):
        expected = [*IMAGE.flat, *CROSS.flat, *answers[: number + 1]]
        assert cells(frame) == expected
        assert f"adds up to {answers[number]}," in frame.alt
        assert texts(frame)[-1] == f"= {answers[number]}"
    assert texts(animation.frames[0])[-3:-1] == ["+ 0·0 + 1·1 + 0·0", "+ 1·1 + 0·0 + 1·1"]
    assert "row 1, column 2 holds 0 1 1; 1 0 0; 1 1 0" in animation.frames[5].alt


def test_sliding_window_with_stride_2():
    animation = figures.sliding_window(IMAGE, CROSS, stride=2)
    assert len(animation.frames) == 4
    assert "window at row 2, column 0" in animation.frames[2].alt
    assert cells(animation.frames[3])[-4:] == [6, 4, 3, 3]


@pytest.mark.parametrize(
    ("padding", "expected"),
    [
        (0, [[1, 2, 2, 1], [2, 4, 4, 2], [2, 4, 4, 2], [1, 2, 2, 1]]),
        (1, [[4, 6, 6, 4], [6, 9, 9, 6], [6, 9, 9, 6], [4, 6, 6, 4]]),
        (2, np.full((4, 4), 9)),
    ],
)
def test_window_counts(padding, expected):
    np.testing.assert_array_equal(window_counts(4, 3, padding), expected)


def test_stride_and_padding_marks_every_place():
    drawing = figures.stride_and_padding(n=5, kernel=3)
    assert len(drawing.axes[0].lines) == 9 + 4 + 25 + 9
    assert {"3 × 3", "2 × 2", "5 × 5"} <= set(texts(drawing))


def test_receptive_field_growth_joins_what_it_says():
    drawing = figures.receptive_field_growth([("conv", 3, 1), ("pool", 2, 2)], n=8)
    # The pool has two inputs, and each of those three.
    assert len(drawing.axes[0].lines) == 2 + 2 * 3
    assert {"sees 3", "sees 4"} <= set(texts(drawing))


def test_filtered_photograph_shows_the_maps():
    drawing = figures.filtered_photograph(GRAY, KERNELS)
    blur, edges = (axes.images[0].get_array() for axes in drawing.axes[1:])
    np.testing.assert_allclose(blur[0, 0], GRAY[:3, :3].mean())
    np.testing.assert_allclose(edges[0, 0], GRAY[:3, 2].sum() - GRAY[:3, 0].sum())


def test_channel_sum_adds_up():
    drawing = figures.channel_sum(COLOR, RNG.normal(size=(3, 3, 3)))
    total, *parts = (axes.images[0].get_array() for axes in drawing.axes[4:])
    np.testing.assert_allclose(total, sum(parts))


def test_signed_maps_are_centered_on_zero():
    drawing = figures.pictures({"map": GRAY - 0.3}, alt="A map.")
    low, high = drawing.axes[0].images[0].get_clim()
    assert low == -high


def test_numbers_are_written_as_readers_write_them():
    assert [in_words(value) for value in (-1, 2.0, 0.25, "p3")] == ["−1", "2", "0.25", "p3"]
