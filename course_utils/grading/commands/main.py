"""The command ``course-grade``."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from course_utils.grading.commands.example import example
from course_utils.grading.commands.export import export
from course_utils.grading.commands.gradescope import gradescope
from course_utils.grading.commands.nbgrader import nbgrader
from course_utils.grading.commands.problems import grading_problems_told
from course_utils.grading.commands.report import report
from course_utils.grading.commands.run import run
from course_utils.grading.commands.sandbox_options import Kind, Trust, chosen_kind
from course_utils.grading.records.records import Record
from course_utils.grading.records.storage import write_record
from course_utils.grading.running.batch import grades, regrade

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Grade the exercises of the course for a class whose code need not be trusted.",
)
app.command()(run)


@app.command(name="regrade")
def regrade_command(
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
        old, new = regrade(out, student, chosen_kind(sandbox, trust))
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


for command in (report, export, gradescope, nbgrader, example):
    app.command()(command)


def _summary(record: Record) -> str:
    if record.earned is None:
        return record.status
    return f"{record.earned:g} points"


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    sys.exit(main())
