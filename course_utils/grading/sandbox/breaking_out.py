"""Attempts to break out of a sandbox, made on this machine before the sandbox is used."""

import contextlib
import os
import socket
import tempfile
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

from course_utils.exercises.exercise import Exercise
from course_utils.grading.sandbox.conversation import Asked, Submission
from course_utils.grading.sandbox.kit import PACKAGE
from course_utils.grading.sandbox.sandbox import Sandbox

TRIED = """
import ctypes, os, platform, resource, signal, socket, subprocess, threading, time

def attempts(readable, folders, writable, mounts, grader, threads, host):
    done = []

    def attempt(what, function, *arguments):
        try:
            function(*arguments)
        except BaseException:
            pass
        else:
            done.append(what)

    for path in readable.split(":"):
        attempt(f"it read {path}", lambda: open(path, "rb").read(1))
    for path in folders.split(":"):
        attempt(f"it listed {path}", lambda: os.listdir(path)[0])
    for folder in writable.split(":"):
        path = folder + "/breach"
        attempt(f"it wrote to {folder}", lambda: (open(path, "w"), os.remove(path)))
        attempt(f"it made a folder in {folder}", lambda: (os.mkdir(path), os.rmdir(path)))
    for family in ("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            attempt(f"it opened a socket {family}", socket.socket, getattr(socket, family), kind)
    attempt("it forked", lambda: os.fork() or os._exit(0))
    attempt("it started a program", subprocess.run, ["/bin/sh", "-c", ":"])
    try:
        os.execv("/nowhere", ["nothing"])
    except FileNotFoundError:
        done.append("it could have started a program in its place")
    except OSError:
        pass
    threading.stack_size(1 << 16)
    threads is None or attempt(f"it started more than {threads} threads", lambda: [
        threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
        for _ in range(threads + 1)
    ])
    attempt("it sent a signal to its parent", os.kill, os.getppid(), 0)
    attempt("it sent a signal to the grader", os.kill, grader, 0)
    attempt("it used another process's limits", resource.prlimit, os.getppid(), resource.RLIMIT_AS)
    if mounts:
        places = [line.split()[1] for line in open("/proc/self/mounts")]
        done.extend(f"it sees {place}" for place in places if place not in mounts.split(":")
                    and not place.startswith(("/proc/", "/sys/", "/dev/")))
    attempt("it took 8 GiB of memory", bytearray, 8 << 30)
    libc = ctypes.CDLL(None)
    told = ctypes.create_string_buffer(256)
    names = set()
    for ask in (lambda: os.uname().nodename, socket.gethostname, platform.node):
        try:
            names.add(ask())
        except OSError:
            pass
    if libc.gethostname(told, 255) == 0:
        names.add(told.value.decode())
    if host in names:
        done.append("it was told the name of this machine")
    attempt("it made shared memory", lambda: 1 / (libc.shmget(0, 4096, 0o1600) + 1))
    attempt("it made memory beside its limit", os.memfd_create, "x")
    return "; ".join(done) or "nothing"
"""
# What must work where there is Keras: otherwise answers would be blamed for it.
TRAINED = """
import keras
import numpy as np

def attempts():
    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3),
                              keras.layers.Flatten(), keras.layers.Dense(2)])
    model.compile("adam", "mse")
    model.fit(np.zeros((8, 4, 4, 1)), np.zeros((8, 2)), verbose=0)
    return float(np.abs(model.predict(np.zeros((2, 4, 4, 1)), verbose=0)).max())
"""


def attempts(**places: str) -> str:
    return "nothing"


EXERCISE = Exercise(
    chapter=0,
    title="Breaking out",
    prompt="Return what can be done that must be impossible.",
    reference=attempts,
    misconceptions=(),
    hints=(),
    time_limit=60.0,
)


def breaches(sandbox: Sandbox) -> str:
    """What the attempts achieved that must be impossible; empty if the sandbox holds.

    Raises
    ------
    OSError, RuntimeError
        If a file that must be out of reach is not there: then the attempts would prove nothing.
    """
    reference = PACKAGE / "reference"
    own = [reference / "__init__.py", PACKAGE / "exercises" / "registry.py"]
    for path in own:  # that a missing file is not read proves nothing
        if not path.stat().st_size:
            raise RuntimeError(f"{path} is empty: trying to read it would prove nothing")
    with _attempts(sandbox, own, [reference]) as question:
        returned, value = _try(sandbox, TRIED, question)
    done = [] if returned and value == "nothing" else [str(value)]
    return "; ".join([*done, *_foreign_variables(sandbox)])


def judge_breaches(sandbox: Sandbox, ask: Callable[[dict], object]) -> str:
    """The same for the sandbox that judges models, which holds the package itself.

    `ask` has the attempts made in it and gives what they achieved. How many threads there may be is
    not limited there.
    """
    with _attempts(sandbox, [], []) as question:
        value = ask({**question, "threads": None})
    done = [] if value == "nothing" else [str(value)]
    return "; ".join([*done, *_foreign_variables(sandbox)])


@contextlib.contextmanager
def _attempts(sandbox: Sandbox, files: list[Path], folders: list[Path]):
    """What to attempt: besides these files and folders, another student's."""
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder) / "secret"
        secret.write_text("another student's answer")
        places = sandbox.wall.places(sandbox.kit)
        yield {
            "readable": ":".join(map(str, (secret, *files, *places.files))),
            "folders": ":".join(map(str, (folder, *folders, places.processes))),
            "writable": ":".join((folder, "/tmp", "/dev/shm", "/", ".", str(PACKAGE))),
            "mounts": ":".join(places.mounts),
            "grader": os.getpid(),
            "threads": sandbox.limits.threads,
            "host": socket.gethostname(),
        }


def _foreign_variables(sandbox: Sandbox) -> list[str]:
    allowed = (*sandbox.program.environment, *sandbox.wall.own_variables)
    return [
        f"it was given the variable {name} of the environment"
        for name in sandbox.variables
        if not any(fnmatch(name, pattern) for pattern in allowed)
    ]


def cannot_train(sandbox: Sandbox) -> str:
    """Why a model cannot be built and trained in the sandbox; empty if it can."""
    returned, value = _try(sandbox, TRAINED, {})
    return "" if returned and isinstance(value, float) else f"no model can be trained: {value}"


def _try(sandbox: Sandbox, cell: str, question: dict) -> tuple[bool, object]:
    """Whether the function in the cell returned, and what it returned or what happened instead."""
    submission = Submission([cell], [EXERCISE.id], sandbox)
    ended = submission.run(Asked(EXERCISE, [question], defined_in=0, last_cell=0))
    submission.close()
    outcomes = ended.replies[0].outcomes
    if not outcomes or outcomes[0].kind != "returned":
        told = [ended.detail, *(outcome.error for outcome in outcomes)]
        return False, f"trying it out failed: {' '.join(told) or ended.replies[0].no_answer}"
    return True, outcomes[0].value
