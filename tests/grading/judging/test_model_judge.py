"""The sandbox that judges models: what comes out of it, and that harm in it stays in it."""

import contextlib
import inspect
import json
import os
import textwrap

import keras
import numpy as np
import pytest

import course_utils
from course_utils.exercises import evaluate, get
from course_utils.exercises.judging import judge
from course_utils.exercises.model_answers import ModelData, ModelError, describe
from course_utils.exercises.model_answers.description import Description
from course_utils.exercises.running import Outcome
from course_utils.exercises.trial import Trial
from course_utils.grading import Limits, grade_submission
from course_utils.grading.judging import model_judge
from course_utils.grading.judging.model_judge import ModelJudge, NotJudgedError
from course_utils.grading.sandbox.breaking_out import judge_breaches
from course_utils.grading.sandbox.opening import SandboxUnavailableError
from tests.grading.conftest import sandbox_or_skip

HEAD = "import json\nimport keras\nimport numpy as np\n"
SMALL = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, name="given")])
EXERCISE, TRAINED = get("with_global_average"), get("curve_network")
MEASURED = next(i for i, one in enumerate(TRAINED.requirements) if one.measure)


@pytest.fixture(scope="module", params=["bubblewrap", "landlock"])
def walled(request):
    """A sandbox of each kind that can hold Keras here, and what stands beside it.

    No container: there is no image with Keras, and none is downloaded.
    """
    with sandbox_or_skip(request.param, Limits(output=200)) as opened:
        yield opened


@pytest.fixture(scope="module")
def best():
    """The best sandbox's judge."""
    with sandbox_or_skip(None, Limits(output=200)) as opened:
        judge = ModelJudge(opened.kind)
        yield judge
        judge.stop()


@pytest.fixture(scope="module")
def trained_right(best):
    """What is measured on the model solution of `TRAINED`."""
    data = ModelData(TRAINED.reference().to_json())
    numbers = best.measure(TRAINED, MEASURED, data, 2)
    best.end_submission()
    return numbers


def report_on(workshop, values, exercise=EXERCISE, seed=1):
    outcomes = [Outcome("returned", value) for value in values]
    return judge(Trial(exercise, seed), outcomes, workshop)


def test_a_description_travels_as_it_is(best):
    for model in (SMALL, EXERCISE.reference(5), TRAINED.reference()):
        data = ModelData(model.to_json())
        assert best.describe(data) == describe(data.config)
    best.end_submission()


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["layers"][0].update(number=2),
        lambda d: d["layers"][0].update(inputs=[1]),
        lambda d: d["layers"][0].update(inputs=[-7]),
        lambda d: d["layers"][0].update(inputs=[]),
        lambda d: d["layers"][0].update(kind="Lambda"),
        lambda d: d["layers"][0].update(parameters=-1),
        lambda d: d["layers"][0].update(parameters=1.5),
        lambda d: d["layers"][0].update(output_shape=[2**40]),
        lambda d: d["layers"][0].update(name=3),
        lambda d: d["layers"][0].update(more=3),
        lambda d: d["layers"][0].pop("settings"),
        lambda d: d.update(layers=[]),
        lambda d: d.update(outputs=[]),
        lambda d: d.update(outputs=[9]),
        lambda d: d.update(compiled={"optimizer": 1}),
        lambda d: d.update(input_shapes=[["a"]]),
        lambda d: d.pop("outputs"),
    ],
)
def test_a_forged_description_is_refused(change):
    told = json.loads(describe(SMALL.to_json()).to_json())
    assert Description.from_json(json.dumps(told)) == describe(SMALL.to_json())
    change(told)
    with pytest.raises(ValueError, match=r"model|layer|shape|number"):
        Description.from_json(json.dumps(told))


def test_it_judges_as_evaluate_does(best):
    wrong = EXERCISE.misconceptions[0].wrong
    for function in (EXERCISE.reference, wrong):
        inputs = EXERCISE.draw_inputs(1)
        values = [ModelData(function(**one).to_json()) for one in inputs]
        assert str(report_on(best, values)) == str(evaluate(EXERCISE.id, function, seed=1))
    best.end_submission()


