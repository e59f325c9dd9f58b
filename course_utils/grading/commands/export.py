"""`course-grade export`: the grades in the format of another system."""

from pathlib import Path
from typing import Annotated

import typer

from course_utils.grading.commands.problems import problems_told
from course_utils.grading.commands.results import Results, tell_of_ungraded
from course_utils.grading.exports import FORMATS, Choices, ExportError
from course_utils.grading.exports import export as write_export
from course_utils.grading.wire.json_values import FormatError


def export(
    out: Results,
    format: Annotated[str, typer.Option("--format", help=", ".join(FORMATS), show_default=False)],
    to: Annotated[
        Path | None,
        typer.Option("--out", help="The file or folder; by default in OUT/exports."),
    ] = None,
    zero: Annotated[
        list[str] | None,
        typer.Option(help="A status that counts as zero points; can be given several times."),
    ] = None,
    assignment: Annotated[
        str,
        typer.Option(
            help="The assignment's name in that system. Canvas: the header of its column."
        ),
    ] = "",
    classroom: Annotated[str, typer.Option(help="classroom50: the classroom.")] = "classroom",
) -> None:
    """Write the grades in the format of another system; what has no grade stays blank."""
    with problems_told(ExportError, FormatError):
        choices = Choices(
            zero=Choices.zeros(zero or ()), assignment=assignment, classroom=classroom
        )
        damaged: list[tuple[str, str]] = []
        typer.echo(f"The grades: {write_export(out, format, choices, to, damaged)}")
        tell_of_ungraded(out, damaged)
