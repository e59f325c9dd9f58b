"""Grade one submission: run it in a sandbox, judge what came out here."""

import functools
import platform
import re
from collections.abc import Callable, Iterable

import numpy as np

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.judging import judge, no_answer, not_attempted
from course_utils.exercises.model_answers.workshop import Workshop
from course_utils.exercises.report import Report
from course_utils.exercises.running import Outcome
from course_utils.grading.judging.keras_support import keras_support
from course_utils.grading.judging.model_judge import NotJudgedError
from course_utils.grading.judging.results import ExerciseResult, SubmissionResult
from course_utils.grading.judging.trials import trial
from course_utils.grading.sandbox.conversation import (
    Asked,
    Ended,
    Submission,
    UnreadableCellsError,
)
from course_utils.grading.sandbox.inside.cells import KINDS
from course_utils.grading.sandbox.opening import SandboxUnavailableError
from course_utils.grading.sandbox.replies import CellError
from course_utils.grading.sandbox.sandbox import Sandbox

FOR_MEMORY = ("MemoryError", "_ArrayMemoryError", "ResourceExhaustedError")


def grade_submission(
    cells: list[str],
    exercises: Iterable[Exercise],
    *,
    seed: int,
    sandbox: Sandbox,
    python: str = "",
) -> SubmissionResult:
    """Grade the answers to some exercises in the cells of one notebook.

    An answer is found by its definition and called in the state in which its cell leaves things,
    as the check below it would. If it then misses a name, the cells below it are run as well.

    Parameters
    ----------
    cells : list of str
        Python source of the code cells, in order, without magics and shell lines.
    exercises : iterable of Exercise
    seed : int
        Draws the inputs. Keep it from students until grading is over.
    sandbox : Sandbox
        From `open_sandbox`. Its limits apply, and the exercises' time limits. Exercises whose
        answer is a Keras model run in a second one like it, opened when the first of them comes.
    python : str
        The version of Python that the notebook says it was written with; empty if it does not.

    Returns
    -------
    SubmissionResult
        Always: what a submission does is no error of the grader's, and what the grader's own
        failures leave open is "not_gradable".
    """
    exercises = list(exercises)
    ids = [exercise.id for exercise in exercises]
    models = [one for one in exercises if one.returns_model]
    submissions, results = [], {}
    for some in ([one for one in exercises if one not in models], models):
        if not some:
            continue
        try:
            walled = keras_support(sandbox).sandbox if some is models else sandbox
        except SandboxUnavailableError as error:
            results.update((one.id, _not_gradable(one, error)) for one in some)
            continue
        submission = Submission(cells, ids, walled)
        judge = keras_support(sandbox).judge if some is models else None
        tell = functools.partial(_judge, workshop=judge)
        submissions.append(submission)
        try:
            together = _run_together(submission, some, seed)
            for one in some:
                results[one.id] = _grade_safely(submission, one, seed, together, tell, python)
        finally:
            submission.close()
            if judge:
                judge.end_submission()
    return SubmissionResult(
        seed=seed,
        sandbox="; with Keras, ".join(one.sandbox.description for one in submissions)
        or sandbox.description,
        exercises=tuple(results[id] for id in ids),
        cell_errors=tuple(sorted(_cell_errors(submissions), key=lambda e: (e.cell, e.line))),
        seconds=sum(one.seconds for one in submissions),
        peak_memory=max((one.peak_memory for one in submissions), default=0),
    )


def _cell_errors(submissions: list[Submission]) -> set[CellError]:
    """What failed outside of functions; of cells that were run with Keras, what failed there."""
    last = max((one.last_cell for one in submissions if one.sandbox.keras), default=-1)
    return {
        error
        for one in submissions
        for error in one.cell_errors
        if one.sandbox.keras or error.cell > last
    }


