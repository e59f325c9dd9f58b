"""Chapter 3's figures: what is drawn is what was computed, and the alternative text says it."""

import re

import matplotlib.text
import numpy as np
import pytest

from course_utils import figures

FEATURE_MAP = np.array([[1, 3, 2, 4], [5, 7, 6, 8], [9, 11, 10, 12], [13, 15, 14, 16]])


def texts(drawing):
    return [text.get_text() for text in drawing.findobj(matplotlib.text.Text) if text.get_text()]


def test_the_activation_curves_have_their_largest_slopes():
    drawing = figures.activation_curves()
    assert "1 for ReLU" in drawing.alt
    assert "0.25 for sigmoid" in drawing.alt
    relu, leaky, sigmoid, tanh = drawing.axes
    for axes, end in ((relu, 0), (leaky, -1), (sigmoid, 0.0067), (tanh, -1)):
        value = next(line for line in axes.lines if line.get_label() == "value")
        x, y = value.get_data()
        assert (x[0], y[0]) == pytest.approx((-5, end), abs=1e-3)


@pytest.mark.parametrize("place", range(4))
def test_the_dashed_line_is_the_slope_of_the_solid_one(place):
    axes = figures.activation_curves().axes[place]
    (x, value), (_, slope) = (
        next(line for line in axes.lines if line.get_label() == label).get_data()
        for label in ("value", "slope")
    )
    away = np.abs(x[1:]) > 0.05  # from the bend of ReLU and leaky ReLU
    np.testing.assert_allclose((np.diff(value) / np.diff(x))[away], slope[1:][away], atol=1e-2)


def test_outputs_along_a_line_counts_the_bends():
    x = np.linspace(-2, 2, 101)
    bent = np.maximum(x, 0.013) - 2 * np.maximum(x, 1)  # one bend off the samples, one on them
    drawing = figures.outputs_along_a_line(x, {"none": 3 * x - 1, "two": bent})
    assert "none: a straight line." in drawing.alt
    assert "two: a line with 2 bends." in drawing.alt
    np.testing.assert_array_equal(drawing.axes[0].lines[1].get_ydata(), bent)


def test_relu_panels_share_the_pixels_between_them():
    rng = np.random.default_rng(0)
    response = rng.normal(size=(6, 8)) + 1
    drawing = figures.before_and_after_relu(rng.random((6, 8)), response)
    _, signed, kept, kept_negative = (axes.images[0].get_array() for axes in drawing.axes)
    np.testing.assert_array_equal(signed, response)
    np.testing.assert_allclose(kept - kept_negative, response)
    assert f"{np.mean(response <= 0):.0%} of the pixels are zero" in drawing.alt


def test_nudges_are_drawn_as_given():
    sizes = {"sigmoid": [1, 0.2, 0.04], "ReLU": [1, 0.9, 0.8]}
    drawing = figures.nudges_through_depth(sizes)
    assert [list(line.get_ydata()) for line in drawing.axes[0].lines] == list(sizes.values())
    assert "0.04 with sigmoid, 0.8 with ReLU" in drawing.alt
    assert "After 2 layers" in drawing.alt


def test_max_and_average_pooling_of_the_documents_map():
    drawing = figures.max_and_average_pooling(FEATURE_MAP)
    assert "Max pooling gives 7 8; 15 16" in drawing.alt
    assert "average pooling 4 5; 12 13" in drawing.alt
    numbers = [int(text) for text in texts(drawing) if text.isdigit()]
    assert numbers == [*FEATURE_MAP.ravel(), 7, 8, 15, 16, 4, 5, 12, 13]


def test_the_cells_of_a_window_share_a_color_with_its_results():
    axes = figures.max_and_average_pooling(FEATURE_MAP).axes[0]
    colors = [patch.get_facecolor() for patch in axes.patches if patch.get_fill()]
    cells, maxima, averages = colors[:16], colors[16:20], colors[20:]
    assert cells[0] == cells[1] == cells[4] == cells[5] == maxima[0]
    assert cells[10] == cells[15] == maxima[3]
    assert maxima == averages
    assert len(set(maxima)) == 4


def test_a_moving_pixel_changes_the_pooled_map_at_every_second_step():
    animation = figures.pooling_a_moving_pixel(steps=5)
    verdicts = [frame.alt.rsplit(": ", 1)[1] for frame in animation.frames]
    assert verdicts == ["at the start.", "as before.", "changed.", "as before.", "changed."]
    columns = [re.findall(r"column (\d)", frame.alt) for frame in animation.frames]
    assert columns == [["2", "1"], ["3", "1"], ["4", "2"], ["5", "2"], ["6", "3"]]


def test_change_under_shift_says_what_one_pixel_does():
    changes = {"no pooling": [0, 0.6, 0.8], "global average": [0, 0, 0]}
    drawing = figures.change_under_shift(changes)
    assert "0.60 with no pooling, 0.00 with global average" in drawing.alt
    assert [list(line.get_ydata()) for line in drawing.axes[0].lines[:2]] == list(changes.values())


def test_aliasing_draws_a_bar_for_each_sample():
    rows = {
        "signal": (np.array([0, 0, 1, 1]), np.array([0, 1, 1, 0])),
        "pooled": ([0, 1], [1, 1]),
    }
    drawing = figures.aliasing(rows)
    heights = [[bar.get_height() for bar in axes.patches] for axes in drawing.axes]
    assert heights == [[0, 0, 1, 1], [0, 1, 1, 0], [0, 1], [1, 1]]
    assert "signal: 0 0 1 1 and 0 1 1 0. pooled: 0 1 and 1 1." in drawing.alt


def test_parameters_by_layer_are_bars_of_that_length():
    counts = {"conv 1": 320, "conv 2": 18_496, "dense 1": 204_928, "dense 2": 1_290}
    drawing = figures.parameters_by_layer(counts)
    assert [bar.get_width() for bar in drawing.axes[0].patches] == list(counts.values())
    assert "225,034 together" in drawing.alt
    assert "dense 1 204,928 (91.1%)" in drawing.alt
    assert "204,928  (91.1%)" in texts(drawing)


def test_a_forward_pass_shows_the_first_maps_and_all_classes():
    rng = np.random.default_rng(0)
    stages = [rng.random((6, 6, 1)), rng.random((4, 4, 8))]
    drawing = figures.forward_pass(
        stages, {"Bag": 0.25, "Coat": 0.75}, titles=["image", "conv"], maps=3
    )
    drawn = [axes.images[0].get_array() for axes in drawing.axes if axes.images]
    assert len(drawn) == 1 + 3
    np.testing.assert_array_equal(drawn[2], stages[1][:, :, 1])
    assert [bar.get_width() for bar in drawing.axes[-1].patches] == [0.25, 0.75]
    assert "image 6×6×1, conv 4×4×8" in drawing.alt
    assert "0.75 for Coat" in drawing.alt
