"""Exercises whose answer is a Keras model: graded as in the notebook, and attacked."""

import dataclasses
import inspect
import json
import os
import textwrap

import keras
import pytest

from course_utils.exercises import evaluate, get
from course_utils.exercises.model_answers import ModelData, ModelExercise, describe
from course_utils.exercises.model_answers.data import model_data
from course_utils.exercises.report import Report
from course_utils.grading import Limits, grade_submission
from course_utils.grading.judging import keras_support
from course_utils.grading.sandbox.conversation import Asked, Submission
from course_utils.grading.sandbox.opening import SandboxUnavailableError, open_sandbox
from course_utils.grading.sandbox.packages import keras_files
from course_utils.grading.sandbox.walls import WALLS
from course_utils.grading.wire.json_dataclasses import from_json, to_json
from course_utils.grading.wire.messages import decode, encode
from tests.grading.conftest import RIGHT, ROW_MEANS, sandbox_or_skip

HEAD = "import keras\nimport numpy as np\nimport pandas as pd\n"
ATTACKED, BYSTANDER = get("with_global_average"), get("network_of_pairs")
SMALL = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, name="given")])


def source(function):
    return HEAD + textwrap.dedent(inspect.getsource(function))


def answer(body):
    """An attack in `with_global_average`, with the model solution beside it as `right`."""
    right = inspect.getsource(ATTACKED.reference).replace("def with_global_average", "def right")
    return f"{HEAD}{right}\ndef with_global_average(classes):\n{textwrap.indent(body, '    ')}"


@pytest.fixture(scope="module")
def roomy():
    """A sandbox and what stands beside it."""
    with sandbox_or_skip(None, Limits(output=200)) as opened:
        yield opened


def attack(sandbox, body):
    """Grade the attack with a right answer below it, and see that that one gets its points."""
    cells = [answer(body), source(BYSTANDER.reference)]
    attacked = dataclasses.replace(ATTACKED, time_limit=2.0) if "while" in body else ATTACKED
    result = grade_submission(cells, [attacked, BYSTANDER], seed=1, sandbox=sandbox)
    attacked, bystander = result.exercises
    assert bystander.score == BYSTANDER.points, (attacked, bystander, result.cell_errors)
    return attacked


def test_a_lab_is_graded_as_evaluate_does(roomy):
    # Both sandboxes in one notebook, and a cell that trains in between.
    training = "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"
    training += "model.compile(loss='mse')\nmodel.fit(np.ones((4, 2)), np.ones(4), verbose=0)"
    wrong = source(BYSTANDER.reference).replace("use_bias=False", "use_bias=True")
    cells = [source(ATTACKED.reference), training, RIGHT["row_means"], wrong]
    exercises = [ATTACKED, ROW_MEANS, BYSTANDER]
    result = grade_submission(cells, exercises, seed=3, sandbox=roomy)
    assert [one.score for one in result.exercises] == [1, 2, 0], result
    assert result.cell_errors == ()
    right, _, failed = result.exercises
    mistake = BYSTANDER.misconceptions[0]
    assert str(right.report) == str(evaluate(ATTACKED.id, ATTACKED.reference, seed=3))
    assert str(failed.report) == str(evaluate(BYSTANDER.id, mistake.wrong, seed=3))
    assert failed.report.misconception == mistake.id
    assert any("*" in line for line in failed.report.table.lines())
    assert from_json(Report, json.loads(json.dumps(to_json(failed.report)))) == failed.report


def test_a_model_is_trained_by_the_grader(roomy):
    exercise = get("curve_network")
    wrong = source(exercise.reference) + (
        "\nright = curve_network\ndef curve_network():\n    model = right()\n"
        "    model.compile(optimizer=keras.optimizers.SGD(1e-9), loss=model.loss)\n"
        "    return model"
    )
    results = []
    for cell in (source(exercise.reference), wrong, source(exercise.reference)):
        (graded,) = grade_submission([cell], [exercise], seed=2, sandbox=roomy).exercises
        results.append(graded)
    right, failed, replayed = results
    assert [one.score for one in results] == [exercise.points, 0, exercise.points]
    assert "accuracy" in failed.report.message
    assert str(replayed.report) == str(right.report)


