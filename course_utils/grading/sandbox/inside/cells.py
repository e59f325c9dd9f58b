"""A submission's cells, compiled statement by statement; none of them is run here."""

import ast
import contextlib
import linecache
import os
import signal
import warnings
from collections.abc import Callable, Iterator

from course_utils.grading.sandbox.inside.newer_python import newer_syntax

# Seconds of processor time. What people write takes milliseconds.
AT_ONCE = 3.0  # for all cells together; if that is not enough, each is tried by itself:
FIRST, ALL_FIRST = 0.5, 6.0  # for a cell, and for all of them
AGAIN, ALL_AGAIN = 3.0, 6.0  # for a cell that needs longer, and for all of those
PARSING = AT_ONCE + 2 * (ALL_FIRST + ALL_AGAIN)  # for a submission, whatever is in it

KINDS = ("course", "starter", "answer")  # of what can have an answer's name; the last counts most
EXPECTED = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


class Cells:
    """The cells of a submission, compiled statement by statement.

    One statement at a time, so that the function below a figure that cannot be drawn is not lost,
    and a statement that never ends can be left out.

    Parameters
    ----------
    sources : list of str or None
        None for a cell that is left out.
    ids : list of str
        The names of the answers.
    before_trying : callable, optional
        If given, each cell is first tried in another process, which calls this before; a cell that
        crashes it, or takes too long, is left out. Otherwise such a cell ends this process.

    Attributes
    ----------
    statements : list of list of tuple
        For each cell: (code, line, name if it is an untouched starter, answers' names it binds).
    errors : list of tuple
        (cell, line, what): cells that Python cannot read.
    slow : list of tuple
        (cell, why): cells that took too long to be read.
    newer : list of tuple
        (cell, why): cells that seem to be written for a newer Python.
    definitions : list of tuple
        (id, cell, kind): one of `KINDS`; "course" is a name that is imported from the course.
    guarded : dict
        From the name of a cell's code to first and last lines of blocks that expect imports to
        fail.
    """

    def __init__(
        self,
        sources: list[str | None],
        ids: list[str],
        before_trying: Callable[[], None] | None = None,
    ):
        self.ids = set(ids)
        self.statements: list[list[tuple]] = [[] for _ in sources]
        self.errors: list[tuple[int, int, str]] = []
        self.slow: list[tuple[int, str]] = []
        self.newer: list[tuple[int, str]] = []
        self.definitions: list[tuple[str, int, str]] = []
        self.guarded: dict[str, list[tuple[int, int]]] = {}
        given = {number: text for number, text in enumerate(sources) if text is not None}
        if before_trying is None:
            _allow(AT_ONCE)
        else:
            given = self._tried(given, before_trying)
        for number, source in given.items():
            self._take(number, source)
        _allow(0)

    def _take(self, number: int, source: str) -> None:
        try:
            with warnings.catch_warnings():
                # They are about the student's code; printed, they would pile up among the errors.
                warnings.simplefilter("ignore")
                self.statements[number] = self._compile(number, source)
        except BaseException as error:  # also MemoryError and RecursionError, from nesting
            line = getattr(error, "lineno", None) or 1
            message = getattr(error, "msg", "") or str(error)
            text = f"{type(error).__name__}: {message}"[:300]
            self.errors.append((number, line, text))
            if isinstance(error, SyntaxError) and (why := newer_syntax(source, error)):
                self.newer.append((number, why))

    def _compile(self, number: int, source: str) -> list[tuple]:
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
            bound = []
            for id, kind in _bindings(statement):
                if id in self.ids:
                    bound.append(id)
                    found[id] = max(kind, found.get(id, kind), key=KINDS.index)
            statements.append((code, statement.lineno, _starter(statement), bound))
        self.definitions += [(id, number, kind) for id, kind in found.items()]
        # Most cells cannot have an import in such a block; then there is no need to walk the tree.
        if "import" in source and ("except" in source or "suppress" in source):
            self.guarded[name] = list(_expecting_failure(module))
        return statements

    def _tried(self, given: dict[int, str], before: Callable[[], None]) -> dict[int, str]:
        """The cells that can be read in time."""
        # The short ones first: a cell that takes up all the time is seldom the answer.
        order = sorted(given, key=lambda number: len(given[number]))
        broken: set[int] = set()
        for each, together in ((FIRST, ALL_FIRST), (AGAIN, ALL_AGAIN)):
            # Cells that were not reached come before those that were too slow.
            late, unseen = self._slow_ones(given, order, each, together, before, broken)
            order = unseen + late
        self.errors += [(number, 1, "it could not be parsed") for number in sorted(broken)]
        for number in late:
            self.slow.append((number, f"Python had not read it after {AGAIN:g} s"))
        for number in unseen:
            self.slow.append((number, "the cells before it took up all the time for reading"))
        self.slow.sort()
        left_out = broken.union(order)
        return {number: text for number, text in given.items() if number not in left_out}

    def _slow_ones(
        self, given, order: list[int], each: float, together: float, before, broken: set[int]
    ) -> tuple[list[int], list[int]]:
        """The cells that took longer than `each`, and those for which there was no time."""
        waiting, late = list(order), []
        while waiting and together > 0.01:
            inlet, outlet = os.pipe()
            child = os.fork()
            if not child:
                try:
                    before()
                    signal.setitimer(signal.ITIMER_VIRTUAL, together)  # ends this process
                    for number in waiting:
                        _allow(each)
                        with contextlib.suppress(BaseException):
                            self._compile(number, given[number])
                        os.write(outlet, b".")
                finally:
                    os._exit(0)
            os.close(outlet)
            done = 0
            while data := os.read(inlet, 4096):
                done += len(data)
            os.close(inlet)
            _, status, usage = os.wait4(child, 0)
            together -= usage.ru_utime + usage.ru_stime
            waiting = waiting[done:]
            how = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            if waiting and how == signal.SIGPROF:
                late.append(waiting.pop(0))
            elif waiting and how != signal.SIGVTALRM:
                broken.add(waiting.pop(0))
            elif how == signal.SIGVTALRM:
                break
        return late, waiting


