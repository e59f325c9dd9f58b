"""`course-grade run`: grade a folder of submissions."""

import contextlib
import os
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from course_utils.grading.assignment import AssignmentError, read_assignment
from course_utils.grading.commands.problems import grading_problems_told
from course_utils.grading.commands.sandbox_options import Kind, Trust, chosen_kind
from course_utils.grading.judging.keras_support import keras_support
from course_utils.grading.running.batch import Batch, Done, sandbox_before
from course_utils.grading.running.cluster import cluster_sandbox, grade_on_cluster
from course_utils.grading.sandbox.opening import open_sandbox
from course_utils.grading.wire.messages import printable

Out = Annotated[Path, typer.Option("--out", help="Folder for the results.", show_default=False)]


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
        typer.Option(min=1, help="Submissions graded at a time; by default one per core."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, help="For drawing the inputs; random by default, and kept in run.json."
        ),
    ] = None,
    sandbox: Kind = None,
    trust: Trust = False,
    scheduler: Annotated[
        str | None,
        typer.Option(help="Address of a Dask scheduler, to grade on its workers."),
    ] = None,
) -> None:
    """Grade all submissions. After an interruption, the same command resumes where it stopped."""
    console = Console(stderr=True)
    with grading_problems_told(console):
        asked = read_assignment(assignment or _assignment_beside(submissions))
        kind = chosen_kind(sandbox, trust) or sandbox_before(out)
        if scheduler:
            kind, isolation = cluster_sandbox(scheduler, kind)
        else:
            with console.status(
                "Trying out the sandbox. Preparing a container takes minutes, once."
            ):
                opened = open_sandbox(kind, asked.limits)
            with opened:
                kind, isolation = opened.kind, opened.description
                if asked.models:
                    # Raises now, not after an hour, if there is none.
                    isolation += f"; with Keras, {keras_support(opened).sandbox.description}"
        with Batch(submissions, asked, out, seed=seed, sandbox=kind, isolation=isolation) as batch:
            _announce(console, batch)
            if scheduler:
                done = grade_on_cluster(batch, scheduler)
            else:
                done = batch.grade_here(jobs or _cores())
            _follow(console, batch, done)


def _assignment_beside(submissions: Path) -> Path:
    beside = submissions.resolve().parent / "assignment.toml"
    # Next to a single file are others that students may have handed in.
    if submissions.is_dir() and beside.is_file():
        return beside
    raise AssignmentError(
        f"no --assignment was given, and there is no {beside} beside a folder of submissions; "
        "say which exercises to grade: --assignment FILE.toml"
    )


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _announce(console: Console, batch: Batch) -> None:
    run = batch.run
    console.print(
        f"{escape(run.title)}. Submissions: {len(run.submissions)}; exercises: "
        f"{len(run.exercises)}; points: {run.max_score:g}. Isolation: {run.isolation}. "
        f"Seed: {run.seed}."
    )
    if run.trusted:
        console.print("The submissions run WITHOUT isolation.", style="bold red")
    if batch.resumed:
        console.print("Resuming the run that is in the folder.")
    for warning in run.warnings:
        console.print(f"  {warning}", markup=False, style="yellow")


def _follow(console: Console, batch: Batch, done) -> None:
    """Show the progress, and each failure as it comes."""
    counts: Counter = Counter()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console, disable=not console.is_terminal)
    with contextlib.closing(done), bar as progress:  # closed: after Ctrl-C nothing keeps running
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
    """Lines about what has no grade in a submission that was just graded."""
    record = done.record
    if done.kept:
        return []
    if record.status != "graded":
        return [f"{record.student.id}: {record.status}. {record.detail}"]
    return [
        f"{record.student.id}: {one.exercise_id}: {one.status}. {one.detail}"
        for one in record.unsettled
    ]
