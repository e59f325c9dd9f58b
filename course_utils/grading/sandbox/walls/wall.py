"""What every wall can do and says about itself: the base class of the others here."""

import os
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from course_utils.grading.sandbox.inside import seccomp
from course_utils.grading.sandbox.kit import Kit
from course_utils.grading.sandbox.program import Program


class WallError(RuntimeError):
    """A wall cannot be put up; the text says why."""


@dataclass(frozen=True)
class Places:
    """Where an attempt to break out looks, besides the grader's own files.

    Parameters
    ----------
    files : tuple of str
        Files that must not be readable.
    processes : str
        A folder that shows other processes and must not be listable.
    mounts : tuple of str
        Everything that may be mounted; empty if mounts are not checked.
    """

    files: tuple[str, ...]
    processes: str
    mounts: tuple[str, ...] = ()


class Wall(ABC):
    """A way to keep a program away from the rest of the machine; one object for each sandbox.

    Attributes
    ----------
    kind : str
        Its name on the command line and in records.
    words : str
        Its name in reports.
    confines : bool
        Whether it is a wall at all. If so, it is tested before use, and students' processes get the
        filter of system calls.
    preparing : float
        Seconds that it may take to get ready on a machine that has never used it.
    own_variables : tuple of str
        Variables that it adds to the program's environment; ``*`` stands for anything.
    """

    kind: ClassVar[str]
    words: ClassVar[str]
    confines: ClassVar[bool] = True
    preparing: ClassVar[float] = 0.0
    own_variables: ClassVar[tuple[str, ...]] = ("LC_CTYPE",)  # which Python sets by itself

    @classmethod
    def option(cls) -> str:
        """How the command line asks for it."""
        return f"--sandbox {cls.kind}"

    @classmethod
    @abstractmethod
    def why_not(cls) -> str:
        """What this machine lacks for it; empty if nothing is known to be missing."""

    @abstractmethod
    def prepare(self, kit: Kit) -> None:
        """Bring the packages into the kit in the way that this wall needs."""

    @abstractmethod
    def command(self, kit: Kit, program: Program) -> list[str]:
        """The command that starts the program within the wall; WallError if that is impossible."""

    def environment(self, program: Program) -> dict[str, str] | None:
        """The environment of that command; None for the grader's own."""
        return program.environment

    def readable(self, kit: Kit) -> list[str]:
        """What the program must still be able to read when it has given up everything else.

        Empty if it need not give up anything by itself. A folder with a slash at the end may only
        be listed.
        """
        return []

    def places(self, kit: Kit) -> Places:
        """Where an attempt to break out looks."""
        return Places(("/etc/passwd", "/proc/self/environ"), "/proc")

    def end(self) -> None:  # noqa: B027  most walls need nothing
        """Kill what would outlive the process that `command` started."""

    def remove(self) -> None:  # noqa: B027
        """Clean up after that process has ended."""

    def failed(self) -> None:  # noqa: B027
        """The program did not come up: forget what was prepared for it."""


def missing_on_linux() -> str:
    """What is missing for the walls that need Linux; empty if nothing is."""
    if not sys.platform.startswith("linux"):
        return f"it needs Linux, and this is {sys.platform}"
    if not seccomp.supported():
        return "the filter of system calls is written for x86_64 and aarch64 only"
    return ""


def this_interpreter(kit: Kit, program: Program) -> list[str]:
    """The command that runs the program with the Python that runs this."""
    python = os.path.realpath(sys.executable)
    return [python, "-s", "-S", *program.arguments(str(kit.path))]
