"""JUnit XML by the rules of both schemas: Ant's, which is strict, and Jenkins's."""

import re
from xml.etree import ElementTree

import pytest

from course_utils.grading.exports import Choices, export
from tests.grading.a_class import write_class

# windyroad/JUnit-Schema, JUnit.xsd, and junit-10.xsd of Jenkins's xunit plugin.
SUITE = {"name", "package", "id", "timestamp", "hostname", "tests", "failures", "errors", "time"}
ORDER = ["properties", "testcase", "system-out", "system-err"]


@pytest.fixture(scope="module")
def suites(tmp_path_factory):
    out = write_class(tmp_path_factory.mktemp("run"))
    return ElementTree.parse(export(out, "junit", Choices())).getroot()


def test_the_schemas_rules(suites):
    assert (suites.tag, suites.attrib) == ("testsuites", {})
    for number, suite in enumerate(suites):
        assert set(suite.attrib) == SUITE | {"skipped"}
        assert suite.get("id") == str(number)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp"))
        assert re.fullmatch(r"\d+\.\d+", suite.get("time"))
        tags = [child.tag for child in suite]
        assert tags == sorted(tags, key=ORDER.index)
        assert [tags.count(tag) for tag in ("properties", "system-out", "system-err")] == [1] * 3
        for case in suite.iter("testcase"):
            assert set(case.attrib) == {"name", "classname", "time"}
            assert len(case) <= 1
            for child in case:
                assert child.tag in ("skipped", "error", "failure")
                assert child.tag == "skipped" or child.get("type")
        for name in ("name", "package", "hostname"):
            token = suite.get(name)
            assert token
            assert token == " ".join(token.split())


def test_counts_and_kinds(suites):
    found = {suite.get("name"): suite for suite in suites}
    assert len(found) == 8
    for suite in suites:
        for attribute, tag in [
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ]:
            assert int(suite.get(attribute)) == len(list(suite.iter(tag)))
        assert int(suite.get("tests")) == len(list(suite.iter("testcase")))
    emmy = found["emmy"]
    assert emmy.find(".//failure").get("type") == "flipped-kernel"
    assert emmy.find(".//error").get("type") == "timeout"
    assert found["broken"].find(".//error").get("type") == "unreadable"
    scores = {name: suite.find(".//property[@name='score']") for name, suite in found.items()}
    assert (scores["ada"].get("value"), scores["emmy"].get("value")) == ("10", "")
