"""Figures of regularization: what is drawn is what was computed, and the text says it."""

import matplotlib.text
import numpy as np

from course_utils import figures


def texts(drawing):
    return [text.get_text() for text in drawing.findobj(matplotlib.text.Text) if text.get_text()]


def test_overfitting_marks_the_lowest_validation_loss():
    history = {
        "loss": [2.0, 1.0, 0.5],
        "val_loss": [1.9, 1.2, 1.4],
        "accuracy": [0.3, 0.7, 0.9],
        "val_accuracy": [0.3, 0.6, 0.62],
    }
    drawing = figures.overfitting_curves(history)
    assert "The validation loss is lowest, 1.20, after epoch 2, and ends at 1.40" in drawing.alt
    loss, accuracy = drawing.axes
    marked = next(line for line in loss.lines if line.get_marker() == "o")
    assert (list(marked.get_xdata()), list(marked.get_ydata())) == ([2], [1.2])
    assert list(accuracy.lines[1].get_ydata()) == history["val_accuracy"]


def test_dropout_masks_are_counted_and_crossed_out():
    masks = np.array([[True, False, True, True], [False, False, False, True]])
    drawing = figures.dropout_masks(masks)
    assert "1, 3 of them at the steps in turn" in drawing.alt
    assert texts(drawing).count("×") == 4
    assert "3 dropped" in texts(drawing)


def test_weights_over_steps_draws_every_line():
    curves = {"L2": {"a": [1.0, 0.5], "b": [1.0, 0.9]}, "AdamW": {"a": [1, 0.25], "b": [1, 0.25]}}
    drawing = figures.weights_over_steps(curves, "weight")
    drawn = [line.get_ydata() for line in drawing.axes[0].lines[:2]]
    np.testing.assert_array_equal(drawn, list(curves["L2"].values()))
    assert "AdamW: a ends at 0.25, b ends at 0.25." in drawing.alt


def test_augmented_shows_the_original_and_all_copies():
    rng = np.random.default_rng(0)
    original, copies = rng.random((5, 4, 1)), rng.random((3, 5, 4, 1)) * 1.5
    drawing = figures.augmented(original, {"noise": copies, "flip": copies[:, :, ::-1]})
    shown = [axes.images[0].get_array()[:, :, np.newaxis] for axes in drawing.axes]
    np.testing.assert_array_equal(shown[0], original)
    np.testing.assert_array_equal(shown[2], np.clip(copies[1], 0, 1))
    np.testing.assert_array_equal(shown[5], np.clip(copies[0, :, ::-1], 0, 1))
    assert "3 random copies" in drawing.alt
    assert "noise, flip" in drawing.alt


def test_a_mirrored_two_is_a_five():
    two = np.array([[1, 1, 1], [0, 0, 1], [1, 1, 1], [1, 0, 0], [1, 1, 1]])
    drawing = figures.mirrored_digit(two, ("2", "5"))
    cells = [patch.get_facecolor()[0] < 0.5 for patch in drawing.axes[0].patches]
    np.testing.assert_array_equal(np.reshape(cells[15:], (5, 3)), two[:, ::-1])
    assert "Mirrored left to right, it reads as a 5" in drawing.alt


def test_scores_show_every_run_and_the_mean():
    scores = {"none": [0.5, 0.7], "dropout": [0.65, 0.75]}
    drawing = figures.scores_by_method({"Fashion-MNIST": scores}, xlabel="accuracy")
    assert "Fashion-MNIST: none 0.600, dropout 0.700." in drawing.alt
    lines = drawing.axes[0].lines
    dots = [list(line.get_xdata()) for line in lines if line.get_marker() == "o"]
    assert dots == list(scores.values())
    assert lines[0].get_xdata()[0] == 0.6  # the line to compare with
