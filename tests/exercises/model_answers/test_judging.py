"""Answers that are Keras models: judged by what the model is and does, whatever came."""

import inspect
import os
import subprocess
import sys
import time
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from course_utils.exercises import check, evaluate, judging, registry
from course_utils.exercises.model_answers import ModelExercise, ModelMisconception, measuring
from course_utils.exercises.model_answers import requirements as need
from course_utils.exercises.model_answers.data import model_data
from course_utils.exercises.running import run
from course_utils.exercises.trial import Trial
from course_utils.grading.wire.messages import decode, encode
from tests.exercises.model_answers.small_classifier import SMALL_CLASSIFIER, small_classifier


def with_head(base, classes):
    outputs = keras.layers.Dense(classes, activation="softmax")(base.outputs[0])
    return keras.Model(base.inputs, outputs)


def _bases(rng):
    for sides in ((4,), (6,)):
        base = keras.Sequential([keras.Input(sides), layers.Dense(3, activation="relu")])
        yield {"base": model_data(base), "classes": len(sides) + int(rng.integers(2, 5))}


def _without_softmax(base, classes):
    return keras.Model(base.inputs, keras.layers.Dense(classes)(base.outputs[0]))


WITH_HEAD = ModelExercise(
    chapter=0,
    title="A head",
    prompt="Put a Dense layer with softmax on a model.",
    reference=with_head,
    inputs=_bases,
    requirements=(need.same_layers(),),
    misconceptions=(
        ModelMisconception(
            id="no-softmax", name="No softmax.", hint="Which activation?", wrong=_without_softmax
        ),
    ),
    hints=("Dense.",),
)


@pytest.fixture(autouse=True)
def small_catalog(monkeypatch):
    exercises = {one.id: one for one in (SMALL_CLASSIFIER, WITH_HEAD)}
    monkeypatch.setattr(registry, "_by_id", lambda: exercises)


def report_on(answer, **options):
    return evaluate(SMALL_CLASSIFIER.id, answer, **options)


def test_the_model_solution_passes_and_is_told_its_accuracy():
    report = report_on(SMALL_CLASSIFIER.reference)
    assert report.passed, report
    assert report.score == report.max_score
    assert "on 200 examples that it had not seen; at least 0.85 was asked" in report.message
    assert report.table is None


def functional():
    given = keras.Input((8, 8, 1), name="pixels")
    x = layers.Conv2D(6, 3)(given)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.GlobalMaxPooling2D()(x)
    model = keras.Model(given, layers.Dense(2)(x))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(0.02), loss=loss)
    return model


def nested():
    features = keras.Sequential([layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D(2)])
    model = keras.Sequential([keras.Input((8, 8, 1)), features, layers.Flatten()])
    model.add(layers.Dense(2, activation="softmax"))
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", ["accuracy"])
    return model


@pytest.mark.parametrize("answer", [functional, nested])
def test_right_answers_pass_however_they_are_built(answer):
    assert report_on(answer).passed, report_on(answer)


@pytest.mark.parametrize(
    "misconception", SMALL_CLASSIFIER.misconceptions, ids=lambda misconception: misconception.id
)
def test_every_misconception_is_named(misconception):
    report = report_on(misconception.wrong)
    assert (report.passed, report.misconception) == (False, misconception.id), report
    assert misconception.hint in str(report)


def test_a_mistake_is_recognized_under_other_names():
    def answer():
        given = keras.Input((8, 8, 1), name="in")
        x = layers.Flatten(name="flat")(given)
        x = layers.Dense(2, name="out", kernel_initializer="he_normal")(x)
        model = keras.Model(given, layers.Softmax()(x))
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    assert report_on(answer).misconception == "no-convolution"


def wide():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(64, 3, strides=2, padding="same"),
            layers.Flatten(),
            layers.Dense(300),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile("adam", "mse")
    return model


def test_the_report_shows_the_layers_with_the_one_that_matters_marked():
    report = report_on(wide)
    assert report.score == 0
    assert report.message == (
        "It has 308,742 parameters; expected at most 500 parameters. "
        "Layer 3, Dense(300), has 307,500 of them. "
        "Also not met yet: a loss for labels that are integers."
    )
    text = str(report)
    assert "1  Conv2D(64, 3, strides=2, padding=same)  (4, 4, 64)    640\n" in text
    assert "3  Dense(300)                              (300,)        307,500*\n" in text
    assert "in all                                                308,742" in text
    assert "hint('small_classifier') shows a hint." in text
    page = report._repr_html_()
    assert "<b>≠ 307,500</b>" in page
    assert page.count("≠") == 1
    assert page.count("<tr>") == 7  # head, input, four layers, sum


def own_layer():
    class Mine(layers.Layer):
        def call(self, inputs):
            return inputs

    return keras.Sequential([keras.Input((8, 8, 1)), Mine()])


def own_model():
    class Mine(keras.Model):
        def call(self, inputs):
            return inputs

    return Mine()


def own_model_built():
    class Mine(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2)

        def call(self, inputs):
            return self.dense(inputs)

    model = Mine()
    model(np.zeros((1, 4)))
    return model


def cannot_be_saved():
    class Mine(layers.Layer):
        def __init__(self, what):
            super().__init__()

        def call(self, inputs):
            return inputs

    return keras.Sequential([keras.Input((8, 8, 1)), Mine(object())])


def with_lambda():
    return keras.Sequential([keras.Input((8, 8, 1)), layers.Lambda(lambda x: x)])


def never_ends():
    while True:
        time.sleep(0.001)


