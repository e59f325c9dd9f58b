"""Every page in a browser, opened from the disk: nothing missing, nothing wider than the screen."""

import tarfile
from pathlib import Path

import pytest
import yaml

import vendor

ROOT = Path(__file__).resolve().parents[2]

AXE = (
    "axe-core@4.14.1",
    "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
)
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


@pytest.fixture(scope="session")
def axe(tmp_path_factory) -> str:
    """The script of axe-core, which finds what keeps people from using a page."""
    folder = tmp_path_factory.mktemp("axe")
    try:
        tarball = vendor.fetch(*AXE, folder)
    except vendor.VendorError as error:
        pytest.skip(str(error))
    with tarfile.open(tarball) as package:
        return package.extractfile("package/axe.min.js").read().decode()


@pytest.mark.parametrize("name", pages())
def test_accessibility(open_page, axe, name):
    page = open_page(name, color_scheme="light")
    page.evaluate(axe)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        complaints = page.evaluate(
            """async (rules) => {
                const found = await axe.run(".bd-article", {rules, preload: false});
                return found.violations.flatMap((violation) =>
                    violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 200)}`));
            }""",
            {rule: {"enabled": False} for rule in NOT_OURS},
        )
        assert complaints == [], scheme
