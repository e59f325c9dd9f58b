"""What runs inside the sandbox; three kinds of process, of which the last is the student's.

The server imports numpy once, and Keras if it is there, and keeps nothing else. For each submission
it forks a process that parses the cells and runs none of them. That one forks a process for the
answers that the grader asks for, in which the student's code runs, under limits and a filter of
system calls, with one pipe and no other way out. So no submission sees another one, and the
grader's control channel is out of a student's reach. What this file sends back is what the
student's code returned; expected values never come here.
"""

import ast
import ctypes
import gc
import inspect
import io
import linecache
import math
import os
import random
import resource
import select
import signal
import socket
import struct
import sys
import tempfile
import time
import types
import warnings

import numpy as np
import numpy.fft
import numpy.lib.stride_tricks
import numpy.linalg
import numpy.random

from course_utils.exercises.model_answers.data import model_data
from course_utils.exercises.running import Outcome, Unreadable, run
from course_utils.grading.sandbox.inside import landlock, seccomp, stand_ins, threads
from course_utils.grading.wire.messages import (
    ProtocolError,
    decode,
    encode,
    read_frame,
    write_frame,
)

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
CHUNK = 1 << 16
LIBC = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Serve submissions until the grader closes the pipe."""
    variables = sorted(name for name, value in os.environ.items() if value)
    # The channel moves away from 0 and 1, so that nothing that reads or prints meets it.
    nothing = os.open(os.devnull, os.O_RDWR)
    requests, replies = os.dup(0), os.dup(1)
    for fd in (0, 1):
        os.dup2(nothing, fd)
    _, payload = read_frame(requests)
    settings = decode(payload)
    if LINUX:
        _prctl(PR_SET_DUMPABLE, 0)  # no other process may read or write this one's memory
    if settings["readable"]:
        _prctl(PR_SET_NO_NEW_PRIVS, 1)
        _drop_capabilities()
        settings["rules"] = landlock.rules(settings["readable"])
        landlock.restrict(settings["rules"])
    walled, keras = settings["walled"], settings["keras"]
    settings["filter"] = _program(seccomp.program(threads=keras)) if walled else None
    settings["asking"] = _program(seccomp.asking_program()) if walled and keras else None
    if keras:
        _load_keras()
    stand_ins.install()
    random.seed(0)  # a replay draws the same numbers
    np.random.seed(0)  # noqa: NPY002  the generator that students' code may use
    gc.freeze()  # collecting garbage would touch, and so copy, the pages that forks share
    write_frame(replies, b"r", encode(variables))
    while True:
        try:
            kind, _ = read_frame(requests)
        except EOFError:
            return
        if kind != b"S":
            continue  # what came too late for the submission before
        # It reads the cells itself: nothing of a submission is ever in this process's memory.
        alive, held = os.pipe()
        child = os.fork()
        if not child:
            os.close(alive)
            _die_with_parent()
            _serve_submission(requests, replies, settings)
            os._exit(0)
        os.close(held)
        status = _status(child, alive, requests)
        if status:
            write_frame(replies, b"!", encode(status))


def _status(child: int, alive: int, requests: int) -> int:
    """How it ended; it is ended if nobody is at the other end any more, whatever it is at."""
    watched = select.poll()
    watched.register(alive, 0)  # closed at its other end when the child ends
    watched.register(requests, 0)
    if alive not in dict(watched.poll()):
        # It sees that too, unless it is parsing: then a moment is not enough for it.
        watched.unregister(requests)
        if not watched.poll(1000):
            os.kill(child, signal.SIGKILL)
    os.close(alive)
    return os.waitpid(child, 0)[1]


def _load_keras() -> None:
    """Import Keras and TensorFlow, and no more: what has worked once has threads, and no fork."""
    tempfile.tempdir = "/tmp"  # TensorFlow asks where it is; there is none to be found
    import keras.src.utils.module_utils as optional

    # What it would use if it were installed must not be taken for it later, as a stand-in.
    for module in vars(optional).values():
        if isinstance(module, optional.LazyModule) and module.name in stand_ins.PACKAGES:
            _ = module.available


def _serve_submission(requests: int, replies: int, settings: dict) -> None:
    _limit("RLIMIT_AS", settings["memory"])
    _, payload = read_frame(requests)
    given = decode(payload)
    cells = _Cells(given["cells"], given["ids"], replies)
    gc.freeze()
    write_frame(replies, b"p", encode({"errors": cells.errors, "definitions": cells.definitions}))
    while True:
        try:
            kind, payload = read_frame(requests)
        except EOFError:
            return
        if kind == b"Q":
            return
        if kind == b"R":
            _serve_answers(requests, replies, cells, decode(payload), settings)


class _Cells:
    """The cells of a submission, compiled statement by statement.

    One statement at a time, so that a figure that cannot be drawn does not lose the function below
    it, and a statement that never ends can be left out.
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
                    # Of the student's text: printed, they would pile up where errors are told.
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
    """The function's name if it is one that nobody has filled in, else nothing."""
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


