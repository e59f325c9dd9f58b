"""What a student calls: `check` and `hint`; and what programs call: `evaluate`."""

import collections
import dis
import sys
import types
from collections.abc import Callable

import numpy as np

from course_utils.exercises.judging import judge, no_answer, not_attempted, too_large
from course_utils.exercises.model_answers.data import is_model
from course_utils.exercises.registry import get
from course_utils.exercises.report import Report
from course_utils.exercises.running import run
from course_utils.exercises.trial import Trial

_hints_shown: collections.Counter[str] = collections.Counter()


def check(answer: Callable) -> None:
    """Check an answer and show what came out: rich in a notebook, plain text elsewhere.

    Parameters
    ----------
    answer : function
        Its name says which exercise it answers.

    Raises
    ------
    ValueError
        If no exercise has the function's name.
    """
    exercise = get(getattr(answer, "__name__", answer))
    if exercise.tries_out and not is_starter(answer):
        print("If all else is right, your model is now tried out: this may take half a minute.")
    _show(evaluate(exercise.id, answer, time_limit=exercise.time_limit))


def hint(exercise: Callable | str) -> None:
    """Print the next hint for an exercise, given its name or your function."""
    found = get(getattr(exercise, "__name__", exercise))
    number = min(_hints_shown[found.id], len(found.hints) - 1)
    _hints_shown[found.id] += 1
    print(f"Hint {number + 1} of {len(found.hints)}: {found.hints[number]}")


def evaluate(id: str, answer: object, *, seed: int = 0, time_limit: float | None = None) -> Report:
    """Judge an answer; never raises for what the answer is or does.

    Parameters
    ----------
    id : str
        The exercise.
    answer : function
        For an exercise without arguments, the number itself will do.
    seed : int
        Draws the inputs: the same seed, the same inputs.
    time_limit : float, optional
        Seconds for all inputs together. Without it the answer may run for ever.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    exercise = get(id)
    if (
        isinstance(answer, int | float | np.number)
        and exercise.inputs is None
        and not exercise.returns_model
    ):
        value = answer

        def answer():
            return value

    if not callable(answer) or (exercise.returns_model and is_model(answer)):
        return no_answer(exercise, f"an object of type {type(answer).__name__}")
    if is_starter(answer):
        return not_attempted(exercise)
    trial = Trial(exercise, seed)
    outcomes = run(answer, exercise.signature, trial.inputs, time_limit, exercise.to_data)
    try:
        return judge(trial, outcomes)
    except MemoryError:
        return too_large(exercise)


def is_starter(answer: Callable) -> bool:
    """Whether the body is still a docstring and ``...``, ``pass`` or nbgrader's stub.

    That stub is ``raise NotImplementedError()``.
    """
    if type(answer) is not types.FunctionType:
        return False
    harmless = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    harmless |= {"PUSH_NULL", "PRECALL", "CALL", "RAISE_VARARGS"}
    steps = list(dis.get_instructions(answer.__code__))
    raises = steps[-1].opname == "RAISE_VARARGS"
    for step in steps:
        if raises and step.opname in ("LOAD_GLOBAL", "LOAD_COMMON_CONSTANT"):
            if "NotImplementedError" not in str(step.argval):
                return False
        elif step.opname not in harmless or ("CONST" in step.opname and step.argval is not None):
            return False
    return True


def _show(report: Report) -> None:
    # A notebook has IPython loaded; anywhere else (also in the page) its absence means print.
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        from IPython.display import display

        display(report)
    else:
        print(report)
