"""Grades as JUnit XML: a suite for each student, a case for each exercise.

It fits the schemas of Ant and of Jenkins, which differ in the order of elements and in required
attributes.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree

from course_utils.grading.exports.choices import Choices, total
from course_utils.grading.exports.documents import explained
from course_utils.grading.records.records import Record, Run
from course_utils.grading.reports.invisible_characters import one_line, visible
from course_utils.grading.reports.pages import points


def junit(run: Run, records: Iterable[Record], choices: Choices) -> Iterator[tuple]:
    """A right answer is a passed case, a wrong answer a failure, no answer a skipped case.

    An answer without a grade is an error, as is a submission that was not run.
    """
    suites = ElementTree.Element("testsuites")
    for number, record in enumerate(records):
        suites.append(_suite(run, record, choices, number))
    ElementTree.indent(suites)
    xml = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    yield "junit.xml", xml + b"\n"


def _suite(run: Run, record: Record, choices: Choices, number: int) -> ElementTree.Element:
    cases = [_case(run, record, result) for result in record.exercises]
    if record.status != "graded":
        cases = [_not_run(run, record)]
    found = [child.tag for case in cases for child in case]
    suite = ElementTree.Element(
        "testsuite",
        {
            "name": one_line(record.student.id) or "student",
            "package": one_line(run.title) or "assignment",
            "id": str(number),
            "hostname": "localhost",
            "timestamp": _timestamp(record.graded_at or run.started),
            "time": f"{record.result.seconds if record.result else 0:.3f}",
            "tests": str(len(cases)),
            "failures": str(found.count("failure")),
            "errors": str(found.count("error")),
            "skipped": str(found.count("skipped")),
        },
    )
    whole = total(record, run.max_score, choices.zero)
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in {
        "status": whole.status,
        "score": "" if whole.score is None else points(whole.score),
        "max_score": points(whole.max_score),
        "isolation": run.isolation,
    }.items():
        ElementTree.SubElement(properties, "property", name=name, value=visible(value))
    suite.extend(cases)
    ElementTree.SubElement(suite, "system-out")
    ElementTree.SubElement(suite, "system-err")
    return suite


def _case(run: Run, record: Record, result) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase",
        {"name": result.exercise_id, "classname": one_line(run.title), "time": "0.000"},
    )
    if result.status == "graded":
        if not result.report.passed:
            kind = result.report.misconception or "wrong"
            failure = ElementTree.SubElement(
                case, "failure", type=kind, message=one_line(result.report.message)
            )
            failure.text = explained(result)
    elif result.status == "missing":
        ElementTree.SubElement(case, "skipped", message=one_line(result.detail or "no answer"))
    else:
        error = ElementTree.SubElement(
            case, "error", type=result.status, message=one_line(result.detail)
        )
        error.text = explained(result)
    return case


def _not_run(run: Run, record: Record) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase", {"name": "submission", "classname": one_line(run.title), "time": "0.000"}
    )
    ElementTree.SubElement(case, "error", type=record.status, message=one_line(record.detail))
    return case


def _timestamp(iso: str) -> str:
    """UTC, without a zone, as the schema wants it."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        when = datetime.fromtimestamp(0, UTC)
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