@pytest.mark.parametrize(
    "other", [[1.0], np.ones(20_000), [0.0] * 15_000], ids=["list", "array", "long list"]
)
def test_what_is_no_model_is_told(best, other):
    report = report_on(best, [other] * 3)
    assert (report.status, report.score) == ("failed", 0)
    assert "It returned a" in report.message


def test_what_judging_takes_is_limited_and_no_zero(best, monkeypatch):
    answered = [ModelData(SMALL.to_json())] * 3
    report = report_on(best, answered)
    assert (report.status, report.score, report.max_score) == ("failed", 0, 1)
    process = best._sandbox.process
    monkeypatch.setattr(model_judge, "DESCRIBING", 0.0)
    with pytest.raises(NotJudgedError, match="had not come to an end") as told:
        report_on(best, answered)
    assert told.value.status == "timeout"
    assert process.poll() is not None
    monkeypatch.undo()
    best.describe(answered[0])
    process = best._sandbox.process
    process.kill()
    process.stdout.read()  # until everything in it has ended, too
    with pytest.raises(NotJudgedError) as told:
        report_on(best, answered)
    assert told.value.status == "crashed"
    assert report_on(best, answered).status == "failed"  # another one has been started
    best.end_submission()


# The keys that were not looked at once: what stood there went to Keras as it came.
UNDER_SEED = """
inner = json.loads(right(2).to_json())
def call(module, kind, **config):
    return {"module": module, "class_name": kind, "config": config, "registered_name": None}
foreign = FOREIGN
keras.Model.to_json = lambda self, **kwargs: json.dumps(forged)
forged = json.loads(original(right(classes)))
for layer in forged["config"]["layers"]:
    layer["config"]["seed"] = foreign
return right(classes)
"""
FOREIGN = {
    "a setting of Keras's": 'call("keras.config", "set_max_epochs", value=1)',
    "a nested model that calls it": (
        '{**call("keras.src.models.functional", "Functional", name="m", input_layers=[],'
        ' output_layers=[], layers=[{**call("keras.config", "set_max_epochs", max_epochs=1),'
        ' "name": "x", "inbound_nodes": []}])}'
    ),
    "a file to be read": 'call("keras.models", "load_model", filepath=PLACE)',
    "a file to be written": 'call("keras.models", "save_model", model=inner, filepath=PLACE)',
    "the judge's own code": 'call("keras.utils", "get_file", fname=JUDGE, origin=PLACE)',
}


def attack(what, place):
    right = inspect.getsource(EXERCISE.reference).replace("def with_global", "def right_global")
    right = right.replace("right_global_average", "right")
    judge_code = inspect.getfile(course_utils).replace("__init__.py", "exercises/judging.py")
    assert os.path.getsize(judge_code)
    body = UNDER_SEED.replace("FOREIGN", FOREIGN[what])
    body = body.replace("PLACE", repr(str(place))).replace("JUDGE", repr(judge_code))
    return (
        f"{HEAD}original = keras.Model.to_json\n{right}\n"
        f"def with_global_average(classes):{textwrap.indent(body, '    ')}"
    )


def settings_of_keras():
    return keras.config.max_epochs(), keras.config.epsilon(), keras.config.floatx()


def test_what_stands_under_any_key_reaches_nobody(walled, tmp_path):
    """The attack that once cost the next students their points, in every sandbox there is."""
    place = tmp_path / "model.keras"
    place.write_bytes(b"a student's work")
    before = settings_of_keras()
    following = HEAD + inspect.getsource(TRAINED.reference)
    for what in FOREIGN:
        cells = [attack(what, place)]
        result = grade_submission(cells, [EXERCISE], seed=1, sandbox=walled).exercises[0]
        assert (result.status, result.score) == ("graded", 0), result
        assert "cannot be judged" in result.report.message, result.report.message
    (next_one,) = grade_submission([following], [TRAINED], seed=2, sandbox=walled).exercises
    assert next_one.score == TRAINED.points, next_one
    assert str(next_one.report) == str(evaluate(TRAINED.id, TRAINED.reference, seed=2))
    assert settings_of_keras() == before
    assert place.read_bytes() == b"a student's work"
    assert os.listdir(tmp_path) == ["model.keras"]


