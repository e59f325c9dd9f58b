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
from course_utils.grading.submission import Submission

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
    results = []
    try:
        for exercise in exercises:
            try:
                results.append(_grade(submission, exercise, seed))
            except Exception as error:  # the grader's or the exercise's own
                sandbox.stop()
                detail = f"The grader failed: {type(error).__name__}: {error}"
                results.append(
                    ExerciseResult(
                        exercise_id=exercise.id,
                        status="not_gradable",
                        max_score=exercise.points,
                        detail=detail,
                    )
                )
    finally:
        submission.close()
    return SubmissionResult(
        seed=seed,
        sandbox=sandbox.description,
        exercises=tuple(results),
        cell_errors=tuple(sorted(submission.cell_errors, key=lambda e: (e.cell, e.line))),
    )


def _grade(submission: Submission, exercise: Exercise, seed: int) -> ExerciseResult:
    submission.open()
    kinds = {cell: kind for id, cell, kind in submission.definitions if id == exercise.id}
    result = functools.partial(
        ExerciseResult,
        exercise_id=exercise.id,
        max_score=exercise.points,
        defined_in=tuple(cell for cell, kind in kinds.items() if kind != "starter"),
    )
    # The last function of that name; else the last other thing; else the untouched starter.
    cell = max(kinds, key=lambda cell: (PRECEDENCE.index(kinds[cell]), cell), default=None)
    if cell is None:
        broken = _unreadable_definition(submission, exercise.id)
        if broken:
            return result(status="graded", score=0.0, report=no_answer(exercise, broken))
        return result(status="missing", detail="No cell defines it.")
    if kinds[cell] == "starter":
        report = not_attempted(exercise)
        return result(status="missing", detail="The starter is as it was.", report=report)

    drawn = _drawn(exercise, seed)
    ended = submission.run(exercise, drawn.inputs, cell, last_cell=cell)
    below = len(submission.cells) - 1
    if cell < below and any(o.error.startswith("NameError") for o in ended.replies.outcomes):
        again = submission.run(exercise, drawn.inputs, cell, last_cell=below)
        if not again.status and again.replies.outcomes:
            ended = again
    result = functools.partial(
        result,
        printed=ended.replies.printed,
        seconds=ended.seconds,
        peak_memory=ended.peak_memory,
    )
    outcomes = ended.replies.outcomes
    if ended.status == "timeout" and ended.replies.began:
        outcomes = [*outcomes, Outcome("timed out", error=f"{exercise.time_limit:g} s")]
        outcomes += [Outcome("not run")] * (len(drawn.inputs) - len(outcomes))
        return result(status="timeout", detail=ended.detail, report=drawn.judge(outcomes))
    if ended.status:
        return result(status=ended.status, detail=ended.detail)
    if ended.replies.no_answer is not None:
        skipped = [why for place, why in submission.skipped.items() if place[0] == cell]
        if skipped and not ended.replies.no_answer:
            return result(status=skipped[0][0], detail=skipped[0][1])
        came = ended.replies.no_answer or "nothing of that name"
        return result(status="graded", score=0.0, report=no_answer(exercise, came))
    if any(o.error.startswith(("MemoryError", "_ArrayMemoryError")) for o in outcomes):
        return result(
            status="out_of_memory",
            detail=f"It needed more than {submission.limits.memory / 2**30:.2g} GiB.",
        )
    report = drawn.judge(outcomes)
    return result(status="graded", score=report.score, report=report)


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
