"""`course-grade report`: a page for each student and one for the class."""

from pathlib import Path
from typing import Annotated

import typer

from course_utils.grading.commands.problems import problems_told
from course_utils.grading.commands.results import Results, tell_of_ungraded
from course_utils.grading.reports.pages import write_pages
from course_utils.grading.wire.json_values import FormatError


def report(
    out: Results,
    to: Annotated[
        Path | None, typer.Option("--out", help="Folder for the pages; by default OUT/report.")
    ] = None,
    contact: Annotated[
        str, typer.Option(help="Whom students should ask, as their pages put it.")
    ] = "your instructor",
) -> None:
    """Write a page for each student and one for the class."""
    with problems_told(FormatError):
        damaged: list[tuple[str, str]] = []
        page = write_pages(out, to=to, contact=contact, damaged=damaged)
        typer.echo(f"The class: {page}")
        tell_of_ungraded(out, damaged)
