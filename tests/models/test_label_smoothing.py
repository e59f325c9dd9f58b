"""Smoothed labels, by hand."""

import numpy as np
import pytest

from course_utils.models import smooth_labels


def test_smoothed_labels_by_hand():
    np.testing.assert_allclose(
        smooth_labels(np.array([2, 0]), classes=4, amount=0.2),
        [[0.05, 0.05, 0.85, 0.05], [0.85, 0.05, 0.05, 0.05]],
        rtol=1e-6,
    )
    np.testing.assert_array_equal(smooth_labels(np.array([1]), classes=3, amount=0), [[0, 1, 0]])


@pytest.mark.parametrize(
    ("labels", "amount", "says"),
    [
        ([0, 10], 0.1, "0 to 9"),
        ([[1]], 0.1, "integers"),
        ([0.5], 0.1, "integers"),
        ([1], 2, "amount"),
    ],
)
def test_labels_that_are_none_are_refused(labels, amount, says):
    with pytest.raises(ValueError, match=says):
        smooth_labels(np.array(labels), amount=amount)
