"""What `report` and `export` share: the folder of results, and whose results were left out."""

from pathlib import Path
from typing import Annotated

import typer

from course_utils.grading.records.storage import read_run, record_path
from course_utils.grading.reports.invisible_characters import one_line

Results = Annotated[Path, typer.Argument(help="Folder of the results.", show_default=False)]


def tell_of_ungraded(out: Path, damaged: list[tuple[str, str]]) -> None:
    """Say whose results are missing or cannot be read, and so are not in what was written."""
    for student, why in damaged:
        typer.echo(
            f"Left out: {one_line(student)}, whose result is damaged ({one_line(why)}). "
            "`course-grade run` into the same folder grades it again.",
            err=True,
        )
    listed = read_run(out).submissions
    ungraded = [one.student for one in listed if not record_path(out, one.file_name).exists()]
    if ungraded:
        names = ", ".join(map(one_line, ungraded[:10])) + ", ..." * (len(ungraded) > 10)
        typer.echo(
            f"Left out: {len(ungraded)} of {len(listed)} submissions have no result yet "
            f"({names}). `course-grade run` into the same folder grades them.",
            err=True,
        )
