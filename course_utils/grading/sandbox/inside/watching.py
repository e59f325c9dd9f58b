"""Start a student's process, pass on what it writes, unread, and make sure that it ends."""

import ctypes
import fcntl
import io
import math
import os
import resource
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass

from course_utils.grading.sandbox.inside import confinement, landlock, seccomp, threads
from course_utils.grading.sandbox.inside.cells import Cells
from course_utils.grading.sandbox.inside.entering import Entered
from course_utils.grading.sandbox.inside.feeder import Feeder, read_inputs
from course_utils.grading.sandbox.inside.student import Printed, answer, signature
from course_utils.grading.wire.messages import encode, read_frame, write_frame

CHUNK = 1 << 16  # bytes passed on at a time
OUTLET = 3  # the only way out of a student's process, as a file descriptor
MOUTH = 4  # where its inputs come in, one call's at a time
HELD = 20  # milliseconds that output may wait before it is passed on
GRACE = 0.2  # seconds for a process to end by itself


@dataclass(frozen=True)
class Filters:
    """The filters of system calls for a student's process; None where there is none.

    Parameters
    ----------
    calls : ctypes.Structure or None
        What refuses system calls.
    questions : ctypes.Structure or None
        What asks about each new thread, where threads are allowed.
    """

    calls: ctypes.Structure | None
    questions: ctypes.Structure | None


def filters(walled: bool, threads: bool) -> Filters:
    """The filters for a sandbox, made once: after a fork they only have to be applied."""
    program = confinement.filter_program
    return Filters(
        program(seccomp.program(threads=threads)) if walled else None,
        program(seccomp.asking_program()) if walled and threads else None,
    )


@dataclass
class _Student:
    """A student's process, as seen by the one that watches it.

    Parameters
    ----------
    pid : int
    inlet : int
        The descriptor from which its output is read.
    feeder : Feeder
        Gives it its inputs.
    counter : threads.Counter or None
        Answers when it wants to start a thread; None if it never asks.
    left : int
        Bytes that it may still write.
    """

    pid: int
    inlet: int
    feeder: Feeder
    counter: threads.Counter | None
    left: int


def run_answers(entered: Entered, filters: Filters, cells: Cells, question: dict) -> None:
    """Run answers in a process of their own, and tell the grader how it ended."""
    student = _start(entered, filters, cells, question)
    stopped = _pass_on(student, entered)
    student.feeder.close()
    if student.counter:
        student.counter.close()
    # It has closed its pipe, written too much, or taken too long: in any case it has to end.
    too_much = student.left <= 0
    status, usage = _end(student.pid, 0.0 if too_much or stopped else GRACE)
    os.close(student.inlet)
    seconds = usage.ru_utime + usage.ru_stime
    peak = usage.ru_maxrss * (1024 if confinement.LINUX else 1)
    write_frame(entered.replies, b"x", encode((status, seconds, peak, too_much)))


def _start(entered: Entered, filters: Filters, cells: Cells, question: dict) -> _Student:
    # As much as possible is done before the fork: each page that a process touches is copied.
    for asked in question["asked"]:
        asked["signature"] = signature(asked["signature"])
    printed = Printed(question["output"])
    output = io.TextIOWrapper(printed, "utf-8", "replace", write_through=True)
    ours, theirs = socket.socketpair() if filters.questions else (None, None)
    inlet, outlet = os.pipe()
    feeder = Feeder()
    pid = os.fork()
    if not pid:
        try:
            _confine(entered, filters, question, outlet, feeder.mouth, theirs)
            sys.stdout = sys.stderr = output
            answer(OUTLET, MOUTH, cells, question, printed)
        finally:
            os._exit(1)
    os.close(outlet)
    feeder.fill(
        read_inputs(entered.requests)
    )  # only now, so that the child's memory has no copy of them
    counter = None
    if filters.questions:
        theirs.close()
        counter = threads.Counter(ours, question["threads"])
        ours.close()
    return _Student(pid, inlet, feeder, counter, question["reply"])


def _confine(
    entered: Entered,
    filters: Filters,
    question: dict,
    outlet: int,
    mouth: int,
    channel: socket.socket | None,
) -> None:
    """In the new process, before the student's code runs: give up everything but its two pipes."""
    confinement.die_with_parent()
    if entered.rules is not None:
        landlock.restrict(entered.rules)
    os.dup2(0, 2)
    if filters.questions:
        confinement.gain_no_rights()
        threads.report_to(channel, filters.questions)
    mouth = fcntl.fcntl(mouth, fcntl.F_DUPFD, MOUTH + 1)  # out of the way of what comes next
    os.dup2(outlet, OUTLET)
    os.dup2(mouth, MOUTH)
    os.closerange(MOUTH + 1, 1 << 16)
    for name, most in (
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NOFILE", 64),
        ("RLIMIT_AS", question["memory"]),
        ("RLIMIT_CPU", math.ceil(question["seconds"]) + 2),
    ):
        confinement.limit(name, most)
    if filters.calls:
        confinement.put_under(filters.calls)


def _pass_on(student: _Student, entered: Entered) -> bool:
    """Pass on its output until it ends or is too much; return whether the grader ended it."""
    watched = select.poll()
    watched.register(entered.requests, select.POLLIN)
    watched.register(student.inlet, select.POLLIN)
    listener = student.counter.listener if student.counter else -1
    if student.counter:
        watched.register(listener, select.POLLIN)
    held = _Held(entered.replies)
    while student.left > 0:
        ready = dict(watched.poll(HELD if held.data else None))
        if not ready:
            held.pass_on()
        if student.feeder.spoon in ready:
            student.feeder.feed(watched)
        if ready.get(listener, 0) & select.POLLIN:
            student.counter.answer()
        elif listener in ready:  # nobody is asking any longer
            watched.unregister(listener)
        if student.inlet in ready:
            data = os.read(student.inlet, CHUNK)
            if not data:
                break
            student.left -= len(data)
            held.data += data
            if not student.feeder.follow(data, watched) or len(held.data) > CHUNK:
                held.pass_on()
        elif entered.requests in ready and _told_to_end(student, entered):
            held.pass_on()
            return True
    held.pass_on()
    return False


@dataclass
class _Held:
    """Output that is not passed on yet: the grader need not be woken for each call of an answer."""

    replies: int
    data: bytes = b""

    def pass_on(self) -> None:
        if self.data:
            write_frame(self.replies, b"d", self.data)
            self.data = b""


def _told_to_end(student: _Student, entered: Entered) -> bool:
    """Read a request and answer it; return whether the grader wants the process to end."""
    try:
        kind, _ = read_frame(entered.requests)
    except EOFError:
        return True
    if kind == b"U":
        write_frame(entered.replies, b"u", encode(_seconds_used(student.pid)))
    return kind == b"K"


def _seconds_used(pid: int) -> float:
    """Seconds of processor time that it has had."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # as clock_getcpuclockid makes it
    except OSError:
        return 0.0


def _end(pid: int, grace: float) -> tuple[int, resource.struct_rusage]:
    """Its exit status and what it used; it is killed unless it ends within the grace period."""
    until = time.monotonic() + grace
    ended, status, usage = os.wait4(pid, os.WNOHANG)
    while not ended and time.monotonic() < until:
        time.sleep(0.0005)
        ended, status, usage = os.wait4(pid, os.WNOHANG)
    if not ended:
        os.kill(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
    return status, usage