def _judge(
    exercise: Exercise, seed: int, outcomes: list[Outcome], workshop: Workshop | None = None
) -> Report:
    with np.errstate(all="ignore"):
        return judge(trial(exercise, seed), outcomes, workshop)


def _run_together(
    submission: Submission, exercises: list[Exercise], seed: int
) -> dict[str, tuple[Ended, bool]]:
    """What came of running all answers in one process, and whether it counts whatever it is.

    That saves most of the time, for most submissions are mostly right. No answer can make a later
    one right in this way, but it can spoil it: only the first one counts in any case.
    """
    try:
        submission.open()
        asked = []
        for exercise in exercises:
            found = _Found(submission, exercise.id)
            if found.kind in ("answer", "course"):
                inputs = trial(exercise, seed).inputs
                asked.append(Asked(exercise, inputs, found.cell, last_cell=found.cell))
        if not asked:
            return {}
        asked.sort(key=lambda one: one.defined_in)
        ended = submission.run(*asked)
    except Exception:  # what the matter is, each exercise will show for itself
        submission.sandbox.stop()
        return {}
    together = {}
    for place, (one, replies) in enumerate(zip(asked, ended.replies, strict=True)):
        status, detail = ("", "") if replies.complete else (ended.status, ended.detail)
        if replies.complete or not place:
            together[one.exercise.id] = Ended([replies], status, detail), not place
    return together


def _grade_safely(
    submission: Submission,
    exercise: Exercise,
    seed: int,
    together: dict[str, tuple[Ended, bool]],
    tell: Callable,
    python: str,
) -> ExerciseResult:
    try:
        if exercise.id in together:
            ended, counts = together[exercise.id]
            result = _grade(submission, exercise, seed, tell, python, ended)
            if counts or (result.report and result.report.passed):
                return result
        return _grade(submission, exercise, seed, tell, python)
    except UnreadableCellsError as error:
        return ExerciseResult(
            exercise_id=exercise.id,
            status="crashed",
            max_score=exercise.points,
            detail=str(error),
        )
    except NotJudgedError as error:
        return ExerciseResult(
            exercise_id=exercise.id,
            status=error.status,
            max_score=exercise.points,
            detail=str(error),
        )
    except Exception as error:  # the grader's or the exercise's own
        submission.sandbox.stop()
        return _not_gradable(exercise, error)


def _not_gradable(exercise: Exercise, error: Exception) -> ExerciseResult:
    return ExerciseResult(
        exercise_id=exercise.id,
        status="not_gradable",
        max_score=exercise.points,
        detail=f"The grader failed: {type(error).__name__}: {error}",
    )


class _Found:
    """Where an answer is defined, as far as its cells tell without being run.

    The last cell that binds its name, to whatever it may be, holds the answer. A starter that
    nobody has filled in is none, however far below, nor is what comes from the course itself.
    """

    def __init__(self, submission: Submission, id: str):
        kinds = {cell: kind for found, cell, kind in submission.definitions if found == id}
        self.cells = tuple(sorted(cell for cell, kind in kinds.items() if kind == "answer"))
        self.cell = max(kinds, key=lambda cell: (KINDS.index(kinds[cell]), cell), default=None)
        self.kind = kinds.get(self.cell)


