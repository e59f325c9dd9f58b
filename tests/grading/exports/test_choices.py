"""Totals: nothing becomes a zero that nobody has decided about."""

import pytest

from course_utils.grading.exports import Choices, ExportError, total
from tests.grading.a_class import MISSING, UNREADABLE, ada, emmy, empty, grace, sofia


@pytest.mark.parametrize(
    ("record", "zero", "score", "status", "counted"),
    [
        (ada(), [], 10, "graded", ()),
        (grace(), [], 4, "graded", ()),  # one not answered, the others count
        (sofia(), [], 0, "graded", ()),  # earned: a wrong answer
        (emmy(), [], None, "timeout", ()),
        (emmy(), ["crashed"], None, "timeout", ()),
        (emmy(), ["timeout"], 3, "graded", ("timeout",)),
        (empty(), [], None, "missing", ()),
        (empty(), ["missing"], 0, "graded", ("missing",)),
        (grace(), ["missing"], 4, "graded", ("missing",)),
        (UNREADABLE, [], None, "unreadable", ()),
        (UNREADABLE, ["unreadable"], 0, "graded", ("unreadable",)),
        (MISSING, ["unreadable"], None, "missing", ()),
    ],
)
def test_total(record, zero, score, status, counted):
    found = total(record, 10.0, Choices.zeros(zero))
    assert (found.score, found.status, found.counted_as_zero) == (score, status, counted)
    assert found.max_score == 10


def test_an_unknown_status_is_refused():
    with pytest.raises(ExportError, match="'graded' is no status without a grade; there are to_be"):
        Choices.zeros(["graded"])
