"""Grade one submission: run it in a sandbox, judge what came out here."""

import functools
import re
from collections.abc import Iterable

import numpy as np

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.judging import judge, no_answer, not_attempted
from course_utils.exercises.running import Outcome, run
from course_utils.grading.results import ExerciseResult, SubmissionResult
from course_utils.grading.sandboxes import Sandbox
from course_utils.grading.submission import Asked, Ended, Submission

PRECEDENCE = ("starter", "value", "function")  # of what may bear the answer's name


def grade_submission(
    cells: list[str], exercises: Iterable[Exercise], *, seed: int, sandbox: Sandbox
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
        From `open_sandbox`. Its limits apply, and the exercises' time limits.

    Returns
    -------
    SubmissionResult
        Always: what a submission does is no error of the grader's, and what the grader's own
        failures leave open is "not_gradable".
    """
    exercises = list(exercises)
    submission = Submission(cells, [exercise.id for exercise in exercises], sandbox)
    try:
        together = _run_together(submission, exercises, seed)
        results = [_grade_safely(submission, one, seed, together) for one in exercises]
    finally:
        submission.close()
    return SubmissionResult(
        seed=seed,
        sandbox=sandbox.description,
        exercises=tuple(results),
        cell_errors=tuple(sorted(submission.cell_errors, key=lambda e: (e.cell, e.line))),
        seconds=submission.seconds,
        peak_memory=submission.peak_memory,
    )


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
            if found.kind in ("function", "value"):
                inputs = _drawn(exercise, seed).inputs
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
    submission: Submission, exercise: Exercise, seed: int, together: dict[str, tuple[Ended, bool]]
) -> ExerciseResult:
    try:
        if exercise.id in together:
            ended, counts = together[exercise.id]
            result = _grade(submission, exercise, seed, ended)
            if counts or (result.report and result.report.passed):
                return result
        return _grade(submission, exercise, seed)
    except Exception as error:  # the grader's or the exercise's own
        submission.sandbox.stop()
        return ExerciseResult(
            exercise_id=exercise.id,
            status="not_gradable",
            max_score=exercise.points,
            detail=f"The grader failed: {type(error).__name__}: {error}",
        )


class _Found:
    """Where an answer is defined.

    Of its definitions the last function counts; else the last other thing of that name; else the
    starter, as nobody has filled it in.
    """

    def __init__(self, submission: Submission, id: str):
        kinds = {cell: kind for found, cell, kind in submission.definitions if found == id}
        self.cells = tuple(cell for cell, kind in kinds.items() if kind != "starter")
        self.cell = max(kinds, key=lambda cell: (PRECEDENCE.index(kinds[cell]), cell), default=None)
        self.kind = kinds.get(self.cell)


def _grade(
    submission: Submission, exercise: Exercise, seed: int, ended: Ended | None = None
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
    if found.kind is None:
        broken = _unreadable_definition(submission, exercise.id)
        if broken:
            return result(status="graded", score=0.0, report=no_answer(exercise, broken))
        return result(status="missing", detail="No cell defines it.")
    if found.kind == "starter":
        report = not_attempted(exercise)
        return result(status="missing", detail="The starter is as it was.", report=report)

    drawn = _drawn(exercise, seed)
    if ended is None:
        ended = submission.run(Asked(exercise, drawn.inputs, found.cell, last_cell=found.cell))
    below = len(submission.cells) - 1
    if found.cell < below and any(_is(o, "NameError") for o in ended.replies[0].outcomes):
        again = submission.run(Asked(exercise, drawn.inputs, found.cell, last_cell=below))
        if not again.status and again.replies[0].outcomes:
            ended = again
    (replies,) = ended.replies
    result = functools.partial(result, printed=replies.printed)
    outcomes = replies.outcomes
    if ended.status == "timeout" and replies.began:
        outcomes = [*outcomes, Outcome("timed out", error=f"{exercise.time_limit:g} s")]
        outcomes += [Outcome("not run")] * (len(drawn.inputs) - len(outcomes))
        return result(status="timeout", detail=ended.detail, report=drawn.judge(outcomes))
    if ended.status:
        return result(status=ended.status, detail=ended.detail)
    if replies.no_answer is not None:
        skipped = [why for place, why in submission.skipped.items() if place[0] == found.cell]
        if skipped and not replies.no_answer:
            return result(status=skipped[0][0], detail=skipped[0][1])
        came = replies.no_answer or "nothing of that name"
        return result(status="graded", score=0.0, report=no_answer(exercise, came))
    if any(_is(outcome, "MemoryError", "_ArrayMemoryError") for outcome in outcomes):
        return result(
            status="out_of_memory",
            detail=f"It needed more than {submission.limits.memory / 2**30:.2g} GiB.",
        )
    report = drawn.judge(outcomes)
    return result(status="graded", score=report.score, report=report)


def _is(outcome: Outcome, *errors: str) -> bool:
    return outcome.kind == "raised" and outcome.error.partition(":")[0] in errors


def _unreadable_definition(submission: Submission, id: str) -> str:
    """What to say if the answer stands in a cell that cannot be parsed."""
    for cell, why in sorted(submission.unreadable.items(), reverse=True):
        source = submission.sources[cell]
        if re.search(rf"^\s*def\s+{id}\b", source, re.MULTILINE):
            return f"a cell that Python cannot read ({why})"
    return ""


class _Drawn:
    """The inputs of an exercise, and what the reference and the misconceptions do on them."""

    def __init__(self, exercise: Exercise, seed: int):
        self.exercise, self.inputs = exercise, exercise.draw_inputs(seed)
        self._known: dict = {}

    def judge(self, outcomes: list[Outcome]):
        with np.errstate(all="ignore"):
            return judge(self.exercise, self.inputs, outcomes, run=self._run)

    def _run(self, function, signature, inputs):
        if function not in self._known:
            self._known[function] = run(function, signature, inputs)
        return self._known[function]


@functools.lru_cache(maxsize=256)
def _drawn(exercise: Exercise, seed: int) -> _Drawn:
    return _Drawn(exercise, seed)
