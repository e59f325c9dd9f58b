"""What holds for every exercise in the catalog."""

import ast
import importlib
import inspect
import keyword
from pathlib import Path

import numpy as np
import pytest

from course_utils import reference
from course_utils.exercises import catalog, evaluate, questions
from course_utils.exercises.comparing import compare
from course_utils.exercises.model_answers import ModelExercise, keras
from course_utils.exercises.questions import TOPICS
from course_utils.exercises.running import run

ALL = catalog()
MODELS = [exercise for exercise in ALL if isinstance(exercise, ModelExercise)]
VALUES = [exercise for exercise in ALL if exercise not in MODELS]
CODING = [exercise for exercise in VALUES if exercise.inputs]
each_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)
each_value_exercise = pytest.mark.parametrize("exercise", VALUES, ids=lambda exercise: exercise.id)
each_coding_exercise = pytest.mark.parametrize("exercise", CODING, ids=lambda exercise: exercise.id)
each_misconception = pytest.mark.parametrize(
    ("exercise", "misconception"),
    [
        pytest.param(exercise, misconception, id=f"{exercise.id}-{misconception.id}")
        for exercise in VALUES
        for misconception in exercise.misconceptions
    ],
)


def source_of(exercise):
    """The model solution as a student would type it: compiled from its source."""
    names = {"np": np, "keras": keras}
    exec(inspect.getsource(exercise.reference), names)
    return names[exercise.id]


def test_every_topic_and_every_exercise_is_in_the_order():
    # What is not would be in no catalog, and no test would miss it.
    folder = Path(questions.__file__).parent
    assert {path.parent.name for path in folder.glob("*/__init__.py")} == set(TOPICS)
    for topic in TOPICS:
        files = {
            path.stem
            for path in (folder / topic).glob("*.py")
            if "\nEXERCISE = " in path.read_text("utf-8")
        }
        assert files == set(importlib.import_module(f"{questions.__name__}.{topic}").ORDER)


@each_exercise
def test_its_file_is_named_after_it_and_its_topic_says_the_chapter(exercise):
    module = inspect.getmodule(exercise.reference)
    assert module.EXERCISE is exercise
    package, _, name = module.__name__.rpartition(".")
    assert name == exercise.id
    assert exercise.chapter == importlib.import_module(package).CHAPTER


@pytest.mark.parametrize("exercise", CODING + MODELS, ids=lambda exercise: exercise.id)
def test_four_right_answers_stand_in_a_test_of_its_name(exercise):
    topic = inspect.getmodule(exercise.reference).__name__.split(".")[-2]
    tests = importlib.import_module(f"tests.exercises.questions.{topic}.test_{exercise.id}")
    assert len(set(tests.RIGHT_ANSWERS)) >= 4


def test_every_test_of_right_answers_belongs_to_an_exercise():
    folder = Path(__file__).parent / "questions"
    tested = {path.stem.removeprefix("test_") for path in folder.glob("*/test_*.py")}
    assert tested <= {exercise.id for exercise in ALL}


def test_there_are_enough():
    assert len(ALL) >= 14
    for chapter in {exercise.chapter for exercise in ALL}:
        assert sum(exercise.chapter == chapter for exercise in ALL) >= 4


@each_value_exercise
def test_the_model_solution_passes_from_its_source_alone(exercise):
    for seed in (0, 1, 12345):
        report = evaluate(exercise.id, source_of(exercise), seed=seed, time_limit=10)
        assert report.passed, report
        assert report.score == exercise.points


@each_exercise
def test_the_starter_is_python_and_not_attempted(exercise):
    names = {"np": np, "keras": keras}
    exec(exercise.starter, names)
    assert evaluate(exercise.id, names[exercise.id]).status == "not attempted"
    definition = ast.parse(exercise.starter).body[0]
    assert ast.get_docstring(definition) == inspect.cleandoc(exercise.prompt)


@each_exercise
def test_the_signature_is_no_wider_than_the_page(exercise):
    signature, _, _ = exercise.starter.partition('"""')
    assert max(map(len, signature.splitlines())) <= 79


