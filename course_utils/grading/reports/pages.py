"""A page for each student and one for the class, as HTML files that need nothing else.

Whatever students wrote reaches a page only through Jinja's escaping and `visible`. On top of that,
the pages forbid the browser to run scripts or to load anything.
"""

import contextlib
import functools
from datetime import datetime
from pathlib import Path

import jinja2
import markupsafe

from course_utils.exercises.registry import get
from course_utils.exercises.report import panels
from course_utils.grading.records.records import Record, Run
from course_utils.grading.records.storage import read_records, read_run
from course_utils.grading.reports.class_summary import ClassSummary
from course_utils.grading.reports.invisible_characters import visible
from course_utils.grading.statuses import GRADED, OUTCOMES, SUBMISSIONS

STUDENTS = "students"


def write_pages(
    out: Path,
    *,
    to: Path | None = None,
    contact: str = "your instructor",
    damaged: list[tuple[str, str]] | None = None,
) -> Path:
    """Write the pages of a run, one submission at a time.

    Parameters
    ----------
    out : Path
        The folder of the run.
    to : Path, optional
        Where they go: ``index.html`` for the class, ``students/NAME.html``. By default
        ``out/report``.
    contact : str
        Whom students should ask, as their page puts it: "Ada Lovelace, ada@example.org".
    damaged : list, optional
        As for `read_records`: receives the students whose record cannot be read, and why.

    Returns
    -------
    Path
        The class page.

    Raises
    ------
    FileNotFoundError, FormatError
        As `read_run` and `read_records`.
    """
    to = Path(out) / "report" if to is None else Path(to)
    run = read_run(out)
    summary = ClassSummary(run)
    written = set()
    for record in read_records(out, damaged):
        page = to / STUDENTS / f"{record.file_name}.html"
        _write(page, student_page(run, record, contact))
        written.add(page.name)
        summary.add(record)
    for old in (to / STUDENTS).glob("*.html"):  # of an earlier report
        if old.name not in written:
            old.unlink()
    summary.damaged = list(damaged or ())
    page = to / "index.html"
    _write(page, class_page(summary))
    return page


def student_page(run: Run, record: Record, contact: str) -> str:
    """The page that a student is given; it shows neither the seed nor what the code printed."""
    return (
        _templates()
        .get_template("student.html")
        .render(
            run=run,
            record=record,
            contact=contact,
            exercises=[_shown(result, run) for result in record.exercises],
            bonus=[
                result.score or 0.0
                for result in record.exercises
                if result.exercise_id in {one.id for one in run.exercises if one.bonus}
            ],
            submission=SUBMISSIONS.get(record.status),
        )
    )


def class_page(summary: ClassSummary) -> str:
    """The instructor's page."""
    return (
        _templates()
        .get_template("class.html")
        .render(
            summary=summary,
            run=summary.run,
            outcomes=OUTCOMES,
            submissions=SUBMISSIONS,
        )
    )


def _shown(result, run: Run) -> dict:
    """An exercise as the student's page shows it."""
    report = result.report
    outcome = result.status
    if outcome == GRADED:
        outcome = "passed" if report.passed else "failed"
    asked = next((one for one in run.exercises if one.id == result.exercise_id), None)
    title = asked.title if asked else ""
    hint = ""
    if outcome == "failed" and not report.hint:
        with contextlib.suppress(ValueError):  # an exercise that this version does not have
            hint = get(result.exercise_id).hints[0]
    told = OUTCOMES[outcome]
    example = report.counterexample if report else None
    return {
        "result": result,
        "report": report if outcome in ("passed", "failed") else None,
        "outcome": outcome,
        "title": title or result.exercise_id,
        "bonus": asked is not None and asked.bonus,
        "mark": told.mark,
        "words": told.words,
        "meaning": told.meaning,
        "hint": hint,
        "panels": panels(example) if example else [],
        "table": markupsafe.Markup(report.table.html()) if report and report.table else "",
    }


@functools.cache
def _templates() -> jinja2.Environment:
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("course_utils.grading.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["points"] = points
    templates.filters["moment"] = moment
    templates.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    templates.filters["percent"] = lambda share: f"{100 * share:.0f}%"
    return templates


def points(score: float) -> str:
    """Points as people write them: "7", "7.5"."""
    return f"{round(score, 2):g}"


def moment(iso: str) -> str:
    """An ISO date to the minute, with its offset from UTC; other text as it is."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{when:%Y-%m-%d %H:%M}" + (f" (UTC{when:%z})" if when.tzinfo else "")


def _write(path: Path, html: str) -> None:
    # Not atomically, like records: what a killed command leaves half done, the next one rewrites.
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8", newline="\n")
