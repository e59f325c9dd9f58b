"""Right answers in several styles, which all must pass: what the chapters' tests share."""

import pytest

from course_utils.exercises import evaluate
from course_utils.exercises.model_answers import ModelExercise


def each_of(right_answers):
    """Parametrize a test of (id, answer) with the answers, a dict from exercise id to functions."""
    return pytest.mark.parametrize(
        ("id", "answer"),
        [
            pytest.param(id, answer, id=answer.__name__)
            for id, answers in right_answers.items()
            for answer in answers
        ],
    )


def assert_passes(id, answer):
    for seed in (0, 7):
        report = evaluate(id, answer, seed=seed)
        assert report.passed, report


def assert_complete(right_answers, exercises):
    """Each coding exercise among `exercises`, and no other, must have four right answers."""
    coding = {
        exercise.id
        for exercise in exercises
        if exercise.inputs or isinstance(exercise, ModelExercise)
    }
    assert coding == set(right_answers)
    assert all(len(answers) >= 4 for answers in right_answers.values())
