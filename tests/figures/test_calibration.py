"""Figures of calibration and of choosing: what is drawn is what was computed."""

import numpy as np

from course_utils import figures


def test_reliability_has_mean_confidence_and_share_of_each_bin():
    confidences = np.array([0.6] * 5 + [0.7] * 5 + [1.0] * 10 + [0.2])
    correct = np.array([1] * 5 + [0] * 5 + [1] * 9 + [0] + [1])
    drawing = figures.reliability_diagram({"net": (confidences, correct)}, bins=4)
    upper, lower = drawing.axes
    points = next(line for line in upper.lines if line.get_label() == "net")
    # The bin with a single image is counted below, and not drawn as a share above.
    np.testing.assert_allclose(points.get_xdata(), [0.65, 1.0])
    np.testing.assert_allclose(points.get_ydata(), [0.5, 0.9])
    assert [bar.get_height() for bar in lower.patches] == [1, 0, 10, 10]
    assert "net: 0.20 and 1.00 right (1 images), 0.65 and 0.50 right (10 images)" in drawing.alt


def test_the_chosen_network_is_marked():
    chosen_on, fresh = np.array([0.9, 0.94, 0.92]), np.array([0.93, 0.91, 0.92])
    drawing = figures.chosen_and_fresh(chosen_on, fresh)
    _, marked = drawing.axes[0].lines[:2]
    assert (list(marked.get_xdata()), list(marked.get_ydata())) == ([0.94], [0.91])
    assert "the best has 0.9400" in drawing.alt
    assert "that network has 0.9100" in drawing.alt
