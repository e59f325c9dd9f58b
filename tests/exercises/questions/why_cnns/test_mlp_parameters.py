"""What the solution of "Parameters of a multilayer perceptron" gives."""

from course_utils.exercises import get


def test_the_number():
    assert get("mlp_parameters").reference() == 2_459_810
