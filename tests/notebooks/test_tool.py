"""What the notebook tool takes out of a notebook, and what it complains about."""

import base64
import importlib.util
import json
import sys
import types

import nbformat
import pytest
import yaml
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from traitlets.config import Config

from course_utils.exercises import catalog
from tools import notebooks
from tools.notebooks import as_text, complaints, main, normalize, write_generated_cells

HEADINGS = (
    "# A chapter\n## Objectives\n## What to know first\n## Quiz\n## Summary\n## Further reading"
)


def chapter(extra=()):
    """A chapter that nothing is wrong with, and after it the extra cells."""
    cells = [new_markdown_cell(HEADINGS), new_code_cell(metadata={"tags": ["setup"]})]
    cells.append(new_markdown_cell(metadata={"tags": ["time"]}))
    for exercise in catalog()[: notebooks.FEWEST_EXERCISES]:
        metadata = {"tags": ["exercise"], "exercise": {"id": exercise.id}}
        cells += [new_code_cell(metadata=metadata), new_code_cell(metadata={"tags": ["check"]})]
    notebook = write_generated_cells(new_notebook(cells=[*cells, *extra]), "chapter")
    for number, cell in enumerate(notebooks.code_cells(notebook), 1):
        cell.execution_count = number
    return notebook


@pytest.fixture(autouse=True)
def _few_exercises(monkeypatch):
    monkeypatch.setattr(notebooks, "FEWEST_EXERCISES", 2)


@pytest.fixture(autouse=True)
def times(monkeypatch, tmp_path):
    """A table of times of these tests' own, in which "chapter" is measured."""
    path = tmp_path / "times.json"
    row = {"full": 712.0, "quick": 41.0, "cores": 2, "date": "2026-11-25"}
    path.write_text(json.dumps({"chapter": row}))
    monkeypatch.setattr(notebooks, "TIMES", path)
    return path


def test_a_good_chapter_gets_no_complaint():
    assert complaints(chapter(), "chapter") == []


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        (new_code_cell("\n".join(["x = 1"] * 16)), "has 16 lines; at most 15"),
        (
            new_code_cell("1/0", outputs=[new_output("error", ename="Z", evalue="division")]),
            "ends in an error: Z: division",
        ),
        (
            new_code_cell("x", outputs=[new_output("stream", name="stderr", text="W0000 tf")]),
            "writes to stderr: 'W0000 tf'",
        ),
        (
            new_code_cell(
                "p", outputs=[new_output("display_data", {"text/plain": "'/home/ann/x'"})]
            ),
            "the path of a machine: '/home/'",
        ),
        (
            new_code_cell(
                "p", outputs=[new_output("display_data", {"text/plain": "<Plot at 0x7f00>"})]
            ),
            "the path of a machine: ' at 0x7f00'",
        ),
        (
            new_markdown_cell("<details><summary>a</summary>\nIt is $x$.\n</details>"),
            "raw in the page: '</summary>\\nIt is $x$",
        ),
        (
            new_markdown_cell("<details><summary>`a`</summary>\n\nNo.\n\n</details>"),
            "raw in the page: '<summary>`a`",
        ),
        (
            new_code_cell("...", metadata={"tags": ["exercise"], "exercise": {"id": "no_such"}}),
            "no exercise is called 'no_such'",
        ),
    ],
)
def test_one_bad_cell_gets_its_complaint(cell, complaint):
    assert any(complaint in found for found in complaints(chapter([cell]), "chapter"))


def test_math_in_a_quiz_with_blank_lines_around_it_is_fine():
    cell = new_markdown_cell("<details><summary>a</summary>\n\nIt is $x$.\n\n</details>")
    assert complaints(chapter([cell]), "chapter") == []


def test_a_starter_without_a_check_is_found():
    notebook = chapter()
    notebook.cells = [cell for cell in notebook.cells if "check" not in notebooks.tags(cell)]
    assert any("is not tagged check" in found for found in complaints(notebook, "chapter"))


def test_a_starter_that_differs_from_its_exercise_is_found():
    notebook = chapter()
    _, starter, _ = notebooks.exercise_pairs(notebook)[0]
    starter.source = starter.source.replace("def ", "def  ")
    assert any(
        "differ from their definitions" in found for found in complaints(notebook, "chapter")
    )


def test_a_missing_section_is_named():
    notebook = chapter()
    notebook.cells[0].source = HEADINGS.replace("## Quiz\n", "")
    assert complaints(notebook, "chapter") == ["no heading says 'quiz'"]


def test_the_time_line_says_what_was_measured():
    [line] = [cell.source for cell in chapter().cells if "time" in notebooks.tags(cell)]
    assert "about 12 minutes on the full data, about 40 seconds with" in line
    assert "on 2 cores on 2026-11-25" in line


def test_a_time_line_that_differs_from_the_table_is_found(times):
    notebook = chapter()
    times.write_text(times.read_text().replace("712", "1200"))
    assert any(
        "differ from their definitions" in found for found in complaints(notebook, "chapter")
    )


def test_a_chapter_that_does_not_say_how_long_it_takes_is_found():
    notebook = chapter()
    notebook.cells = [cell for cell in notebook.cells if "time" not in notebooks.tags(cell)]
    assert complaints(notebook, "chapter") == ["exactly one cell must be tagged time"]


