"""What runs in the sandbox: three kinds of process, the last of which is the student's.

The server imports numpy once, and Keras if it is there, and keeps nothing else. For each submission
it forks a process that parses the cells (`cells.py`) and runs none of them. That one forks a
process for the answers that the grader asks for (`watching.py`), in which the student's code runs
(`student.py`), under limits and a filter of system calls, with one pipe and no other way out. So no
submission can see another one, and the grader's control channel is out of a student's reach. What
comes back is what the student's code returned; expected values never enter the sandbox.
"""

import gc
import os
import random
import select
import signal
import tempfile

import numpy as np
import numpy.fft
import numpy.lib.stride_tricks
import numpy.linalg
import numpy.random

from course_utils.grading.sandbox.inside import confinement, host_name, stand_ins
from course_utils.grading.sandbox.inside.cells import Cells
from course_utils.grading.sandbox.inside.entering import Entered, enter
from course_utils.grading.sandbox.inside.watching import Filters, filters, run_answers
from course_utils.grading.wire.messages import decode, encode, read_frame, write_frame


def main() -> None:
    """Serve submissions until the grader closes the pipe."""
    entered = enter()
    keras = entered.settings["keras"]
    ready_made = filters(entered.settings["walled"], threads=keras)
    if keras:
        load_keras()
    stand_ins.install()
    host_name.hide()
    random.seed(0)  # a replay draws the same numbers
    np.random.seed(0)  # noqa: NPY002  the generator that students' code may use
    gc.freeze()  # collecting garbage would touch, and so copy, the pages that forks share
    entered.ready()
    while True:
        try:
            kind, _ = read_frame(entered.requests)
        except EOFError:
            return
        if kind != b"S":
            continue  # a message that came too late for the previous submission
        # The child reads the cells: nothing of a submission is ever in this process's memory.
        alive, held = os.pipe()
        child = os.fork()
        if not child:
            os.close(alive)
            confinement.die_with_parent()
            _serve_submission(entered, ready_made)
            os._exit(0)
        os.close(held)
        status = _wait_for(child, alive, entered.requests)
        if status:
            write_frame(entered.replies, b"!", encode(status))


def _serve_submission(entered: Entered, filters: Filters) -> None:
    """Parse its cells, then run the answers that the grader asks for, until it moves on."""
    confinement.limit("RLIMIT_AS", entered.settings["memory"])
    _, payload = read_frame(entered.requests)
    given = decode(payload)
    each = confinement.die_with_parent if given["each"] else None
    cells = Cells(given["cells"], given["ids"], each)
    stand_ins.expect_failure(cells.guarded)
    gc.freeze()
    survey = {
        "errors": cells.errors,
        "slow": cells.slow,
        "newer": cells.newer,
        "definitions": cells.definitions,
    }
    write_frame(entered.replies, b"p", encode(survey))
    while True:
        try:
            kind, payload = read_frame(entered.requests)
        except EOFError:
            return
        if kind == b"Q":
            return
        if kind == b"R":
            run_answers(entered, filters, cells, decode(payload))


def _wait_for(child: int, alive: int, requests: int) -> int:
    """The child's exit status; it is killed if the grader goes away, whatever it is doing."""
    watched = select.poll()
    watched.register(alive, 0)  # closed at its other end when the child ends
    watched.register(requests, 0)
    if alive not in dict(watched.poll()):
        # Unless it is parsing, it notices that itself and ends within a second.
        watched.unregister(requests)
        if not watched.poll(1000):
            os.kill(child, signal.SIGKILL)
    os.close(alive)
    return os.waitpid(child, 0)[1]


def load_keras() -> None:
    """Import Keras and TensorFlow but use neither: once used, they have threads, and forks fail."""
    tempfile.tempdir = "/tmp"  # TensorFlow asks for it, and looking for one would fail
    import keras.src.utils.module_utils as optional

    # Ask about optional packages now, before stand-ins can be taken for them.
    for module in vars(optional).values():
        if isinstance(module, optional.LazyModule) and module.name in stand_ins.PACKAGES:
            _ = module.available
