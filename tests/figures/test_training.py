"""Chapter 5's figures: what is drawn is what was computed, and the alternative text says it."""

import matplotlib.text
import numpy as np
import pytest

from course_utils import figures


def texts(drawing):
    return [text.get_text() for text in drawing.findobj(matplotlib.text.Text) if text.get_text()]


def test_a_chain_names_shapes_what_is_kept_and_what_comes_back():
    layers = [
        ("images", "4×4×1", "", ""),
        ("conv", "2×2×3", "x", "dw, db"),
        ("relu", "2×2×3", "x", ""),
    ]
    drawing = figures.forward_and_backward(layers)
    assert "images 4×4×1 to conv 2×2×3 to relu 2×2×3" in drawing.alt
    assert "Gradients of weights on the way back: conv dw, db." in drawing.alt
    assert texts(drawing).count("dw, db") == 1
    arrows = [text for text in drawing.axes[0].texts if text.get_text() == ""]
    assert len(arrows) == 2 * (len(layers) - 1)


def test_parts_of_the_data_are_bars_of_their_size():
    counts = {"training": 550, "validation": 50, "test": 100}
    drawing = figures.data_split(counts, dict.fromkeys(counts, "something"))
    assert [bar.get_width() for bar in drawing.axes[0].patches] == [550, 50, 100]
    assert "validation, 50 images: something" in drawing.alt


def test_losses_are_smoothed_and_end_where_they_are_not_finite():
    curves = {"good": [4, 2, 0], "bad": [2, 5, np.nan, 1], "broken": [np.inf]}
    drawing = figures.losses_by_step(curves, guess=2.3, window=2)
    good, bad, broken = (line.get_ydata() for line in drawing.axes[0].lines[:3])
    assert list(good) == [4, 3, 1]
    assert list(bad) == [2, 3.5]
    assert len(broken) == 0
    assert "good: from 4.00 to 1.00 in 3 steps." in drawing.alt
    assert "bad: from 2.00 to 3.50 in 2 steps." in drawing.alt
    assert "broken: not finite from the first step." in drawing.alt
    assert list(drawing.axes[0].lines[3].get_ydata()) == [2.3, 2.3]


def test_a_history_has_four_curves_and_names_the_best_epoch():
    history = {
        "loss": [0.6, 0.4, 0.3],
        "val_loss": [0.5, 0.35, 0.38],
        "accuracy": [0.8, 0.85, 0.9],
        "val_accuracy": [0.82, 0.88, 0.87],
    }
    drawing = figures.training_history(history)
    drawn = [list(line.get_ydata()) for axes in drawing.axes for line in axes.lines]
    assert drawn == list(history.values())
    assert "lowest 0.350 after epoch 2" in drawing.alt


def test_sizes_through_layers_are_drawn_as_given():
    sizes = {"He": [1, 1.1, 0.9], "small": [1, 0.1, 0.01]}
    drawing = figures.sizes_through_layers(sizes)
    assert [list(line.get_ydata()) for line in drawing.axes[0].lines] == list(sizes.values())
    assert "0.9 with He, 0.01 with small" in drawing.alt
    assert drawing.axes[0].get_yscale() == "log"


def test_paths_end_at_the_loss_that_the_alt_text_says():
    paths = {
        "straight": np.array([[-4.0, 1.0], [-2.0, 0.5], [2.0, 0.0]]),
        "bouncing": np.array([[-4.0, 1.0], [-3.0, -1.0], [-2.0, 1.0]]),
    }
    drawing = figures.paths_in_a_valley(paths, (1, 10))
    for axes, path in zip(drawing.axes, paths.values(), strict=True):
        np.testing.assert_array_equal(np.transpose(axes.lines[0].get_data()), path)
    assert "straight: 2; bouncing: 7." in drawing.alt
    assert "2 steps each" in drawing.alt


def test_learning_rates_say_start_peak_and_end():
    drawing = figures.learning_rates({"triangle": [0.0, 0.5, 1.0, 0.25]})
    assert "triangle: 0 at the start, 1 at most, 0.25 at the end." in drawing.alt
    assert list(drawing.axes[0].lines[0].get_ydata()) == [0.0, 0.5, 1.0, 0.25]


def test_filters_stand_over_their_own_maps():
    rng = np.random.default_rng(0)
    kernel, maps = rng.normal(size=(3, 3, 1, 5)), rng.random((6, 6, 5))
    kernel[..., 1] = np.abs(kernel[..., 1])
    maps[..., 3] = 0
    drawing = figures.filters_and_maps(kernel, maps, columns=3)
    drawn = [image.get_array() for image in drawing.axes[0].images]
    assert len(drawn) == 10
    for f in range(5):
        np.testing.assert_array_equal(drawn[2 * f], kernel[:, :, 0, f])
        np.testing.assert_array_equal(drawn[2 * f + 1], maps[:, :, f])
    both_signs = sum(kernel[..., f].min() < 0 < kernel[..., f].max() for f in range(5))
    assert f"both signs: {both_signs}. Maps that are zero everywhere: 1." in drawing.alt


def test_a_confusion_matrix_writes_its_counts_and_names_the_largest_mistake():
    counts = np.array([[50, 2, 7], [0, 40, 1], [3, 0, 30]])
    drawing = figures.confusion_matrix(counts, ["coat", "bag", "shirt"])
    assert "133 images, 120 of them right" in drawing.alt
    assert "coat taken for shirt, 7 times" in drawing.alt
    assert "bag 40 of 41" in drawing.alt
    written = {tuple(map(int, t.get_position())): int(t.get_text()) for t in drawing.axes[0].texts}
    assert written == {(j, i): n for (i, j), n in np.ndenumerate(counts) if n}
    tint = drawing.axes[0].images[0].get_array()
    assert np.all(np.diag(tint) == 0)
    assert tint[0, 2] == pytest.approx(7**0.5)


def test_images_carry_label_prediction_and_confidence():
    images = np.random.default_rng(0).random((2, 4, 4, 1))
    drawing = figures.labeled_images(images, ["coat", "bag"], ["shirt", "hat"], [0.99, 0.512])
    assert "coat taken for shirt with 0.990; bag taken for hat with 0.512" in drawing.alt
    shown = [axes for axes in drawing.axes if axes.images]
    np.testing.assert_array_equal(shown[1].images[0].get_array(), images[1, :, :, 0])
    assert shown[1].get_title(loc="left") == "bag\nsays hat\n0.512"
