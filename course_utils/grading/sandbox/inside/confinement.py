"""What a process gives up for good: rights, resources, system calls."""

import ctypes
import os
import resource
import signal
import struct
import sys

LINUX = sys.platform == "linux"
SET_PDEATHSIG, SET_DUMPABLE, SET_SECCOMP, SET_NO_NEW_PRIVS = 1, 4, 22, 38  # PR_... of prctl
FILTER = 2  # SECCOMP_MODE_FILTER
LIBC = ctypes.CDLL(None, use_errno=True)


def hide_memory() -> None:
    """Let no other process read or write this one's memory."""
    if LINUX:
        _prctl(SET_DUMPABLE, 0)


def gain_no_rights() -> None:
    """Never gain rights by starting another program; the kernel requires this before a filter."""
    _prctl(SET_NO_NEW_PRIVS, 1)


def limit(name: str, most: int) -> None:
    """Set a limit, named as in `resource`, for good, or leave a lower one as it is."""
    which = getattr(resource, name)
    _, hard = resource.getrlimit(which)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(which, (most, most))
    except (OSError, ValueError):
        if LINUX:  # other systems, where everything is trusted, refuse some
            raise


def drop_capabilities() -> None:
    """Drop root's capabilities, if it has them: it could look into other processes with them."""
    version = struct.pack("<Ii", 0x20080522, 0)
    if LIBC.capset(version, bytes(24)):
        error = ctypes.get_errno()
        raise OSError(error, f"capset: {os.strerror(error)}")


def die_with_parent() -> None:
    """Have this process killed as soon as the one that forked it ends."""
    if LINUX:
        _prctl(SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, *arguments) -> None:
    if LIBC.prctl(option, *(arguments + (0,) * (4 - len(arguments)))):
        error = ctypes.get_errno()
        raise OSError(error, f"prctl({option}): {os.strerror(error)}")


def filter_program(instructions: bytes) -> ctypes.Structure:
    """The ``struct sock_fprog`` of a filter."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))

    return Program(len(instructions) // 8, instructions)


def put_under(program: ctypes.Structure) -> None:
    """Put this process under a filter of system calls, for good."""
    gain_no_rights()
    _prctl(SET_SECCOMP, FILTER, ctypes.byref(program))
