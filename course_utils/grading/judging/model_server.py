"""The program that looks at models and tries them out, in a sandbox of its own.

It gets models as data: no code comes here. Should one still do harm when Keras builds it, the harm
ends with a process: the server loads Keras and uses it for nothing, and forks a process for each
submission, which sees that submission only and answers through the server. So whatever happens in
it reaches neither the grader nor another submission. It answers with descriptions and numbers; what
they are worth is decided by the grader.
"""

import gc
import json
import os
import select
import signal

import numpy as np

from course_utils.exercises.model_answers.data import ModelData
from course_utils.exercises.model_answers.description import Description
from course_utils.exercises.model_answers.model_error import ModelError
from course_utils.exercises.model_answers.workshop import Here
from course_utils.exercises.registry import get
from course_utils.exercises.trial import Trial
from course_utils.grading.sandbox.breaking_out import TRIED
from course_utils.grading.sandbox.inside import confinement, host_name, landlock
from course_utils.grading.sandbox.inside.entering import Entered, enter
from course_utils.grading.sandbox.inside.server import load_keras
from course_utils.grading.sandbox.inside.watching import Filters, filters
from course_utils.grading.wire.messages import (
    Frames,
    ProtocolError,
    decode,
    encode,
    read_frame,
    write_frame,
)

LARGEST_ANSWER = 16 * 2**20  # bytes


def main() -> None:
    """Serve submissions until the grader closes the pipe."""
    entered = enter()
    ready_made = filters(entered.settings["walled"], threads=True)
    load_keras()
    host_name.hide()
    gc.freeze()  # collecting garbage would touch, and so copy, the pages that forks share
    entered.ready()
    while True:
        try:
            kind, _ = read_frame(entered.requests)
        except EOFError:
            return
        if kind == b"S":
            _serve_submission(entered, ready_made)


def _serve_submission(entered: Entered, filters: Filters) -> None:
    """Pass on questions to a new process and its answers back, until the grader says it is over."""
    inlet, questions = os.pipe()
    answers, outlet = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(questions)
            os.close(answers)
            os.close(entered.requests)
            os.close(entered.replies)
            _confine(entered, filters)
            _answer(inlet, outlet)
        finally:
            os._exit(1)
    os.close(inlet)
    os.close(outlet)
    try:
        _pass_on(entered, child, questions, answers)
    finally:
        os.close(questions)
        os.close(answers)


def _pass_on(entered: Entered, child: int, questions: int, answers: int) -> None:
    frames, status = Frames(LARGEST_ANSWER), None
    while True:
        try:
            kind, payload = read_frame(entered.requests)
        except EOFError:
            kind = b"Q"
        if kind == b"Q":
            if status is None:
                _end(child)
            return
        answer = None
        if status is None:
            answer = _asked(entered.requests, questions, answers, frames, kind, payload)
            if answer is None:
                status = _end(child)
        # Once it has ended, that is the answer to everything.
        write_frame(entered.replies, *(answer or (b"!", encode(status))))


def _asked(
    requests: int, questions: int, answers: int, frames: Frames, kind: bytes, payload: bytes
) -> tuple[bytes, bytes] | None:
    """The process's answer; None if it gives none, or if the grader is gone."""
    watched = select.poll()
    watched.register(answers, select.POLLIN)
    watched.register(requests, 0)  # says when nobody is there any more
    try:
        write_frame(questions, kind, payload)
        while (answer := frames.next()) is None:
            if requests in dict(watched.poll()):
                return None
            data = os.read(answers, 1 << 18)
            if not data:
                return None
            frames.feed(data)
        return answer
    except (OSError, ProtocolError):
        return None


def _end(child: int) -> int:
    """End the process, if it has not ended by itself; how it ended, as `os.wait` says it."""
    ended, status = os.waitpid(child, os.WNOHANG)
    if ended:
        return status
    select.select([], [], [], 0.05)  # it may be just ending
    ended, status = os.waitpid(child, os.WNOHANG)
    if ended:
        return status
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


def _confine(entered: Entered, filters: Filters) -> None:
    confinement.die_with_parent()
    if entered.rules is not None:
        landlock.restrict(entered.rules)
    for name, most in (
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NOFILE", 256),
        ("RLIMIT_AS", entered.settings["memory"]),
    ):
        confinement.limit(name, most)
    if filters.calls:
        confinement.put_under(filters.calls)


def _answer(inlet: int, outlet: int) -> None:
    """Answer questions about the models of one submission."""
    while True:
        kind, payload = read_frame(inlet)
        try:
            answer = _DOES[kind](decode(payload))
            reply = b"a", encode(answer)
        except ModelError as error:
            reply = b"e", encode(str(error))
        except MemoryError:
            reply = b"m", b""
        except Exception as error:  # the exercise's or the grader's own fault
            reply = b"f", encode(f"{type(error).__name__}: {error}"[:500])
        write_frame(outlet, *reply)


def _describe(config: str) -> str:
    return Here().describe(ModelData(config)).to_json()


def _measure(question: dict) -> str:
    exercise, data = get(question["id"]), ModelData(question["config"])
    with np.errstate(all="ignore"):
        numbers = Here().measure(exercise, question["requirement"], data, question["seed"])
    return json.dumps(numbers)


def _own(question: dict) -> str:
    exercise = get(question["id"])
    with np.errstate(all="ignore"):
        own = Here().own(Trial(exercise, question["seed"]))
    mistaken = {id: _written(seen) for id, seen in own.mistaken.items()}
    return json.dumps({"expected": _written(own.expected), "mistaken": mistaken})


def _written(seen: tuple[Description | str, ...]) -> list[tuple[bool, str]]:
    """Whether each is a description, and as text."""
    return [(True, one.to_json()) if isinstance(one, Description) else (False, one) for one in seen]


def _break_out(question: dict) -> str:
    names: dict = {}
    exec(TRIED, names)
    return names["attempts"](**question)


_DOES = {b"D": _describe, b"M": _measure, b"O": _own, b"T": _break_out}
