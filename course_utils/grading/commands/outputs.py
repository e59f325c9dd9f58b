"""What ``course-grade`` does with graded submissions, and for other systems."""

from pathlib import Path
from typing import Annotated

import typer

from course_utils.grading.assignment import AssignmentError
from course_utils.grading.commands.problems import problems_told
from course_utils.grading.exports import FORMATS, Choices, ExportError
from course_utils.grading.exports import export as write_export
from course_utils.grading.platforms.gradescope_zip import NotInstalledError, write_gradescope_zip
from course_utils.grading.records.json_values import FormatError
from course_utils.grading.records.records import read_run, record_path, write_atomically
from course_utils.grading.reports.pages import write_pages
from course_utils.grading.reports.visible import one_line

Graded = Annotated[Path, typer.Argument(help="Folder of the results.", show_default=False)]


def example(
    folder: Annotated[Path, typer.Argument(help="Where to put it.", show_default=False)],
) -> None:
    """Write a made-up class to try the grader with."""
    from course_utils.grading.commands.example_class import write_example_class

    with problems_told():
        write_example_class(folder)
        typer.echo(f"An assignment and its submissions: {folder}")


def report(
    out: Graded,
    to: Annotated[
        Path | None, typer.Option("--out", help="Folder for the pages; else report/ in OUT.")
    ] = None,
    contact: Annotated[
        str, typer.Option(help="Whom students turn to, as their pages say it.")
    ] = "your instructor",
) -> None:
    """Write a page for each student and one for the class."""
    with problems_told(FormatError):
        damaged: list[tuple[str, str]] = []
        page = write_pages(out, to=to, contact=contact, damaged=damaged)
        typer.echo(f"The class: {page}")
        _tell_of_absent(out, damaged)


def export(
    out: Graded,
    format: Annotated[str, typer.Option("--format", help=", ".join(FORMATS), show_default=False)],
    to: Annotated[
        Path | None,
        typer.Option("--out", help="The file, or the folder; else in exports/ in OUT."),
    ] = None,
    zero: Annotated[
        list[str] | None,
        typer.Option(help="A status that counts as zero points; may be given several times."),
    ] = None,
    assignment: Annotated[
        str,
        typer.Option(help="The assignment's name there. Canvas: the header of its column."),
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
        _tell_of_absent(out, damaged)


def _tell_of_absent(out: Path, damaged: list[tuple[str, str]]) -> None:
    """Say whose results are not there or cannot be read, and so are not in what was written."""
    for student, why in damaged:
        typer.echo(
            f"Not in it: {one_line(student)}, whose result is damaged ({one_line(why)}). "
            "`course-grade run` into the same folder grades it again.",
            err=True,
        )
    listed = read_run(out).submissions
    absent = [one.student for one in listed if not record_path(out, one.file_name).exists()]
    if absent:
        names = ", ".join(map(one_line, absent[:10])) + ", ..." * (len(absent) > 10)
        typer.echo(
            f"Not in it: {len(absent)} of {len(listed)} submissions have no result yet ({names}). "
            "`course-grade run` into the same folder goes on.",
            err=True,
        )


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


def nbgrader(
    chapter: Annotated[Path, typer.Argument(help="A chapter's notebook.", show_default=False)],
    to: Annotated[Path, typer.Option("--out", help="The copy.", show_default=False)],
) -> None:
    """Copy a chapter with the metadata and the solutions of an nbgrader assignment."""
    import nbformat  # takes a second to import: only where it is needed

    from course_utils.grading.platforms.nbgrader_notebook import nbgrader_notebook

    with problems_told(ValueError):
        import nbformat  # slow, and no other command needs it

        notebook = nbformat.read(chapter, as_version=4)
        text = nbformat.writes(nbgrader_notebook(notebook))
        write_atomically(to, f"{text}\n".encode())
        typer.echo(f"The source of the assignment: {to}")
