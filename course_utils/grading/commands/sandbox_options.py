"""The options of `run` and `regrade` for the sandbox."""

from typing import Annotated

import typer

from course_utils.grading.running.batch import RunError
from course_utils.grading.sandbox.walls import KINDS, Trusted

Trust = Annotated[
    bool,
    typer.Option(
        "--trust",
        help="Run students' code WITHOUT isolation: it can do whatever you can do. "
        "Only for code that you trust.",
    ),
]
Kind = Annotated[
    str | None,
    typer.Option("--sandbox", help=f"{', '.join(KINDS)}; by default the best one available."),
]


def chosen_kind(sandbox: str | None, trust: bool) -> str | None:
    """The kind of sandbox that the options ask for; None if they do not."""
    if trust and sandbox:
        raise RunError("--trust means no sandbox at all: give --trust or --sandbox, not both")
    if sandbox is not None and sandbox not in KINDS:
        raise RunError(f"--sandbox: got {sandbox!r}; expected one of {', '.join(KINDS)}")
    return Trusted.kind if trust else sandbox
