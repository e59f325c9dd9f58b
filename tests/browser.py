"""A browser to look at pages with, and axe-core, for the tests of the book and of the grader."""

import shutil
import sys
import tarfile
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "book"))

import vendor

AXE = (
    "axe-core@4.14.1",
    "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
)


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("no Chromium on this machine; on Debian and Ubuntu: apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Chromium's own sandbox does not start for root or in most containers.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watch:
    """What went wrong in a page: errors in its console, and what it asked of a network."""

    def __init__(self, page):
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.note(request.url))

    def note(self, address: str) -> None:
        if not address.startswith(("file:", "data:", "blob:")):
            self.requests.append(address)


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


def complaints_of_axe(page, within: str, switched_off: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds in a page in which its script has been run."""
    return page.evaluate(
        """async ([within, rules]) => {
            const found = await axe.run(within, {rules, preload: false});
            return found.violations.flatMap((violation) =>
                violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 200)}`));
        }""",
        [within, {rule: {"enabled": False} for rule in switched_off}],
    )
