"""Every starter cell filled with its reference solution: all checks of the chapter pass."""

import inspect

import pytest

from course_utils.exercises import get
from tools.notebooks import chapters, exercise_pairs, read, run


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_reference_solutions_pass_in_the_notebook(path):
    notebook = read(path)
    names = []
    for name, starter, _ in exercise_pairs(notebook):
        starter.source = inspect.getsource(get(name).reference)
        names.append(name)
    assert names, "a chapter without exercises"

    shown = {}
    for name, _, check in exercise_pairs(run(notebook, profile="quick")):
        data = [output.get("data", {}) for output in check.outputs]
        shown[name] = "".join(bundle.get("text/plain", "") for bundle in data)
    assert set(shown) == set(names)
    failed = {name: text for name, text in shown.items() if not text.startswith("Passed")}
    assert not failed, "\n\n".join(f"{name}: {text}" for name, text in failed.items())