class Lies:
    @property
    def __class__(self):
        raise RuntimeError("touched")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: print(end=""), "It returned None. Does it end with a `return` line?"),
        (lambda: keras.Sequential(), "a model that does not know the shape of its input"),
        (lambda: keras.Sequential([layers.Dense(2)]), "does not know the shape of its input"),
        (lambda: type(small_classifier()), "the class Sequential itself; expected a Keras model"),
        (lambda: [layers.Flatten(), layers.Dense(2)], "a list of layers; expected a Keras model"),
        (lambda: (small_classifier(), 3), "a tuple of 2 items; expected a Keras model"),
        (lambda: layers.Dense(2), "a single Dense layer; expected"),
        (lambda: keras.Input((3,)), "the result of a layer"),
        (lambda: "model", "the text 'model'; expected a Keras model"),
        (lambda: np.zeros(3), "an array of shape (3,); expected a Keras model"),
        (lambda: small_classifier, "an object of type function; expected a Keras model"),
        (lambda: Lies(), "an object of type Lies; expected a Keras model"),
        (own_layer, "of class Mine, which is not accepted here"),
        (own_model, "does not know the shape of its input"),
        (own_model_built, "a model of a class of its own (Mine)"),
        (cannot_be_saved, "a model that cannot be saved (NotImplementedError"),
        (with_lambda, "is a Lambda"),
        (lambda: small_classifier(3), "It raised TypeError"),
        (lambda: 1 / 0, "It raised ZeroDivisionError: division by zero"),
        (lambda: sys.exit(), "It raised SystemExit"),
        (lambda: os.kill, "expected a Keras model"),
        (never_ends, "still running after 0.2 s"),
        (
            lambda: keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(2, 3)]),
            "Its input has shape (28, 28, 1); expected (8, 8, 1)",
        ),
    ],
)
def test_bad_answers_get_a_message(answer, words):
    report = report_on(answer, time_limit=0.2 if answer is never_ends else None)
    assert (report.status, report.score) == ("failed", 0)
    assert words in report.message, report.message
    assert report._repr_html_()


@pytest.mark.parametrize("answer", ["a model", 3, None, keras.Sequential([layers.Dense(2)])])
def test_what_is_no_function_is_no_answer(answer):
    report = report_on(answer)
    assert "Expected a function called small_classifier; got an object of type" in report.message


def test_the_starter_is_not_attempted():
    names = {"keras": keras}
    exec(SMALL_CLASSIFIER.starter, names)
    assert report_on(names["small_classifier"]).status == "not attempted"


def test_nothing_is_trained_before_all_else_is_met(monkeypatch):
    def measure(data, seed):
        raise AssertionError("trained")

    asked = SMALL_CLASSIFIER.requirements
    trained = replace(asked[-1], measure=measure)
    exercise = replace(SMALL_CLASSIFIER, requirements=(trained, *asked[:-1]))
    monkeypatch.setattr(registry, "_by_id", lambda: {exercise.id: exercise})
    assert not report_on(wide).passed
    with pytest.raises(AssertionError, match="trained"):
        report_on(small_classifier)


def test_an_answer_may_take_a_model():
    report = evaluate("with_head", with_head)
    assert report.passed, report
    report = evaluate("with_head", _without_softmax)
    assert report.misconception == "no-softmax"
    assert report.message.startswith("with_head(base=..., classes=")
    assert "Layer 2 is Dense(" in report.message

    def of_another_size(base, classes):
        return with_head(base, classes if base.input_shape == (None, 4) else 9)

    report = evaluate("with_head", of_another_size)
    assert report.misconception is None
    assert not report.passed


def test_what_left_the_sandbox_as_plain_data_is_judged_alike():
    trial = Trial(SMALL_CLASSIFIER)
    (outcome,) = run(
        wide, SMALL_CLASSIFIER.signature, trial.inputs, to_data=SMALL_CLASSIFIER.to_data
    )
    again = replace(outcome, value=decode(encode(outcome.value)))
    report = judging.judge(trial, [again])
    assert str(report) == str(report_on(wide))


def test_check_says_that_it_takes_a_while(capsys):
    check(small_classifier)
    printed = capsys.readouterr().out
    assert printed.startswith("If all else is right, your model is now tried out")
    assert "\nPassed: A small classifier" in printed
    names = {}
    exec(SMALL_CLASSIFIER.starter, names)
    check(names["small_classifier"])
    assert "tried out" not in capsys.readouterr().out


def test_exercises_are_read_without_keras():
    """Also where there is none, as in the book's page."""
    code = f"""
import sys
sys.modules["keras"] = sys.modules["tensorflow"] = None
sys.path.insert(0, {str(inspect.getfile(inspect.currentframe()).rpartition("/tests/")[0])!r})
from course_utils.exercises import evaluate, registry
from tests.exercises.model_answers.small_classifier import SMALL_CLASSIFIER
registry._by_id = lambda: {{SMALL_CLASSIFIER.id: SMALL_CLASSIFIER}}
names = {{}}
exec(SMALL_CLASSIFIER.starter, names)
print(evaluate("small_classifier", names["small_classifier"]).status)
print(evaluate("small_classifier", lambda: 3).message)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines() == [
        "not attempted",
        "It returned a number; expected a Keras model.",
    ], ran.stderr


def test_a_model_that_memory_does_not_suffice_for_is_told_so(monkeypatch):
    def fit(*arguments, **options):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    monkeypatch.setattr(keras.Model, "fit", fit)
    report = report_on(small_classifier)
    assert (report.status, report.message) == (
        "failed",
        "Trying the model out needs more memory than there is here.",
    )


def test_a_training_is_stopped_by_the_time_that_it_had_on_a_processor(monkeypatch):
    monkeypatch.setattr(measuring, "LONGEST", 0.0)
    assert "takes more than 0 s on a processor" in report_on(small_classifier).message
