"""Run an answer on every input and write down what happened, whatever it does."""

import builtins
import copy
import ctypes
import inspect
import sys
import threading
import traceback
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

REFERENCE_FOLDER = str(Path(__file__).parent.parent / "reference")


@dataclass(frozen=True)
class Unreadable:
    """Stands for a returned object that is no number, array or sequence of those."""

    what: str  # such as "an object of type dict"

    def __str__(self) -> str:
        return self.what

    __repr__ = __str__


@dataclass(frozen=True)
class Outcome:
    """What one call of an answer did.

    kind is "returned", "raised", "timed out" or "not run". `value` is plain data: None, bool, str,
    numpy scalar, base-class ndarray, a list or tuple of those, or `Unreadable`. `error` describes
    what was raised, or says after which time the call was stopped; `line` is the student's line
    that raised. `mutated` names the changed arguments, `reference_call` the first function of
    course_utils.reference that was called.
    """

    kind: str
    value: object = None
    error: str = ""
    line: str = ""
    mutated: tuple[str, ...] = ()
    reference_call: str = ""


def run(
    answer: Callable,
    signature: inspect.Signature,
    inputs: list[dict],
    time_limit: float | None = None,
    to_data: Callable[[object], object] | None = None,
) -> list[Outcome]:
    """Call the answer on copies of all inputs; never raises for what the answer does.

    `to_data` makes data of what it returns; without it, `plain` does.

    With a time limit (seconds for all inputs together) the answer runs in a thread of its own, so
    that the caller gets the outcomes in time even if the answer cannot be stopped. One call into C
    that keeps Python's lock, such as ``sum(range(10**12))``, delays even that: who must be sure of
    the time runs a process. Where there are no threads (in a browser page) whoever runs the page's
    worker stops it.
    """
    outcomes: list[Outcome] = []
    stopping = threading.Event()

    def run_all():
        for arguments in inputs:
            outcomes.append(_call(answer, signature, arguments, to_data or plain))
            if stopping.is_set() or outcomes[-1].error.startswith("KeyboardInterrupt"):
                return  # whoever pressed Ctrl-C wants all of it to end

    if time_limit is None or sys.platform == "emscripten":
        run_all()
        finished = outcomes
    else:
        thread = threading.Thread(target=run_all, daemon=True)
        thread.start()
        try:
            thread.join(time_limit)
        finally:  # also when Ctrl-C ends the waiting
            alive = thread.is_alive()  # asked before its outcomes are read: they grow until it ends
            finished = list(outcomes)
            if alive and len(finished) < len(inputs):
                stopping.set()
                _stop(thread)
                finished.append(Outcome("timed out", error=f"{time_limit:g} s"))
    return finished + [Outcome("not run")] * (len(inputs) - len(finished))


def _stop(thread: threading.Thread) -> None:
    """Ask the thread to end; one that swallows the request is left behind as a daemon."""
    for _ in range(3):
        # SystemExit, since a thread that ends by it prints no traceback.
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit)
        )
        thread.join(0.1)
        if not thread.is_alive():
            return


def _call(
    answer: Callable, signature: inspect.Signature, arguments: dict, to_data: Callable
) -> Outcome:
    reference_call = ""

    def watch(frame, event, arg):
        nonlocal reference_call
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(REFERENCE_FOLDER):
            reference_call = reference_call or code.co_name

    previous, builtin = sys.getprofile(), vars(builtins).copy()
    try:
        given = {name: _given(value) for name, value in arguments.items()}
        bound = signature.bind(**given)
        sys.setprofile(watch)
        try:
            value = answer(*bound.args, **bound.kwargs)
        finally:
            sys.setprofile(previous)
            vars(builtins).update(builtin)  # what the answer took away, all that follows needs
        value = to_data(value)
        mutated = tuple(
            name
            for name, before in arguments.items()
            if not hasattr(before, "as_argument") and not _same(before, given[name])
        )
    except BaseException as error:
        return Outcome(
            "raised",
            error=_describe(error),
            line=_line_in(answer, error),
            reference_call=reference_call,
        )
    return Outcome("returned", value=value, mutated=mutated, reference_call=reference_call)


def _given(value: object) -> object:
    """What the answer gets for an input: a copy, or what that stands for, such as a model."""
    return value.as_argument() if hasattr(value, "as_argument") else copy.deepcopy(value)


def plain(value: object) -> object:
    """A copy made of base types alone, so that nothing of the answer's runs when it is compared."""
    kind = type(value)  # not isinstance below: a class may lie about itself through __class__
    if value is None or kind in (bool, str, Unreadable):
        return value
    if kind is int and not -(2**63) <= value < 2**63:
        return np.float64(value) if abs(value) < 2**1000 else np.float64("inf")
    if kind in (int, float, complex):
        return np.asarray(value)[()]
    if issubclass(kind, np.generic) and kind.__module__ == "numpy" and not value.dtype.hasobject:
        return value
    if issubclass(kind, np.ndarray):
        # array() of a base-class view: a subclass's own methods stay out of the comparison.
        array = np.array(np.ndarray.view(value, np.ndarray), copy=True)
        # Python objects in it could be of any class, and would run its code when compared.
        return (
            Unreadable(f"an array of dtype {array.dtype}") if array.dtype.hasobject else array[()]
        )
    if kind in (list, tuple):
        return kind(plain(item) for item in value)
    return Unreadable(f"an object of type {kind.__name__}")


def _same(before: object, after: object) -> bool:
    if isinstance(before, np.ndarray):
        return (
            isinstance(after, np.ndarray)
            and before.shape == after.shape
            and before.dtype == after.dtype
            and np.array_equal(before, after, equal_nan=before.dtype.kind in "fc")
        )
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    return before == after


def _describe(error: BaseException) -> str:
    try:
        text = str(error)[:500]
    except BaseException:
        text = "(its message could not be read)"
    name = type(error).__name__
    return f"{name}: {text}" if text else name


def _line_in(answer: Callable, error: BaseException) -> str:
    """The last line of the student's own code on the way to the error, as its editor counts."""
    if type(answer) is not types.FunctionType:
        return ""
    code = answer.__code__
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == code.co_filename]
    if not own:
        return ""
    number, line = own[-1].lineno, own[-1].line
    return f"line {number}: {line}" if line else f"line {number}"
