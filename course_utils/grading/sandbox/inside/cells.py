"""A submission's cells, compiled statement by statement; nothing of them is run here."""

import ast
import linecache
import warnings
from collections.abc import Iterator

from course_utils.grading.wire.messages import encode, write_frame


class Cells:
    """The cells of a submission, compiled statement by statement.

    They can then be run one statement at a time: a figure that cannot be drawn does not cost the
    function below it, and a statement that never ends can be left out.
    """

    def __init__(self, sources: list[str | None], ids: list[str], replies: int):
        self.statements: list[list[tuple]] = []  # of each cell: (code, line, name if a starter)
        self.errors: list[tuple[int, int, str]] = []  # (cell, line, what)
        self.definitions: list[tuple[str, int, str]] = []  # (id, cell, kind)
        for number, source in enumerate(sources):
            write_frame(replies, b"c", encode(number))
            self.statements.append([])
            if source is None:
                continue
            try:
                with warnings.catch_warnings():
                    # About the student's text; printed, they would fill up the error output.
                    warnings.simplefilter("ignore")
                    self.statements[-1] = self._compile(number, source, set(ids))
            except BaseException as error:  # also MemoryError and RecursionError, by nesting
                line = getattr(error, "lineno", None) or 1
                message = getattr(error, "msg", "") or str(error)
                text = f"{type(error).__name__}: {message}"[:300]
                self.errors.append((number, line, text))

    def _compile(self, number: int, source: str, ids: set[str]) -> list[tuple]:
        name = f"<cell {number}>"
        lines = source.splitlines(keepends=True)
        linecache.cache[name] = (len(source), None, lines, name)
        module = ast.parse(source, name)
        flags = 0
        statements, found = [], {}
        for statement in module.body:
            code = compile(
                ast.Module([statement], []), name, "exec", flags=flags, dont_inherit=True
            )
            flags |= code.co_flags & 0x1FF0000  # from __future__ import ...
            starter = _starter(statement)
            for bound, kind in _bindings(statement):
                if bound in ids and (kind == "function" or found.get(bound) != "function"):
                    found[bound] = kind
            statements.append((code, statement.lineno, starter))
        self.definitions += [(id, number, kind) for id, kind in found.items()]
        return statements


def _starter(statement: ast.stmt) -> str:
    """The function's name if it is an untouched starter, else nothing."""
    if not isinstance(statement, ast.FunctionDef):
        return ""
    for step in statement.body:
        constant = step.value if isinstance(step, ast.Expr | ast.Return) else None
        if not (
            isinstance(step, ast.Pass)
            or (isinstance(step, ast.Expr) and isinstance(constant, ast.Constant))
            or (
                isinstance(step, ast.Return)
                and (constant is None or getattr(constant, "value", 0) is None)
            )
            or _nbgraders_stub(step)
        ):
            return ""
    return statement.name


def _nbgraders_stub(step: ast.stmt) -> bool:
    """Whether it is ``raise NotImplementedError()``, which nbgrader puts into its starters."""
    raised = step.exc if isinstance(step, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _bindings(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """(name, "function", "starter" or "value") that the statement binds outside of functions."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, "starter" if _starter(node) else "function"
        elif isinstance(node, ast.ClassDef):
            yield node.name, "value"
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, "function"
        elif isinstance(node, ast.alias):
            yield node.asname or node.name, "value"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, "value"
        elif not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)
