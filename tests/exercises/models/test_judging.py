"""Answers that are Keras models: judged by what the model is and does, whatever came."""

import pytest

from course_utils.exercises import evaluate, registry
from tests.exercises.models.small_classifier import SMALL_CLASSIFIER


@pytest.fixture(autouse=True)
def small_catalog(monkeypatch):
    exercises = {SMALL_CLASSIFIER.id: SMALL_CLASSIFIER}
    monkeypatch.setattr(registry, "_by_id", lambda: exercises)


def report_on(answer, **options):
    return evaluate(SMALL_CLASSIFIER.id, answer, **options)


def test_the_model_solution_passes_and_is_told_its_accuracy():
    report = report_on(SMALL_CLASSIFIER.reference)
    assert report.passed, report
    assert "on 200 images that it had not seen; at least 0.85 was asked" in report.message


@pytest.mark.parametrize(
    "misconception", SMALL_CLASSIFIER.misconceptions, ids=lambda misconception: misconception.id
)
def test_every_misconception_is_named(misconception):
    report = report_on(misconception.wrong)
    assert (report.passed, report.misconception) == (False, misconception.id), report
