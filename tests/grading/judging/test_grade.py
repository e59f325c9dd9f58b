"""Grading a submission: statuses, what counts as the answer, and replays."""

import inspect
import re

import numpy as np
import pytest

from course_utils.exercises import catalog, evaluate
from course_utils.grading import (
    Limits,
    grade_submission,
)
from tests.grading.conftest import (
    NUMBER,
    RIGHT,
    ROW_MEANS,
    SHAPE_AFTER,
    exercise,
    sandbox_or_skip,
)

ALL = [ROW_MEANS, SHAPE_AFTER, NUMBER]
STARTER = 'def row_means(image, weights):\n    """Think."""\n    ...'


def grade(sandbox, *cells, exercises=(ROW_MEANS,), seed=5):
    return grade_submission(list(cells), exercises, seed=seed, sandbox=sandbox)


def one(sandbox, *cells, **options):
    (result,) = grade(sandbox, *cells, **options).exercises
    return result


def test_right_answers_earn_their_points(sandbox):
    result = grade(sandbox, *RIGHT.values(), exercises=ALL)
    assert [(e.status, e.score, e.max_score) for e in result.exercises] == [("graded", 2, 2)] * 3
    assert result.cell_errors == ()
    assert 0 < result.seconds < 5
    assert result.peak_memory > 2**20


def test_a_wrong_answer_is_diagnosed_as_in_the_notebook(sandbox):
    result = one(sandbox, "def row_means(image, weights):\n    return image.sum(1)")
    assert (result.status, result.score) == ("graded", 0)
    assert result.report.misconception == "weights-ignored"
    np.testing.assert_allclose(result.report.counterexample.got, [3, 8, 1])


def test_the_same_seed_gives_the_same_result_and_another_one_other_inputs(sandbox):
    # Large inputs are wrong, so that a drawn one is shown; and the global generator is used.
    cell = (
        "import numpy as np\ndef row_means(image, weights):\n"
        "    return image @ weights + (len(image) > 3) * np.random.normal()"
    )
    first, again, other = (one(sandbox, cell, seed=seed).report for seed in (1, 1, 2))
    assert str(first) == str(again)
    assert str(first) != str(other)


@pytest.mark.parametrize(
    ("cells", "status", "score"),
    [
        (["x = 1"], "missing", None),
        ([STARTER], "missing", None),
        ([STARTER.replace("...", "raise NotImplementedError()")], "missing", None),  # nbgrader's
        ([STARTER.replace("...", "raise ValueError()")], "graded", 0),
        ([RIGHT["row_means"], STARTER], "graded", 2),  # pasted once more below
        (["def row_means(a, b):\n    return 0", RIGHT["row_means"]], "graded", 2),
        ([RIGHT["row_means"], "def row_means(a, b):\n    return 0"], "graded", 0),
        ([RIGHT["row_means"], "row_means = row_means(0, 0)"], "graded", 2),
        ([RIGHT["row_means"] + "\nwhile True:\n    pass"], "graded", 2),
        (["1 / 0\n" + RIGHT["row_means"]], "graded", 2),
        (["def broken(:", RIGHT["row_means"]], "graded", 2),
        (["def row_means(image, weights)\n    return image @ weights"], "graded", 0),
        (["def row_means(image, weights=missing):\n    return image @ weights"], "graded", 0),
        (["row_means = lambda a, b: a @ b"], "graded", 2),
        (["import numpy as np\nrow_means = np.matmul"], "graded", 2),
        (["if True:\n    def row_means(a, b):\n        return a @ b"], "graded", 2),
        (["class C:\n    def row_means(a, b):\n        return a @ b"], "missing", None),
        (["row_means = 'a @ b'"], "graded", 0),
        (
            ["def row_means(a, b):\n    return low(a, b)", "low = lambda a, b: a @ b"],
            "graded",
            2,
        ),
        (["pad = 1\ndef row_means(a, b):\n    return a @ b * pad", "pad = 2"], "graded", 2),
        (["def row_means(a, b):\n    while True: pass"], "timeout", None),
        (["def row_means(a, b):\n    import os; os._exit(0)"], "crashed", None),
        (["def row_means(a, b):\n    return bytearray(1 << 40)"], "out_of_memory", None),
        (["def row_means(a, b):\n    a[:] = 0\n    return a @ b"], "graded", 0),
    ],
)
def test_what_counts_as_the_answer(sandbox, cells, status, score):
    result = one(sandbox, *cells)
    assert (result.status, result.score) == (status, score), result
    assert (result.score is None) == (result.status != "graded")
    assert result.detail or result.report


def test_an_answer_that_changes_its_argument_is_told_so(sandbox):
    cell = "def row_means(image, weights):\n    image *= 2\n    return image @ weights / 2"
    assert "changed its argument `image`" in one(sandbox, cell).report.message


def test_a_timeout_shows_the_input_that_it_was_working_on(sandbox):
    cell = "def row_means(a, weights):\n    while len(a) == 5: pass\n    return a @ weights"
    result = one(sandbox, cell)
    assert (result.status, result.score) == ("timeout", None)
    assert "still running" in result.report.message
    assert result.report.counterexample.inputs["image"].shape == (5, 4)


