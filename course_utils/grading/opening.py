"""Open a sandbox; before it is used, try to break out of it on this machine."""

import os
import tempfile
from pathlib import Path

from course_utils.exercises.exercise import Exercise
from course_utils.grading.limits import Limits
from course_utils.grading.sandboxes import KINDS, PACKAGE, Sandbox, SandboxDiedError, why_not
from course_utils.grading.submission import Asked, Submission

TRIED = """
import ctypes, os, resource, signal, socket, subprocess, threading

def attempts(readable, folders, writable, grader):
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
    attempt("it started a thread", threading.Thread(target=int).start)
    attempt("it sent a signal to its parent", os.kill, os.getppid(), 0)
    attempt("it sent a signal to the grader", os.kill, grader, 0)
    attempt("it used another process's limits", resource.prlimit, os.getppid(), resource.RLIMIT_AS)
    attempt("it found variables of the environment",
            lambda: [os.environ[name] for name in ("HOME", "PATH", "USER")][0])
    attempt("it took 8 GiB of memory", bytearray, 8 << 30)
    libc = ctypes.CDLL(None)
    attempt("it made shared memory", lambda: 1 / (libc.shmget(0, 4096, 0o1600) + 1))
    attempt("it made memory beside its limit", os.memfd_create, "x")
    return "; ".join(done) or "nothing"
"""


def attempts(readable, folders, writable, grader):
    return "nothing"


EXERCISE = Exercise(
    chapter=0,
    title="Breaking out",
    prompt="Return what can be done that must not be possible.",
    reference=attempts,
    misconceptions=(),
    hints=(),
    time_limit=30.0,
)


class SandboxUnavailableError(RuntimeError):
    """No sandbox holds on this machine; the text says what is wrong with each."""


def open_sandbox(kind: str | None = None, limits: Limits | None = None) -> Sandbox:
    """Start the best sandbox that holds on this machine, or the one asked for.

    Parameters
    ----------
    kind : str, optional
        "bubblewrap" or "landlock"; "trust" for no isolation whatever, which is never chosen unless
        it is asked for.
    limits : Limits, optional

    Raises
    ------
    SandboxUnavailableError
        If none holds; the text says why, for each.
    """
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
            sandbox = Sandbox(candidate, limits or Limits())
            try:
                sandbox.start()
                reason = breaches(sandbox) if candidate != "trust" else ""
            except SandboxDiedError as error:
                reason = f"it did not start: {error}"
            if not reason:
                return sandbox
            sandbox.close()
        reasons.append(f"{candidate}: {reason}")
    raise SandboxUnavailableError(
        "no sandbox holds on this machine, and students' code is not run without one.\n"
        + "\n".join(reasons)
        + "\nInstall bubblewrap (Debian, Ubuntu: apt install bubblewrap), use Linux 5.13 or later, "
        "or ask for 'trust' if you trust every submission."
    )


def breaches(sandbox: Sandbox) -> str:
    """What can be done in the sandbox that must not be possible; empty if it holds."""
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder) / "secret"
        secret.write_text("another student's answer")
        reference = PACKAGE / "reference"
        readable = [secret, reference / "__init__.py", PACKAGE / "exercises" / "registry.py"]
        readable += ["/etc/passwd", "/proc/self/environ"]
        question = {
            "readable": ":".join(map(str, readable)),
            "folders": ":".join(map(str, (folder, reference, "/proc"))),
            "writable": ":".join((folder, "/tmp", "/dev/shm", "/", ".", str(PACKAGE))),
            "grader": os.getpid(),
        }
        submission = Submission([TRIED], [EXERCISE.id], sandbox)
        ended = submission.run(Asked(EXERCISE, [question], defined_in=0, last_cell=0))
        submission.close()
    outcomes = ended.replies[0].outcomes
    if not outcomes or outcomes[0].kind != "returned":
        told = [ended.detail, *(outcome.error for outcome in outcomes)]
        return f"trying it out failed: {' '.join(told) or ended.replies[0].no_answer}"
    return "" if outcomes[0].value == "nothing" else str(outcomes[0].value)
