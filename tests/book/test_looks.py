"""Every page in a browser, opened from the disk: nothing missing, nothing wider than the screen."""

from pathlib import Path

import pytest
import yaml

from tests.browser import complaints_of_axe

ROOT = Path(__file__).resolve().parents[2]

# How docutils marks up a bibliography; not ours to change.
NOT_OURS = ("aria-allowed-role", "aria-deprecated-role", "aria-required-children")


def pages() -> list[str]:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    return [toc["root"], *files]


def wider_than_the_screen(page) -> list[str]:
    return page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll("main, .bd-article")]
            .filter((box) => box.scrollWidth > Math.ceil(box.getBoundingClientRect().width) + 1)
            .map((box) => `${box.tagName}.${box.className}: ${box.scrollWidth}`)"""
    )


@pytest.mark.parametrize("name", pages())
def test_page(open_page, name):
    page = open_page(name, viewport={"width": 1280, "height": 844}, color_scheme="dark")
    page.evaluate("globalThis.MathJax?.startup?.promise")  # formulas change the layout

    assert page.locator("mjx-container").count() == page.locator(".math").count()
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0

    broken = page.evaluate("[...document.images].filter((i) => !i.complete || !i.naturalWidth)")
    assert broken == []

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.locator(".search-button-field").filter(visible=True).count() == 1

    assert wider_than_the_screen(page) == []
    page.set_viewport_size({"width": 390, "height": 844})  # a phone
    assert wider_than_the_screen(page) == []


@pytest.mark.parametrize("name", pages())
def test_accessibility(open_page, axe, name):
    page = open_page(name, color_scheme="light")
    page.evaluate(axe)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert complaints_of_axe(page, ".bd-article", NOT_OURS) == [], scheme
