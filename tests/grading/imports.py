"""Which files of the package a file leads to, by its imports: read, not run.

Imports within functions count, and so do modules that are named in a text, such as programs to
start. A file that calls `import_module` is taken to import everything in its folder.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import course_utils

PACKAGE = Path(course_utils.__file__).parent


def reached(starts: Iterable[Path], *, inits: bool = True) -> set[Path]:
    """These files and all that they import of the package, directly or not.

    Importing a module runs the ``__init__.py`` of each folder on the way; without `inits` those are
    taken for empty.
    """
    found: set[Path] = set()
    waiting = list(starts)
    while waiting:
        path = waiting.pop()
        if path not in found and (inits or path.name != "__init__.py"):
            found.add(path)
            waiting += _named(path)
    return found


def _named(path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _on_the_way(alias.name)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import is not followed here"
            for alias in node.names:  # a module, or something in the module that is named first
                yield from _on_the_way(f"{node.module}.{alias.name}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _on_the_way(node.value)
        elif isinstance(node, ast.Call) and _is_import_module(node.func):
            yield from path.parent.rglob("*.py")


def _is_import_module(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr == "import_module"


def _on_the_way(name: str) -> Iterator[Path]:
    """The files that are run when a module of this name is imported; none if it is not ours."""
    parts = name.split(".")
    if parts[0] != "course_utils" or not all(map(str.isidentifier, parts)):
        return
    for count in range(1, len(parts) + 1):
        place = PACKAGE.parent.joinpath(*parts[:count])
        for file in (place / "__init__.py", place.with_suffix(".py")):
            if file.is_file():
                yield file
