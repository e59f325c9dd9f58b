"""What is right in the notebook is right in the grade: every answer, in every form it may have."""

import inspect

import numpy as np
import pytest

from course_utils.exercises import catalog, evaluate
from course_utils.exercises.model_answers.exercise import ModelExercise
from course_utils.grading import Limits, grade_submission
from tests.grading.conftest import sandbox_or_skip

EXERCISES = [one for one in catalog() if not isinstance(one, ModelExercise)]
NUMBERS = [one for one in EXERCISES if one.inputs is None]
SEED = 20
# What stands below the model solution, which is renamed to `solved`; ID is the exercise's.
FORMS = {
    "a lambda": "ID = lambda *given, **named: solved(*given, **named)",
    "a partial": "import functools\nID = functools.partial(solved)",
    "an alias": "ID = solved",
    "an annotated alias": "from collections.abc import Callable\nID: Callable = solved",
    "a callable object": (
        "class Solver:\n    def __call__(self, *given, **named):\n"
        "        return solved(*given, **named)\nID = Solver()"
    ),
    "a method": (
        "class Solver:\n    def ID(self, *given, **named):\n"
        "        return solved(*given, **named)\nID = Solver().ID"
    ),
    "cached": (
        "import functools\nkept = {}\n@functools.wraps(solved)\ndef ID(*given, **named):\n"
        "    key = repr((given, named))\n    if key not in kept:\n"
        "        kept[key] = solved(*given, **named)\n    return kept[key]"
    ),
    "behind a condition": (
        "try:\n    import nothing_of_the_kind\nexcept ImportError:\n"
        "    if True:\n        def ID(*given, **named):\n            return solved(*given, **named)"
    ),
}
OF_NUMBERS = {
    "a number": "ID = VALUE",
    "an annotated number": "ID: float = VALUE",
    "a number of numpy's": "ID = np.float64(VALUE)",
    "worked out": "half = VALUE / 2\nID = half + half",
    "cached by functools": "import functools\n@functools.cache\ndef ID():\n    return VALUE",
    "a constant lambda": "ID = lambda: VALUE",
}


@pytest.fixture(scope="module")
def roomy():
    with sandbox_or_skip(None, Limits(cells=30.0)) as opened:
        yield opened


def written(exercise, form):
    """The cell with the model solution in this form."""
    if form in OF_NUMBERS:
        value = np.asarray(exercise.reference()).item()
        return OF_NUMBERS[form].replace("ID", exercise.id).replace("VALUE", repr(value))
    source = inspect.getsource(exercise.reference)
    if form == "a function":
        return source
    solved = f"solved_{exercise.id}"
    source = source.replace(f"def {exercise.id}(", f"def {solved}(", 1)
    form = FORMS[form].replace("kept", f"kept_{exercise.id}").replace("Solver", f"S_{exercise.id}")
    return f"{source}\n{form.replace('solved', solved).replace('ID', exercise.id)}"


@pytest.mark.parametrize("form", ["a function", *FORMS, *OF_NUMBERS])
def test_every_model_solution_gets_full_marks_in_the_sandbox(roomy, form):
    exercises = NUMBERS if form in OF_NUMBERS else EXERCISES
    cells = ["import numpy as np", *(written(one, form) for one in exercises)]
    result = grade_submission(cells, exercises, seed=SEED, sandbox=roomy)
    failed = {
        one.exercise_id: (one.status, one.detail, one.report and one.report.message)
        for one in result.exercises
        if one.score != one.max_score
    }
    assert (failed, result.cell_errors) == ({}, ())


@pytest.mark.parametrize("form", OF_NUMBERS)
def test_the_notebook_says_the_same_of_numbers(form):
    for exercise in NUMBERS:
        names = {"np": np}
        exec(written(exercise, form), names)
        assert evaluate(exercise.id, names[exercise.id], seed=SEED).passed


def test_a_wrong_number_gets_nothing_and_a_number_for_a_function_is_no_answer(roomy):
    wrong = [f"{one.id} = {np.asarray(one.reference()).item() + 1!r}" for one in NUMBERS]
    result = grade_submission(wrong, NUMBERS, seed=SEED, sandbox=roomy)
    assert {one.score for one in result.exercises} == {0.0}
    (slide,) = (one for one in EXERCISES if one.id == "slide_kernel")
    (graded,) = grade_submission(["slide_kernel = 3"], [slide], seed=1, sandbox=roomy).exercises
    assert (graded.score, graded.report.message) == (
        0.0,
        "Expected a function called slide_kernel; got an object of type int.",
    )
