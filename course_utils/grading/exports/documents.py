"""Grades as one JSON document per student, for Gradescope, PrairieLearn and classroom50."""

import json
import math
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from fractions import Fraction

from course_utils.grading.exports.choices import Choices, ExportError, Total, score_of, total
from course_utils.grading.judging.results import ExerciseResult
from course_utils.grading.records.records import Record, Run
from course_utils.grading.reports.invisible_characters import visible
from course_utils.grading.statuses import GRADED, OUTCOMES, SUBMISSIONS

LARGEST_TEXT = 20_000  # characters about one exercise; PrairieLearn accepts a megabyte in all


def gradescope(run: Run, records: Iterable[Record], choices: Choices) -> Iterator[tuple]:
    """Gradescope's ``results.json``, in a folder for each student."""
    for record in records:
        yield f"{record.file_name}/results.json", _json(gradescope_results(run, record, choices))


def gradescope_results(run: Run, record: Record, choices: Choices) -> dict:
    """What Gradescope reads.

    Without a total there is no score at all. Gradescope then says that the autograder failed, which
    is true, and shows no zero.
    """
    whole = total(record, run.max_score, choices.zero)
    tests = []
    for number, result in enumerate(record.exercises, 1):
        test = {
            "name": _title(run, result),
            "number": str(number),
            "max_score": result.max_score,
            "output": explained(result),
            "output_format": "text",
            "visibility": "visible",
        }
        score = score_of(result, choices.zero)
        if score is None and result.status == "missing" and whole.score is not None:
            score = 0.0  # there is a total, to which it adds nothing
        if score is not None:
            test["score"] = score
            test["status"] = "passed" if result.report and result.report.passed else "failed"
        tests.append(test)
    document = {
        "output": summary(record, whole),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {
            "seed": record.result.seed if record.result else run.seed,
            "isolation": run.isolation,
            "status": whole.status,
            "statuses": {one.exercise_id: one.status for one in record.exercises},
            "misconceptions": {
                one.exercise_id: one.report.misconception
                for one in record.exercises
                if one.report and one.report.misconception
            },
        },
    }
    if record.result:
        document["execution_time"] = math.ceil(record.result.seconds)
    if whole.score is not None:
        document["score"] = whole.score
        document["tests"] = tests
    else:  # the scores of some exercises would look like a total
        document["output"] += "\n\n" + "\n\n".join(
            f"{test['name']}\n{test['output']}" for test in tests
        )
    return document


def prairielearn(run: Run, records: Iterable[Record], choices: Choices) -> Iterator[tuple]:
    """PrairieLearn's ``results.json``: what has no total is not gradable and costs no attempt."""
    for record in records:
        whole = total(record, run.max_score, choices.zero)
        document = {"gradable": whole.score is not None, "message": summary(record, whole)}
        if whole.score is None:
            document["format_errors"] = [summary(record, whole)]
        else:
            document["score"] = min(whole.score / whole.max_score, 1.0) if whole.max_score else 0.0
        document["tests"] = []
        for result in record.exercises:
            test = {
                "name": _title(run, result),
                "description": result.exercise_id,
                "max_points": result.max_score,
                "message": explained(result),
            }
            score = score_of(result, choices.zero)
            if score is not None or whole.score is not None:
                test["points"] = score or 0.0
            document["tests"].append(test)
        yield f"{record.file_name}/results.json", _json(document)


def classroom50(run: Run, records: Iterable[Record], choices: Choices) -> Iterator[tuple]:
    """classroom50's ``result.json``, which knows only whole points.

    If an assignment has fractions of points, all points are multiplied by the same number. The
    format has no place for an answer without a grade: such students get no file, and an error names
    them after all other files are written.

    Raises
    ------
    ExportError
        At the end, if somebody has no total.
    """
    scale = math.lcm(
        *(Fraction(asked.points).limit_denominator(100).denominator for asked in run.exercises)
    )
    left_out = []
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for record in records:
        whole = total(record, run.max_score, choices.zero)
        if whole.score is None:
            left_out.append(f"{visible(record.student.id)} ({whole.status})")
            continue
        tag = f"submit/manual-{now.replace(':', '-')}-{record.file_name}"
        tests = [
            {
                "test-name": _title(run, result),
                "passed": bool(result.report and result.report.passed),
                "score": round((score_of(result, choices.zero) or 0.0) * scale),
                "max-score": round(result.max_score * scale),
                "output": explained(result),
            }
            for result in record.exercises
        ]
        document = {
            "schema": "classroom50/result/v1",
            "classroom": choices.classroom,
            "assignment": choices.assignment or run.title,
            "assignment_type": "individual",
            "owner": visible(record.student.id),
            **dict.fromkeys(("submission", "commit", "release", "review"), tag),
            "datetime": _utc(record.submitted) or now,
            "graded_at": _utc(record.graded_at) or now,
            "score": sum(test["score"] for test in tests),
            "max-score": round(run.max_score * scale),
            "tests": tests,
        }
        yield f"{record.file_name}/result.json", _json(document)
    if left_out:
        raise ExportError(
            f"classroom50 has no place for an answer without a grade. No file was written for "
            f"{', '.join(left_out)}. Decide about them, with --zero if they are to count as zero."
        )


def explained(result: ExerciseResult) -> str:
    """What the student is told about an exercise, as text."""
    if result.report and result.status == GRADED:
        # Without the headline, whose points are the exercise's own and not the assignment's, and
        # without the line on hint(), which the notebook has.
        lines = [
            line for line in str(result.report).split("\n")[1:] if not line.startswith("hint(")
        ]
    else:
        told = OUTCOMES[result.status]
        lines = [told.words, result.detail, told.meaning]
    return visible("\n".join(line for line in lines if line))[:LARGEST_TEXT]


def summary(record: Record, whole: Total) -> str:
    """What the student is told about the whole, as text."""
    if record.status != GRADED:
        told = SUBMISSIONS[record.status]
        text = f"{told.words}. {record.detail} {told.meaning}"
    elif whole.score is not None:
        text = f"{whole.score:g} of {whole.max_score:g} points."
    elif record.unsettled:
        names = ", ".join(one.exercise_id for one in record.unsettled)
        text = f"No total yet: there is an answer and no grade for {names}. That is not a zero."
    else:
        text = "No exercise is answered in this file. Is it the one that you meant to hand in?"
    return visible(text)


def _title(run: Run, result: ExerciseResult) -> str:
    asked = next((one for one in run.exercises if one.id == result.exercise_id), None)
    if asked is None:
        return result.exercise_id
    added = " (practice)" if not asked.points else " (bonus)" if asked.bonus else ""
    return (asked.title or result.exercise_id) + added


def _utc(iso: str) -> str:
    try:
        return datetime.fromisoformat(iso).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return ""


def _json(document: dict) -> bytes:
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False).encode() + b"\n"
