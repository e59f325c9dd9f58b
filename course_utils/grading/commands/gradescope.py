"""`course-grade gradescope`: the autograder that Gradescope runs."""

from pathlib import Path
from typing import Annotated

import typer

from course_utils.grading.assignment import AssignmentError
from course_utils.grading.commands.problems import problems_told
from course_utils.grading.platforms.gradescope_zip import NotInstalledError, write_gradescope_zip


def gradescope(
    assignment: Annotated[Path, typer.Argument(help="The assignment file.", show_default=False)],
    to: Annotated[Path, typer.Option("--out", help="The zip.")] = Path("autograder.zip"),
    trust: Annotated[
        bool,
        typer.Option(
            "--trust",
            help="Grade WITHOUT isolation where the container allows no sandbox: students' code "
            "can then read the solutions and write its own grade.",
        ),
    ] = False,
) -> None:
    """Make the autograder that Gradescope runs for an assignment."""
    with problems_told(AssignmentError, NotInstalledError):
        write_gradescope_zip(assignment, to, trust=trust)
        typer.echo(f"The autograder: {to}")
