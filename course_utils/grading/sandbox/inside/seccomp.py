"""The filter of system calls under which a student's code runs.

It names what pure computation needs and refuses everything else, including calls that later kernels
add. No other process can be started, signaled or read, no socket opened, no file opened for
writing. Threads are refused too, unless they are asked for, since TensorFlow cannot do without
them. Then the process that watches the student's is asked about each thread.
"""

import platform
import struct

# What computing, reading files and exiting need: (x86_64, aarch64), None if there is no such call.
ALLOWED = {
    "read": (0, 63),
    "write": (1, 64),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "brk": (12, 214),
    "madvise": (28, 233),
    "mremap": (25, 216),
    "mprotect": (10, 226),
    "futex": (202, 98),
    "clock_gettime": (228, 113),
    "getrandom": (318, 278),
    "close": (3, 57),
    "lseek": (8, 62),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "stat": (4, None),
    "lstat": (6, None),
    "statx": (332, 291),
    "statfs": (137, 43),
    "fstatfs": (138, 44),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
    "chdir": (80, 49),
    "umask": (95, 166),
    "getdents": (78, None),
    "getdents64": (217, 61),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "fadvise64": (221, 223),
    "close_range": (436, 436),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getpgrp": (111, None),
    "getpgid": (121, 155),
    "getsid": (124, 156),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getgroups": (115, 158),
    "capget": (125, 90),
    "sysinfo": (99, 179),
    "getrusage": (98, 165),
    "getrlimit": (97, 163),
    "times": (100, 153),
    "time": (201, None),
    "gettimeofday": (96, 169),
    "clock_getres": (229, 114),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "alarm": (37, None),
    "setitimer": (38, 103),
    "getitimer": (36, 102),
    "pause": (34, None),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getcpu": (309, 168),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136),
    "rt_sigsuspend": (130, 133),
    "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "set_tid_address": (218, 96),
    "set_robust_list": (273, 99),
    "get_robust_list": (274, 100),
    "rseq": (334, 293),
    "arch_prctl": (158, None),
    "wait4": (61, 260),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
# Allowed only with these values of one argument.
FCNTL = (72, 25)  # no locks, and no owner, who would be sent signals
FCNTL_COMMANDS = (0, 1, 2, 3, 4, 1030, 1032)  # F_DUPFD, F_[GS]ETFD, F_[GS]ETFL, _CLOEXEC, pipe size
IOCTL = (16, 29)
IOCTL_COMMANDS = (0x5401, 0x5413, 0x541B, 0x5450, 0x5451)  # isatty, window size, FIONREAD, close-on
PRLIMIT = (302, 261)  # for pid 0, the caller itself
OPEN, OPENAT = (2, None), (257, 56)
WRITING = 0o1 | 0o2 | 0o100 | 0o1000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC
CLONE, CLONE3 = (56, 220), (435, 435)
# How pthread_create calls clone where there is no clone3: everything shared, no signal at the end.
THREAD_FLAGS = 0x3D0F00
NEWEST = 440  # calls from here on are newer than this list

EPERM, EACCES, ENOSYS = 1, 13, 38
KILL, ERRNO, ASK, ALLOW = 0x80000000, 0x00050000, 0x7FC00000, 0x7FFF0000
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, AUDIT_ARCH_…
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data


def supported() -> bool:
    """Whether there is a filter for this kind of machine."""
    return platform.system() == "Linux" and platform.machine() in MACHINES


def step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One ``struct sock_filter``."""
    return struct.pack("<HBBI", code, if_true, if_false, value)


def answer(value: int) -> bytes:
    """The step that ends the filter."""
    return step(RETURN, value)


def asking_program() -> bytes:
    """A filter, put on before `program`, that asks about every clone and lets the rest pass."""
    column, _ = MACHINES[platform.machine()]
    asked = step(EQUAL, CLONE[column], 0, 1) + answer(ASK)
    return step(LOAD, NUMBER) + asked + answer(ALLOW)


def program(threads: bool = False) -> bytes:
    """The filter, an array of ``struct sock_filter``, for the machine that this runs on."""
    column, architecture = MACHINES[platform.machine()]

    def only(call, argument, values, code=EQUAL, found=ALLOW, other=ERRNO | EPERM):
        """If it is this call: `found` where the argument is one of the values, else `other`."""
        if call[column] is None:
            return b""
        body = step(LOAD, ARGUMENTS + 8 * argument)  # the lower half: ints and flags
        for value in values:
            body += step(code, value, 0, 1) + answer(found)
        body += answer(other)
        return step(EQUAL, call[column], 0, len(body) // 8) + body

    steps = step(LOAD, ARCHITECTURE) + step(EQUAL, architecture, 1, 0) + answer(KILL)
    steps += step(LOAD, NUMBER)
    for call in ALLOWED.values():
        if call[column] is not None:
            steps += step(EQUAL, call[column], 0, 1) + answer(ALLOW)
    steps += only(FCNTL, 1, FCNTL_COMMANDS)
    steps += only(IOCTL, 1, IOCTL_COMMANDS)
    steps += only(PRLIMIT, 0, (0,))
    steps += only(OPEN, 1, (WRITING,), ANY_BIT, ERRNO | EACCES, ALLOW)
    steps += only(OPENAT, 2, (WRITING,), ANY_BIT, ERRNO | EACCES, ALLOW)
    if threads:
        steps += only(CLONE, 0, (THREAD_FLAGS,))
    steps += step(EQUAL, CLONE3[column], 0, 1) + answer(ERRNO | ENOSYS)
    # x32 calls have numbers of their own, all of them higher; they are refused with the newest.
    steps += step(AT_LEAST, NEWEST, 0, 1) + answer(ERRNO | ENOSYS)
    return steps + answer(ERRNO | EPERM)
