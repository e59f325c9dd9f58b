"""Public functions carry type annotations, and the package says so to type checkers."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "course_utils"
ANNOTATED = (
    *("reference", "network", "voltammetry", "datasets", "models", "figures"),
    *("exercises", "grading"),
)
# Solutions, inputs and mistakes there are code at the level of students, who write no annotations.
LIKE_STUDENTS = PACKAGE / "exercises" / "questions"


def public_functions(body, prefix=""):
    """Yield (qualified name, function) of what a reader may call, methods included."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef) and (
            not node.name.startswith("_") or node.name in ("__init__", "__call__")
        ):
            yield prefix + node.name, node


def missing(function: ast.FunctionDef) -> list[str]:
    """What of a function is not annotated; a constructor need not say that it returns None."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [more for more in (arguments.vararg, arguments.kwarg) if more]
    names = [a.arg for a in every if a.annotation is None and a.arg not in ("self", "cls")]
    if function.returns is None and function.name != "__init__":
        names.append("return")
    return names


@pytest.mark.parametrize("folder", ANNOTATED)
def test_public_functions_are_annotated(folder):
    files = [
        file
        for file in sorted((PACKAGE / folder).rglob("*.py"))
        if LIKE_STUDENTS not in file.parents
    ]
    assert files
    bare = {}
    for file in files:
        for name, function in public_functions(ast.parse(file.read_text(encoding="utf-8")).body):
            if names := missing(function):
                bare[f"{file.relative_to(PACKAGE)}: {name}"] = names
    assert bare == {}


def test_the_package_ships_the_marker_of_annotations():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert (PACKAGE / "py.typed").is_file()
    assert "py.typed" in project["tool"]["setuptools"]["package-data"]["course_utils"]
