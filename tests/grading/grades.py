"""The grades of a record, as the tests of runs compare them."""

from course_utils.grading.records.records import Record


def grades(record: Record) -> list[tuple]:
    """What must be the same when a submission is graded again.

    How far an answer got before it was stopped depends on the machine, and is left out.
    """
    rows: list[tuple] = [(record.status,)]
    for one in record.exercises:
        report = str(one.report) if one.status == "graded" else ""
        rows.append((one.exercise_id, one.status, one.score, one.max_score, report))
    return rows
