"""Which files of this machine Python needs, and which among them students must not see."""

import os
import sys
import sysconfig
from pathlib import Path

from course_utils.grading.sandbox.kit import PACKAGE

LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib")


def interpreter_files() -> tuple[list[str], list[str]]:
    """Files and folders that Python and numpy need, and the folders within them to keep out."""
    prefix = Path(sys.base_prefix).resolve()
    shown = [os.path.realpath(sys.executable), str(prefix / "lib"), *LIBRARIES]
    shown += ["/etc/ld.so.cache", "/etc/alternatives"]
    shown = [path for path in shown if os.path.exists(path)]
    # Packages are installed next to the standard library: course_utils could be among them.
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    hidden = {str(PACKAGE.resolve())}
    for library in (Path(sysconfig.get_path("stdlib")).resolve().parent, Path("/usr/local/lib")):
        for name in ("site-packages", "dist-packages"):
            hidden.add(str(library / version / name))
    hidden |= {"/usr/lib/python3/dist-packages", "/usr/local/lib/python3/dist-packages"}
    hidden |= {path for path in map(os.path.realpath, sys.path) if "-packages" in path}
    return shown, sorted(path for path in hidden if os.path.isdir(path) and lies_in(path, shown))


def lies_in(path: str, folders: list[str]) -> bool:
    """Whether the path is one of the folders, or within one."""
    return any(Path(path).is_relative_to(os.path.realpath(folder)) for folder in folders)