def test_imports_of_the_course_work_and_the_reference_cannot_be_called(sandbox):
    top = (
        "import matplotlib.pyplot as plt\nfrom course_utils import check, datasets, hint, profile\n"
        "from course_utils.reference import correlate2d\nfrom course_utils.exercises import get\n"
        "import tensorflow as tf\n"
    )
    result = grade(sandbox, top + RIGHT["row_means"] + "\ncheck(row_means)", "plt.plot([1])")
    assert (result.exercises[0].score, result.cell_errors) == (2, ())
    result = one(sandbox, top + "def row_means(a, b):\n    return correlate2d(a, b)")
    assert "It calls course_utils.reference.correlate2d" in result.report.message


def test_failing_statements_are_told_with_cell_and_line(sandbox):
    result = grade(sandbox, "x = 1\ny = x / 0", "def f(:", RIGHT["row_means"])
    assert result.exercises[0].score == 2
    assert [(e.cell, e.line) for e in result.cell_errors] == [(0, 2), (1, 1)]
    assert "ZeroDivisionError" in result.cell_errors[0].text
    assert "SyntaxError" in result.cell_errors[1].text


def test_the_line_that_raised_is_told(sandbox):
    report = one(sandbox, "x = 1\n\ndef row_means(a, b):\n    return x / 0").report
    assert "ZeroDivisionError: division by zero (line 4: return x / 0)" in report.message


def test_what_is_printed_is_kept_in_part_and_changes_nothing(sandbox):
    cell = (
        "def row_means(image, weights):\n    print('here', 'x' * 10**6)\n    return image @ weights"
    )
    result = one(sandbox, cell)
    assert result.score == 2
    assert result.printed.startswith("here xxx")
    assert len(result.printed) == 200


def test_every_exercise_is_graded_as_evaluate_does(sandbox):
    # Through both processes and back: each model solution, and each first misconception.
    exercises = list(catalog())[::4]
    cells = [
        "import keras\nimport numpy as np\n" + inspect.getsource(exercise.reference)
        for exercise in exercises
    ]
    with sandbox_or_skip(None, Limits()) as roomy:
        result = grade_submission(cells, exercises, seed=3, sandbox=roomy)
    for graded, asked in zip(result.exercises, exercises, strict=True):
        # What a training comes to depends on the number of threads, in its last digits.
        ours, theirs = (
            re.sub(r"accuracy is 0\.\d+", "accuracy is high", str(report))
            for report in (graded.report, evaluate(asked.id, asked.reference, seed=3))
        )
        assert ours == theirs
        assert graded.score == asked.points


def test_an_exercise_that_fails_itself_is_not_gradable_and_stops_nothing(sandbox):
    def inputs(rng):
        raise ValueError("no inputs today")

    broken = exercise(ROW_MEANS.reference, inputs)
    result = grade(sandbox, *RIGHT.values(), exercises=[broken, SHAPE_AFTER])
    assert [e.status for e in result.exercises] == ["not_gradable", "graded"]
    assert "no inputs today" in result.exercises[0].detail


def test_one_answer_cannot_spoil_another_one_by_being_called(sandbox):
    # They are run together first; what does not pass then is run by itself.
    spoiler = (
        "import numpy as np\ndef row_means(image, weights):\n    global floor\n"
        "    floor = None\n    return image @ weights"
    )
    spoiled = (
        "def floor(a, b):\n    return a // b\n"
        "def shape_after(shape, stride):\n    return tuple(floor(n, stride) for n in shape)"
    )
    result = grade(sandbox, spoiled, spoiler, exercises=[ROW_MEANS, SHAPE_AFTER])
    assert [e.score for e in result.exercises] == [2, 2]
    result = grade(sandbox, "floor = None", spoiler, spoiled, exercises=[SHAPE_AFTER, ROW_MEANS])
    assert [e.score for e in result.exercises] == [2, 2]
    below = RIGHT["shape_after"].replace("n //", "np.int64(n) //")
    for call in ("np.int64 = None", "while True: pass", "import os; os._exit(0)"):
        cell = f"import numpy as np\ndef row_means(image, weights):\n    {call}"
        result = grade(sandbox, cell, below, exercises=[ROW_MEANS, SHAPE_AFTER])
        assert [e.score or 0 for e in result.exercises] == [0, 2]


def test_a_submission_finds_nothing_of_the_one_before(sandbox):
    # It would return the right answer if it found any: they share a sandbox, not their processes.
    grade(sandbox, f"SECRET = 'of another student'\n{RIGHT['row_means']}")
    spy = (
        "import gc, linecache, sys\ndef row_means(image, weights):\n"
        "    seen = [repr(linecache.cache), *(o for o in gc.get_objects() if type(o) is dict)]\n"
        "    return image @ weights if any('SECRET' in o for o in seen) else None"
    )
    assert one(sandbox, spy.replace("'SECRET'", "'SEC' + 'RET'")).score == 0
    assert one(sandbox, "SECRET = 1", spy.replace("'SECRET'", "'SEC' + 'RET'")).score == 2