def with_head(base, classes):
    return keras.Model(base.inputs, keras.layers.Dense(classes)(base.outputs[0]))


def test_a_model_is_given_as_an_argument(roomy):
    exercise = ModelExercise(
        chapter=0,
        title="A head",
        prompt="Put a layer on it.",
        reference=with_head,
        inputs=lambda rng: [{"base": model_data(SMALL), "classes": 4}],
        requirements=(),
        misconceptions=(),
        hints=(),
    )
    walled = keras_support.keras_support(roomy).sandbox
    submission = Submission([source(with_head)], ["with_head"], walled)
    ended = submission.run(Asked(exercise, exercise.draw_inputs(), 0, 0))
    submission.close()
    (outcome,) = ended.replies[0].outcomes
    assert outcome.kind == "returned", outcome.error
    assert describe(outcome.value.config).kinds() == ["Dense", "Dense"]


def test_a_model_travels_as_data():
    assert decode(encode([model_data(SMALL)])) == [ModelData(SMALL.to_json())]


TRIES = """
import ctypes, os, socket, subprocess, threading, time
done = []
def attempt(what, function):
    try:
        function()
    except BaseException:
        return
    done.append(what)
threading.stack_size(1 << 16)
def thousand():
    for _ in range(1000):
        threading.Thread(target=time.sleep, args=(3,), daemon=True).start()
libc = ctypes.CDLL(None, use_errno=True)
def raw(number, *arguments):
    assert libc.syscall(number, *arguments) > 0
attempt("forked", lambda: os.fork() or os._exit(0))
attempt("cloned", lambda: raw(56, 17, 0, 0, 0, 0))
attempt("cloned with its memory", lambda: raw(56, 0x4111, 0, 0, 0, 0))
attempt("vforked", lambda: raw(58))
attempt("ran a program", lambda: subprocess.run(["/bin/true"]))
attempt("opened a socket", lambda: socket.socket())
attempt("opened a local socket", lambda: socket.socket(socket.AF_UNIX))
attempt("asked about clones itself", lambda: raw(317, 1, 8, bytes(16)))
attempt("wrote to /tmp", lambda: open("/tmp/x", "w"))
attempt("wrote where it is", lambda: open("x", "w"))
attempt("wrote into keras", lambda: open(keras.__file__, "a"))
attempt("saved a model", lambda: right(2).save("/tmp/x.keras"))
attempt("read the solutions", lambda: open(SOLUTIONS))
attempt("read the users", lambda: open("/etc/passwd"))
attempt("read the environment", lambda: open("/proc/self/environ").read(1))
attempt("read another process", lambda: open("/proc/1/cmdline").read(1))
attempt("downloaded data", keras.datasets.mnist.load_data)
attempt("started a thousand threads", thousand)
assert not done, done
"""
LYING = "keras.Model.to_json = lambda self, **kwargs: {}\nreturn right(classes)"
ATTACKS = {
    # what it does: (code, status, score, words in what is told)
    "a Lambda": (
        "return keras.Sequential([keras.Input((32, 32, 3)), *right(classes).layers,"
        "keras.layers.Lambda(lambda x: x)])",
        ("graded", 0, "Lambda"),
    ),
    "a layer of its own": (
        "class Mine(keras.layers.Layer):\n    def call(self, x):\n        return x\n"
        "return keras.Sequential([keras.Input((32, 32, 3)), *right(classes).layers, Mine()])",
        ("graded", 0, "class Mine"),
    ),
    "a model of its own": (
        "class Mine(keras.Model):\n    def call(self, x):\n        return x\n"
        "model = right(classes)\nreturn Mine(model.inputs, model.outputs)",
        ("graded", 0, "Mine"),
    ),
    "megabytes of brackets": (LYING.format("'[' * 30_000_000"), ("graded", 0, "too large")),
    "nested JSON": (LYING.format("'[' * 10**6 + ']' * 10**6"), ("graded", 0, "configuration")),
    "too much JSON": (LYING.format("'x' * 60_000_000"), ("graded", 0, "too large")),
    "a number for JSON": (LYING.format("5"), ("graded", 0, "no text")),
    "a billion units": (
        "return keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Dense(10**9),"
        "keras.layers.Flatten(), keras.layers.Dense(10**9)])",
        ("out_of_memory", None, "GiB"),
    ),
    "a billion units, said only": (
        "text = right(classes).to_json().replace('\"units\": 128', '\"units\": 1000000000')\n"
        + LYING.format("text"),
        ("graded", 0, "setting beyond"),
    ),
    "a million outputs, said only": (
        "text = right(classes).to_json().replace('\"units\": 128', '\"units\": 99999')\n"
        + LYING.format("text"),
        ("graded", 0, ""),
    ),
    "no end": ("while True: pass", ("timeout", None, "2 s")),
    "50 GB": ("return bytearray(50 << 30)", ("out_of_memory", None, "GiB")),
    "50 GB by TensorFlow": (
        "import tensorflow as tf\nreturn tf.zeros((50 << 28,))",
        ("out_of_memory", None, "GiB"),
    ),
    "an exit": ("import os; os._exit(0)", ("crashed", None, "exit code 0")),
    "a crash": ("import ctypes; ctypes.string_at(0)", ("crashed", None, "SIGSEGV")),
    "a lying pipe": ("import os; os.write(3, b'x' * 100)", ("crashed", None, "not an answer")),
    "the stream closed": ("import os; os.closerange(0, 64)", ("crashed", None, "")),
    # What does no harm, and is right.
    "a gigabyte printed": (
        "for _ in range(100): print('x' * 10**7)\nreturn right(classes)",
        ("graded", 1, ""),
    ),
    "a prediction": (
        "model = right(classes)\nmodel.predict(np.zeros((2, 32, 32, 3)), verbose=0)\nreturn model",
        ("graded", 1, ""),
    ),
    "what is refused": (TRIES + "return right(classes)", ("graded", 1, "")),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_earns_what_it_earns_and_costs_nobody_else(roomy, name):
    body, (status, score, words) = ATTACKS[name]
    attacked = attack(roomy, body.replace("SOLUTIONS", repr(inspect.getfile(type(ATTACKED)))))
    told = attacked.report.message if attacked.status == "graded" else attacked.detail
    assert (attacked.status, attacked.score) == (status, score), told
    assert words in told
    assert len(attacked.printed) <= 200
    assert not os.path.exists("/tmp/x")


def test_without_tensorflow_only_the_exercises_with_models_are_not_gradable(monkeypatch, sandbox):
    def refuse(kind, limits, keras):
        raise SandboxUnavailableError("tensorflow is not installed")

    monkeypatch.setattr(keras_support, "open_sandbox", refuse)
    monkeypatch.setattr(sandbox, "beside", None)
    cells = [source(ATTACKED.reference), RIGHT["row_means"]]
    for _ in range(2):
        result = grade_submission(cells, [ATTACKED, ROW_MEANS], seed=1, sandbox=sandbox)
        assert [e.status for e in result.exercises] == ["not_gradable", "graded"]
        assert result.exercises[0].score is None
        assert "tensorflow is not installed" in result.exercises[0].detail


def test_numpy_exercises_load_no_tensorflow(sandbox):
    assert not any(path.name == "tensorflow" for path in sandbox.kit.packages)
    assert any(path.name == "tensorflow" for path in keras_files())
    result = grade_submission([RIGHT["row_means"]], [ROW_MEANS], seed=1, sandbox=sandbox)
    assert result.exercises[0].score == 2
    assert sandbox.beside is None


@pytest.mark.parametrize("kind", ["bubblewrap", "landlock"])
def test_each_kind_holds_with_keras(kind):
    try:
        with open_sandbox(kind, Limits(), keras=True) as opened:
            assert opened.keras
    except SandboxUnavailableError as error:
        if WALLS[kind].why_not():
            pytest.skip(str(error))
        raise
