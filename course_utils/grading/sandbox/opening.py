"""Open a sandbox; before it is used, try to break out of it on this machine."""

import os
import socket
import tempfile
from pathlib import Path

from course_utils.exercises.exercise import Exercise
from course_utils.grading.limits import Limits
from course_utils.grading.sandbox.conversation import Asked, Submission
from course_utils.grading.sandbox.packages import MissingPackagesError
from course_utils.grading.sandbox.sandboxes import (
    ENVIRONMENT,
    KINDS,
    PACKAGE,
    Sandbox,
    SandboxDiedError,
    why_not,
)

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
    attempt(f"it started more than {threads} threads", lambda: [
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
    names = {os.uname().nodename, socket.gethostname(), platform.node()}
    if libc.gethostname(told, 255) == 0:
        names.add(told.value.decode())
    if host in names:
        done.append("it was told the name of this machine")
    attempt("it made shared memory", lambda: 1 / (libc.shmget(0, 4096, 0o1600) + 1))
    attempt("it made memory beside its limit", os.memfd_create, "x")
    return "; ".join(done) or "nothing"
"""
# What a container engine mounts of its own.
ENGINES_MOUNTS = (
    *("/", "/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp", "/run/.containerenv"),
    *("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/passwd", "/etc/group"),
)
# Variables that Python, bubblewrap, an engine or Python's image (which has PYTHON_... too) sets.
OWN_VARIABLES = [
    "LC_CTYPE",
    "PWD",
    "PATH",
    "HOME",
    "HOSTNAME",
    "TERM",
    "LANG",
    "container",
    "GPG_KEY",
]
# What must be possible where Keras is: else an answer would be blamed for it.
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


def attempts(**places):
    return "nothing"


EXERCISE = Exercise(
    chapter=0,
    title="Breaking out",
    prompt="Return what can be done that must not be possible.",
    reference=attempts,
    misconceptions=(),
    hints=(),
    time_limit=60.0,
)


class SandboxUnavailableError(RuntimeError):
    """No sandbox holds on this machine; the text says what is wrong with each."""


def open_sandbox(
    kind: str | None = None, limits: Limits | None = None, *, keras: bool = False
) -> Sandbox:
    """Start the best sandbox that holds on this machine, or the one asked for.

    Parameters
    ----------
    kind : str, optional
        One of `sandboxes.KINDS`; "trust" for no isolation whatever, which is never chosen unless it
        is asked for.
    limits : Limits, optional
    keras : bool
        Whether it holds Keras and TensorFlow; then the limits are widened by what these need.

    Raises
    ------
    SandboxUnavailableError
        If none holds; the text says why, for each.
    """
    limits = limits or Limits()
    if keras:
        limits = limits.with_keras()
    if kind is not None and kind not in (*KINDS, "trust"):
        raise ValueError(f"got {kind!r}; expected one of {', '.join(KINDS)}, trust")
    if not hasattr(os, "fork"):
        raise SandboxUnavailableError(
            "students' code runs in forked processes, which this system does not have; "
            "on Windows, grade in WSL"
        )
    reasons = []
    for candidate in KINDS if kind is None else (kind,):
        reason = why_not(candidate)
        if not reason:
            try:
                sandbox = Sandbox(candidate, limits, keras=keras)
            except MissingPackagesError as error:
                raise SandboxUnavailableError(
                    f"exercises whose answer is a Keras model need Keras here: {error}"
                ) from None
            try:
                sandbox.start()
                reason = breaches(sandbox) if candidate != "trust" else ""
                reason = reason or (cannot_train(sandbox) if keras else "")
            except SandboxDiedError as error:
                reason = f"it did not start: {error}"
            except BaseException:
                sandbox.close()
                raise
            if not reason:
                return sandbox
            sandbox.close()
        reasons.append(f"{candidate}: {reason}")
    raise SandboxUnavailableError(
        "no sandbox holds on this machine, and students' code is not run without one.\n"
        + "\n".join(reasons)
        + "\nInstall bubblewrap (Debian, Ubuntu: apt install bubblewrap), use Linux 5.13 or later, "
        "install Docker or Podman, or ask for 'trust' if you trust every submission."
    )


def breaches(sandbox: Sandbox) -> str:
    """What can be done in the sandbox that must not be possible; empty if it holds."""
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder) / "secret"
        secret.write_text("another student's answer")
        reference = PACKAGE / "reference"
        readable = [secret, reference / "__init__.py", PACKAGE / "exercises" / "registry.py"]
        if sandbox.kind == "container":  # its files and variables are its own, if all is right
            readable += ["/proc/1/environ", "/proc/1/mem"]
            processes, mounts = "/proc/1/fd", ENGINES_MOUNTS
        else:
            readable += ["/etc/passwd", "/proc/self/environ"]
            # With Keras in bubblewrap there is a /proc that is none: see `sandboxes`.
            processes, mounts = "/proc/1" if sandbox.keras else "/proc", ()
        question = {
            "readable": ":".join(map(str, readable)),
            "folders": ":".join(map(str, (folder, reference, processes))),
            "writable": ":".join((folder, "/tmp", "/dev/shm", "/", ".", str(PACKAGE))),
            "mounts": ":".join(mounts),
            "grader": os.getpid(),
            "threads": sandbox.limits.threads,
            "host": socket.gethostname(),
        }
        returned, value = _try(sandbox, TRIED, question)
    done = [] if returned and value == "nothing" else [str(value)]
    for name in sandbox.variables:
        if name not in (*ENVIRONMENT, *OWN_VARIABLES) and not name.startswith("PYTHON_"):
            done.append(f"it was given the variable {name} of the environment")
    return "; ".join(done)


def cannot_train(sandbox: Sandbox) -> str:
    """Why no model can be built and trained in the sandbox; empty if one can."""
    returned, value = _try(sandbox, TRAINED, {})
    return "" if returned and isinstance(value, float) else f"no model can be trained: {value}"


def _try(sandbox: Sandbox, cell: str, question: dict) -> tuple[bool, object]:
    """Whether the function in the cell returned, and what; or what happened."""
    submission = Submission([cell], [EXERCISE.id], sandbox)
    ended = submission.run(Asked(EXERCISE, [question], defined_in=0, last_cell=0))
    submission.close()
    outcomes = ended.replies[0].outcomes
    if not outcomes or outcomes[0].kind != "returned":
        told = [ended.detail, *(outcome.error for outcome in outcomes)]
        return False, f"trying it out failed: {' '.join(told) or ended.replies[0].no_answer}"
    return True, outcomes[0].value
