"""What an instructor decides about an export, and the total that follows from it."""

from collections.abc import Iterable
from dataclasses import dataclass

from course_utils.grading.records import results
from course_utils.grading.records.records import STATUSES, Record
from course_utils.grading.records.results import ExerciseResult

# An exercise may have been left out; the others wait for somebody's decision.
WORST_FIRST = ("not_gradable", "crashed", "out_of_memory", "timeout", "to_be_decided")
DECIDABLE = tuple(
    status for status in dict.fromkeys((*STATUSES, *results.STATUSES)) if status != "graded"
)


class ExportError(ValueError):
    """Grades cannot be put into this format; the text says which and why."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the command line says.

    Attributes
    ----------
    zero : frozenset of str
        Statuses that count as zero points. The instructor's decision, never the program's.
    assignment : str
        The assignment's name there, if it is not the title: for Canvas the header of the column,
        such as "Week 2 (1234)"; for classroom50 the short name.
    classroom : str
        classroom50: the classroom's short name.
    """

    zero: frozenset[str] = frozenset()
    assignment: str = ""
    classroom: str = "classroom"

    @staticmethod
    def zeros(statuses: Iterable[str]) -> frozenset[str]:
        """The statuses that count as zero, checked."""
        zero = frozenset(statuses)
        if unknown := sorted(zero - set(DECIDABLE)):
            raise ExportError(
                f"{unknown[0]!r} is no status without a grade; there are {', '.join(DECIDABLE)}"
            )
        return zero


@dataclass(frozen=True)
class Total:
    """A submission's total: `score` is None as long as something in it has no grade.

    `status` is "graded" if there is a score, else why there is none. `counted_as_zero` names the
    statuses that the instructor's decision turned into zeros.
    """

    score: float | None
    max_score: float
    status: str
    counted_as_zero: tuple[str, ...] = ()


def total(record: Record, max_score: float, zero: frozenset[str] = frozenset()) -> Total:
    """The total of a submission.

    An exercise that was not answered adds nothing to the others' points. Where nothing at all was
    answered there is no total: it may be the wrong file.
    """
    if record.status != "graded":
        if record.status in zero:
            return Total(0.0, max_score, "graded", (record.status,))
        return Total(None, max_score, record.status)
    open_ones = {one.status for one in record.unsettled}
    for status in WORST_FIRST:
        if status in open_ones - zero:
            return Total(None, max_score, status)
    if record.earned is None and not open_ones and "missing" not in zero:
        return Total(None, max_score, "missing")
    zeros = [status for status in WORST_FIRST if status in open_ones]
    if any(one.status == "missing" for one in record.exercises) and "missing" in zero:
        zeros.append("missing")
    return Total(record.earned or 0.0, max_score, "graded", tuple(zeros))


def score_of(result: ExerciseResult, zero: frozenset[str]) -> float | None:
    """Points for one exercise; None if it has no grade and its status does not count as zero."""
    if result.status == "graded":
        return result.score
    return 0.0 if result.status in zero else None
