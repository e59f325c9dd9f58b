"""What the solution of "Ten sigmoids in a row" gives."""

import numpy as np

from course_utils import reference
from course_utils.exercises import evaluate, get


def test_ten_sigmoids_never_exceed_the_bound_and_one_reaches_a_tenth_of_it():
    bound = get("slope_after_ten_sigmoids").reference()
    x, slope = np.linspace(-20, 20, 4001), np.ones(4001)
    assert reference.sigmoid(0.0) * (1 - reference.sigmoid(0.0)) == 0.25
    for _ in range(10):
        value = reference.sigmoid(x)
        slope, x = slope * value * (1 - value), value
    assert 0.1 * bound < slope.max() <= bound
    assert not evaluate("slope_after_ten_sigmoids", 0.0).passed, "the tolerance must not take 0"
    assert evaluate("slope_after_ten_sigmoids", 9.54e-7).passed
