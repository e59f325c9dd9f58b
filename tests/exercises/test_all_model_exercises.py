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

from course_utils.exercises import catalog
from course_utils.exercises.judging import judge
from course_utils.exercises.models import ModelExercise, describe, rebuild
from course_utils.exercises.running import run

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
def drawn(exercise, seed=0):
    return exercise.draw_inputs(seed)


@functools.cache
def built(exercise, function, seed=0):
    """What a function builds from an exercise's inputs, built once for all tests."""
    return run(function, exercise.signature, drawn(exercise, seed), to_data=exercise.to_data)


def report_on(exercise, function, seed=0):
    """The verdict of `evaluate`."""
    return judge(
        exercise,
        drawn(exercise, seed),
        built(exercise, function, seed),
        seed=seed,
        run=lambda function, *_, **__: built(exercise, function, seed),
    )


def untrained(exercise):
    """The exercise with what needs no trying out alone."""
    looked_at = tuple(one for one in exercise.requirements if one.measure is None)
    return replace(exercise, requirements=looked_at)


@each_exercise
def test_the_model_solution_from_its_source_alone(exercise):
    names = {"np": np, "keras": keras}
    exec(inspect.getsource(exercise.reference), names)
    for seed in (0, 1):
        report = report_on(untrained(exercise), names[exercise.id], seed)
        assert report.passed, report
        for outcome in built(untrained(exercise), names[exercise.id], seed):
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
    right, wrong = (
        [describe(outcome.value.config) for outcome in built(exercise, function)]
        if all(hasattr(outcome.value, "config") for outcome in built(exercise, function))
        else []
        for function in (exercise.reference, misconception.wrong)
    )
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

    assert not report_on(untrained(exercise), answer).passed


@each_exercise
def test_it_is_told_what_is_asked(exercise):
    """Whatever the student must meet has a name, and what is measured comes last."""
    assert exercise.requirements
    assert all(one.what for one in exercise.requirements)
    measured = [one.measure is not None for one in exercise.requirements]
    assert measured == sorted(measured)
    assert len(drawn(exercise)) >= (3 if exercise.inputs else 1)
