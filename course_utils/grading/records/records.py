"""Records: all that is known about each submission, and about the run as a whole.

They are kept as plain JSON with a version in it; see `storage.py`.
"""

from dataclasses import dataclass

from course_utils.grading.assignment import ExerciseAsked
from course_utils.grading.judging.results import SubmissionResult
from course_utils.grading.sandbox.walls import WALLS
from course_utils.grading.statuses import GRADED, OF_EXERCISES, OF_SUBMISSIONS, SETTLED
from course_utils.grading.submissions.cell import Cell
from course_utils.grading.submissions.student import LookAlike, Student
from course_utils.grading.wire.json_values import FormatError


@dataclass(frozen=True, kw_only=True)
class Record:
    """All that is known about one student's submission: ``results/NAME.json``.

    Attributes
    ----------
    file_name : str
        NAME: the student's id, turned into a valid file name.
    student : Student
    status : str
        One of `statuses.OF_SUBMISSIONS`. "graded": it was run, and each exercise has a status of
        its own. "timeout", "crashed", "out_of_memory": the grader gave up on all of it, twice.
    detail : str
        Why it is not graded.
    source : str
        Where it was found, from the folder of submissions on; inside a zip after ``!/``.
    sha256 : str
        Of the files that were read; empty if there are none.
    submitted : str
        When, in ISO format with the offset from UTC; empty if that is unknown.
    late : bool or None
        Whether it was handed in after the due date; None if that is unknown.
    earlier : tuple of str
        The student's earlier attempts, which were not graded.
    warnings : tuple of str
        What the instructor should know, such as files left out and names that were changed.
    attempts : int
        How often it was run; more than once if a worker died while grading it.
    graded_at : str
        When, in ISO format.
    cells : tuple of Cell
        What was graded; `CellError.cell` and `ExerciseResult.defined_in` count these, from 0.
    result : SubmissionResult or None
        If it was run.
    python : str
        The version of Python that its notebook says it was written with; empty if nothing tells.
    look_alikes : tuple of LookAlike
    """

    file_name: str
    student: Student
    status: str
    detail: str = ""
    source: str = ""
    sha256: str = ""
    submitted: str = ""
    late: bool | None = None
    earlier: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    attempts: int = 0
    graded_at: str = ""
    cells: tuple[Cell, ...] = ()
    result: SubmissionResult | None = None
    python: str = ""
    look_alikes: tuple[LookAlike, ...] = ()

    def __post_init__(self):
        _check(self.status, OF_SUBMISSIONS)
        for one in self.exercises:
            _check(one.status, OF_EXERCISES)
        if (self.result is None) == (self.status == GRADED):
            raise FormatError("exactly the graded have a result")

    @property
    def several_files(self) -> bool:
        """Whether its cells are those of more than one file."""
        return len({cell.file for cell in self.cells}) > 1

    def place(self, cell: int) -> str:
        """Where a cell is: "cell 2", or "cell 2 of lab-1.ipynb" if there are several files."""
        found = self.cells[cell]
        return f"cell {found.number}" + (f" of {found.file}" if self.several_files else "")

    @property
    def earned(self) -> float | None:
        """Sum of the scores of the graded exercises; None if none was graded."""
        scores = [one.score for one in self.exercises if one.score is not None]
        return sum(scores) if scores else None

    @property
    def unsettled(self) -> tuple:
        """The exercises that may have an answer but have no score: somebody has to look at them.

        Those without points are left out: whatever comes of them, the total stays as it is.
        """
        return tuple(
            one for one in self.exercises if one.status not in SETTLED and one.max_score > 0
        )

    @property
    def exercises(self) -> tuple:
        """The result of each exercise; empty if nothing was run."""
        return self.result.exercises if self.result else ()


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A submission of the run, whether it is graded or not."""

    file_name: str
    student: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Run:
    """The run as a whole: ``run.json``.

    Attributes
    ----------
    title : str
        The assignment's.
    due : str
        In ISO format; empty if there is no due date.
    assignment : str
        The text of the assignment file.
    exercises : tuple of ExerciseAsked
    seed : int
        The inputs were drawn from it.
    sandbox : str
        Its kind, one of `sandbox.walls.WALLS`.
    isolation : str
        What isolated the students' code, in words.
    versions : dict
        Of course_utils, Python, numpy and the system; "code" is a hash of what judges.
    started, finished : str
        In ISO format; `finished` is empty as long as something is left to do.
    source : str
        What was graded, as it was named on the command line.
    submissions : tuple of Listed
        All of them, whether they have results or not.
    warnings : tuple of str
        About files that belong to no student.
    """

    title: str
    due: str
    assignment: str
    exercises: tuple[ExerciseAsked, ...]
    seed: int
    sandbox: str
    isolation: str
    versions: dict[str, str]
    started: str
    finished: str = ""
    source: str = ""
    submissions: tuple[Listed, ...] = ()
    warnings: tuple[str, ...] = ()

    def __post_init__(self):
        if self.sandbox not in WALLS:
            raise FormatError(f"{self.sandbox!r} is no sandbox; there are {', '.join(WALLS)}")

    @property
    def trusted(self) -> bool:
        """Whether the students' code ran without any isolation."""
        return not WALLS[self.sandbox].confines

    @property
    def max_score(self) -> float:
        """Sum of the exercises' points, without those of bonus exercises."""
        return sum(exercise.points for exercise in self.exercises if not exercise.bonus)


def _check(status: str, known: tuple[str, ...]) -> None:
    if status not in known:
        raise FormatError(f"{status!r} is no status; there are {', '.join(known)}")
