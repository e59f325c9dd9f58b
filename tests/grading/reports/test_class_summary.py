"""What is counted over a class, and what is left out."""

import dataclasses

import pytest

from course_utils.exercises import evaluate
from course_utils.grading.judging.results import ExerciseResult
from course_utils.grading.reports.class_summary import ClassSummary
from course_utils.reference import correlate2d
from tests.grading.a_class import (
    HOSTILE,
    MISSING,
    RUN,
    UNREADABLE,
    ada,
    emmy,
    empty,
    grace,
    hostile,
    record,
    sofia,
    ungraded,
)


def summary_of(*records):
    summary = ClassSummary(RUN)
    for one in records:
        summary.add(one)
    return summary


@pytest.fixture(scope="module")
def summary():
    made = [ada(), grace(), emmy(), sofia(), hostile(), empty(), UNREADABLE, MISSING]
    return summary_of(*made)


def test_a_submission_with_an_open_answer_has_no_score(summary):
    scores = {row.file_name: row.score for row in summary.rows}
    assert scores == {
        **{"ada": 10, "grace": 4, "sofia": 0},
        **dict.fromkeys(["emmy", "hostile", "empty", "broken", "gone"]),
    }
    assert summary.scores == [0, 4, 10]
    assert summary.statuses == {"graded": 4, "unsettled": 2, "unreadable": 1, "missing": 1}


def test_exercises(summary):
    found = {
        id: (one.passed, one.failed, one.missing, one.unsettled.total())
        for id, one in summary.exercises.items()
    }
    assert found == {
        "slide_kernel": (2, 3, 1, 0),
        "max_pool_map": (1, 1, 2, 2),
        "stable_softmax": (2, 0, 4, 0),
    }
    assert summary.exercises["slide_kernel"].share == pytest.approx(0.4)
    assert summary_of(empty()).exercises["slide_kernel"].share is None


def test_misconceptions_with_one_example_of_each_way_to_write_it(summary):
    ((exercise, mistake),) = summary.misconceptions
    assert (exercise.asked.id, mistake.id, mistake.count) == ("slide_kernel", "flipped-kernel", 2)
    ((code, count),) = mistake.shown
    assert count == 2  # the same code with other names
    assert "kernel[::-1, ::-1]" in code
    assert "Sofia" not in code


def test_failures_without_a_name_are_shown_when_shared():
    assert summary_of(grace()).other_failures == []
    ((exercise, mistake),) = summary_of(grace(), grace()).other_failures
    assert (exercise.asked.id, mistake.count) == ("max_pool_map", 2)


def test_every_score_stands_in_one_bar(summary):
    assert [bar.count for bar in summary.bars] == [1, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    assert (summary.bars[4].low, summary.bars[-1].high) == (4, 10)


def test_the_same_code_is_found_and_the_model_solution(summary):
    found = {(one.exercise.id, one.students): one for one in summary.alike}
    copied = found["slide_kernel", ("emmy", "sofia")]
    assert (copied.of, copied.to_the_letter, copied.model_solution) == (5, False, False)
    assert found["slide_kernel", ("ada",)].model_solution
    # Short answers coincide by chance.
    assert not any(one.exercise.id == "stable_softmax" for one in summary.alike)
    ((letter),) = summary_of(emmy(), dataclasses.replace(emmy(), file_name="x")).alike
    assert letter.to_the_letter


def test_remarks_leave_out_what_most_of_the_class_has(summary):
    texts = [text for text, _ in summary.remarks]
    assert texts == ["imports ctypes", "imports os", "replaces np.allclose"]
    ((place),) = dict(summary.remarks)["imports os"]["hostile"]
    assert (place.cell, place.line) == (3, 1)  # the cell as the notebook counts
    handed_out = [record(f"s{i}", "", ["import importlib"], []) for i in range(5)]
    assert summary_of(*handed_out, record("t", "", ["import socket"], [])).remarks[0][0] == (
        "imports socket"
    )


def test_calls_to_the_reference_are_named():
    report = evaluate("slide_kernel", lambda image, kernel: correlate2d(image, kernel))
    result = ExerciseResult(
        exercise_id="slide_kernel", status="graded", max_score=4, score=0.0, report=report
    )
    summary = summary_of(record("x", "X", [], [result]))
    assert summary.reference_calls == [("x", report.title, "correlate2d")]


def test_an_exercise_that_the_run_does_not_have_is_passed_over():
    other = dataclasses.replace(ungraded("slide_kernel", "missing"), exercise_id="unknown")
    assert summary_of(record("x", HOSTILE, [], [other])).rows[0].score is None
