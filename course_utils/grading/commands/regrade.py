"""`course-grade regrade`: grade one submission again, and compare."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from course_utils.grading.commands.problems import grading_problems_told
from course_utils.grading.commands.sandbox_options import Kind, Trust, chosen_kind
from course_utils.grading.records.storage import read_run, write_record
from course_utils.grading.records.versions import other_versions, versions
from course_utils.grading.running.batch import regrade as regraded
from course_utils.grading.running.differences import LOST, LOWER, Difference, differences


def regrade(
    out: Annotated[Path, typer.Argument(help="Folder of the results.", show_default=False)],
    student: Annotated[str, typer.Argument(help="Id of the student.", show_default=False)],
    sandbox: Kind = None,
    trust: Trust = False,
    write: Annotated[
        bool,
        typer.Option("--write", help="Replace the result with the new one, unless that is worse."),
    ] = False,
    accept_lower: Annotated[
        bool,
        typer.Option(
            "--accept-lower", help="With --write: replace it even if the new one has fewer points."
        ),
    ] = False,
) -> None:
    """Grade one submission again, on the same inputs, and compare with its result.

    The exit code is 1 if the grades are different and were not written.
    """
    console = Console(stderr=True)
    with grading_problems_told(console):
        old, new = regraded(out, student, chosen_kind(sandbox, trust))
        for result in new.exercises:
            score = "–" if result.score is None else f"{result.score:g}"
            console.print(
                f"{score} of {result.max_score:g}  {result.exercise_id}: {result.status}",
                escape(result.detail),
            )
            if result.report is not None:
                typer.echo(result.report)
        if new.result is None:
            console.print(f"{new.status}. {new.detail}", markup=False)
        if changed := other_versions(read_run(out).versions, versions()):
            told = f"This run was graded with other versions: {'; '.join(changed)}."
            console.print(told, markup=False)
        found = differences(old, new)
        if not found:
            console.print(f"The same grades as those of {old.graded_at}.")
            return
        console.print(f"DIFFERENT grades from those of {old.graded_at}:")
        for one in found:
            console.print(f"  {one}", markup=False)
        if not write:
            console.print("--write replaces them.")
        elif why := _why_not_written(found, accept_lower):
            console.print(why, markup=False)
        else:
            write_record(out, new)
            console.print("The new grades were written.")
            return
        raise typer.Exit(1)


def _why_not_written(found: list[Difference], accept_lower: bool) -> str:
    """Why the old grades are kept in spite of --write; empty if they are not kept."""
    lost = [one.what for one in found if one.worse == LOST]
    lower = [one.what for one in found if one.worse == LOWER]
    if lost:
        return (
            f"Nothing was written: {', '.join(lost)} would lose a grade, for the new result has "
            "none. Try once more, or use `course-grade run` with another folder."
        )
    if lower and not accept_lower:
        return (
            f"Nothing was written: {', '.join(lower)} would get fewer points than before. If that "
            "is right, add --accept-lower."
        )
    return ""
