"""Keep the name of the grader's machine out of the sandbox.

Where the wall does not give the machine another name (Landlock cannot), the filter refuses the
system call that tells it. Code that asks in an ordinary way is told `NAME`. Runs inside the
sandbox.
"""

import os
import platform
import socket

NAME = "course-grade-sandbox"


def hide() -> None:
    """Make Python's own functions return `NAME` without asking the system."""
    told = os.uname()
    about = os.uname_result((told.sysname, NAME, told.release, told.version, told.machine))
    os.uname = lambda: about
    socket.gethostname = lambda: NAME
    platform._uname_cache = None  # numpy has asked already
    platform.uname()
