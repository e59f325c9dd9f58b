"""The command ``course-grade``."""

import sys

import typer

from course_utils.grading.commands.example import example
from course_utils.grading.commands.export import export
from course_utils.grading.commands.gradescope import gradescope
from course_utils.grading.commands.nbgrader import nbgrader
from course_utils.grading.commands.regrade import regrade
from course_utils.grading.commands.report import report
from course_utils.grading.commands.run import run

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Grade the exercises of the course for a class whose code need not be trusted.",
)
for command in (run, regrade, report, export, gradescope, nbgrader, example):
    app.command()(command)


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    sys.exit(main())