def _bindings(statement: ast.stmt):
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


def _serve_answers(requests, replies, cells, question, settings) -> None:
    """Run answers in a process of their own and pass on what it writes, unread."""
    # What can be made ready before the fork is: each page that a process touches is copied for it.
    for asked in question["asked"]:
        asked["signature"] = _signature(asked["signature"])
    printed = _Printed(question["output"])
    output = io.TextIOWrapper(printed, "utf-8", "replace", write_through=True)
    program, asking = settings["filter"], settings["asking"]
    channel = socket.socketpair() if asking is not None else None
    inlet, outlet = os.pipe()
    child = os.fork()
    if not child:
        try:
            _die_with_parent()
            if "rules" in settings:
                landlock.restrict(settings["rules"])
            os.dup2(0, 2)
            if channel:
                _prctl(PR_SET_NO_NEW_PRIVS, 1)
                threads.report_to(channel[1], asking)
            os.dup2(outlet, 3)
            os.closerange(4, 1 << 16)
            sys.stdout = sys.stderr = output
            _restrict(question, program)
            _student(3, cells, question, printed)
        finally:
            os._exit(1)
    os.close(outlet)
    counter = None
    if channel:
        channel[1].close()
        counter = threads.Counter(channel[0], question["threads"])
        channel[0].close()
    left, asked_to_stop = question["reply"], False
    watched = select.poll()
    watched.register(requests, select.POLLIN)
    watched.register(inlet, select.POLLIN)
    if counter:
        watched.register(counter.listener, select.POLLIN)
    while left > 0:
        ready = dict(watched.poll())
        if counter and counter.listener in ready:
            if ready[counter.listener] & select.POLLIN:
                counter.answer()
            else:
                watched.unregister(counter.listener)
        if inlet in ready:
            data = os.read(inlet, CHUNK)
            if not data:
                break
            left -= len(data)
            write_frame(replies, b"d", data)
        elif requests in ready:
            try:
                kind, _ = read_frame(requests)
            except EOFError:
                kind = b"K"
            if kind == b"U":  # how much time it has had on a processor
                try:
                    used = time.clock_gettime((~child << 3) | 2)  # as clock_getcpuclockid makes it
                except OSError:
                    used = 0.0
                write_frame(replies, b"u", encode(used))
            if kind == b"K":
                asked_to_stop = True
                break
    if counter:
        counter.close()
    # It has closed its pipe, or written too much, or taken too long: in any case its time is over.
    # One that is just ending gets a moment, so that its own exit status is seen.
    until = time.monotonic() + (0.2 if left > 0 and not asked_to_stop else 0)
    ended, status, usage = os.wait4(child, os.WNOHANG)
    while not ended and time.monotonic() < until:
        time.sleep(0.0005)
        ended, status, usage = os.wait4(child, os.WNOHANG)
    if not ended:
        os.kill(child, signal.SIGKILL)
        _, status, usage = os.wait4(child, 0)
    os.close(inlet)
    seconds = usage.ru_utime + usage.ru_stime
    peak = usage.ru_maxrss * (1024 if LINUX else 1)
    write_frame(replies, b"x", encode((status, seconds, peak, left <= 0)))


