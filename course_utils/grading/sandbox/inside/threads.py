"""Count the threads that a process starts, and refuse those beyond its limit.

No limit of the system does that for every user. So the kernel holds each attempt until the process
that watches the student's says yes or no. Runs inside the sandbox.
Source: the kernel's documentation, userspace-api/seccomp_filter, "Userspace Notification".
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import platform
import socket
import struct

SECCOMP = {"x86_64": 317, "aarch64": 277}  # the system call's number
SET_MODE_FILTER, NEW_LISTENER = 1, 1 << 3
RECEIVE, ANSWER = 0xC0502100, 0xC0182101  # SECCOMP_IOCTL_NOTIF_RECV, …_SEND
GO_ON = 1  # SECCOMP_USER_NOTIF_FLAG_CONTINUE


def report_to(channel: socket.socket, program: ctypes.Structure) -> None:
    """Put this process under a filter, and send the descriptor on which its questions arrive."""
    libc = ctypes.CDLL(None, use_errno=True)
    number = SECCOMP[platform.machine()]
    listener = libc.syscall(number, SET_MODE_FILTER, NEW_LISTENER, ctypes.byref(program))
    if listener < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"seccomp: {os.strerror(error)}")
    socket.send_fds(channel, [b"l"], [listener])
    os.close(listener)


class Counter:
    """Answers the questions of one process, which may start only so many threads in all."""

    def __init__(self, channel: socket.socket, most: int):
        _, (self.listener, *_), _, _ = socket.recv_fds(channel, 1, 1)
        self.left = most

    def answer(self) -> None:
        """Answer the question that is waiting at `listener`."""
        question = bytearray(80)  # struct seccomp_notif
        with contextlib.suppress(OSError):  # the process has ended in the meantime
            fcntl.ioctl(self.listener, RECEIVE, question)
            (id,) = struct.unpack_from("<Q", question)
            refused = self.left <= 0
            self.left -= 1
            answer = (id, 0, -errno.EAGAIN, 0) if refused else (id, 0, 0, GO_ON)
            fcntl.ioctl(self.listener, ANSWER, struct.pack("<QqiI", *answer))

    def close(self) -> None:
        """Close the descriptor; any later question is refused."""
        os.close(self.listener)