# A hole as it might be one day: a layer's name has code run where models are looked at.
HOLE = """
from course_utils.exercises.model_answers import description
from course_utils.grading.judging.model_server import main
real = description.make_layer
def make_layer(step):
    if step.path in HARM:
        exec(HARM[step.path], {})
    return real(step)
description.make_layer = make_layer
"""
HARM = {
    "Keras's settings": "import keras; keras.config.set_max_epochs(1)",
    "the judge's own functions": (
        "from course_utils.exercises.model_answers import measuring, workshop\n"
        "measuring.trained_accuracy = workshop.Here.measure = lambda *a, **k: 1 / 0\n"
        "workshop.Here.describe = lambda *a: 1 / 0"
    ),
    "an exit": "import os; os._exit(3)",
    "a crash": "import ctypes; ctypes.string_at(0)",
    "messages of its own": "import os\nfor fd in range(64):\n"
    "    try: os.write(fd, b'a' * 999)\n    except OSError: pass",
    "answers beforehand": "import os\nfrom course_utils.grading.wire.messages import *\n"
    "for fd in range(64):\n"
    "    try:\n        for _ in range(9): write_frame(fd, b'a', encode('{\"accuracy\": 1.0}'))\n"
    "    except OSError: pass",
    "a file": "open(PLACE, 'w').write('x')",
    "a signal to its parent": "import os, signal; os.kill(os.getppid(), signal.SIGKILL)",
    "a process": "import os\nif not os.fork():\n    while True: pass",
    "memory": "x = bytearray(20 << 30)",
}


@pytest.fixture(scope="module")
def leaky(best, tmp_path_factory):
    """A judge with that hole, and a file that must not come into being."""
    place = tmp_path_factory.mktemp("leaky") / "file"
    harm = {
        f"harm{number}": code.replace("PLACE", repr(str(place)))
        for number, code in enumerate(HARM.values())
    }
    make = model_judge.Kit

    def kit_with_a_hole(*given, **options):
        kit = make(*given, **options)
        (kit.path / "leaky_server.py").write_text(f"HARM = {harm!r}\n{HOLE}")
        return kit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_judge, "Kit", kit_with_a_hole)
        patch.setattr(model_judge, "SERVER", "leaky_server")
        judge = ModelJudge(best.kind)
        yield judge, place
        judge.stop()


@pytest.mark.parametrize("what", HARM)
def test_a_hole_harms_nobody_else(leaky, what, trained_right):
    """With a hole put in: whatever runs there, the next submission is judged as before."""
    judge, place = leaky
    harm = keras.layers.Dense(3, name=f"harm{list(HARM).index(what)}")
    harmful = ModelData(keras.Sequential([keras.Input((2,)), harm]).to_json())
    right = ModelData(TRAINED.reference().to_json())
    with contextlib.suppress(NotJudgedError, ModelError, RuntimeError):
        judge.describe(harmful)
    judge.end_submission()
    assert judge.describe(right) == describe(right.config)
    assert judge.measure(TRAINED, MEASURED, right, 2) == trained_right
    judge.end_submission()
    assert not place.exists()


def test_a_judge_that_can_be_left_is_not_used(best, monkeypatch):
    monkeypatch.setattr(model_judge, "judge_breaches", lambda *args: "it wrote to /tmp")
    judge = ModelJudge(best.kind)
    with pytest.raises(SandboxUnavailableError, match="it wrote to /tmp"):
        judge.describe(ModelData(SMALL.to_json()))
    assert judge._sandbox is None


def test_what_holds_nothing_back_is_found_out(best):
    judge = ModelJudge("trust")
    judge.describe(ModelData(SMALL.to_json()))
    told = judge_breaches(
        judge._sandbox, lambda one: judge._ask(b"T", {**one, "readable": "/etc/passwd"}, 60)
    )
    judge.stop()
    assert "it read /etc/passwd" in told
    assert "it opened a socket" in told
