"""`evaluate` says what is wrong in the student's terms and never raises for what answers do."""

import builtins
import contextlib
import functools
import threading
import time

import numpy as np
import pytest

from course_utils.exercises import Exercise, Misconception, catalog, check, evaluate, hint
from course_utils.reference import correlate2d


def mean_rows(image, weights):
    return image @ weights


def _inputs(rng):
    yield {"image": np.array([[1.0, 2.0], [3.0, 5.0], [0.0, 1.0]]), "weights": np.array([0.5, 0.5])}
    for _ in range(3):
        yield {"image": rng.normal(size=(5, 4)), "weights": rng.normal(size=4)}


def answer_to_everything():
    return 42


EXERCISES = {
    exercise.id: exercise
    for exercise in (
        Exercise(
            chapter=0,
            title="Weighted rows",
            prompt="Weighted sum of each row.",
            reference=mean_rows,
            inputs=_inputs,
            misconceptions=(
                Misconception(
                    id="weights-ignored",
                    name="The weights are not used.",
                    hint="Multiply before you add.",
                    wrong=lambda image, weights: image.sum(1),
                ),
                Misconception(
                    id="reversed",
                    name="The weights are reversed.",
                    hint="Which weight belongs to the first column?",
                    wrong=lambda image, weights: image @ weights[::-1],
                ),
            ),
            hints=("Think.", "Multiply.", "Add."),
            points=3,
            time_limit=1.0,
        ),
        Exercise(
            chapter=0,
            title="The answer",
            prompt="The answer.",
            reference=answer_to_everything,
            misconceptions=(
                Misconception(id="nine", name="6 times 9.", hint="6 times 7.", wrong=lambda: 54),
            ),
            hints=("Ask.",),
        ),
    )
}


@pytest.fixture(autouse=True)
def small_catalog(monkeypatch):
    monkeypatch.setattr("course_utils.exercises.registry._by_id", lambda: EXERCISES)


def report_on(answer, **options):
    return evaluate("mean_rows", answer, **options)


class NoAttributes:
    def __getattr__(self, name):
        raise RuntimeError("touched")

    def __call__(self, image, weights):
        return image @ weights


@pytest.mark.parametrize(
    "answer",
    [
        lambda image, weights: (image * weights).sum(axis=1),
        lambda image, weights: np.einsum("ij,j->i", image, weights),
        lambda image, weights: (image @ weights).astype(np.float32),
        lambda a, b: np.array([sum(x * y for x, y in zip(row, b, strict=True)) for row in a]),
        functools.partial(lambda scale, image, weights: scale * image @ weights, 1.0),
        np.matmul,
        lambda image, weights: np.ma.masked_invalid(image @ weights),
        NoAttributes(),
    ],
    ids=["axis", "einsum", "float32", "loops", "partial", "ufunc", "masked array", "object"],
)
def test_right_answers_pass_however_they_are_written(answer):
    report = report_on(answer)
    assert report.passed, report
    assert (report.score, report.max_score, report.misconception) == (3, 3, None)


def test_a_recognized_mistake_is_named():
    report = report_on(lambda image, weights: image.sum(1))
    assert (report.passed, report.score, report.misconception) == (False, 0, "weights-ignored")
    assert "Multiply before you add." in str(report)
    assert "Multiply before you add." in report._repr_html_()


def test_a_mistake_that_agrees_on_some_inputs_only_is_not_named():
    # Equal to weights-ignored where all weights are 1/2 twice over, different elsewhere.
    report = report_on(lambda image, weights: image.sum(1) * (1 if len(weights) == 2 else 3))
    assert report.misconception is None
    assert not report.passed


def test_the_smallest_failing_input_is_shown_with_expected_and_got():
    report = report_on(lambda image, weights: image.sum(1))
    example = report.counterexample
    assert example.inputs["image"].shape == (3, 2)
    np.testing.assert_allclose(example.expected, [1.5, 4, 0.5])
    np.testing.assert_allclose(example.got, [3, 8, 1])
    # Half of the result is right: then a larger input is the smallest that fails.
    report = report_on(lambda image, weights: image @ weights + (len(image) > 3))
    assert report.counterexample.inputs["image"].shape == (5, 4)


def forgets_to_return(image, weights):
    result = image @ weights
    result += 0


def returns_list(image, weights):
    return [float(row @ weights) for row in image]


def mutates(image, weights):
    result = image @ weights
    image[:] = 0
    return result


def recurses(image, weights):
    return recurses(image, weights)


def exits(image, weights):
    raise SystemExit(0)


def interrupts(image, weights):
    raise KeyboardInterrupt


def takes_len_away(image, weights):
    del builtins.len


class UnprintableError(Exception):
    def __str__(self):
        raise RuntimeError("no message for you")


def raises_unprintable(image, weights):
    raise UnprintableError


