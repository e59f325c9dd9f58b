"""Bubblewrap: the program gets namespaces of its own.

It has no network and sees no other processes. Its file system holds the interpreter and the kit,
nothing else, and none of it is writable.
"""

import os
import shutil

from course_utils.grading.sandbox.inside.host_name import NAME
from course_utils.grading.sandbox.kit import Kit
from course_utils.grading.sandbox.program import Program
from course_utils.grading.sandbox.walls.interpreter import interpreter_files
from course_utils.grading.sandbox.walls.wall import (
    Places,
    Wall,
    missing_on_linux,
    this_interpreter,
)


class Bubblewrap(Wall):
    """Needs the program bwrap, and a system that lets ordinary users create namespaces."""

    kind = "bubblewrap"
    words = "bubblewrap with a seccomp filter"
    own_variables = (*Wall.own_variables, "PWD")

    @classmethod
    def why_not(cls) -> str:
        """It needs Linux, the filter of system calls, and the program bwrap."""
        return missing_on_linux() or (
            "" if shutil.which("bwrap") else "the program bwrap is not installed"
        )

    def prepare(self, kit: Kit) -> None:
        """Make the places over which `command` mounts the packages."""
        kit.make_places_for_packages()

    def command(self, kit: Kit, program: Program) -> list[str]:
        """The program bwrap, with everything that is to be visible inside."""
        shown, hidden = interpreter_files()
        command = [shutil.which("bwrap"), "--unshare-all", "--die-with-parent", "--new-session"]
        command += ["--clearenv", "--cap-drop", "ALL", "--hostname", NAME]
        for name, value in program.environment.items():
            command += ["--setenv", name, value]
        for path in shown:
            if os.path.islink(path):
                command += ["--symlink", os.readlink(path), path]
            else:
                command += ["--ro-bind", path, path]
        for path in hidden:
            command += ["--tmpfs", path, "--remount-ro", path]
        folder = str(kit.path)
        command += ["--dev-bind", "/dev/null", "/dev/null", "--ro-bind", folder, folder]
        for device in kit.devices:
            command += ["--dev-bind", device, device]
        if kit.tensorflow:
            # It asks for the path of its program and ends if there is none; /proc is not mounted.
            command += ["--dir", "/proc/self", "--symlink", "/program", "/proc/self/exe"]
        for package in kit.packages:
            command += ["--ro-bind", str(package), f"{folder}/{package.name}"]
        command += ["--remount-ro", "/", "--chdir", "/"]
        return [*command, *this_interpreter(kit, program)]

    def places(self, kit: Kit) -> Places:
        """As usual; but TensorFlow is given a folder /proc, which holds nothing but that link."""
        usual = super().places(kit)
        return Places(usual.files, "/proc/1") if kit.tensorflow else usual
