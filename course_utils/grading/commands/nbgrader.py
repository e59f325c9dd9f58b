"""`course-grade nbgrader`: a chapter as the source of an nbgrader assignment."""

from pathlib import Path
from typing import Annotated

import typer

from course_utils.grading.commands.problems import problems_told
from course_utils.grading.records.storage import write_atomically


def nbgrader(
    chapter: Annotated[Path, typer.Argument(help="A chapter's notebook.", show_default=False)],
    to: Annotated[Path, typer.Option("--out", help="The copy.", show_default=False)],
) -> None:
    """Copy a chapter with the metadata and the solutions of an nbgrader assignment."""
    # Slow, and no other command needs it.
    import nbformat

    from course_utils.grading.platforms.nbgrader_notebook import nbgrader_notebook

    with problems_told(ValueError):
        notebook = nbformat.read(chapter, as_version=4)
        text = nbformat.writes(nbgrader_notebook(notebook))
        write_atomically(to, f"{text}\n".encode())
        typer.echo(f"The source of the assignment: {to}")
