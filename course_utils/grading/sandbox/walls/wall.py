"""What every wall says of itself and does; each of the others here is one of these."""

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
    """Where to look, in an attempt to break out, besides the grader's own files.

    Parameters
    ----------
    files : tuple of str
        Files that must not be readable.
    processes : str
        A folder that shows other processes, and must not be listable.
    mounts : tuple of str
        All that may be mounted; empty if that is not looked at.
    """

    files: tuple[str, ...]
    processes: str
    mounts: tuple[str, ...] = ()


class Wall(ABC):
    """A way to keep a program from the rest of the machine; one object for each sandbox.

    Attributes
    ----------
    kind : str
        Its name on the command line and in records.
    words : str
        What it is called in reports.
    confines : bool
        Whether it is a wall at all. Only then is it tested before use, and the filter of system
        calls put on.
    preparing : float
        Seconds that it may take to get ready on a machine that has not used it yet.
    own_variables : tuple of str
        Variables that it sets in the program's environment; ``*`` stands for anything.
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
        """Put the packages into the kit as this wall needs them."""

    @abstractmethod
    def command(self, kit: Kit, program: Program) -> list[str]:
        """The command that starts the program within the wall; WallError if there is none."""

    def environment(self, program: Program) -> dict[str, str] | None:
        """The environment of that command; None for the grader's own."""
        return program.environment

    def readable(self, kit: Kit) -> list[str]:
        """What the program, once it runs, must still be able to read; it gives up the rest.

        Empty if there is nothing that it has to give up by itself. A folder with a slash at the end
        may only be listed.
        """
        return []

    def places(self, kit: Kit) -> Places:
        """Where to look in an attempt to break out."""
        return Places(("/etc/passwd", "/proc/self/environ"), "/proc")

    def end(self) -> None:  # noqa: B027  most walls need nothing
        """Kill what would survive the process that `command` started."""

    def remove(self) -> None:  # noqa: B027
        """Clean up after that process has ended."""

    def failed(self) -> None:  # noqa: B027
        """Called when the program did not come up: prepare anew for the next start."""


def missing_on_linux() -> str:
    """What is missing for the walls that Linux itself has; empty if nothing is."""
    if not sys.platform.startswith("linux"):
        return f"it needs Linux, and this is {sys.platform}"
    if not seccomp.supported():
        return "the filter of system calls is written for x86_64 and aarch64 only"
    return ""


def this_interpreter(kit: Kit, program: Program) -> list[str]:
    """The command that runs the program by the Python that runs this."""
    python = os.path.realpath(sys.executable)
    return [python, "-s", "-S", *program.arguments(str(kit.path))]
