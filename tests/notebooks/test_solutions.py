"""Every starter cell filled with its reference solution: all checks of the chapter pass."""

import inspect

import pytest

from course_utils.exercises import get
from course_utils.exercises.model_answers import ModelExercise
from tools.notebooks import chapters, code_cells, exercise_pairs, read, run, tags


def needs_keras(name):
    return isinstance(get(name), ModelExercise)


def without_trainings(notebook):
    """A lab's setup, the cell with its imports, and its exercises: what an answer may rely on.

    Every other cell is run by nbval; here those that train would take most of the time.
    """
    pairs = exercise_pairs(notebook)
    code = code_cells(notebook)
    before = code[: next(i for i, cell in enumerate(code) if cell is pairs[0][1])]
    imports = [cell for cell in before if "import keras\n" in cell.source + "\n"]
    assert imports, "no cell before the first starter says `import keras`"
    setup = [cell for cell in before if "setup" in tags(cell)]
    notebook.cells = [*setup, imports[0], *(cell for pair in pairs for cell in pair[1:])]
    return notebook


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_reference_solutions_pass_in_the_notebook(path):
    notebook = read(path)
    names = []
    for name, starter, _ in exercise_pairs(notebook):
        starter.source = inspect.getsource(get(name).reference)
        names.append(name)
    assert names, "a chapter without exercises"
    if any(map(needs_keras, names)):
        notebook = without_trainings(notebook)

    shown = {}
    for name, _, check in exercise_pairs(run(notebook, profile="quick")):
        data = [output.get("data", {}) for output in check.outputs]
        shown[name] = "".join(bundle.get("text/plain", "") for bundle in data)
    assert set(shown) == set(names)
    failed = {name: text for name, text in shown.items() if not text.startswith("Passed")}
    assert not failed, "\n\n".join(f"{name}: {text}" for name, text in failed.items())
