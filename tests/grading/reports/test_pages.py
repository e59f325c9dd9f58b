"""The pages: what they say, what they keep to themselves, and that no text becomes markup."""

import dataclasses
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from course_utils.exercises import get
from course_utils.grading.records.storage import read_run, write_run
from course_utils.grading.reports.class_summary import ClassSummary
from course_utils.grading.reports.pages import moment, points, student_page, write_pages
from course_utils.grading.sandbox.replies import CellError
from course_utils.grading.statuses import SUBMISSIONS
from course_utils.grading.submissions.cell import Cell
from course_utils.grading.submissions.notebooks import contents_of
from tests.grading.a_class import (
    HOSTILE,
    RUN,
    SEED,
    WINDOWS,
    graded,
    record,
    ungraded,
    write_class,
)

CHAPTERS = Path(__file__).parents[3] / "chapters"

CONTACT = "Maria Agnesi, agnesi@example.org"
VOID = {"meta", "br", "line", "rect", "img"}


class Page(HTMLParser):
    """A page's elements and text; an element that is not closed is an error."""

    def __init__(self, html: str):
        super().__init__()
        self.html, self.tags, self.attributes, self.open = html, [], [], []
        self.feed(html)
        assert self.open == []
        self.text = " ".join(re.sub(r"<style>.*?</style>|<[^>]*>", " ", html, flags=re.S).split())

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag) if tag not in VOID else None

    def of(self, tag):
        return [attributes for name, attributes in self.attributes if name == tag]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    out = write_class(tmp_path_factory.mktemp("run"))
    return write_pages(out, contact=CONTACT).parent


@pytest.fixture(scope="module")
def pages(report):
    return {
        path.stem: Page(path.read_text(encoding="utf-8")) for path in sorted(report.rglob("*.html"))
    }


def test_one_page_for_each_student_and_one_for_the_class(pages):
    students = {"ada", "grace", "emmy", "sofia", "hostile", "empty", "broken", "gone"}
    assert set(pages) == students | {"index"}


def test_score_failure_counterexample_diagnosis_and_hint(pages):
    assert "10 of 10 points" in pages["ada"].text
    page = pages["emmy"].text
    mistake = next(m for m in get("slide_kernel").misconceptions if m.id == "flipped-kernel")
    for text in (mistake.name, mistake.hint, "4 of 4 entries are wrong", "expected, shape (2, 2)"):
        assert text in page
    assert len([a for a in pages["emmy"].of("td") if a.get("class") == "wrong"]) == 4
    # A failure without a name has the exercise's first hint.
    hint = get("max_pool_map").hints[0]
    assert " ".join(hint.replace("'", "&#39;").split()) in pages["grace"].text


def test_an_answer_without_a_grade_is_not_a_zero(pages):
    page = pages["emmy"].text
    assert "No total yet" in page
    assert "It is not counted as a zero" in page
    assert "3 of 10 points" not in page
    assert CONTACT in page
    assert "No answers found" in pages["empty"].text
    for name, status in (("broken", "unreadable"), ("gone", "missing")):
        assert SUBMISSIONS[status].words in pages[name].text
        assert CONTACT in pages[name].text
        assert "0 of" not in pages[name].text


def test_a_student_learns_neither_the_seed_nor_what_was_printed_nor_of_others(pages):
    for name, page in pages.items():
        assert "hidden input" not in page.html
        if name != "index":
            assert str(SEED) not in page.html
            assert "Lovelace" not in page.html or name == "ada"
            assert not [a["href"] for a in page.of("a") if not a["href"].startswith("#")]
    assert str(SEED) in pages["index"].text


def test_the_class_page(pages):
    page = pages["index"]
    for text in ("40%", "Median 4 of 10 points", "Late", "model solution", "imports os"):
        assert text in page.text or text in page.html
    assert "The kernel is turned by 180 degrees." in page.text
    assert "no verdict" in page.text
    linked = {a["href"] for a in page.of("a") if a["href"].startswith("students/")}
    assert len(linked) == 8


def test_links_lead_somewhere(pages, report):
    for page in pages.values():
        ids = [a["id"] for _, a in page.attributes if "id" in a]
        assert len(ids) == len(set(ids))
        for link in page.of("a"):
            if link["href"].startswith("#"):
                assert link["href"][1:] in ids
            else:
                assert (report / link["href"]).is_file()


def test_what_a_student_writes_is_text(pages):
    for page in pages.values():
        assert not {"script", "img", "iframe", "object", "link", "form"} & set(page.tags)
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b\x00]", page.html)
        for _, attributes in page.attributes:
            assert not [name for name in attributes if name.startswith("on")]
    assert "alert(1)" in pages["hostile"].text
    assert "\\u202e\\x1b[31m" in pages["hostile"].text
    assert "alert(3)" in pages["hostile"].text  # what the code returned