def _grade(
    submission: Submission,
    exercise: Exercise,
    seed: int,
    tell: Callable,
    python: str,
    ended: Ended | None = None,
) -> ExerciseResult:
    """Grade one answer by what came of running it, or run it now, in a process of its own."""
    submission.open()
    found = _Found(submission, exercise.id)
    result = functools.partial(
        ExerciseResult,
        exercise_id=exercise.id,
        max_score=exercise.points,
        defined_in=found.cells,
    )
    if found.kind != "answer" and (unread := _unread_definition(submission, exercise, python)):
        return result(**unread)
    if found.kind is None:
        return result(status="missing", detail="No cell defines it.")
    if found.kind == "starter":
        report = not_attempted(exercise)
        return result(status="missing", detail="The starter is as it was.", report=report)

    inputs = trial(exercise, seed).inputs
    cell = found.cell
    if ended is None:
        ended = submission.run(Asked(exercise, inputs, cell, last_cell=cell))
    earlier = ended.replies[0].answer_in
    if ended.replies[0].no_answer is not None and 0 <= earlier < cell:
        # What the last cell made of it is no function any more, and cannot have been meant.
        cell = earlier
        ended = submission.run(Asked(exercise, inputs, cell, last_cell=cell))
    below = len(submission.cells) - 1
    if cell < below and any(_is(o, "NameError") for o in ended.replies[0].outcomes):
        again = submission.run(Asked(exercise, inputs, cell, last_cell=below))
        if not again.status and again.replies[0].outcomes:
            ended = again
    (replies,) = ended.replies
    counts = replies.answer_in if replies.answer_in in found.cells else cell
    result = functools.partial(result, printed=replies.printed, counts=counts)
    outcomes = replies.outcomes
    if ended.status == "timeout" and replies.began:
        outcomes = [*outcomes, Outcome("timed out", error=f"{exercise.time_limit:g} s")]
        outcomes += [Outcome("not run")] * (len(inputs) - len(outcomes))
        report = tell(exercise, seed, outcomes)
        return result(status="timeout", detail=ended.detail, report=report)
    if ended.status:
        return result(status=ended.status, detail=ended.detail)
    if replies.no_answer is not None:
        skipped = [why for place, why in submission.skipped.items() if place[0] == cell]
        if skipped and not replies.no_answer:
            return result(status=skipped[0][0], detail=skipped[0][1])
        came = replies.no_answer or "nothing of that name"
        return result(status="graded", score=0.0, report=no_answer(exercise, came))
    if any(_is(outcome, *FOR_MEMORY) for outcome in outcomes):
        return result(
            status="out_of_memory",
            detail=f"It needed more than {submission.limits.memory / 2**30:.2g} GiB.",
        )
    report = tell(exercise, seed, outcomes)
    return result(status="graded", score=report.score, report=report)


def _is(outcome: Outcome, *errors: str) -> bool:
    return outcome.kind == "raised" and outcome.error.partition(":")[0] in errors


def _unread_definition(submission: Submission, exercise: Exercise, python: str) -> dict | None:
    """What becomes of an answer that stands in a cell which could not be read, if it does.

    `python` is the version that the notebook says it was written with.
    """
    id, blank = exercise.id, "[ \\t]"
    pattern = rf"^{blank}*(async{blank}+)?(def{blank}+{id}\b|{id}{blank}*=(?!=))"
    defines = re.compile(pattern, re.MULTILINE)
    for cell in sorted({*submission.unreadable, *submission.slow}, reverse=True):
        if not defines.search(submission.sources[cell]):
            continue
        if cell in submission.slow:
            return {
                "status": "timeout",
                "detail": f"Its cell was left out: {submission.slow[cell]}.",
            }
        why = submission.unreadable[cell]
        ours = platform.python_version()
        if cell in submission.newer or _newer(python, ours):
            reason = submission.newer.get(cell) or f"The notebook was written with Python {python}"
            if cell in submission.newer:
                reason = f"It seems to use {reason}"
            detail = f"{reason}. The grader's Python, {ours}, cannot read its cell ({why})."
            return {"status": "to_be_decided", "detail": detail}
        report = no_answer(exercise, f"a cell that Python cannot read ({why})")
        return {"status": "graded", "score": 0.0, "report": report}
    return None


def _newer(version: str, ours: str) -> bool:
    """Whether a version is of a later Python than ours, by its first two numbers."""
    match = re.match(r"(\d{1,3})\.(\d{1,3})(?!\d)", version)
    return match is not None and tuple(map(int, match.groups())) > tuple(
        map(int, ours.split(".")[:2])
    )
