"""No name of the grader's machine in the sandbox.

Where the wall does not give the process another name (Landlock cannot), the filter refuses the
system call that tells it. What asks in an ordinary way is told `NAME`. Runs inside the sandbox.
"""

import os
import platform
import socket

NAME = "course-grade-sandbox"


def hide() -> None:
    """Let Python's own functions tell `NAME`, without asking the system."""
    told = os.uname()
    about = os.uname_result((told.sysname, NAME, told.release, told.version, told.machine))
    os.uname = lambda: about
    socket.gethostname = lambda: NAME
    platform._uname_cache = None  # of what numpy has asked
    platform.uname()
