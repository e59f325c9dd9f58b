"""A slip is the solution with one change; a piece that is not there once is an error."""

import ast
import inspect

import numpy as np
import pytest

from course_utils.exercises import catalog
from course_utils.exercises.slip import Slip

SLIPS = [
    pytest.param(exercise, misconception.wrong, id=f"{exercise.id}-{misconception.id}")
    for exercise in catalog()
    for misconception in exercise.misconceptions
    if isinstance(misconception.wrong, Slip)
]


def shares(counts):
    total = counts.sum()
    return counts / total


def test_it_is_called_like_the_solution():
    without_total = Slip(shares, "counts / total", "counts")
    np.testing.assert_array_equal(without_total(np.array([1, 3])), [1, 3])
    np.testing.assert_array_equal(without_total(counts=np.array([2])), [2])


def test_its_source_is_what_a_student_would_have_typed():
    slip = Slip(shares, "    total = counts.sum()\n", "    total = len(counts)\n")
    assert slip.source == (
        "def shares(counts):\n    total = len(counts)\n    return counts / total\n"
    )


@pytest.mark.filterwarnings("error")
def test_numpy_does_not_warn_of_it():
    divides_by_zero = Slip(shares, "counts.sum()", "np.zeros_like(counts)")
    assert np.isnan(divides_by_zero(np.array([0.0]))).all()


@pytest.mark.parametrize(("old", "count"), [("mean", 0), ("total", 2)])
def test_what_is_changed_must_be_there_once(old, count):
    slip = Slip(shares, old, "x")
    with pytest.raises(ValueError, match=f"'{old}' stands {count} times in shares"):
        slip(np.array([1.0]))


@pytest.mark.parametrize(("exercise", "slip"), SLIPS)
def test_slips_of_the_exercises(exercise, slip):
    assert slip.solution is exercise.reference
    changed = ast.dump(ast.parse(slip.source))  # raises where `old` is not there once
    assert changed != ast.dump(ast.parse(inspect.getsource(exercise.reference)))
