"""What grading a submission gives."""

from dataclasses import dataclass

from course_utils.exercises.report import Report
from course_utils.grading.sandbox.replies import CellError


@dataclass(frozen=True, kw_only=True)
class ExerciseResult:
    """What became of one exercise of one submission.

    Attributes
    ----------
    exercise_id : str
    status : str
        One of `statuses.OF_EXERCISES`, which says what each means.
    score : float or None
        Points; None unless graded, since nothing was earned or missed that could be told.
    max_score : float
    detail : str
        Why it is not graded, in a sentence.
    report : Report or None
        The verdict if graded, and after a timeout the input that it was still working on.
    printed : str
        The beginning of what the code printed. It may hold hidden inputs: for instructors.
    defined_in : tuple of int
        The cells that define it, untouched starters left out.
    counts : int or None
        The one of them that was called; None if none was.
    """

    exercise_id: str
    status: str
    max_score: float
    score: float | None = None
    detail: str = ""
    report: Report | None = None
    printed: str = ""
    defined_in: tuple[int, ...] = ()
    counts: int | None = None


@dataclass(frozen=True, kw_only=True)
class SubmissionResult:
    """The results of one submission; the same seed gives the same results again.

    Attributes
    ----------
    seed : int
        Drew the inputs.
    sandbox : str
        What isolated the student's code.
    exercises : tuple of ExerciseResult
    cell_errors : tuple of CellError
    seconds : float
        Time that the student's code had on a processor.
    peak_memory : int
        Bytes that it held at most.
    """

    seed: int
    sandbox: str
    exercises: tuple[ExerciseResult, ...]
    cell_errors: tuple[CellError, ...] = ()
    seconds: float = 0.0
    peak_memory: int = 0
