"""`course-grade regrade`: grade one submission again, and compare."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from course_utils.grading.commands.problems import grading_problems_told
from course_utils.grading.commands.sandbox_options import Kind, Trust, chosen_kind
from course_utils.grading.records.records import Record
from course_utils.grading.records.storage import write_record
from course_utils.grading.running.batch import grades
from course_utils.grading.running.batch import regrade as regraded


def regrade(
    out: Annotated[Path, typer.Argument(help="Folder of the results.", show_default=False)],
    student: Annotated[str, typer.Argument(help="Id of the student.", show_default=False)],
    sandbox: Kind = None,
    trust: Trust = False,
    write: Annotated[
        bool, typer.Option("--write", help="Replace the result by the new one.")
    ] = False,
) -> None:
    """Grade one submission again, on the same inputs, and compare with its result."""
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
        same = grades(old) == grades(new)
        if write and not same:
            write_record(out, new)
        if same:
            console.print(f"The same grades as on {old.graded_at}.")
        else:
            told = "The new ones were written." if write else "--write replaces them."
            console.print(f"OTHER grades than on {old.graded_at}: then {_summary(old)}. {told}")
        if not same and not write:
            raise typer.Exit(1)


def _summary(record: Record) -> str:
    if record.earned is None:
        return record.status
    return f"{record.earned:g} points"
