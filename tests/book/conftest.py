"""The built book and a browser to look at it with."""

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "book"))

from tests.browser import Watch  # noqa: E402
from vendor import vendor  # noqa: E402


def chapters() -> list[str]:
    """The notebooks in the table of contents, such as "chapters/02_convolution"."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    return [file for file in files if (ROOT / f"{file}.ipynb").is_file()]


def pytest_generate_tests(metafunc):
    if "chapter" in metafunc.fixturenames:
        metafunc.parametrize("chapter", chapters())


@dataclass(frozen=True)
class Book:
    folder: Path
    log: str
    status: int

    def pages(self) -> list[Path]:
        """The HTML pages; those under _static are the theme's templates."""
        return sorted(p for p in self.folder.rglob("*.html") if "_static" not in p.parts)


@pytest.fixture(scope="session")
def book(tmp_path_factory, request) -> Book:
    """The book, built from scratch, once for all workers."""
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent
    built = shared / "book"
    done = built / "status"
    try:
        built.mkdir()
    except FileExistsError:  # another worker is at it
        deadline = time.monotonic() + 400
        while not done.exists():
            if time.monotonic() > deadline:
                pytest.fail("another worker did not finish building the book")
            time.sleep(0.2)
    else:
        build(built, done)
    return Book(built / "_build" / "html", (built / "log").read_text(), int(done.read_text()))


def build(built: Path, done: Path) -> None:
    status = 1
    try:
        vendor()
        command = [Path(sys.executable).parent / "jupyter-book", "build", ROOT]
        command += ["--path-output", built, "--all", "-W", "-n", "--keep-going"]
        with (built / "log").open("w") as log:
            status = subprocess.run(
                command, stdout=log, stderr=log, env={**os.environ, "NO_COLOR": "1"}, check=False
            ).returncode
    finally:
        (built / "log").touch()
        waiting = done.with_suffix(".part")
        waiting.write_text(str(status))
        waiting.rename(done)


class Elements(HTMLParser):
    """The elements of a page: ``found`` is a list of (tag, attributes)."""

    def __init__(self, page: Path):
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name: value or "" for name, value in attrs}))


@pytest.fixture(scope="session")
def elements(book):
    """For every page of the book, the elements in it."""
    return {page: Elements(page).found for page in book.pages()}


@pytest.fixture(scope="session")
def pages(book, chromium):
    """``with pages() as open_page``: afterwards every complaint of the browser is an error."""

    @contextlib.contextmanager
    def pages():
        opened = []

        def open_page(name: str, **options):
            """A page of the book, from the disk, in a browser that remembers nothing."""
            page = chromium.new_context(**options).new_page()
            opened.append((page, Watch(page)))
            page.goto((book.folder / f"{name}.html").as_uri())
            return page

        yield open_page
        for page, watch in opened:
            page.context.close()
            assert watch.errors == []
            assert watch.requests == []

    return pages


@pytest.fixture
def open_page(pages):
    with pages() as open_page:
        yield open_page
