"""Figures of voltammograms: what is drawn is what was computed, and the text says it."""

import matplotlib.text
import numpy as np

from course_utils import figures

# Up in three steps, down in two; peaks of 5 at 0.2 V and of -4 at 0.1 V.
POTENTIAL = np.array([0.0, 0.1, 0.2, 0.3, 0.1, 0.0])
CURRENT = np.array([0.0, 1.0, 5.0, 3.0, -4.0, -1.0])


def texts(drawing):
    return [text.get_text() for text in drawing.findobj(matplotlib.text.Text) if text.get_text()]


def data(line):
    return np.transpose(line.get_data()).tolist()


def test_three_electrodes_are_named():
    drawing = figures.three_electrodes()
    assert {"working", "counter", "reference", "potentiostat"} <= set(texts(drawing))
    assert "closes the circuit" in drawing.alt


def test_the_sweep_draws_the_curve():
    animation = figures.drawing_a_voltammogram(np.arange(6.0), POTENTIAL, CURRENT, frames=5)
    assert len(animation.frames) == 5
    assert "0.20 V on its way up, and the current is 5.0 µA" in animation.frames[1].alt
    assert "0.10 V on its way down, and the current is -4.0 µA" in animation.frames[3].alt
    curve = animation.frames[3].axes[1]
    up, down, dot = (data(line) for line in curve.lines[1:])
    assert up == np.transpose([POTENTIAL[:4], CURRENT[:4]]).tolist()
    assert down == [[0.3, 3.0], [0.1, -4.0]]
    assert dot == [[0.1, -4.0]]


def test_named_peaks():
    drawing = figures.named_peaks(POTENTIAL, CURRENT)
    assert "anodic peak, 5.0 µA at 200.0 mV" in drawing.alt
    assert "cathodic peak, -4.0 µA at 100.0 mV" in drawing.alt
    assert "The peaks are 100.0 mV apart." in drawing.alt
    marked = [data(line)[0] for line in drawing.axes[0].lines if line.get_marker() == "o"]
    assert marked == [[0.2, 5.0], [0.1, -4.0]]
    assert "100.0 mV apart" in texts(drawing)


def test_conventions_turn_the_curve_by_half_a_turn():
    drawing = figures.two_conventions(POTENTIAL, CURRENT)
    iupac, american = drawing.axes
    assert not iupac.xaxis_inverted()
    assert american.xaxis_inverted()
    np.testing.assert_array_equal(american.lines[1].get_ydata(), -iupac.lines[1].get_ydata())


def test_equal_labels_share_a_color_and_a_frame_is_kept():
    several = np.stack([CURRENT, 2 * CURRENT])
    panels = {
        "one": {"a": (POTENTIAL, several), "b": (POTENTIAL, CURRENT)},
        "two": {"b": (POTENTIAL, -CURRENT)},
    }
    drawing = figures.voltammograms(
        panels, alt="Curves.", frame=(0, 0.4, -6, 6), marks={"here": 0.2}
    )
    one, two = drawing.axes
    assert len(one.lines) == 3 + 1
    assert one.lines[2].get_color() == two.lines[0].get_color() != one.lines[0].get_color()
    assert (*one.get_xlim(), *two.get_ylim()) == (0, 0.4, -6, 6)
    assert [text.get_text() for text in drawing.legends[0].get_texts()] == ["a", "b"]
    assert texts(drawing).count("here") == 2


def test_pictures_of_curves():
    picture = np.eye(4)
    drawing = figures.curve_pictures({"a": picture, "b": 1 - picture}, alt="Two.", columns=2)
    for axes, expected in zip(drawing.axes, (picture, 1 - picture), strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), expected)
        assert axes.images[0].get_clim() == (0, 1)


def test_accuracies_show_every_run_and_the_mean():
    scores = {
        "MLP": {"easy": [1.0, 0.9], "hard": [0.6, 0.7]},
        "CNN": {"easy": [1.0, 1.0], "hard": [0.8, 0.9]},
    }
    drawing = figures.accuracies(scores, xlabel="task", ceiling=[1, 0.95])
    assert "Accuracy by task (easy, hard)" in drawing.alt
    assert "MLP: 0.950, 0.650; CNN: 1.000, 0.850" in drawing.alt
    best, mean, *dots = drawing.axes[0].lines[:4]
    assert list(best.get_ydata()) == [1, 0.95]
    np.testing.assert_allclose(mean.get_ydata(), [0.95, 0.65])
    assert [list(line.get_ydata()) for line in dots] == [[1.0, 0.9], [0.6, 0.7]]
    numbers = figures.accuracies(scores, xlabel="curves", at=[50, 400])
    assert numbers.axes[0].get_xscale() == "log"


def test_where_it_looks_says_the_place():
    drops = np.zeros((2, 3, 4))
    drops[0, 1, 2], drops[1, 0, 0] = 2.0, 1.0
    drawing = figures.where_it_looks(np.zeros((2, 6, 8)), drops, ["first", "second"])
    assert "first, row 2 of 3, column 3 of 4; second, row 1 of 3, column 1 of 4" in drawing.alt
    assert drawing.axes[0].images[0].get_clim() == (-2, 2)
