"""The command ``course-grade``."""

import contextlib
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from course_utils.grading.assignment import AssignmentError, read_assignment
from course_utils.grading.commands.outputs import (
    example,
    export,
    gradescope,
    nbgrader,
    report,
)
from course_utils.grading.judging.keras_side import keras_side
from course_utils.grading.records.records import read_run, write_record
from course_utils.grading.records.versions import other_versions, versions
from course_utils.grading.running.batch import (
    Batch,
    Done,
    RunError,
    regrade,
    sandbox_before,
)
from course_utils.grading.running.cluster import ClusterError, cluster_sandbox, grade_on_cluster
from course_utils.grading.running.differences import LOST, LOWER, Difference, differences
from course_utils.grading.sandbox.opening import SandboxUnavailableError, open_sandbox
from course_utils.grading.sandbox.sandboxes import KINDS
from course_utils.grading.submissions.archives import UnreadableError
from course_utils.grading.wire.messages import printable

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Grade the exercises of the course for a class whose code need not be trusted.",
)
PROBLEMS = (
    AssignmentError,
    ClusterError,
    RunError,
    SandboxUnavailableError,
    UnreadableError,
    OSError,
)

Out = Annotated[Path, typer.Option("--out", help="Folder for the results.", show_default=False)]
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
    typer.Option("--sandbox", help=f"{', '.join(KINDS)}; by default the best one there is."),
]


@app.command()
def run(
    submissions: Annotated[
        Path,
        typer.Argument(
            help="A folder of submissions: STUDENT.ipynb, STUDENT/..., nbgrader's submitted/, the "
            "download of Canvas, Moodle or Blackboard, zips of those; or one file.",
            show_default=False,
        ),
    ],
    out: Out,
    assignment: Annotated[
        Path | None,
        typer.Option(
            "--assignment",
            help="The assignment, a TOML file; by default assignment.toml beside SUBMISSIONS.",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Submissions graded at a time; by default one a core."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Draws the inputs; by default drawn, and written to run.json."),
    ] = None,
    sandbox: Kind = None,
    trust: Trust = False,
    scheduler: Annotated[
        str | None,
        typer.Option(help="Address of a Dask scheduler, to grade on its workers."),
    ] = None,
) -> None:
    """Grade all submissions. Run again after an interruption, it goes on where it was."""
    console = Console(stderr=True)
    with _problems_told(console):
        asked = read_assignment(assignment or _assignment_beside(submissions))
        kind = _kind(sandbox, trust) or sandbox_before(out)
        if scheduler:
            kind, isolation = cluster_sandbox(scheduler, kind)
        else:
            with console.status("Trying out the sandbox. A container's image takes minutes, once."):
                opened = open_sandbox(kind, asked.limits)
            with opened:
                kind, isolation = opened.kind, opened.description
                if asked.models:
                    # Now, not after an hour: raises if there is none.
                    isolation += f"; with Keras, {keras_side(opened).sandbox.description}"
        with Batch(submissions, asked, out, seed=seed, sandbox=kind, isolation=isolation) as batch:
            _announce(console, batch)
            if scheduler:
                done = grade_on_cluster(batch, scheduler)
            else:
                done = batch.grade_here(jobs or _cores())
            _follow(console, batch, done)


def _assignment_beside(submissions: Path) -> Path:
    beside = submissions.resolve().parent / "assignment.toml"
    # Beside a single file lie other files that students may have handed in.
    if submissions.is_dir() and beside.is_file():
        return beside
    raise AssignmentError(
        f"no --assignment was given, and there is no {beside} beside a folder of submissions; "
        "say which exercises to grade: --assignment FILE.toml"
    )


