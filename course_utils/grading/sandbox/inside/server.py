"""What runs inside the sandbox; three kinds of process, of which the last is the student's.

The server imports numpy once, and Keras if it is there, and keeps nothing else. For each submission
it forks a process that parses the cells and runs none of them. That one forks a process for the
answers that the grader asks for, in which the student's code runs, under limits and a filter of
system calls, with one pipe and no other way out. So no submission sees another one, and the
grader's control channel is out of a student's reach. What this file sends back is what the
student's code returned; expected values never come here.
"""

import ctypes
import fcntl
import gc
import io
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

import numpy as np
import numpy.fft
import numpy.lib.stride_tricks
import numpy.linalg
import numpy.random

from course_utils.grading.sandbox.inside import host_name, landlock, seccomp, stand_ins, threads
from course_utils.grading.sandbox.inside.cells import Cells
from course_utils.grading.sandbox.inside.feeder import Feeder, read_inputs
from course_utils.grading.sandbox.inside.student import Printed, answer, signature
from course_utils.grading.wire.messages import decode, encode, read_frame, write_frame

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
CHUNK = 1 << 16
HELD = 20  # milliseconds
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
    host_name.hide()
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
    cells = Cells(given["cells"], given["ids"], _die_with_parent if given["each"] else None)
    stand_ins.expect_failure(cells.guarded)
    gc.freeze()
    survey = {
        "errors": cells.errors,
        "slow": cells.slow,
        "newer": cells.newer,
        "definitions": cells.definitions,
    }
    write_frame(replies, b"p", encode(survey))
    while True:
        try:
            kind, payload = read_frame(requests)
        except EOFError:
            return
        if kind == b"Q":
            return
        if kind == b"R":
            _serve_answers(requests, replies, cells, decode(payload), settings)


def _serve_answers(requests, replies, cells, question, settings) -> None:
    """Run answers in a process of their own and pass on what it writes, unread."""
    # What can be made ready before the fork is: each page that a process touches is copied for it.
    for asked in question["asked"]:
        asked["signature"] = signature(asked["signature"])
    printed = Printed(question["output"])
    output = io.TextIOWrapper(printed, "utf-8", "replace", write_through=True)
    program, asking = settings["filter"], settings["asking"]
    channel = socket.socketpair() if asking is not None else None
    inlet, outlet = os.pipe()
    feeder = Feeder()
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
            mouth = fcntl.fcntl(feeder.mouth, fcntl.F_DUPFD, 5)
            os.dup2(outlet, 3)
            os.dup2(mouth, 4)
            os.closerange(5, 1 << 16)
            sys.stdout = sys.stderr = output
            _restrict(question, program)
            answer(3, 4, cells, question, printed)
        finally:
            os._exit(1)
    os.close(outlet)
    feeder.fill(read_inputs(requests))  # only now: the new process is no copy of what holds them
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
    held = b""  # not passed on yet: the grader need not be woken for each call of an answer
    while left > 0:
        ready = dict(watched.poll(HELD if held else None))
        if held and (not ready or len(held) > CHUNK):
            write_frame(replies, b"d", held)
            held = b""
        if feeder.spoon in ready:
            feeder.feed(watched)
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
            held += data
            if not feeder.follow(data, watched):
                write_frame(replies, b"d", held)
                held = b""
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
    if held:
        write_frame(replies, b"d", held)
    feeder.close()
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
