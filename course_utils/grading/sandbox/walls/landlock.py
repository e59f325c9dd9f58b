"""Landlock, where namespaces are refused: the program itself gives up the file system.

All that it can still do is read what it needs. It can ask for names and sizes of other files, not
for their contents. The rules are put on inside; see `inside/landlock.py`.
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
    """Needs no privilege and no helper program, only a recent kernel."""

    kind = "landlock"
    words = "Landlock with a seccomp filter"

    @classmethod
    def why_not(cls) -> str:
        """Linux, the filter, and a kernel that has Landlock."""
        return missing_on_linux() or ("" if landlock.version() else "the kernel has no Landlock")

    def prepare(self, kit: Kit) -> None:
        """Link the packages, which become readable where they lie."""
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
