"""Landlock: give up the file system for good, except for reading what is named.

It needs no privilege and no helper program, only Linux 5.13 or later. Runs inside the sandbox.
Source: the kernel's documentation, userspace-api/landlock.
"""

import ctypes
import os
import struct

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
READ_FILE, READ_DIR = 1 << 2, 1 << 3
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many each version of the interface knows


def version() -> int:
    """Version of the kernel's interface; 0 if there is none."""
    return max(0, ctypes.CDLL(None).syscall(CREATE_RULESET, None, 0, 1))


def rules(readable: list[str]) -> int:
    """A descriptor of rules that allow reading these files and folders and nothing else.

    A folder with a slash at the end may only be listed, with the folders in it.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    rights = (1 << FILE_RIGHTS[min(version(), 5)]) - 1
    network = 0b11 if version() >= 4 else 0  # bind and connect by TCP
    scoped = 0b11 if version() >= 6 else 0  # abstract sockets and signals to others
    attributes = struct.pack("<QQQ", rights, network, scoped)
    length = 24 if scoped else 16 if network else 8
    ruleset = _call(CREATE_RULESET, attributes, ctypes.c_size_t(length), 0)
    for path in readable:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        allowed = READ_FILE
        if os.path.isdir(path):
            allowed = READ_DIR if path.endswith("/") else READ_FILE | READ_DIR
        _call(ADD_RULE, ruleset, 1, struct.pack("<Qi", allowed, fd), 0)
        os.close(fd)
    return ruleset


def restrict(ruleset: int) -> None:
    """Put this process and its children under the rules, for good.

    Done again after a fork, it also keeps the child from the memory and files of its parent.
    """
    _call(RESTRICT_SELF, ruleset, 0)


def _call(number: int, *arguments) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(number, *arguments)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"Landlock: {os.strerror(error)}")
    return result