def test_pages_forbid_scripts_and_load_nothing(pages):
    for page in pages.values():
        policy = [a for a in page.of("meta") if a.get("http-equiv") == "Content-Security-Policy"]
        assert "default-src 'none'" in policy[0]["content"]
        assert not re.search(r"url\(|@import|https?://", page.html)
        assert not [1 for _, attributes in page.attributes if {"src", "srcset"} & set(attributes)]


def test_landmarks_headings_and_table_headers(pages):
    for page in pages.values():
        assert page.of("html") == [{"lang": "en"}]
        for tag in ("header", "main", "footer", "h1", "title"):
            assert page.tags.count(tag) - ("svg" in page.tags and tag == "title") == 1
        levels = [int(tag[1]) for tag in page.tags if re.fullmatch("h[1-6]", tag)]
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        assert all("scope" in a for a in page.of("th"))
        for table in re.findall("<table.*?</table>", page.html, flags=re.S):
            assert "<th " in table
            assert "<caption>" in table or "aria-label" in table or "distribution" in page.html


def test_a_second_report_replaces_the_first(tmp_path):
    out = write_class(tmp_path)
    write_pages(out)
    stale = out / "report" / "students" / "someone.html"
    stale.write_text("left over")
    (out / "results" / "ada.json").unlink()
    page = write_pages(out).read_text()
    assert not stale.exists()
    assert not (stale.parent / "ada.html").exists()
    assert "Lovelace" not in page


def test_a_run_that_goes_on_and_a_trusted_one_say_so(tmp_path):
    out = write_class(tmp_path)
    (out / "results" / "ada.json").unlink()
    write_run(out, dataclasses.replace(read_run(out), finished="", sandbox="trust"))
    page = Page(write_pages(out).read_text()).text
    assert "7 of 8 submissions are graded" in page
    assert "trusted its submissions" in page


def test_points_and_moments():
    assert [points(x) for x in (7.0, 7.5, 1 / 3, 0.0)] == ["7", "7.5", "0.33", "0"]
    assert moment("2026-11-20T10:00:00+01:00") == "2026-11-20 10:00 (UTC+0100)"
    assert moment(HOSTILE) == HOSTILE


def test_a_definition_is_said_to_count_if_it_did_and_with_its_file(tmp_path):
    once, twice = graded("slide_kernel", WINDOWS, 0), graded("slide_kernel", WINDOWS, 1)
    rest = [ungraded("max_pool_map", "missing"), ungraded("stable_softmax", "to_be_decided")]
    shown = {}
    for name, counts in (("last", 1), ("first", 0), ("before", None)):
        slide = dataclasses.replace(once if not counts else twice, defined_in=(0, 1), counts=counts)
        made = record(
            name, name, [WINDOWS, WINDOWS], [slide, *rest], errors=[CellError(1, 2, "No.")]
        )
        cells = tuple(Cell(f"lab-{n}.ipynb", 2, WINDOWS) for n in (1, 2))
        shown[name] = student_page(RUN, dataclasses.replace(made, cells=cells), "Emmy")
        assert "<bdi>cell 2 of lab-1.ipynb</bdi>, <bdi>cell 2 of lab-2.ipynb</bdi>." in shown[name]
        assert "<bdi>Cell 2 of lab-2.ipynb</bdi>, line 2" in shown[name]
        assert "To be decided" in shown[name]
        assert "No total yet" in shown[name]
    assert "The last one counts." in shown["last"]
    assert "The one in <bdi>cell 2 of lab-1.ipynb</bdi> counts" in shown["first"]
    assert "counts" not in shown["before"].partition("It is defined more than once")[2][:200]


@pytest.mark.parametrize("chapter", sorted(CHAPTERS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_the_courses_own_cells_are_never_facts_to_look_at(chapter):
    cells = contents_of(chapter.name, chapter.read_bytes()).cells
    summary = ClassSummary(RUN)
    summary.add(record("alone", "Alone", [cell.source for cell in cells], []))
    told = "run `python tools/handed_out.py`: the chapters' cells have changed"
    assert summary.remarks == [], told
    summary.add(record("more", "More", ["import socket"], []))
    assert [text for text, _ in summary.remarks] == ["imports socket"]
    # With somebody's own copy of the course in the setup cell, too.
    ours = [
        cell.source.replace("https://github.com/OWNER", "https://gitlab.example/us")
        for cell in cells
    ]
    summary = ClassSummary(RUN)
    summary.add(record("alone", "Alone", ours, []))
    assert summary.remarks == []
