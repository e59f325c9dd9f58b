"""Landlock, where namespaces are refused: the program itself gives up the file system.

It can still read what it needs. Of other files it can learn names and sizes, but not contents. The
program puts on the rules itself; see `inside/landlock.py`.
"""

import os
import platform
from pathlib import Path

from course_utils.grading.sandbox.inside import landlock
from course_utils.grading.sandbox.kit import Kit
from course_utils.grading.sandbox.program import Program
from course_utils.grading.sandbox.walls.interpreter import interpreter_files, lies_in
from course_utils.grading.sandbox.walls.wall import Wall, missing_on_linux, this_interpreter

LOADERS = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "aarch64": "/lib/ld-linux-aarch64.so.1"}


class Landlock(Wall):
    """Needs neither privileges nor a helper program, only a recent kernel."""

    kind = "landlock"
    words = "Landlock with a seccomp filter"

    @classmethod
    def why_not(cls) -> str:
        """It needs Linux, the filter of system calls, and a kernel with Landlock."""
        return missing_on_linux() or ("" if landlock.version() else "the kernel has no Landlock")

    def prepare(self, kit: Kit) -> None:
        """Link the packages; they become readable where they are installed."""
        kit.link_packages()

    def command(self, kit: Kit, program: Program) -> list[str]:
        """The interpreter itself."""
        command = this_interpreter(kit, program)
        # TensorFlow reads the command line, in /proc, of a program whose path says "python".
        return [LOADERS[platform.machine()], *command] if kit.tensorflow else command

    def readable(self, kit: Kit) -> list[str]:
        """What Python needs, the kit, and the packages linked in it."""
        own = [os.path.realpath(kit.path), *map(str, kit.packages), *kit.devices]
        return sorted({*own, *_without_the_hidden()})


def _without_the_hidden() -> list[str]:
    """The interpreter's folders; those around a hidden one piece by piece, as a rule opens all."""
    shown, hidden = interpreter_files()
    readable = []
    waiting = list(map(os.path.realpath, shown))
    while waiting:
        path = waiting.pop()
        if path in hidden:
            continue
        if any(lies_in(folder, [path]) for folder in hidden):
            readable.append(path + "/")
            waiting += [str(entry) for entry in Path(path).iterdir() if not entry.is_symlink()]
        else:
            readable.append(path)
    return readable
