"""What can be seen in the built book's files, without a browser."""

import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml

ROOT = Path(__file__).resolve().parents[2]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))

# Attributes whose address a browser loads by itself; those of <a> it only follows.
LOADED = {
    "audio": "src",
    "embed": "src",
    "iframe": "src",
    "image": "href",
    "img": "src",
    "link": "href",
    "object": "data",
    "script": "src",
    "source": "src",
    "use": "href",
    "video": "src",
}


def test_the_book_builds_without_a_warning(book):
    assert book.status == 0, book.log
    assert (book.folder / "index.html").is_file()


def test_every_internal_link_leads_somewhere(book, elements):
    ids = {
        page: {
            attributes[key]
            for _, attributes in found
            for key in ("id", "name")
            if key in attributes
        }
        for page, found in elements.items()
    }
    dead = []
    for page, found in elements.items():
        for tag, attributes in found:
            address = attributes.get("href" if tag in ("a", "link") else "src", "")
            parts = urlsplit(address)
            if parts.scheme or parts.netloc or not address:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if not target.is_file():
                dead.append(f"{page.name}: {address}")
            elif parts.fragment and target in ids and unquote(parts.fragment) not in ids[target]:
                dead.append(f"{page.name}: {address} (no such place in the page)")
    assert dead == []


def test_nothing_is_loaded_from_another_host(book, elements):
    outside = [
        f"{page.name}: <{tag}> {attributes[LOADED[tag]]}"
        for page, found in elements.items()
        for tag, attributes in found
        if tag in LOADED
        and re.match(r"(https?:)?//", attributes.get(LOADED[tag], ""))
        and attributes.get("rel") != "canonical"
    ]
    for sheet in [*book.folder.rglob("*.css"), *book.pages()]:
        text = sheet.read_text(encoding="utf-8")
        outside += [
            f"{sheet.name}: {found}"
            for found in re.findall(r"(?:url\(|@import)\s*['\"]?\s*(?:https?:)?//[^'\")\s]*", text)
        ]
    assert outside == []


def test_every_image_says_what_it_shows(elements):
    silent = []
    for page, found in elements.items():
        for tag, attributes in found:
            alt = attributes.get("alt", "").strip()
            decorative = attributes.get("role") in ("presentation", "none")
            is_path = re.search(r"(^|/)\S+\.(png|jpe?g|svg|gif|webp)$", alt)
            if tag == "img" and not decorative and (len(alt) < 10 or is_path):
                silent.append(f"{page.name}: alt={alt!r} src={attributes.get('src', '')[:60]}")
    assert silent == []


def test_every_exercise_of_a_chapter_is_in_its_page(book, elements, chapter):
    from course_utils.exercises import get

    notebook = json.loads((ROOT / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if "exercise" in cell["metadata"].get("tags", [])]
    exercises = [get(cell["metadata"]["exercise"]["id"]) for cell in cells]
    assert exercises
    found = elements[book.folder / f"{chapter}.html"]
    in_page = [
        attributes["id"].removeprefix("exercise-")
        for tag, attributes in found
        # The cell itself, or the box around one that has no editor.
        if "id" in attributes
        and {"tag_exercise", "exercise"} & set(attributes.get("class", "").split())
    ]
    assert in_page == [exercise.id for exercise in exercises]
    html = (book.folder / f"{chapter}.html").read_text(encoding="utf-8")
    hints = html.count("<details><summary>Hint ")
    assert hints == sum(len(exercise.hints) for exercise in exercises)


def test_a_chapter_can_be_taken_elsewhere(book, elements, chapter):
    """Download, Colab and Binder, each following from the one repository setting."""
    repository = urlsplit(CONFIG["repository"]["url"]).path.strip("/")
    branch = CONFIG["repository"]["branch"]
    page = book.folder / f"{chapter}.html"
    links = [attributes.get("href", "") for tag, attributes in elements[page] if tag == "a"]
    assert (
        f"https://colab.research.google.com/github/{repository}/blob/{branch}/{chapter}.ipynb"
        in links
    )
    binder = [link for link in links if link.startswith("https://mybinder.org/v2/gh/")]
    assert len(binder) == 1
    assert binder[0].startswith(f"https://mybinder.org/v2/gh/{repository}/{branch}?")
    assert unquote(binder[0]).endswith(f"{chapter}.ipynb")
    downloads = [(page.parent / link).resolve() for link in links if link.endswith(".ipynb")]
    taken = [file for file in downloads if file.is_file()]
    assert [json.loads(file.read_text()) for file in taken] == [
        json.loads((ROOT / f"{chapter}.ipynb").read_text())
    ]


def test_the_page_gets_the_package_without_what_it_cannot_run(book):
    import base64
    import gzip
    import io
    import zipfile

    script = (book.folder / "vendor" / "python" / "course.js").read_text()
    packed = json.loads(script.removeprefix("globalThis.courseCode = ").rstrip(";\n"))
    archive = zipfile.ZipFile(io.BytesIO(gzip.decompress(base64.b64decode(packed["course.zip"]))))
    folders = {
        name.split("/")[1] for name in archive.namelist() if name.startswith("course_utils/")
    }
    assert {"exercises", "reference"} <= folders
    assert not folders & {"datasets", "figures", "grading", "models"}


def test_what_is_cited_is_in_the_bibliography(chapter):
    """Links of a chapter lead to entries of references.bib or to a library's own pages."""
    entries = (ROOT / "references.bib").read_text(encoding="utf-8")
    known = {f"https://doi.org/{doi}".lower() for doi in re.findall(r"doi = \{(.*?)\}", entries)}
    known |= {url.lower().rstrip("/") for url in re.findall(r"url = \{(.*?)\}", entries)}
    known |= {
        address.replace("https://doi.org/10.48550/arxiv.", "https://arxiv.org/abs/")
        for address in known
    }
    manuals = ("keras.io", "numpy.org", "www.tensorflow.org", "docs.python.org", "scikit-image.org")
    notebook = json.loads((ROOT / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    text = "\n".join(
        "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"
    )
    links = re.findall(r"https?://[^\s()>\"\]]+(?:\([^\s()]*\)[^\s()>\"\]]*)*", text)
    unknown = [
        link
        for link in links
        if link.lower().rstrip("/.") not in known
        and urlsplit(link).netloc not in manuals
        and not link.startswith(CONFIG["repository"]["url"])
    ]
    assert unknown == []


def test_no_paper_is_in_the_bibliography_twice():
    text = (ROOT / "references.bib").read_text(encoding="utf-8")
    entries = text.split("\n@")[1:]
    assert len(entries) > 20
    for field in ("doi", "url"):
        found = [value.lower() for value in re.findall(rf"{field} = \{{(.*?)\}}", text)]
        assert sorted(set(found)) == sorted(found)
    assert [entry for entry in entries if "doi = " not in entry and "url = " not in entry] == []
