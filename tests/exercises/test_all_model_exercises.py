"""What holds for every exercise in the catalog whose answer is a Keras model.

That each model solution passes, training included, is seen in its notebook, by
`tests/notebooks/test_solutions.py`; here its model is tried without.
"""

import functools
import inspect
from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers

from course_utils.exercises import catalog, get
from course_utils.exercises.judging import judge
from course_utils.exercises.model_answers import ModelData, ModelExercise, describe, rebuild
from course_utils.exercises.model_answers.workshop import Here
from course_utils.exercises.running import run
from course_utils.exercises.trial import Trial

MODELS = [exercise for exercise in catalog() if isinstance(exercise, ModelExercise)]
each_exercise = pytest.mark.parametrize("exercise", MODELS, ids=lambda exercise: exercise.id)
each_misconception = pytest.mark.parametrize(
    ("exercise", "misconception"),
    [
        pytest.param(exercise, misconception, id=f"{exercise.id}-{misconception.id}")
        for exercise in MODELS
        for misconception in exercise.misconceptions
    ],
)


@functools.cache
def built(exercise, function):
    """What a function builds from an exercise's inputs, built once for all tests."""
    inputs = exercise.draw_inputs()
    return run(function, exercise.signature, inputs, to_data=exercise.to_data)


def described(exercise, function):
    """The descriptions of what it builds; none if it builds no models."""
    values = [outcome.value for outcome in built(exercise, function)]
    if not all(isinstance(value, ModelData) for value in values):
        return []
    return [describe(value.config) for value in values]


@functools.cache
def own(id):
    return Here().own(Trial(get(id)))


class Known(Here):
    """What an exercise's own code builds is built once for all tests."""

    def own(self, trial):
        return own(trial.exercise.id)


def report_on(exercise, function, *, untrained=False):
    """The verdict of `evaluate`, or on what needs no trying out alone."""
    looked_at = tuple(one for one in exercise.requirements if one.measure is None)
    asked = replace(exercise, requirements=looked_at) if untrained else exercise
    return judge(Trial(asked), built(exercise, function), Known())


@each_exercise
def test_the_model_solution_from_its_source_alone(exercise):
    names = {"np": np, "keras": keras}
    exec(inspect.getsource(exercise.reference), names)
    report = report_on(exercise, names[exercise.id], untrained=True)
    assert report.passed, report
    for outcome in built(exercise, names[exercise.id]):
        rebuild(outcome.value)  # as a grader does


@each_misconception
def test_every_misconception_is_rejected_and_named(exercise, misconception):
    report = report_on(exercise, misconception.wrong)
    assert not report.passed
    assert report.score == 0
    assert report.misconception == misconception.id, report
    assert misconception.hint in str(report)


@each_misconception
def test_no_misconception_is_seen_in_the_model_solution(exercise, misconception):
    """A right network that learned too little for another reason must not get this diagnosis."""
    right = described(exercise, exercise.reference)
    wrong = described(exercise, misconception.wrong)
    if getattr(misconception, "seen_in", None) is not None:
        assert not all(map(misconception.seen_in, right))
        assert all(map(misconception.seen_in, wrong))
    else:
        assert [one.comparable for one in right] != [one.comparable for one in wrong]


@each_exercise
def test_a_model_that_does_nothing_is_wrong(exercise):
    def answer(*arguments, **options):
        right = built(exercise, exercise.reference)[0].value
        shape = describe(right.config).input_shapes[0]
        return keras.Sequential([keras.Input(shape), layers.Activation("linear")])

    assert not report_on(exercise, answer, untrained=True).passed


@each_exercise
def test_it_is_told_what_is_asked(exercise):
    """Whatever the student must meet has a name, and what is measured comes last."""
    assert exercise.requirements
    assert all(one.what for one in exercise.requirements)
    measured = [one.measure is not None for one in exercise.requirements]
    assert measured == sorted(measured)
    assert len(exercise.draw_inputs()) >= (3 if exercise.inputs else 1)