def _student(outlet: int, cells: "_Cells", question: dict, printed: "_Printed") -> None:
    """Run the cells as far as an answer, call it on its inputs, send what it returned; go on."""

    def send(kind: bytes, value: object = None) -> None:
        write_frame(outlet, kind, encode(value))

    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    names, done = main.__dict__, 0
    for asked in question["asked"]:
        failed = _run_cells(cells, done, asked, names, question["skipped"], send)
        done = asked["last_cell"] + 1
        _call(names, asked, failed, question["reply"] // 2, send)
        send(b"t", bytes(printed.kept).decode("utf-8", "replace"))
        printed.kept.clear()
    os._exit(0)


def _call(names: dict, asked: dict, failed: str, largest: int, send) -> None:
    answer = names.get(asked["id"])
    if isinstance(answer, int | float | np.number) and not any(asked["inputs"]):
        number = answer

        def answer():
            return number

    if callable(answer):
        send(b"b")
        for number, arguments in enumerate(asked["inputs"]):
            to_data = model_data if asked["model"] else None
            outcome = run(answer, asked["signature"], [arguments], to_data=to_data)[0]
            send(b"o", _as_sent(number, outcome, largest))
    elif asked["id"] in names:
        send(b"n", f"an object of type {type(answer).__name__}")
    else:
        send(b"n", failed)


def _run_cells(cells, start: int, asked: dict, names: dict, skipped: list, send) -> str:
    """Run the cells that are next; gives the first error in the one that defines the answer."""
    real = {id for id, _, kind in cells.definitions if kind != "starter"}
    skipped = {tuple(place) for place in skipped}
    failed = ""
    for cell in range(start, asked["last_cell"] + 1):
        for number, (code, line, starter) in enumerate(cells.statements[cell]):
            # A second copy of the starter, below the answer, does not take the answer away.
            if (cell, number) in skipped or starter in real:
                continue
            send(b"s", (cell, number, line))
            try:
                exec(code, names)
            except BaseException as error:
                text = _described(error)
                send(b"e", (cell, _line(error, cell, line), text))
                if cell == asked["defined_in"]:
                    failed = failed or text
    return failed


def _described(error: BaseException) -> str:
    try:
        message = str(error)[:300]
    except BaseException:
        message = "(its message could not be read)"
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _line(error: BaseException, cell: int, otherwise: int) -> int:
    """The last line of this cell on the way to the error."""
    line, trace = otherwise, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == f"<cell {cell}>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _signature(text: str) -> inspect.Signature:
    names: dict = {"np": np}
    exec(f"def answer{text}: ...", names)  # the grader's own text, of the exercise's starter
    return inspect.signature(names["answer"])


def _as_sent(number: int, outcome: Outcome, largest: int) -> tuple:
    facts = (outcome.error, outcome.line, list(outcome.mutated), outcome.reference_call)
    value = outcome.value
    try:
        if len(encode(value)) > largest:
            raise ProtocolError("it is too large")
    except ProtocolError as error:
        value = Unreadable(f"a result that cannot be sent back: {error}")
    return (number, outcome.kind, value, *facts)


class _Printed(io.RawIOBase):
    """Keeps the beginning of what is printed and forgets the rest, however much it is."""

    def __init__(self, most: int):
        self.most, self.kept = most, bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.kept += bytes(data[: max(0, self.most - len(self.kept))])
        return len(data)


def _program(instructions: bytes) -> ctypes.Structure:
    """The ``struct sock_fprog`` of a filter."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))

    return Program(len(instructions) // 8, instructions)


def _limit(name: str, most: int) -> None:
    limit = getattr(resource, name)
    _, hard = resource.getrlimit(limit)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(limit, (most, most))
    except (OSError, ValueError):
        if LINUX:  # other systems, where everything is trusted, refuse some
            raise


def _restrict(question: dict, program: ctypes.Structure | None) -> None:
    """Limits and filter of the process that is about to run a student's code."""
    for name, most in (
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NOFILE", 64),
        ("RLIMIT_AS", question["memory"]),
        ("RLIMIT_CPU", math.ceil(question["seconds"]) + 2),
    ):
        _limit(name, most)
    if program is not None:
        _prctl(PR_SET_NO_NEW_PRIVS, 1)
        _prctl(PR_SET_SECCOMP, 2, ctypes.byref(program))


def _drop_capabilities() -> None:
    """Those of root, if it is root; a process that has none may not look into another one."""
    version = struct.pack("<Ii", 0x20080522, 0)
    if LIBC.capset(version, bytes(24)):
        error = ctypes.get_errno()
        raise OSError(error, f"capset: {os.strerror(error)}")


def _die_with_parent() -> None:
    if LINUX:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, *arguments) -> None:
    if LIBC.prctl(option, *(arguments + (0,) * (4 - len(arguments)))):
        error = ctypes.get_errno()
        raise OSError(error, f"prctl({option}): {os.strerror(error)}")


if __name__ == "__main__":
    main()