def test_cells_run_out_of_order_are_found():
    notebook = chapter()
    notebook.cells[-1].execution_count = 99
    assert complaints(notebook, "chapter") == ["it was not run from top to bottom"]


def test_an_image_that_spells_a_path_is_no_complaint():
    image = base64.b64encode(base64.b64decode("AAAA/tmp/AAA")).decode()
    html = new_output("display_data", {"text/html": f"<img src='data:image/png;base64,{image}'>"})
    png = new_output("display_data", {"image/png": image})
    cell = new_code_cell("figure", outputs=[html, png], execution_count=6)
    assert complaints(chapter([cell]), "chapter") == []


def test_normalizing_forgets_the_editor_and_keeps_the_meaning():
    metadata = {"tags": ["check"], "execution": {"iopub.execute_input": "2026"}, "id": "x1"}
    outputs = [
        new_output("stream", name="stdout", text="one\n"),
        new_output("stream", name="stdout", text="two\n"),
        new_output("stream", name="stderr", text="three\n"),
    ]
    cell = new_code_cell("f(1)  \n", metadata=metadata, outputs=outputs, execution_count=7)
    notebook = new_notebook(cells=[cell], metadata={"colab": {}, "language_info": {"name": "R"}})

    result = normalize(notebook)

    assert result.metadata == notebooks.NOTEBOOK_METADATA
    [kept] = result.cells
    assert kept.metadata == {"tags": ["check"]}
    assert kept.source == "f(1)"
    assert [output.text for output in kept.outputs] == ["one\ntwo\n", "three\n"]
    assert kept.execution_count == 7
    assert outputs[0].text == "one\n", "the notebook that came in was changed"


def test_ids_follow_from_sources_alone():
    sources = ["a = 1", "a = 1", "b = 2"]
    first, second = (
        normalize(new_notebook(cells=[new_code_cell(source) for source in sources]))
        for _ in range(2)
    )
    assert as_text(first) == as_text(second)
    assert len({cell.id for cell in first.cells}) == 3
    assert as_text(normalize(first)) == as_text(first)
    nbformat.validate(first)


def test_the_hook_rewrites_a_file_once(tmp_path, capsys):
    path = tmp_path / "chapter.ipynb"
    path.write_text(nbformat.writes(new_notebook(metadata={"colab": {}})))
    assert main(["normalize", str(path)]) == 1
    assert main(["normalize", str(path)]) == 0
    assert "colab" not in path.read_text()


def test_running_saves_outputs_and_times_and_reports_what_is_missing(tmp_path, capsys, times):
    path = tmp_path / "chapter.ipynb"
    path.write_text(
        nbformat.writes(
            new_notebook(
                cells=[
                    new_code_cell("import course_utils; course_utils.profile()"),
                    new_markdown_cell("?", metadata={"tags": ["time"]}),
                ]
            )
        )
    )
    assert main(["run", str(path)]) == 1
    assert "no heading says 'quiz'" in capsys.readouterr().out
    code, line = notebooks.read(path).cells
    assert code.outputs[0].data["text/plain"] == "'full'"
    measured = json.loads(times.read_text())["chapter"]
    assert 0 < measured["quick"] < 600
    assert line.source == notebooks.time_line("chapter")
    assert measured["date"] in line.source


def test_what_libraries_log_from_c_stays_out_of_the_notebook(monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # with it, a kernel never listens to C's stderr
    cell = new_code_cell("import os, sys; os.write(2, b'hello'); sys.stderr.write('warning')")
    [ran] = notebooks.run(new_notebook(cells=[cell]), profile="quick").cells
    assert [output.text for output in ran.outputs if "text" in output] == ["warning"]


def test_a_notebook_that_fails_is_left_as_it_was(tmp_path, capsys):
    path = tmp_path / "chapter.ipynb"
    before = nbformat.writes(new_notebook(cells=[new_code_cell("1/0")]))
    path.write_text(before)
    assert main(["run", str(path)]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().out
    assert path.read_text() == before


@pytest.fixture
def shell(monkeypatch):
    """An IPython in which course_utils is missing; `shell.installed` lists what %pip was told."""
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    shell.installed = []
    found = []
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: (found or None) if name == "course_utils" else find_spec(name),
    )

    def pip(line):
        shell.installed.append(line)
        found.append("a spec")

    shell.register_magic_function(pip, magic_name="pip")
    return shell


def test_setup_installs_nothing_where_the_package_is(shell):
    shell.run_line_magic("pip", "earlier")
    shell.run_cell(notebooks.setup_source()).raise_error()
    assert shell.installed == ["earlier"]


def test_setup_says_what_to_do_outside_colab(shell):
    with pytest.raises(ModuleNotFoundError, match="make lab"):
        shell.run_cell(notebooks.setup_source()).raise_error()
    assert shell.installed == []


def test_setup_installs_the_package_alone_in_colab(shell, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    shell.run_cell(notebooks.setup_source()).raise_error()
    config = yaml.safe_load((notebooks.ROOT / "_config.yml").read_text())
    assert shell.installed == [f'install --quiet --no-deps "git+{config["repository"]["url"]}"']
