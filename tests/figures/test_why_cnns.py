"""Chapter 1's figures: what is drawn is what was computed, and the alternative text says it."""

import matplotlib.text
import numpy as np
import pytest
from matplotlib.patches import Rectangle

from course_utils import figures
from course_utils.figures import style
from course_utils.reference import correlate2d, relu

NAMES = ("coat", "bag", "boot")


def texts(drawing):
    return [text.get_text() for text in drawing.findobj(matplotlib.text.Text) if text.get_text()]


def gradient_photograph():
    rows, columns = np.indices((12, 20))
    return np.stack([10 * rows + columns, rows * 0 + 7, columns], axis=-1).astype(np.uint8)


def test_the_zoom_shows_the_red_numbers_of_the_patch():
    drawing = figures.zoom_into_pixels(gradient_photograph(), top=2, left=3, size=2)
    assert {"23", "24", "33", "34"} <= set(texts(drawing))
    assert "12 by 20 pixels" in drawing.alt
    assert "from 23 to 34" in drawing.alt
    assert "first row reads 23 24" in drawing.alt
    frame = next(patch for patch in drawing.axes[0].patches if isinstance(patch, Rectangle))
    assert frame.get_xy() == (3, 2)


def test_channels_are_shown_one_by_one():
    photograph = gradient_photograph()
    drawing = figures.color_channels(photograph)
    for channel, axes in enumerate(drawing.axes[1:]):
        np.testing.assert_array_equal(axes.images[0].get_array(), photograph[..., channel])
    assert "green 7" in drawing.alt


def test_samples_are_the_first_of_each_class():
    images = np.arange(5)[:, None, None, None] * np.ones((1, 4, 4, 1))
    drawing = figures.class_samples(images, np.array([2, 0, 2, 1, 0]), NAMES)
    shown = [axes.images[0].get_array()[0, 0] for axes in drawing.axes if axes.images]
    assert shown == [1, 3, 0]
    assert "coat, bag, boot" in drawing.alt


def test_flattening_keeps_the_order_and_measures_the_distance():
    image = np.arange(1, 16).reshape(3, 5)
    drawing = figures.flattening(image)
    assert [text for text in texts(drawing) if text.isdigit()] == [*map(str, image.ravel())] * 2
    assert {"1 place", "5 places"} <= set(texts(drawing))
    assert "5 places away" in drawing.alt


def test_the_bars_are_the_documents_counts():
    drawing = figures.parameter_bars([(32, 32, 3), (224, 224, 3)])
    widths = [bar.get_width() for bar in drawing.axes[0].patches]
    assert widths == [3_073_000, 1_792, 150_529_000, 1_792]
    assert "150,529,000" in drawing.alt
    assert "150,529,000" in texts(drawing)


def test_the_curve_goes_through_the_counts():
    drawing = figures.parameter_growth([32, 224])
    curve, dense, shared = drawing.axes[0].lines
    np.testing.assert_allclose(dense.get_ydata(), [3.073, 150.529])
    np.testing.assert_allclose(
        np.interp([32, 224], *curve.get_data()), dense.get_ydata(), rtol=1e-2
    )
    np.testing.assert_allclose(shared.get_ydata(), 0.001792)
    assert "3,073,000" in drawing.alt


def test_shuffled_images_have_the_same_pixels_in_the_order_given():
    images = np.random.default_rng(0).random((3, 4, 5, 1))
    order = np.random.default_rng(1).permutation(20)
    drawing = figures.shuffled_pixels(images, order, NAMES)
    above, below = np.array(drawing.axes).reshape(2, 3)
    for image, usual, shuffled in zip(images, above, below):
        np.testing.assert_array_equal(usual.images[0].get_array(), image[..., 0])
        pixels = np.asarray(shuffled.images[0].get_array()).ravel()
        np.testing.assert_array_equal(pixels, image.ravel()[order])


def test_learned_weights_are_shown_around_zero():
    weights = np.zeros((6, 3))
    weights[4, 1], weights[2, 0] = -3, 2
    drawing = figures.learned_weights(weights, (2, 3), NAMES)
    shown = [axes.images[0] for axes in drawing.axes if axes.images]
    assert shown[1].get_array()[1, 1] == -3
    assert {image.get_clim() for image in shown} == {(-3, 3)}
    assert "4 of 6 pixels have weight 0" in drawing.alt


def test_two_places_are_told_apart():
    first, second = np.zeros((2, 8, 8))
    first[1:3, 0:2] = second[5:7, 4:6] = 1
    alt = figures.two_places(first, second).alt
    assert "row 1, column 0" in alt
    assert "row 5, column 4" in alt


def test_connections_are_counted_and_shared_weights_share_a_color():
    drawing = figures.connections(n=5, kernel=2)
    assert "dense: 20 connections, 20 different weights" in drawing.alt
    assert "local: 8 connections, 8 different weights" in drawing.alt
    assert "local and shared: 8 connections, 2 different weights" in drawing.alt
    lines = [line for line in drawing.axes[0].lines if len(line.get_xdata()) == 2]
    assert len(lines) == 20 + 8 + 8
    assert {line.get_color() for line in lines[-8:]} == {style.BLUE, style.VERMILLION}


def test_three_ways_draws_what_it_is_given():
    drawing = figures.three_ways({"dense": 1000, "shared": 10}, "the same outputs")
    assert [bar.get_width() for bar in drawing.axes[0].patches] == [1000, 10]
    assert "dense: 1,000; shared: 10" in drawing.alt


def test_corners_are_named():
    image = np.zeros((6, 6), int)
    image[1:3, 2:5] = 1
    kernel = np.array([[0, -1, 0], [0, 1, 0], [0, 0, 0]])
    top, left = (relu(correlate2d(image, k, padding=1)) for k in (kernel, kernel.T))
    drawing = figures.edges_to_corners(image, top, left, relu(top + left - 1))
    assert "positive at row 1, column 2." in drawing.alt
    assert len(drawing.axes[3].texts) == 1


@pytest.mark.parametrize("place", [(0, 0), (2, 3), (4, 4)])
def test_the_largest_match_is_where_the_pattern_is(place):
    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])
    animation = figures.moving_pattern(cross, [place])
    row, column = place
    assert f"largest value, 5, is at row {row}, column {column}" in animation.frames[0].alt, (
        animation.frames[0].alt
    )


def test_accuracies_are_drawn_in_percent():
    drawing = figures.accuracy_by_shift(range(3), {"MLP": [0.8, 0.3, 0.1], "CNN": [0.7] * 3})
    mlp, cnn = drawing.axes[0].lines[:2]
    np.testing.assert_allclose(mlp.get_ydata(), [80, 30, 10])
    np.testing.assert_allclose(cnn.get_ydata(), [70] * 3)
    assert "MLP: 80% without a shift, 10% at 2 pixels" in drawing.alt


def test_the_pipeline_says_shapes_and_parameters():
    stages = [
        ("image", (28, 28, 1), 0),
        ("convolution + ReLU", (26, 26, 32), 320),
        ("flatten", (9,), 0),
    ]
    drawing = figures.pipeline(stages)
    assert {"28 × 28 × 1", "26 × 26 × 32", "9", "320 parameters"} <= set(texts(drawing))
    assert "convolution + ReLU: 26 × 26 × 32" in drawing.alt