@each_exercise
def test_it_is_complete(exercise):
    assert exercise.id.isidentifier()
    assert not keyword.iskeyword(exercise.id)
    assert exercise.id not in reference.__all__, "the student's name would hide the reference's"
    assert exercise.title
    assert exercise.prompt
    assert len(exercise.hints) >= 2
    ids = [misconception.id for misconception in exercise.misconceptions]
    assert len(ids) == len(set(ids))
    assert len(ids) >= (2 if exercise in VALUES and exercise not in CODING else 3)
    for misconception in exercise.misconceptions:
        assert misconception.name.endswith(".")
        assert misconception.hint.endswith((".", "?"))


@each_misconception
def test_every_misconception_is_rejected_and_named(exercise, misconception):
    for seed in (0, 1, 12345):
        report = evaluate(exercise.id, misconception.wrong, seed=seed)
        assert not report.passed
        assert report.score == 0
        assert report.misconception == misconception.id, report
        assert misconception.hint in str(report)
        if exercise.inputs is None:
            assert report.counterexample is None, "it would give the number away"
        else:
            assert report.counterexample is not None


@each_coding_exercise
def test_the_first_input_can_be_followed_by_hand(exercise):
    first = exercise.draw_inputs()[0]
    sizes = [np.size(value) for value in first.values()]
    assert max(sizes) <= 64, sizes


@each_coding_exercise
def test_inputs_follow_the_seed(exercise):
    first, again = exercise.draw_inputs(seed=3), exercise.draw_inputs(seed=3)
    assert len(first) >= 5
    assert repr(first) == repr(again)
    assert repr(first) != repr(exercise.draw_inputs(seed=4))


@each_coding_exercise
def test_outputs_do_not_depend_on_the_default_integer(exercise):
    # In a browser page numpy's default integer has 32 bits: answers must fit.
    for outcome in run(exercise.reference, exercise.signature, exercise.draw_inputs()):
        values = outcome.value if isinstance(outcome.value, tuple) else (outcome.value,)
        for value in values:
            array = np.asarray(value)
            if array.dtype.kind in "iu" and array.size:
                assert np.abs(array).max() < 2**31


@each_coding_exercise
def test_a_constant_answer_is_wrong(exercise):
    """The inputs are varied enough that no single value is right for all of them."""
    values = [o.value for o in run(exercise.reference, exercise.signature, exercise.draw_inputs())]
    differences = [compare(values[0], value, exercise.rtol, exercise.atol) for value in values[1:]]
    assert any(differences)


def returns_none(*arguments, **options):
    options.clear()


def returns_list(*arguments, **options):
    return [[1.0, 2.0], [3.0]]


def raises(*arguments, **options):
    raise LookupError("nothing here")


def never_ends(*arguments, **options):
    while True:
        pass


@each_coding_exercise
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (returns_none, "returned None"),
        (returns_list, "a list"),
        (lambda *arguments, **options: np.zeros((1, 2, 3, 4, 5)), "expected"),
        (lambda *arguments, **options: np.array(["a"]), "returned"),
        (raises, "raised LookupError: nothing here"),
        (never_ends, "still running after 0.1 s"),
    ],
    ids=["none", "list", "shape", "dtype", "raises", "hangs"],
)
def test_bad_answers_get_a_message(exercise, answer, words):
    report = evaluate(exercise.id, answer, time_limit=0.1)
    assert not report.passed
    assert words in report.message


@each_coding_exercise
def test_an_answer_that_changes_its_input_is_told_so(exercise):
    solution = source_of(exercise)

    def spoils(*arguments, **options):
        result = solution(*arguments, **options)
        for value in (*arguments, *options.values()):
            if isinstance(value, np.ndarray):
                value += np.ones_like(value)
        return result

    has_arrays = any(
        isinstance(value, np.ndarray)
        for arguments in exercise.draw_inputs()
        for value in arguments.values()
    )
    report = evaluate(exercise.id, spoils)
    assert report.passed is not has_arrays
    assert ("changed its argument" in report.message) is has_arrays
