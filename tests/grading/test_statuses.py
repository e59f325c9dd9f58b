"""The table of statuses: every status of the grader has its words, for students and instructors."""

import re
from pathlib import Path

import course_utils.grading
from course_utils.grading.statuses import (
    GRADED,
    OF_EXERCISES,
    OF_SUBMISSIONS,
    OUTCOMES,
    SETTLED,
    SUBMISSIONS,
    WITHOUT_SCORE,
    WORST_FIRST,
)

GRADING = Path(course_utils.grading.__file__).parent


def test_every_status_says_what_it_means():
    assert set(OUTCOMES) == set(OF_EXERCISES) - {GRADED} | {"passed", "failed"}
    assert set(SUBMISSIONS) == set(OF_SUBMISSIONS) - {GRADED}
    for name, status in WITHOUT_SCORE.items():
        assert status.means, name
        assert status.exercise or status.submission, name
    for told in OUTCOMES.values():
        assert told.words
        assert told.mark
    for name in WORST_FIRST:  # somebody is waiting for a decision: tell them that nothing is lost
        assert "zero" in OUTCOMES[name].meaning or name == "not_gradable"


def test_an_exercise_is_settled_or_waits_for_a_decision():
    assert set(SETTLED) | set(WORST_FIRST) == set(OF_EXERCISES)
    assert not set(SETTLED) & set(WORST_FIRST)
    assert (
        *("not_gradable", "crashed", "out_of_memory", "timeout", "to_be_decided"),
    ) == WORST_FIRST


GIVEN = re.compile(r'(?:status=|NotJudgedError\(|_stop\(|_because\(|Answer\(None, )"(\w+)"')


def test_no_other_status_is_given():
    given = set()
    for folder in ("sandbox", "judging", "submissions", "running"):
        for path in (GRADING / folder).rglob("*.py"):
            given.update(GIVEN.findall(path.read_text()))
    assert {"missing", "timeout", "crashed", "out_of_memory", "not_gradable"} <= given
    assert given <= {*OF_EXERCISES, *OF_SUBMISSIONS, "ready"}  # ready: read, and not run yet
