"""The CIFAR-10 lab's figures draw the numbers that they are given, and say them."""

import numpy as np
import pytest

from course_utils import figures


def test_costs_draw_a_bar_for_each_layer_and_add_them_up():
    networks = {
        "first": {"conv": (10, 400), "dense": (60, 60)},
        "second": {"conv": (20, 100), "pool": (0, 0), "dense": (5, 5)},
    }
    drawing = figures.costs_by_layer(networks)
    widths = [[bar.get_width() for bar in axes.patches] for axes in drawing.axes]
    assert widths == [[10, 60], [400, 60], [20, 0, 5], [100, 0, 5]]
    assert "first, 70 parameters and 460 multiplications" in drawing.alt
    assert drawing.axes[0].get_xlim() == drawing.axes[2].get_xlim(), "bars must be comparable"
    assert drawing.axes[2].get_title(loc="left") == "second: 25\nparameters"


def test_histories_draw_training_and_validation_of_every_run():
    run = {
        "loss": [2.0, 1.0, 0.5],
        "val_loss": [1.9, 1.2, 1.4],
        "accuracy": [0.3, 0.6, 0.8],
        "val_accuracy": [0.35, 0.55, 0.5],
    }
    drawing = figures.histories({"a": run, "b": {key: values[:2] for key, values in run.items()}})
    assert "a: training loss ends at 0.50, validation loss is lowest after epoch 2" in drawing.alt
    assert "ends at 1.40; accuracies end at 0.80 and 0.50" in drawing.alt
    loss, accuracy = drawing.axes
    assert [list(line.get_ydata()) for line in loss.lines] == [
        run["loss"],
        run["val_loss"],
        run["loss"][:2],
        run["val_loss"][:2],
    ]
    assert list(accuracy.lines[1].get_ydata()) == run["val_accuracy"]
    assert list(accuracy.lines[1].get_xdata()) == [1, 2, 3]


def test_answers_mark_the_largest_probability():
    picture = np.random.default_rng(0).random((4, 4, 3))
    drawing = figures.answers(
        {"a photo": (picture, np.array([0.2, 0.7, 0.1]))}, ["cat", "dog", "ship"]
    )
    assert "a photo: dog 0.700, then cat 0.200" in drawing.alt
    left, right = drawing.axes
    np.testing.assert_array_equal(left.images[0].get_array(), picture)
    assert [bar.get_width() for bar in right.patches] == pytest.approx([0.2, 0.7, 0.1])
    colors = [bar.get_facecolor() for bar in right.patches]
    assert colors[0] == colors[2] != colors[1]


def test_filters_over_color_images_are_gray_where_a_weight_is_zero():
    kernel = np.zeros((3, 3, 3, 2))
    kernel[0, 1, 0, 1], kernel[2, 2, 2, 1] = 0.4, -0.8
    kernel[0, 0, 0, 0] = 2
    drawing = figures.filters_and_maps(kernel, np.ones((5, 5, 2)))
    second = drawing.axes[0].images[2].get_array()
    np.testing.assert_allclose(second[0, 1], [0.75, 0.5, 0.5])
    np.testing.assert_allclose(second[2, 2], [0.5, 0.5, 0])
    np.testing.assert_allclose(second[1], 0.5)


def test_a_color_image_is_shown_whole():
    images = np.random.default_rng(0).random((1, 4, 4, 3))
    drawing = figures.labeled_images(images, ["cat"], ["dog"], [0.9])
    np.testing.assert_array_equal(drawing.axes[0].images[0].get_array(), images[0])
    stages = [images[0], np.ones((4, 4, 3))]
    drawing = figures.forward_pass(stages, {"cat": 0.9, "dog": 0.1}, titles=["image", "conv"])
    shown = [axes.images[0].get_array() for axes in drawing.axes if axes.images]
    np.testing.assert_array_equal(shown[0], images[0])
    assert [picture.shape for picture in shown[1:]] == [(4, 4)] * 3
