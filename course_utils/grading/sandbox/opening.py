"""Open a sandbox that holds: the best one that works on this machine."""

import os

from course_utils.grading.limits import Limits
from course_utils.grading.sandbox.breaking_out import breaches, cannot_train
from course_utils.grading.sandbox.packages import MissingPackagesError
from course_utils.grading.sandbox.sandbox import Sandbox, SandboxDiedError
from course_utils.grading.sandbox.student_kit import student_kit, student_program
from course_utils.grading.sandbox.walls import KINDS, WALLS


class SandboxUnavailableError(RuntimeError):
    """No sandbox holds on this machine; the text says what is wrong with each."""


def open_sandbox(
    kind: str | None = None, limits: Limits | None = None, *, keras: bool = False
) -> Sandbox:
    """Start the best sandbox that holds on this machine, or the one asked for.

    Parameters
    ----------
    kind : str, optional
        One of `walls.WALLS`. "trust" is no isolation at all, and is never chosen unless it is asked
        for.
    limits : Limits, optional
    keras : bool
        Whether it holds Keras and TensorFlow; the limits are then raised by what these need.

    Raises
    ------
    SandboxUnavailableError
        If none holds; the text says why for each.
    """
    limits = limits or Limits()
    if keras:
        limits = limits.with_keras()
    if kind is not None and kind not in WALLS:
        raise ValueError(f"got {kind!r}; expected one of {', '.join(WALLS)}")
    if not hasattr(os, "fork"):
        raise SandboxUnavailableError(
            "students' code runs in forked processes, which this system does not have; "
            "on Windows, grade in WSL"
        )
    reasons = []
    for candidate in KINDS if kind is None else (kind,):
        reason = WALLS[candidate].why_not()
        if not reason:
            sandbox = student_sandbox(candidate, limits, keras=keras)
            try:
                sandbox.start()
                reason = breaches(sandbox) if sandbox.wall.confines else ""
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


def student_sandbox(kind: str, limits: Limits, *, keras: bool = False) -> Sandbox:
    """A sandbox for students' code, neither started nor tested yet."""
    try:
        kit = student_kit(keras=keras)
    except MissingPackagesError as error:
        raise SandboxUnavailableError(
            f"exercises whose answer is a Keras model need Keras here: {error}"
        ) from None
    return Sandbox(WALLS[kind](), kit, student_program(keras=keras), limits)
