"""Grades as CSV: a full table of our own, and the tables that Canvas and nbgrader know."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from course_utils.grading.exports.choices import Choices, score_of, total
from course_utils.grading.records.records import Record, Run
from course_utils.grading.reports.invisible_characters import one_line
from course_utils.grading.reports.pages import points

# A spreadsheet takes a cell that begins so for a formula, and runs it. One that is set to a country
# of decimal commas splits lines at semicolons instead: what follows one may become a cell, too.
SIGNS = "=+\\-@＝＋－＠"
BEGINS = re.compile(rf'[\s"]*[{SIGNS}]|[\t\r\n]')
AFTER_SEMICOLON = re.compile(rf'(?<=[;；])(?=[\s"\']*[{SIGNS}])')


def cell(value: object) -> str:
    """A cell that no spreadsheet runs: what begins as a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return points(value)
    text = AFTER_SEMICOLON.sub("'", one_line(str(value)))
    return f"'{text}" if BEGINS.match(text) or BEGINS.match(str(value)) else text


def grades_csv(run: Run, records: Iterable[Record], choices: Choices) -> Iterator[tuple]:
    """A row for each student, with the points, status and misconception of every exercise."""
    head = ["student", "name", "platform_id", "status", "score", "max_score", "counted_as_zero"]
    head += ["late", "submitted", "source", "detail"]
    for asked in run.exercises:
        head += [asked.id, f"{asked.id} status", f"{asked.id} misconception"]

    def rows():
        for record in records:
            whole = total(record, run.max_score, choices.zero)
            row = [record.student.id, record.student.name, record.student.platform_id]
            row += [whole.status, whole.score, whole.max_score, " ".join(whole.counted_as_zero)]
            row += ["" if record.late is None else "yes" if record.late else "no"]
            row += [record.submitted, record.source, record.detail]
            by_id = {one.exercise_id: one for one in record.exercises}
            for asked in run.exercises:
                result = by_id.get(asked.id)
                if result is None:  # the whole submission was not run
                    zero = 0.0 if record.status in choices.zero else None
                    row += [zero, record.status, ""]
                else:
                    misconception = result.report.misconception if result.report else None
                    row += [score_of(result, choices.zero), result.status, misconception]
            yield row

    yield "grades.csv", _table([head], rows())


def canvas(run: Run, records: Iterable[Record], choices: Choices) -> Iterator[tuple]:
    """What Canvas's gradebook imports; it finds a student by ID, by login, or by name."""
    column = choices.assignment or run.title
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", column]
    possible = ["    Points Possible", "", "", "", "", run.max_score]

    def rows():
        for record in records:
            student = record.student
            known = student.platform_id if student.platform == "canvas" else ""
            login = "" if known else student.id
            score = total(record, run.max_score, choices.zero).score
            yield [student.name, known, "", login, "", score]

    yield "canvas.csv", _table([head, possible], rows(), indented=True)


NBGRADER = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


def nbgrader(run: Run, records: Iterable[Record], choices: Choices) -> Iterator[tuple]:
    """The columns of nbgrader's own export, and one more: the status.

    nbgrader writes 0.0 for what was not handed in or could not be run; here it is blank.
    """

    def rows():
        for record in records:
            score = total(record, run.max_score, choices.zero)
            first, _, last = record.student.name.rpartition(" ")
            yield [
                *(
                    choices.assignment or run.title,
                    run.due,
                    record.submitted,
                    record.student.id,
                    last,
                    first,
                    "",
                ),
                *(score.score, 0.0 if score.score is not None else None),
                *(score.score, score.max_score, score.status),
            ]

    yield "nbgrader.csv", _table([[*NBGRADER, "status"]], rows())


def _table(head: list[list], rows: Iterable[list], *, indented: bool = False) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in head:
        first = str(row[0]) if indented else cell(row[0])
        writer.writerow([first, *map(cell, row[1:])])
    for row in rows:
        writer.writerow(map(cell, row))
    return text.getvalue().encode("utf-8")