@app.command(name="regrade")
def regrade_command(
    out: Annotated[Path, typer.Argument(help="Folder of the results.", show_default=False)],
    student: Annotated[str, typer.Argument(help="Id of the student.", show_default=False)],
    sandbox: Kind = None,
    trust: Trust = False,
    write: Annotated[
        bool,
        typer.Option("--write", help="Replace the result by the new one, unless that is worse."),
    ] = False,
    accept_lower: Annotated[
        bool,
        typer.Option(
            "--accept-lower", help="With --write: replace it by one with fewer points, too."
        ),
    ] = False,
) -> None:
    """Grade one submission again, on the same inputs, and compare with its result.

    The exit code is 1 if other grades came out and were not written.
    """
    console = Console(stderr=True)
    with _problems_told(console):
        old, new = regrade(out, student, _kind(sandbox, trust))
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
            console.print(f"The same grades as on {old.graded_at}.")
            return
        console.print(f"OTHER grades than on {old.graded_at}:")
        for one in found:
            console.print(f"  {one}", markup=False)
        if not write:
            console.print("--write replaces them.")
        elif why := _why_not_written(found, accept_lower):
            console.print(why, markup=False)
        else:
            write_record(out, new)
            console.print("The new ones were written.")
            return
        raise typer.Exit(1)


def _why_not_written(found: list[Difference], accept_lower: bool) -> str:
    """Why what stands is kept, though new grades were to be written; empty if nothing speaks up."""
    lost = [one.what for one in found if one.worse == LOST]
    lower = [one.what for one in found if one.worse == LOWER]
    if lost:
        return (
            f"Nothing was written: {', '.join(lost)} would lose a grade that stands, and the new "
            "one has none. Try once more; a new `course-grade run` goes into another folder."
        )
    if lower and not accept_lower:
        return (
            f"Nothing was written: {', '.join(lower)} would get fewer points than stand. If that "
            "is right, add --accept-lower."
        )
    return ""


for command in (report, export, gradescope, nbgrader, example):
    app.command()(command)


def _kind(sandbox: str | None, trust: bool) -> str | None:
    if trust and sandbox:
        raise RunError("--trust means no sandbox at all: give --trust or --sandbox, not both")
    if sandbox is not None and sandbox not in KINDS:
        raise RunError(f"--sandbox: got {sandbox!r}; expected one of {', '.join(KINDS)}")
    return "trust" if trust else sandbox


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@contextlib.contextmanager
def _problems_told(console: Console):
    """Turn what can go wrong into one sentence and the exit code 2; Ctrl-C into 130."""
    try:
        yield
    except KeyboardInterrupt:
        console.print("Stopped. What is graded is kept; the same command goes on.")
        raise typer.Exit(130) from None
    except PROBLEMS as error:
        console.print(f"course-grade: {error}", style="bold red", markup=False, highlight=False)
        raise typer.Exit(2) from None


def _announce(console: Console, batch: Batch) -> None:
    run = batch.run
    console.print(
        f"{escape(run.title)}. Submissions: {len(run.submissions)}; exercises: "
        f"{len(run.exercises)}; points: {run.max_score:g}. Isolation: {run.isolation}. "
        f"Seed: {run.seed}."
    )
    if run.sandbox == "trust":
        console.print("The submissions run WITHOUT isolation.", style="bold red")
    if batch.resumed:
        console.print("Going on with the run that is in the folder.")
    for warning in run.warnings:
        console.print(f"  {warning}", markup=False, style="yellow")


def _follow(console: Console, batch: Batch, done) -> None:
    """Show the progress, and each failure when it comes."""
    counts: Counter = Counter()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console, disable=not console.is_terminal)
    with contextlib.closing(done), bar as progress:  # closed: after Ctrl-C nothing stays at work
        task = progress.add_task("Grading", total=len(batch.handed))
        for one in done:
            counts[one.record.status] += 1
            counts["kept"] += one.kept
            counts["late"] += bool(one.record.late)
            for line in _failures(one):
                progress.console.print(printable(line, 600), markup=False, highlight=False)
            progress.advance(task)
    kept = counts.pop("kept")
    late = counts.pop("late")
    parts = [f"{count} {status}" for status, count in counts.most_common() if count]
    parts += [f"{late} late"] * bool(late) + [f"{kept} from before"] * bool(kept)
    console.print(f"Done: {', '.join(parts) or 'nothing to grade'}. Results in {batch.out}.")


def _failures(done: Done) -> list[str]:
    """Lines about what is not graded of a submission that was graded now."""
    record = done.record
    if done.kept:
        return []
    if record.status != "graded":
        return [f"{record.student.id}: {record.status}. {record.detail}"]
    return [
        f"{record.student.id}: {one.exercise_id}: {one.status}. {one.detail}"
        for one in record.unsettled
    ]


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    sys.exit(main())
