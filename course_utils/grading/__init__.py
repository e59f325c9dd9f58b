"""Grade answers of people who need not be trusted: their code runs in a sandbox, judged outside."""

from course_utils.grading.judging.grade import grade_submission
from course_utils.grading.judging.results import ExerciseResult, SubmissionResult
from course_utils.grading.limits import Limits
from course_utils.grading.sandbox.opening import SandboxUnavailableError, open_sandbox
from course_utils.grading.sandbox.replies import CellError
from course_utils.grading.sandbox.sandbox import Sandbox

__all__ = [
    "CellError",
    "ExerciseResult",
    "Limits",
    "Sandbox",
    "SandboxUnavailableError",
    "SubmissionResult",
    "grade_submission",
    "open_sandbox",
]
