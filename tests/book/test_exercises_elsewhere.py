"""An exercise that needs TensorFlow has no editor in the page; the page says where to do it."""

import shutil

import nbformat
import pytest
from playwright.sync_api import expect
from sphinx.application import Sphinx

from course_utils.exercises import catalog
from course_utils.exercises.model_answers import ModelExercise
from exercise_cells import mark_exercises  # from book/, as Sphinx imports it
from tests.book.conftest import ROOT
from tools.notebooks import normalize

MODEL = next(exercise for exercise in catalog() if isinstance(exercise, ModelExercise))
OTHER = next(exercise for exercise in catalog() if not isinstance(exercise, ModelExercise))


def notebook():
    cells = [nbformat.v4.new_markdown_cell("# A lab\n\nSome text.")]
    for exercise in (MODEL, OTHER):
        starter = nbformat.v4.new_code_cell(exercise.starter)
        starter.metadata.update({"tags": ["exercise"], "exercise": {"id": exercise.id}})
        check = nbformat.v4.new_code_cell(f"check({exercise.id})")
        check.metadata["tags"] = ["check"]
        cells += [starter, check]
    cells.append(nbformat.v4.new_markdown_cell("The end."))
    return normalize(nbformat.v4.new_notebook(cells=cells))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A book of one page, with the book's own scripts and styles."""
    source = tmp_path_factory.mktemp("source")
    nbformat.write(notebook(), source / "index.ipynb")
    shutil.copytree(ROOT / "book" / "static", source / "static")
    settings = {
        "extensions": ["myst_nb"],
        "nb_execution_mode": "off",
        "html_theme": "sphinx_book_theme",
        "html_static_path": ["static"],
        "html_css_files": ["custom.css"],
        "html_js_files": ["exercises.js"],
    }
    out = source / "out"
    app = Sphinx(
        source, None, out, source / "doctrees", "html", settings, status=None, warningiserror=True
    )
    app.connect("doctree-read", mark_exercises)
    app.build()
    return out


@pytest.fixture
def page(folder, chromium):
    page = chromium.new_page()
    page.goto(f"{(folder / 'index.html').as_uri()}")
    yield page
    page.close()


def test_it_says_where_to_do_it(page):
    box = page.locator(f"#exercise-{MODEL.id}")
    expect(box).to_contain_text(f"def {MODEL.id}(")
    expect(box).to_contain_text(MODEL.prompt.strip().split("\n")[0])
    expect(box).to_contain_text("This exercise needs TensorFlow")
    expect(box).to_contain_text("Colab")
    expect(box.get_by_role("textbox")).to_have_count(0)
    expect(box.get_by_role("button", name="Check")).to_have_count(0)


def test_its_hints_open_one_by_one(page):
    box = page.locator(f"#exercise-{MODEL.id}")
    hints = box.locator("summary")
    expect(hints.filter(visible=True)).to_have_text(["Hint 1"])
    hints.first.click()
    expect(hints.filter(visible=True)).to_have_text(["Hint 1", "Hint 2"])


def test_its_check_cell_is_gone_and_the_other_exercise_is_as_always(page):
    expect(page.locator("article")).not_to_contain_text("check(")
    other = page.locator(f"#exercise-{OTHER.id}")
    expect(other.get_by_role("textbox")).to_have_count(1)
    expect(other.get_by_role("button", name="Check")).to_have_count(1)
    expect(other).not_to_contain_text("TensorFlow")
    expect(page.locator("article")).to_contain_text("The end.")


def test_without_scripts_it_reads_the_same(folder, chromium):
    context = chromium.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto((folder / "index.html").as_uri())
        box = page.locator(f"#exercise-{MODEL.id}")
        expect(box).to_contain_text(f"def {MODEL.id}(")
        expect(box).to_contain_text("This exercise needs TensorFlow")
    finally:
        context.close()