def _allow(seconds: float) -> None:
    """End this process after this many more seconds of processor time; 0: never."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _starter(statement: ast.stmt) -> str:
    """The function's name if it is one that nobody has filled in, else an empty string."""
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
    """(name, kind) of what the statement binds outside of functions."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name, "starter" if _starter(node) else "answer"
            case ast.ClassDef():
                yield node.name, "answer"
            case ast.ImportFrom(module=str(module)):
                course = module.partition(".")[0] == "course_utils"
                for one in node.names:
                    yield one.asname or one.name, "course" if course else "answer"
            case ast.alias():
                yield node.asname or node.name, "answer"
            case ast.Name(ctx=ast.Store()):
                yield node.id, "answer"
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, "answer"
                waiting += ast.iter_child_nodes(node)
            case ast.AnnAssign(value=None) | ast.Lambda():
                pass  # binds nothing
            case ast.comprehension():
                waiting += [node.iter, *node.ifs]  # its targets are its own
            case _:
                waiting += ast.iter_child_nodes(node)


def _expecting_failure(module: ast.Module) -> Iterator[tuple[int, int]]:
    """First and last lines of the blocks that can do without what they import."""
    for node in ast.walk(module):
        match node:
            case ast.Try(handlers=[_, *_]) | ast.TryStar():
                expects = any(_expects(handler.type) for handler in node.handlers)
            case ast.With():
                calls = [item.context_expr for item in node.items]
                expects = any(
                    isinstance(call, ast.Call)
                    and _last_name(call.func) == "suppress"
                    and any(map(_expects, call.args))
                    for call in calls
                )
            case _:
                continue
        if expects:
            yield node.body[0].lineno, node.body[-1].end_lineno


def _expects(caught: ast.expr | None) -> bool:
    """Whether a handler that catches this is meant for imports that fail, or for everything."""
    if isinstance(caught, ast.Tuple):
        return any(map(_expects, caught.elts))
    return caught is None or _last_name(caught) in EXPECTED


def _last_name(expression: ast.expr) -> str:
    """``ImportError`` of ``builtins.ImportError``."""
    return getattr(expression, "attr", getattr(expression, "id", ""))
