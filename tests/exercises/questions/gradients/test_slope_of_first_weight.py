"""What the solution of "Two neurons in a chain" gives."""

import pytest

from course_utils.exercises import get


def test_the_slope_of_the_first_weight_by_nudging():
    def loss(w1):
        return (-3 * max(0, w1 * 3 - 5) + 1 - 1) ** 2

    nudged = (loss(2 + 1e-6) - loss(2 - 1e-6)) / 2e-6
    assert get("slope_of_first_weight").reference() == pytest.approx(nudged, 1e-6) == 54
