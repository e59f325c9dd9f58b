"""How the result of a submission that was graded again differs, and whether it is worse."""

from dataclasses import dataclass

from course_utils.grading.judging.results import ExerciseResult
from course_utils.grading.records.records import Record

LOST, LOWER = "lost", "lower"
# What the regrade itself may have caused: the machine was busy, or a process was killed.
ACCIDENTS = ("timeout", "crashed", "out_of_memory", "not_gradable")


@dataclass(frozen=True)
class Difference:
    """One thing that comes out differently.

    Attributes
    ----------
    what : str
        An exercise's id, or "the submission".
    before, now : str
        In words.
    worse : str
        `LOST`: there was a grade, and now there is none. `LOWER`: fewer points. Else empty.
    """

    what: str
    before: str
    now: str
    worse: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.before} → {self.now}"


def differences(old: Record, new: Record) -> list[Difference]:
    """How the new record differs; how far an answer got before it was stopped is left out."""
    if old.result is None or new.result is None:
        if old.status == new.status:
            return []
        worse = LOST if old.result is not None else ""
        return [Difference("the submission", _whole(old), _whole(new), worse)]
    results = {one.exercise_id: one for one in new.exercises}
    found = []
    for before in old.exercises:
        now = results[before.exercise_id]
        if (before.status, before.score, before.max_score) != (
            now.status,
            now.score,
            now.max_score,
        ):
            found.append(
                Difference(before.exercise_id, _one(before), _one(now), _worse(before, now))
            )
        elif before.status == "graded" and str(before.report) != str(now.report):
            found.append(
                Difference(
                    before.exercise_id, _one(before), "the same points, with a different report"
                )
            )
    return found


def _worse(before: ExerciseResult, now: ExerciseResult) -> str:
    if before.status in ("graded", "missing"):
        if now.status in ACCIDENTS or (before.status == "graded" and now.status == "to_be_decided"):
            return LOST
        return LOWER if (now.score or 0.0) < (before.score or 0.0) else ""
    return LOWER if now.status == "missing" else ""


def _one(result: ExerciseResult) -> str:
    if result.score is None:
        return result.status
    return f"{result.score:g} of {result.max_score:g}"


def _whole(record: Record) -> str:
    if record.earned is None:
        return record.status
    return f"{record.status}, {record.earned:g} points"
