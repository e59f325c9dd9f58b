"""Problems, told in a sentence instead of a traceback."""

import contextlib
from collections.abc import Iterator

import typer
from rich.console import Console

from course_utils.grading.assignment import AssignmentError
from course_utils.grading.running.batch import RunError
from course_utils.grading.running.cluster import ClusterError
from course_utils.grading.sandbox.opening import SandboxUnavailableError
from course_utils.grading.submissions.archives import UnreadableError

OF_GRADING = (AssignmentError, ClusterError, RunError, SandboxUnavailableError, UnreadableError)


@contextlib.contextmanager
def problems_told(*problems: type[Exception]) -> Iterator[None]:
    """Turn errors of these kinds, and of the system's, into a sentence and the exit code 2."""
    try:
        yield
    except (*problems, OSError) as error:
        console = Console(stderr=True)
        console.print(f"course-grade: {error}", style="bold red", markup=False, highlight=False)
        raise typer.Exit(2) from None


@contextlib.contextmanager
def grading_problems_told(console: Console) -> Iterator[None]:
    """As `problems_told`, for what can go wrong in grading; Ctrl-C gives the exit code 130."""
    with problems_told(*OF_GRADING):
        try:
            yield
        except KeyboardInterrupt:
            console.print(
                "Stopped. What has been graded is kept; the same command resumes the run."
            )
            raise typer.Exit(130) from None
