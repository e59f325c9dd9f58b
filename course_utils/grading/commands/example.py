"""`course-grade example`: a made-up class to try the grader with."""

from pathlib import Path
from typing import Annotated

import typer

from course_utils.grading.commands.problems import problems_told


def example(
    folder: Annotated[Path, typer.Argument(help="Where to put it.", show_default=False)],
) -> None:
    """Write a made-up class to try the grader with."""
    from course_utils.grading.commands.example_class import write_example_class

    with problems_told():
        write_example_class(folder)
        typer.echo(f"An assignment and its submissions: {folder}")
