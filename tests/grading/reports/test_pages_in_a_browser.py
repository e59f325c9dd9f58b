"""The grader's pages in Chromium: phone and desk, light and dark; no student's script runs."""

import pytest

from course_utils.grading.reports.pages import write_pages
from tests.browser import Watch, complaints_of_axe
from tests.grading.a_class import write_class

PAGES = ["index", "students/emmy", "students/grace", "students/hostile", "students/broken"]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return write_pages(write_class(tmp_path_factory.mktemp("run"))).parent


@pytest.fixture
def open_page(report, chromium):
    opened = []

    def open_page(name, **options):
        page = chromium.new_context(**options).new_page()
        opened.append((page, Watch(page)))
        page.on("dialog", lambda dialog: pytest.fail(f"a student's script ran: {dialog.message}"))
        page.goto((report / f"{name}.html").as_uri())
        return page

    yield open_page
    for page, watch in opened:
        page.context.close()
        assert watch.errors == []
        assert watch.requests == []


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_is_wide_enough_and_axe_has_no_complaint(open_page, axe, name):
    page = open_page(name, viewport={"width": 360, "height": 800}, color_scheme="light")
    for details in page.locator("details").all():
        details.evaluate("(box) => { box.open = true; }")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate(axe)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert complaints_of_axe(page, "html") == [], scheme
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_dark_is_dark(open_page):
    shades = []
    for scheme in ("light", "dark"):
        page = open_page("students/emmy", color_scheme=scheme)
        shades.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    light, dark = (sum(map(int, shade[4:-1].split(","))) for shade in shades)
    assert light > 600
    assert dark < 150


def test_the_keyboard_reaches_what_scrolls_and_skips_to_the_content(open_page):
    page = open_page("index", viewport={"width": 360, "height": 800})
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    unreachable = page.evaluate(
        """[...document.querySelectorAll("*")].filter((box) =>
            box.scrollWidth > box.clientWidth + 1 && box.tabIndex < 0 && box.clientWidth > 0 &&
            ["auto", "scroll"].includes(getComputedStyle(box).overflowX)
        ).map((box) => box.outerHTML)"""
    )
    assert unreachable == []