class Liar(np.ndarray):
    """An array that claims to equal everything."""

    def __eq__(self, other):
        return np.True_

    def __sub__(self, other):
        return np.zeros(3)

    def __array_ufunc__(self, *args, **kwargs):
        return np.True_

    def astype(self, *args, **kwargs):
        return np.array([1.5, 4, 0.5])


class Trap:
    def __array__(self, *args, **kwargs):
        raise RuntimeError("touched")

    def __eq__(self, other):
        return True

    def __len__(self):
        raise RuntimeError("touched")


class TrappedList(list):
    def __iter__(self):
        raise RuntimeError("touched")

    def __len__(self):
        raise RuntimeError("touched")


class TrappedNumber(np.float64):
    def __array__(self, *args, **kwargs):
        raise RuntimeError("touched")


class Impostor:
    __class__ = np.ndarray


def boxed(value):
    box = np.empty((), object)
    box[()] = value
    return box


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (forgets_to_return, "returned None"),
        (returns_list, "returned a list"),
        (lambda image, weights: tuple(image @ weights), "returned a tuple"),
        (lambda image, weights: (image @ weights)[:-1], "shape (2,); expected shape (3,)"),
        (lambda image, weights: float((image @ weights).sum()), "a number; expected shape (3,)"),
        (lambda image, weights: (image @ weights).astype(object), "dtype object"),
        (lambda image, weights: (image @ weights).astype(str), "dtype <U"),
        (lambda image, weights: (image @ weights) * (1 + 0j), "dtype complex128"),
        (lambda image, weights: image @ weights > 0, "dtype bool"),
        (lambda image, weights: (image @ weights).astype(int), "cuts fractions off"),
        (lambda image, weights: image @ weights * np.nan, "There is nan"),
        (lambda image, weights: image @ weights / 0.0, "There is inf"),
        (lambda image, weights: "1.5, 4, 0.5", "the text"),
        (lambda image, weights: {"a": 1}, "type dict"),
        (lambda image, weights: (x for x in image), "type generator"),
        (lambda image, weights: (image @ weights + 1).view(Liar), "3 of 3 entries are wrong"),
        (lambda image, weights: Trap(), "type Trap"),
        (lambda image, weights: [Trap()], "returned a list"),
        (lambda image, weights: boxed(TrappedList()), "an array of dtype object"),
        (lambda image, weights: TrappedNumber(1), "type TrappedNumber"),
        (lambda image, weights: Impostor(), "type Impostor"),
        (lambda image, weights: np.zeros((0, 3, 4, 2)), "shape (0, 3, 4, 2)"),
        (lambda image, weights: np.bool_(True), "returned True or False"),
        (mutates, "changed its argument `image`"),
        (lambda image, weights: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda image: image, "raised TypeError"),
        (exits, "raised SystemExit"),
        (takes_len_away, "returned None"),
        (interrupts, "raised KeyboardInterrupt"),
        (recurses, "raised RecursionError"),
        (raises_unprintable, "raised UnprintableError: (its message could not be read)"),
        (lambda image, weights: correlate2d(image, image[:1, :1]), "reference.correlate2d"),
    ],
)
@pytest.mark.parametrize("time_limit", [None, 20], ids=["direct", "in a thread"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_goes_wrong_is_said(answer, words, time_limit):
    report = report_on(answer, time_limit=time_limit)
    assert not report.passed
    assert report.score == 0
    assert words in report.message
    assert words in str(report)
    assert "<div" in report._repr_html_()


def helper(weights):
    return weights.missing


def test_the_line_of_the_students_code_that_raised_is_named():
    # As an editor counts, also in a helper that stands above the answer in the same cell.
    line = helper.__code__.co_firstlineno + 1
    report = report_on(lambda image, weights: helper(weights))
    assert f"(line {line}: return weights.missing)" in str(report)


def never_ends(image, weights):
    while True:
        pass


def never_ends_and_will_not_be_stopped(image, weights):
    until = time.monotonic() + 3  # it does end, so that the test run does
    while time.monotonic() < until:
        with contextlib.suppress(BaseException):
            time.sleep(0.01)


@pytest.mark.parametrize("answer", [never_ends, never_ends_and_will_not_be_stopped])
def test_an_endless_loop_is_reported(answer):
    report = report_on(answer, time_limit=0.2)
    assert "still running after 0.2 s" in report.message
    assert not report.passed


def test_an_endless_loop_is_stopped():
    before = threading.active_count()
    report_on(never_ends, time_limit=0.2)
    assert threading.active_count() == before


def test_right_on_the_first_inputs_and_endless_on_the_last():
    def slow_on_large(image, weights):
        return image @ weights if len(image) == 3 else never_ends(image, weights)

    report = report_on(slow_on_large, time_limit=0.2)
    assert "still running" in report.message
    assert report.counterexample.inputs["image"].shape == (5, 4)


def unsolved(image, weights):
    """Weighted sum of each row."""
    ...


def passes(image, weights):
    pass


def nbgraders_stub(image, weights):
    """Weighted sum of each row."""
    # YOUR CODE HERE
    raise NotImplementedError()


@pytest.mark.parametrize("answer", [unsolved, passes, nbgraders_stub])
def test_a_starter_is_not_attempted(answer):
    report = report_on(answer)
    assert report.status == "not attempted"
    assert "Not attempted yet" in str(report)


def raises_another(image, weights):
    raise ValueError


def returns_the_error(image, weights):
    return NotImplementedError


@pytest.mark.parametrize("answer", [raises_another, returns_the_error])
def test_other_errors_are_answers(answer):
    assert report_on(answer).status == "failed"


@pytest.mark.parametrize(
    "answer",
    [
        lambda image, weights: image,
        lambda image, weights: 5,
        lambda image, weights: 0,
        lambda image, weights: True,
        lambda image, weights: "text",
    ],
)
def test_a_short_wrong_answer_is_an_attempt(answer):
    assert report_on(answer).status == "failed"


@pytest.mark.parametrize(
    ("answer", "passed"),
    [
        (42, True),
        (42.0, True),
        (np.int32(42), True),
        (lambda: 42, True),
        (54, False),
        (1e400, False),
    ],
)
def test_a_numeric_answer_may_be_the_number_itself(answer, passed):
    assert evaluate("answer_to_everything", answer).passed is passed


def test_a_count_that_is_off_by_a_little_is_wrong():
    def count():
        return 2_457_610

    counting = Exercise(
        chapter=0, title="Count", prompt="Count.", reference=count, misconceptions=(), hints=("1",)
    )
    EXERCISES["count"] = counting
    assert evaluate("count", 2_457_610.0).passed
    assert not evaluate("count", 2_457_600).passed
    del EXERCISES["count"]


def test_a_wrong_number_is_not_answered_with_the_right_one():
    report = evaluate("answer_to_everything", lambda: 54)
    assert report.misconception == "nine"
    assert "42" not in str(report) + report._repr_html_()
    assert "42" not in str(evaluate("answer_to_everything", lambda: 10**40))


@pytest.mark.parametrize("answer", [None, "42", [1], Trap(), np.zeros(3), ...])
def test_what_is_no_function_is_said(answer):
    report = report_on(answer)
    assert "Expected a function called mean_rows" in report.message


def test_the_same_seed_draws_the_same_inputs():
    exercise = EXERCISES["mean_rows"]
    first, again, other = (exercise.draw_inputs(seed)[2]["image"] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_inputs_reach_the_answer_as_copies():
    kept = []

    def keeps(image, weights):
        kept.append(image)
        return image @ weights

    assert report_on(keeps).passed
    kept[0][:] = 7
    assert report_on(keeps).passed


def test_check_prints_in_a_terminal(capsys):
    check(mean_rows)
    assert capsys.readouterr().out.startswith("Passed: Weighted rows (3 of 3 points)")


def test_check_of_an_unknown_name_says_which_are_near():
    def mean_row(image, weights):
        return image

    with pytest.raises(
        ValueError, match="no exercise is called 'mean_row'; did you mean mean_rows"
    ):
        check(mean_row)


@pytest.mark.parametrize("ask", [check, hint, lambda value: evaluate(value, mean_rows)])
@pytest.mark.parametrize("value", [5, None, np.zeros(3), ["mean_rows"]], ids=repr)
def test_what_names_no_exercise_is_refused_in_words(ask, value):
    with pytest.raises(ValueError, match=f"got an object of type {type(value).__name__}; expected"):
        ask(value)


def test_an_id_that_is_near_to_none_gets_the_list():
    with pytest.raises(ValueError, match="there are mean_rows, answer_to_everything"):
        evaluate("zzz", mean_rows)


def test_hints_come_one_at_a_time_and_the_last_stays(capsys):
    for _ in range(4):
        hint("mean_rows")
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["Hint 1 of 3: Think.", "Hint 2 of 3: Multiply.", *["Hint 3 of 3: Add."] * 2]


def test_a_students_text_cannot_break_out_of_the_page():
    def vandal(image, weights):
        raise ValueError("<script>alert(1)</script>")

    assert "<script>" not in report_on(vandal)._repr_html_()


def test_the_catalog_is_what_get_knows():
    assert {exercise.id for exercise in catalog()} == set(EXERCISES)


def test_stopping_an_answer_prints_nothing(capfd):
    for limit in np.linspace(0.001, 0.02, 40):
        report_on(never_ends, time_limit=limit)
        report_on(lambda image, weights: time.sleep(0.005), time_limit=limit)
    time.sleep(0.3)
    out, err = capfd.readouterr()
    assert out + err == ""


class LingeringThread(threading.Thread):
    """Done with its work, not yet gone: what the time limit may meet by chance."""

    def join(self, timeout=None):
        super().join()

    def is_alive(self):
        return True


def test_an_answer_that_finished_at_the_last_moment_is_judged(monkeypatch):
    monkeypatch.setattr(threading, "Thread", LingeringThread)
    assert report_on(lambda image, weights: image @ weights, time_limit=5).passed
