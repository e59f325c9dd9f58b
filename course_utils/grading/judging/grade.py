"""Grade one submission: run it in a sandbox, judge what came out here."""

import functools
import re
from collections.abc import Callable, Iterable

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.judging import no_answer, not_attempted
from course_utils.exercises.model_answers.exercise import ModelExercise
from course_utils.exercises.model_answers.workshop import Workshop
from course_utils.exercises.report import Report
from course_utils.exercises.running import Outcome
from course_utils.grading.judging.keras_support import keras_support
from course_utils.grading.judging.model_judge import NotJudgedError
from course_utils.grading.judging.results import ExerciseResult, SubmissionResult
from course_utils.grading.judging.trials import trials
from course_utils.grading.sandbox.conversation import Asked, Ended, Submission
from course_utils.grading.sandbox.opening import SandboxUnavailableError
from course_utils.grading.sandbox.replies import CellError
from course_utils.grading.sandbox.sandbox import Sandbox

FOR_MEMORY = ("MemoryError", "_ArrayMemoryError", "ResourceExhaustedError")
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
        From `open_sandbox`. Its limits apply, and the exercises' time limits. Exercises whose
        answer is a Keras model run in a second one like it, opened when the first of them comes.

    Returns
    -------
    SubmissionResult
        Always: what a submission does is no error of the grader's, and what the grader's own
        failures leave open is "not_gradable".
    """
    exercises = list(exercises)
    ids = [exercise.id for exercise in exercises]
    models = [one for one in exercises if isinstance(one, ModelExercise)]
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
                results[one.id] = _grade_safely(submission, one, seed, together, tell)
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
    return trials(exercise, seed).judge(outcomes, workshop)


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
                inputs = trials(exercise, seed).inputs
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
) -> ExerciseResult:
    try:
        if exercise.id in together:
            ended, counts = together[exercise.id]
            result = _grade(submission, exercise, seed, tell, ended)
            if counts or (result.report and result.report.passed):
                return result
        return _grade(submission, exercise, seed, tell)
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
    submission: Submission,
    exercise: Exercise,
    seed: int,
    tell: Callable,
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
    if found.kind is None:
        broken = _unreadable_definition(submission, exercise.id)
        if broken:
            return result(status="graded", score=0.0, report=no_answer(exercise, broken))
        return result(status="missing", detail="No cell defines it.")
    if found.kind == "starter":
        report = not_attempted(exercise)
        return result(status="missing", detail="The starter is as it was.", report=report)

    inputs = trials(exercise, seed).inputs
    if ended is None:
        ended = submission.run(Asked(exercise, inputs, found.cell, last_cell=found.cell))
    below = len(submission.cells) - 1
    if found.cell < below and any(_is(o, "NameError") for o in ended.replies[0].outcomes):
        again = submission.run(Asked(exercise, inputs, found.cell, last_cell=below))
        if not again.status and again.replies[0].outcomes:
            ended = again
    (replies,) = ended.replies
    result = functools.partial(result, printed=replies.printed)
    outcomes = replies.outcomes
    if ended.status == "timeout" and replies.began:
        outcomes = [*outcomes, Outcome("timed out", error=f"{exercise.time_limit:g} s")]
        outcomes += [Outcome("not run")] * (len(inputs) - len(outcomes))
        report = tell(exercise, seed, outcomes)
        return result(status="timeout", detail=ended.detail, report=report)
    if ended.status:
        return result(status=ended.status, detail=ended.detail)
    if replies.no_answer is not None:
        skipped = [why for place, why in submission.skipped.items() if place[0] == found.cell]
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


def _unreadable_definition(submission: Submission, id: str) -> str:
    """What to say if the answer stands in a cell that cannot be parsed."""
    for cell, why in sorted(submission.unreadable.items(), reverse=True):
        source = submission.sources[cell]
        if re.search(rf"^\s*def\s+{id}\b", source, re.MULTILINE):
            return f"a cell that Python cannot read ({why})"
    return ""
