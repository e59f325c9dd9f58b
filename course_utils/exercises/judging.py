"""From what an answer did to a report: right or wrong, which mistake, and what to look at.

Nothing here runs the answer, so that a grader can judge outcomes that came out of a sandbox.
"""

from typing import TYPE_CHECKING

import numpy as np

from course_utils.exercises.comparing import compare
from course_utils.exercises.report import Counterexample, Report
from course_utils.exercises.running import Outcome
from course_utils.exercises.trial import Trial

if TYPE_CHECKING:
    from course_utils.exercises.exercise import Exercise, Misconception
    from course_utils.exercises.layer_table import LayerTable
    from course_utils.exercises.model_answers.workshop import Workshop


def judge(trial: Trial, outcomes: list[Outcome], workshop: "Workshop | None" = None) -> Report:
    """The report on an answer whose calls on the inputs of a trial had these outcomes.

    `workshop` is where models are tried out; without it, here.
    """
    used = next((outcome.reference_call for outcome in outcomes if outcome.reference_call), "")
    if used:
        return report_on(
            trial.exercise,
            "failed",
            f"It calls course_utils.reference.{used}. The exercise asks for code of your own.",
        )
    return trial.exercise.judge(trial, outcomes, workshop)


def judge_values(trial: Trial, outcomes: list[Outcome]) -> Report:
    """The report on an answer that returns numbers and arrays."""
    exercise, inputs, expected = trial.exercise, trial.inputs, trial.expected
    complaints = [_complaint(exercise, *case) for case in zip(expected, outcomes, strict=True)]
    failing = [i for i, complaint in enumerate(complaints) if complaint]
    if not failing:
        message = f"Right on all {len(inputs)} inputs." if exercise.inputs else "Right."
        return report_on(exercise, "passed", message)

    # "not run" says nothing by itself: show the call that stopped the others.
    shown = min(
        (i for i in failing if outcomes[i].kind != "not run"),
        key=lambda i: _size(inputs[i]),
    )
    message, difference = complaints[shown]
    counterexample = None
    if exercise.inputs:
        returned = outcomes[shown].kind == "returned"
        right, got = expected[shown], outcomes[shown].value if returned else None
        if difference and difference.item is not None:
            right, got = right[difference.item], got[difference.item]
        counterexample = Counterexample(
            inputs=inputs[shown],
            expected=right,
            got=got,
            returned=returned,
            where=difference.where if difference else None,
        )
        if outcomes[-1].kind != "not run" and outcomes[shown].kind != "timed out":
            message += f" ({len(failing)} of {len(inputs)} inputs fail; the smallest is shown.)"
    return report_on(exercise, "failed", message, counterexample, diagnose(trial, outcomes))


def diagnose(trial: Trial, outcomes: list[Outcome]) -> "Misconception | None":
    """The first registered mistake that does on every input what the answer did."""
    if any(outcome.kind in ("timed out", "not run") for outcome in outcomes):
        return None
    exercise = trial.exercise
    for misconception in exercise.misconceptions:
        mistaken = trial.mistaken(misconception)
        if all(_alike(exercise, *pair) for pair in zip(mistaken, outcomes, strict=True)) and any(
            outcome.kind == "returned"
            and compare(value, outcome.value, exercise.rtol, exercise.atol)
            for value, outcome in zip(trial.expected, outcomes, strict=True)
        ):
            return misconception
    return None


def _alike(exercise: "Exercise", mistaken: Outcome, outcome: Outcome) -> bool:
    if mistaken.kind != outcome.kind:
        return False
    if mistaken.kind == "raised":
        return True
    if mistaken.value is None:
        return outcome.value is None
    return compare(mistaken.value, outcome.value, exercise.rtol, exercise.atol) is None


def _complaint(exercise: "Exercise", expected: object, outcome: Outcome):
    """None, or (sentence, Difference or None)."""
    if outcome.kind == "timed out":
        return f"It was still running after {outcome.error}. Is there a loop that never ends?", None
    if outcome.kind == "not run":
        return "It was not run on this input.", None
    if outcome.kind == "raised":
        where = f" ({outcome.line})" if outcome.line else ""
        return f"It raised {outcome.error}{where}.", None
    difference = compare(expected, outcome.value, exercise.rtol, exercise.atol)
    if difference:
        return difference.text, difference
    if outcome.mutated:
        names = " and ".join(f"`{name}`" for name in outcome.mutated)
        return (
            f"The result is right, but it changed its argument {names}. "
            "Whoever called it still needs that: work on a copy.",
            None,
        )
    return None


def _size(arguments: dict) -> int:
    return sum(np.size(value) for value in arguments.values())


def report_on(
    exercise: "Exercise",
    status: str,
    message: str,
    counterexample: Counterexample | None = None,
    misconception: "Misconception | None" = None,
    table: "LayerTable | None" = None,
) -> Report:
    """A report with all that an exercise says about itself; "passed" earns its points."""
    return Report(
        exercise_id=exercise.id,
        title=exercise.title,
        status=status,
        score=exercise.points if status == "passed" else 0.0,
        max_score=exercise.points,
        message=message,
        misconception=misconception.id if misconception else None,
        diagnosis=misconception.name if misconception else "",
        hint=misconception.hint if misconception else "",
        counterexample=counterexample,
        table=table,
    )


def not_attempted(exercise: "Exercise") -> Report:
    """The report on a starter that nobody has filled in."""
    return report_on(
        exercise,
        "not attempted",
        "Not attempted yet. Replace the ... by your code, run that cell, then run this one.",
    )


def too_large(exercise: "Exercise") -> Report:
    """The report on a model that there is not enough memory for, where it is not graded."""
    return report_on(
        exercise, "failed", "Trying the model out needs more memory than there is here."
    )


def no_answer(exercise: "Exercise", came: str) -> Report:
    """The report on something that is no answer at all, such as a string."""
    return report_on(exercise, "failed", f"Expected a function called {exercise.id}; got {came}.")
