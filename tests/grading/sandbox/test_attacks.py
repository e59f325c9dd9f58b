"""Attacks on the grader: wrong code earns what it earns, right code beside it loses nothing.

Each attack is a cell that defines `row_means`, and stands above a right answer to another exercise.
"""

import os
import platform
import textwrap
import time
from pathlib import Path

import pytest

import course_utils
from course_utils.grading import grade_submission
from course_utils.grading.sandbox.walls import KINDS
from course_utils.grading.wire.messages import encode
from tests.grading.conftest import NUMBER, RIGHT, ROW_MEANS, exercise, sandbox_or_skip

PACKAGE = Path(course_utils.__file__).parent
SOLUTION = PACKAGE / "exercises" / "questions" / "convolution" / "slide_kernel.py"
REFERENCE = PACKAGE / "reference" / "correlation.py"
TESTS = Path(__file__)
USERS = Path("/etc/passwd")


def attack(sandbox, *cells):
    """Grade the cells with a right answer below them, and see that it gets its points."""
    cells = [*cells, RIGHT["answer_to_everything"]]
    result = grade_submission(cells, [ROW_MEANS, NUMBER], seed=1, sandbox=sandbox)
    attacked, bystander = result.exercises
    assert (bystander.status, bystander.score) == ("graded", 2), (attacked, result.cell_errors)
    return attacked


def function(body):
    return "def row_means(image, weights):\n" + textwrap.indent(textwrap.dedent(body), "    ")


# --- Out of the sandbox -------------------------------------------------------------------------

TOOLS = """
import ctypes, fcntl, glob, mmap, os, resource, signal, socket, struct, subprocess, sys, threading
import numpy as np
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    result = libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result
def opened(path):
    try:
        return os.open(path, os.O_RDONLY) >= 0
    except OSError:
        return False
def ran(pid):
    if pid == 0:
        os._exit(0)
    return pid
"""
KIT = "os.path.dirname(os.path.dirname(sys.modules['course_utils'].__file__))"
RUNNER = "sys.modules['course_utils.grading.sandbox.inside.server'].__file__"
BREACHES = {
    "read the solutions": f"open({str(SOLUTION)!r}).read()",
    "read the reference": f"open({str(REFERENCE)!r}).read()",
    "read the tests": f"open({str(TESTS)!r}).read()",
    "list the package": f"os.listdir({str(REFERENCE.parent)!r})[0]",
    "glob for notebooks": f"glob.glob({str(PACKAGE.parent)!r} + '/**/*.ipynb', recursive=True)[0]",
    "read by a path with dots": f"open('/usr/lib/../..{PACKAGE}/__init__.py').read()",
    "read through a link": f"os.symlink({str(PACKAGE)!r}, '/tmp/link')",
    "read the users": f"open({str(USERS)!r}).read()",
    "read the keys": "os.listdir('/a/home/.ssh')[0]",
    "read the parent's memory": "open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    "read the environment": "open('/proc/self/environ').read(1) or 1 / 0",
    "find secrets in the environment": "os.environ['HOME']",
    "open its parent's files": "files = glob.glob(f'/proc/{os.getppid()}/fd/*') + ["
    "f'/proc/{os.getppid()}/fd/{i}' for i in range(16)]\n"
    "assert any(map(opened, files))",
    "read the disk": "open('/dev/vda', 'rb').read(1)",
    "talk to the terminal": "open('/dev/tty')",
    "open by handle": "call(304, -100, b'x' * 64, 0)",
    "write to /tmp": "open('/tmp/breach', 'w')",
    "write to shared memory": "open('/dev/shm/breach', 'w')",
    "write where it is": "open('breach', 'w')",
    "write into the runner": f"open({RUNNER}, 'a')",
    "write into numpy": "open(np.__file__, 'a')",
    "truncate the runner": f"os.truncate({RUNNER}, 0)",
    "remove the runner": f"os.remove({RUNNER})",
    "rename the runner": f"os.rename({RUNNER}, '/tmp/x')",
    "change the runner's mode": f"os.chmod({RUNNER}, 0o777)",
    "touch the runner": f"os.utime({RUNNER})",
    "link the runner": f"os.link({RUNNER}, {KIT} + '/x')",
    "make a folder": f"os.mkdir({KIT} + '/breach')",
    "make a pipe with a name": "os.mkfifo('/tmp/breach')",
    "make a hidden file": "os.open('/tmp', os.O_TMPFILE | os.O_RDWR)",
    "make memory with a name": "os.memfd_create('breach')",
    "connect by TCP": "socket.socket(socket.AF_INET)",
    "connect by UDP": "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
    "connect locally": "socket.socket(socket.AF_UNIX)",
    "ask the kernel by netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "send raw packets": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "make a pair of sockets": "socket.socketpair()",
    "fork": "ran(os.fork())",
    "fork a hundred": "[ran(os.fork()) for _ in range(100)]",
    "fork by C": "assert ran(libc.fork()) > 0",
    "fork by number": "ran(call(57))",
    "vfork": "ran(call(58))",
    "clone": "ran(call(56, 17, 0, 0, 0, 0))",
    "clone3": "ran(call(435, struct.pack('<8Q', 0, 0, 0, 0, 17, 0, 0, 0), 64))",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "run a shell": "assert os.system('exit 0') == 0",
    "run a program": "subprocess.run([sys.executable, '-c', ''], check=True)",
    "become a program": "try: os.execv('/nowhere', ['x'])\nexcept FileNotFoundError: pass",
    "start a thread": "threading.Thread(target=int).start()",
    "use multiprocessing": "import multiprocessing as m\nm.get_context('fork').Process().start()",
    "signal its parent": "os.kill(os.getppid(), 0)",
    "signal the first process": "os.kill(1, 0)",
    "signal everyone": "os.kill(-1, 0)",
    "signal its group": "os.killpg(0, 0)",
    "signal a thread of another": "call(234, os.getppid(), os.getppid(), 0)",
    "signal by queue": "call(129, os.getppid(), 10, b'\\0' * 128)",
    "signal by descriptor": "os.pidfd_open(os.getppid())",
    "signals by an owner of a pipe": "fcntl.fcntl(3, fcntl.F_SETOWN, os.getppid())",
    "signals by a lease": "fcntl.fcntl(os.open(np.__file__, 0), fcntl.F_SETLEASE, fcntl.F_RDLCK)",
    "lock a file": "fcntl.lockf(os.open(np.__file__, 0), fcntl.LOCK_SH)",
    "flock a file": "fcntl.flock(os.open(np.__file__, 0), fcntl.LOCK_EX)",
    "trace its parent": "call(101, 16, os.getppid(), 0, 0)",
    "read another's memory": "call(310, os.getppid(), 0, 0, 0, 0, 0)",
    "write another's memory": "call(311, os.getppid(), 0, 0, 0, 0, 0)",
    "take another's files": "call(438, 0, 0, 0)",
    "limit its parent": "resource.prlimit(os.getppid(), resource.RLIMIT_AS, (1, 1))",
    "raise its limits": "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "raise its limit of files": "resource.prlimit(0, resource.RLIMIT_FSIZE, (9, 9))",
    "bind its parent to no core": "os.sched_setaffinity(os.getppid(), {0})",
    "slow its parent down": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    "move its parent": "os.setpgid(os.getppid(), 0)",
    "become root": "os.setresuid(0, 0, 0)",
    "become somebody": "os.setuid(1000)",
    "make namespaces": "call(272, 0x10000000)",
    "enter namespaces": "call(308, 0, 0)",
    "mount": "call(165, b'none', b'/tmp', b'tmpfs', 0, 0)",
    "mount anew": "call(428, -100, b'/', 1)",
    "change the root": "os.chroot('/')",
    "name the host": "socket.sethostname('x')",
    "shared memory of System V": "call(29, 0, 4096, 0o1600)",
    "semaphores of System V": "call(64, 0, 1, 0o1600)",
    "messages of System V": "call(68, 0, 0o1600)",
    "messages of POSIX": "call(240, b'x', 0o102, 0o600, 0)",
    "keys of the kernel": "call(250, 0, -3, 1)",
    "programs in the kernel": "call(321, 0, b'\\0' * 64, 64)",
    "events of the kernel": "call(298, b'\\0' * 128, 0, -1, -1, 0)",
    "faults of its own": "call(323, 0)",
    "rings of the kernel": "call(425, 1, b'\\0' * 120)",
    "watch files": "call(253)",
    "wait on epoll": "call(291, 0)",
    "timers as files": "call(283, 0, 0)",
    "pages into a pipe": "call(278, 3, b'\\0' * 16, 1, 0)",
    "kernel log": "call(103, 10, 0, 0)",
    "another personality": "call(135, 0)",
    "load a library of its own": "ctypes.CDLL('/tmp/breach.so')",
    "undo its filter": "call(157, 22, 0, 0, 0, 0)",
    "a call for another machine": "call(0x40000000 + 39)",
    "a call that does not exist yet": "call(600)",
    "ports": "call(173, 0, 1, 1)",
    "input to a terminal": "fcntl.ioctl(3, 0x5412, b'x')",
}


def breaches():
    return ""


BREACHED = exercise(breaches)
TRIES = "\n".join(
    [TOOLS, "def breaches():", "    done = []"]
    + [
        textwrap.indent(
            f"try:\n{textwrap.indent(body, '    ')}\n"
            f"except BaseException:\n    pass\nelse:\n    done.append({what!r})",
            "    ",
        )
        for what, body in BREACHES.items()
    ]
    + ["    return ', '.join(done)"]
)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of calls are those of x86_64")
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_outside_is_reached(kind, tmp_path):
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "id_ed25519").touch()
    # What is to be read must be there, or the attack fails for a reason that proves nothing.
    for target in (SOLUTION, REFERENCE, TESTS, USERS):
        assert target.read_text("utf-8"), target
    assert any((PACKAGE.parent / "chapters").glob("*.ipynb"))
    cell = TRIES.replace("/a/home", str(tmp_path))
    with sandbox_or_skip(kind) as sandbox:
        result = grade_submission([cell], [BREACHED], seed=1, sandbox=sandbox)
    (attacked,) = result.exercises
    assert attacked.status == "graded", attacked
    if kind == "container":  # where both are its own
        own = "'read the users, find secrets in the environment'"
        assert own in attacked.report.message
    else:
        assert attacked.score == 2, attacked.report.message


# What the parser says of these is printed, not raised: it must not fill a pipe that nobody reads.
WARNED = "\n".join(f"x = 1 is 1  #{'y' * 200}" for _ in range(400))


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_parser_prints_costs_the_next_one_nothing(kind):
    with sandbox_or_skip(kind) as sandbox:
        for cell in (WARNED, WARNED, RIGHT["row_means"]):
            cells = [cell, RIGHT["row_means"]]
            result = grade_submission(cells, [ROW_MEANS], seed=1, sandbox=sandbox)
            assert (result.exercises[0].score, result.cell_errors) == (2, ())


# Each takes a second to compile, and no line of it runs.
SLOW_TO_PARSE = 300 * (
    "".join(f"{'    ' * depth}try: x\n{'    ' * depth}finally:\n" for depth in range(17))
    + "    " * 17
    + "y\n"
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_parser_at_work_ends_with_the_grader(kind):
    with sandbox_or_skip(kind) as sandbox:
        sandbox.send(b"S")
        given = {"cells": [SLOW_TO_PARSE], "ids": []}
        sandbox.send(b"s", encode(given))
        time.sleep(0.3)
        sandbox.process.stdin.close()  # as when the grader is killed
        sandbox.process.wait(20)


# --- Results that are none ----------------------------------------------------------------------

RESULTS = {
    "an array that equals everything": """
        class Liar(np.ndarray):
            __eq__ = __le__ = __ge__ = lambda self, other: np.True_
            __sub__ = __rsub__ = lambda self, other: np.zeros(3)
            def __array_ufunc__(self, *args, **kwargs): return np.True_
            def __array_function__(self, *args, **kwargs): return True
            def all(self, *args, **kwargs): return True
        return np.zeros(len(image)).view(Liar)""",
    "an object that equals everything": """
        class Equal:
            shape = (3,); dtype = np.dtype(float); ndim = 1
            __eq__ = __le__ = lambda self, other: True
            __array__ = lambda self, *a, **k: 1 / 0
            __len__ = lambda self: 3
        return Equal()""",
    "a class that lies about itself": """
        class Impostor:
            __class__ = np.ndarray
        return Impostor()""",
    "a float that equals everything": """
        class Float(float):
            __eq__ = lambda self, other: True
        return Float(1)""",
    "a float of numpy's with tricks": """
        class Float(np.float64):
            __eq__ = lambda self, other: True
            __array__ = lambda self, *a, **k: 1 / 0
        return Float(1)""",
    "a list without end": """
        class Endless(list):
            def __iter__(self):
                while True: yield 1
        return Endless([1])""",
    "a list in itself": "x = []; x.append(x); return x",
    "lists a thousand deep": "x = 1.0\nfor _ in range(900): x = [x]\nreturn x",
    "lists as deep as it gets": "x = 1.0\nfor _ in range(10**6): x = [x]\nreturn x",
    "a million numbers": "return [1.0] * 10**6",
    "nan": "return image @ weights * np.nan",
    "inf": "return image @ weights + np.inf",
    "nan everywhere there is a rounding": "return np.full(len(image), np.nan)",
    "huge numbers": "return np.full(len(image), 1e308) * np.array([1, -1, 1, -1, 1])[:len(image)]",
    "no entries, huge sides": "return np.empty((0, 2**40))",
    "no entries, sides too many": "return np.empty((0,) * 32)",
    "more axes than travel": "return np.empty((1,) * 64)",
    "one number seen a billion times": "return np.broadcast_to(np.float64(1), (10**12,))",
    "an array of 20 MB": "return np.zeros(20 * 2**20 // 8)",
    "an array of objects": "return np.array([object()] * 3)",
    "an array of arrays": "x = np.empty(3, object); x[0] = x; return x",
    "an array of records": "return np.zeros(3, [('a', 'f8'), ('b', 'i4')])",
    "an array of texts": "return np.array(['1.5', '4', '0.5'])",
    "an array of dates": "return np.array([1, 2, 3], 'M8[s]')",
    "an array of long doubles": "return np.zeros(3, np.longdouble)",
    "an array of the other endianness": "return np.zeros(3, '>f8')",
    "bits that are no truth values": "return np.frombuffer(b'\\x02\\x03\\xff', bool)",
    "a masked array": "return np.ma.masked_all(3)",
    "a matrix": "return np.matrix(image @ weights)",
    "strides of zero": "return np.lib.stride_tricks.as_strided(image, (3,), (0,)) * 0 + 7",
    "a view into nowhere": "return np.lib.stride_tricks.as_strided(image, (10**9,), (8,))",
    "a memoryview": "return memoryview(b'123')",
    "a dict": "return {'passed': True, 'score': 2}",
    "a generator": "return (x for x in image)",
    "a coroutine": "async def f(): return 1\nreturn f()",
    "a class": "return np.ndarray",
    "itself": "return row_means",
    "not implemented": "return NotImplemented",
    "a text of 100 MB": "return 'x' * 10**8",
    "a text with surrogates": "return '\\ud800' * 3",
    "a text that steers terminals": "return '\\x1b]0;passed\\x07\\x1b[2J'",
    "an integer of a million digits": "return 1 << 3_000_000",
    "a negative integer too large": "return -(2**63) - 1",
    "the number 0 for an array": "return 0",
    "True": "return True",
    "Ellipsis": "return ...",
}


@pytest.mark.parametrize("what", RESULTS)
def test_a_result_that_is_none_earns_nothing(sandbox, what):
    result = attack(sandbox, "import numpy as np\n" + function(RESULTS[what]))
    assert not result.score
    assert result.status in ("graded", "crashed", "out_of_memory", "timeout"), result
    shown = str(result.report)
    assert len(shown) < 5000
    assert "\x1b" not in shown
    assert "<script" not in (result.report._repr_html_() if result.report else "")


# --- Against the runner and the protocol --------------------------------------------------------

FORGE = """
import os, struct, sys
import numpy as np
from course_utils.grading.wire.messages import encode
def frame(kind, value=None, payload=None):
    payload = encode(value) if payload is None else payload
    os.write(3, struct.pack("<cI", kind, len(payload)) + payload)
def reply(number, value=None, kind="returned", error="", line="", mutated=(), reference=""):
    frame(b"o", (number, kind, value, error, line, list(mutated), reference))
"""
RUNNER_ATTACKS = {
    "forge every reply": "for i in range(4): reply(i, np.zeros(3))\nos._exit(0)",
    "forge a verdict": "frame(b'v', {'score': 2, 'status': 'graded'})",
    "forge the end": "frame(b'x', (0, 0.0, 0, False))",
    "forge the end of the sandbox": "frame(b'!', 0)",
    "a reply too many": "[reply(i, np.zeros(3)) for i in range(5)]",
    "a reply out of order": "reply(3, np.zeros(3))",
    "the same reply twice": "reply(0, 1.0); reply(0, 1.0)",
    "a negative number": "reply(-1, 1.0)",
    "a huge number": "reply(2**62, 1.0)",
    "a kind of outcome that the grader keeps to itself": "reply(0, 1.0, kind='timed out')",
    "an outcome without facts": "frame(b'o', (0,))",
    "an outcome of the wrong types": "frame(b'o', (0, 'returned', 1.0, 1, 2, 3, 4))",
    "the name of a function with a page in it": "reply(0, 1.0, reference='<script>alert(1)')",
    "an error with a page in it": "reply(0, kind='raised', error='<script>' * 10**4)",
    "arguments that do not exist": "reply(0, image @ weights * 2, mutated=['x'] * 100)",
    "a cell that does not exist": "frame(b's', (999, 0, 1))",
    "the calls begin again": "frame(b'b')",
    "there is no function": "frame(b'n', 'nothing')",
    "printed before": "frame(b't', 'x')",
    "an unknown kind": "frame(b'?', 1)",
    "bytes of no kind": "os.write(3, os.urandom(10**4))",
    "zeros": "os.write(3, bytes(10**4))",
    "a length of 4 GB": "os.write(3, struct.pack('<cI', b'o', 2**32 - 1))",
    "a message cut off": "os.write(3, struct.pack('<cI', b'o', 100) + b'x'); os._exit(0)",
    "bytes left over": "frame(b'o', payload=encode(1) + b'x')",
    "an empty payload": "frame(b'o', payload=b'')",
    "a tag that does not exist": "frame(b'o', payload=b'Z')",
    "a dtype that does not exist": "frame(b'o', payload=b'A' + bytes([200, 0]))",
    "a hundred axes": "frame(b'o', payload=b'A' + bytes([11, 100]) + bytes(800))",
    "a side of -1": "frame(b'o', payload=b'A' + bytes([11, 1]) + b'\\xff' * 8)",
    "a side of 2**62 and few bytes": (
        "frame(b'o', payload=b'A' + bytes([11, 1]) + struct.pack('<q', 2**62) + b'x' * 8)"
    ),
    "sides whose product overflows": (
        "frame(b'o', payload=b'A' + bytes([11, 4]) + struct.pack('<4q', *[2**33] * 4))"
    ),
    "sides too large and no entries": (
        "frame(b'o', payload=b'A' + bytes([11, 4]) + struct.pack('<4q', 0, *[2**40] * 3))"
    ),
    "4 billion items": "frame(b'o', payload=b'L' + b'\\xff' * 4)",
    "a million lists in lists": "frame(b'o', payload=(b'L' + struct.pack('<I', 1)) * 10**5)",
    "a text that is no UTF-8": "frame(b'o', payload=b'S' + struct.pack('<I', 2) + b'\\xff\\xfe')",
    "a dict with a list as key": "frame(b'o', payload=b'M' + struct.pack('<I', 1) + b'L')",
    "a pickle": "import pickle; os.write(3, pickle.dumps(print))",
    "nested JSON": "os.write(3, b'[' * 10**6)",
    "messages without end": "while True: frame(b'e', (0, 1, 'x' * 1000))",
    "bytes without end": "while True: os.write(3, bytes(65536))",
    "close the pipe and stay": "os.close(3)\nwhile True: pass",
    "close everything": "os.closerange(0, 1000)",
    "close the pipe and open another file in its place": "os.close(3); open(np.__file__)",
    "the pipe does not wait": "os.set_blocking(3, False)\nreturn np.zeros(100_000)",
    "a tiny pipe": "import fcntl; fcntl.fcntl(3, 1031, 4096)",
    "the pipe under other numbers": "[os.dup(3) for _ in range(1000)]",
    "write to the other files": "for fd in (0, 1, 2, *range(4, 64)):\n"
    "    try: os.write(fd, b'x' * 100)\n    except OSError: pass",
    "a runner that lies": "import course_utils.grading.sandbox.inside.student as inside\n"
    "inside.run = lambda *a: [inside.Outcome('returned', True)]",
    "a protocol that lies": "import course_utils.grading.wire.messages as p\n"
    "p._encode = lambda value, parts, depth: parts.append(b'T')",
    "plain results that lie": "import course_utils.exercises.running as r\n"
    "r.plain = r._same = lambda *a: True",
    "import the reference": """
        from course_utils.reference import dense
        return dense(image, weights)""",
    "import the exercises": """
        from course_utils.exercises.registry import catalog
        return catalog()[0].reference(image, weights)""",
    "import from the checkout": f"""
        sys.path.insert(0, {str(PACKAGE.parent)!r})
        for name in [name for name in sys.modules if name.startswith("course_utils")]:
            del sys.modules[name]
        from course_utils.reference import dense
        return dense(image, weights)""",
    "look for what is expected in frames": """
        frame = sys._getframe()
        while frame:
            for value in [*frame.f_locals.values(), *frame.f_globals.values()]:
                if type(value).__name__ in ("Exercise", "Misconception", "Report", "Judge"):
                    return value.reference(image, weights)
            frame = frame.f_back""",
    "look for what is expected in memory": """
        import gc
        for value in gc.get_objects():
            if isinstance(value, dict) and ("expected" in value or "reference" in value):
                return value.get("expected", value.get("reference"))
            if callable(value) and getattr(value, "__name__", "") == "row_means" \\
                    and value is not row_means:
                return value(image, weights)""",
    "change what a frame above holds": """
        frame = sys._getframe(1)
        frame.f_locals.update(value=image @ weights, answer=None)
        import ctypes
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
        return -1.0""",
    "trade the code": """
        import course_utils.exercises.running as r
        r._call.__code__ = (lambda a, s, k: r.Outcome('returned', True)).__code__""",
    "trace": "sys.settrace(lambda *a: 1 / 0); sys.setprofile(lambda *a: 1 / 0)",
    "atexit": "import atexit; atexit.register(lambda: reply(0, 1.0))",
    "a destructor": """
        class Last:
            def __del__(self): reply(9, 1.0)
        sys.last = Last()""",
    "a finalizer": "import weakref; weakref.finalize(np, reply, 9, 1.0)",
    "a callback of the collector": "import gc; gc.callbacks.append(lambda *a: 1 / 0); gc.collect()",
    "an audit hook": "sys.addaudithook(lambda *a: 1 / 0)",
    "a hook on errors": "sys.excepthook = lambda *a: reply(0, 1.0); raise ValueError",
    "patch the comparison": "np.testing.assert_allclose = np.allclose = lambda *a, **k: True",
    "patch asarray and all": "np.asarray = np.array_equal = np.all = lambda *a, **k: True",
    "patch numpy whole": "for name in dir(np):\n"
    "    try: setattr(np, name, None)\n    except Exception: pass",
    "patch a type of numpy": "np.set_printoptions(formatter={'all': lambda x: 'ok'})",
    "patch the errors": "np.seterr(all='raise'); np.seterrcall(print)",
    "patch pickle": "import pickle; pickle.dump = pickle.dumps = lambda *a, **k: b''",
    "patch json and struct": "import json; json.dumps = str; struct.Struct.pack = None",
    "patch the builtins": "import builtins\n"
    "builtins.abs = builtins.isinstance = builtins.type = builtins.len = lambda *a: True",
    "take the builtins away": "import builtins; vars(builtins).clear()",
    "patch os": "os.write = os._exit = lambda *a: 0",
    "patch the modules": "sys.modules.clear()",
    "a module in the way": "sys.modules['numpy'] = sys.modules['os'] = None",
    "patch the checker": "import course_utils; course_utils.check = lambda f: print('Passed')\n"
    "course_utils.check(row_means)",
    "an input transformer": "from IPython import get_ipython\n"
    "get_ipython().input_transformers_cleanup.append(lambda lines: [])",
    "no outputs": "sys.stdout = sys.stderr = None; print('x')",
    "close the outputs": "sys.stdout.close(); os.close(1)",
    "print what looks like a result": 'print(\'{"score": 2, "status": "graded"}\')',
    "print 50 MB": "for _ in range(50): print('x' * 10**6)",
    "warn endlessly": "import warnings\nfor i in range(1000): warnings.warn(str(i))",
    "ask for input": "input()",
    "stop in a debugger": "breakpoint()",
    "exit": "sys.exit(0)",
    "exit without a word": "os._exit(0)",
    "exit by the site": "raise SystemExit(2)",
    "exit from a generator": "raise GeneratorExit",
    "interrupt": "raise KeyboardInterrupt",
    "an alarm after the call": "import signal\n"
    "signal.signal(signal.SIGALRM, lambda *a: 1 / 0); signal.setitimer(0, 1e-4, 1e-4)",
    "ignore all signals": "import signal\n"
    "[signal.signal(s, signal.SIG_IGN) for s in range(1, 32) if s not in (9, 19)]",
    "send itself a signal": "import signal; signal.raise_signal(signal.SIGKILL)",
    "stop itself": "import signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "abort": "os.abort()",
    "read at address 0": "import ctypes; ctypes.string_at(0)",
    "write over an int": "import ctypes\nctypes.memset(id(1) + 24, 7, 1)",
    "call the kernel as a 32-bit program": """
        import ctypes, mmap
        page = mmap.mmap(-1, 4096, prot=7)
        page.write(b'\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3')  # getpid by int 0x80
        ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()""",
    "a recursion": "return row_means(image, weights)",
    "a recursion without a limit": "sys.setrecursionlimit(10**9)\n"
    "f = lambda n: [n].sort(key=f) or f(n + 1)\nreturn f(0)",
    "a message that raises": """
        class E(Exception):
            def __str__(self): raise self
        raise E""",
    "a message of 100 MB": "raise ValueError('x' * 10**8)",
    "a message of control characters": "raise ValueError('\\x1b[2J\\x00\\u202e')",
    "an error without a name": "raise type('', (Exception,), {})()",
    "an error whose name is a page": "raise type('<script>', (Exception,), {})('<script>')",
    "all memory": "return bytearray(10**13)",
    "memory piece by piece": "x = []\nwhile True: x.append(np.ones(10**6))",
    "all file descriptors": "x = []\nwhile True: x.append(os.pipe())",
    "a decompression bomb": """
        import zlib
        packer = zlib.compressobj(9)
        data = b''.join(packer.compress(bytes(10**6)) for _ in range(20)) + packer.flush()
        return [zlib.decompress(data) for _ in range(10**4)]""",
    "JSON a million deep": "import json; json.loads('[' * 10**6)",
    "code a million deep": "eval('(' * 10**6)",
    "code that crashes compilers": "eval('-' * 10**6 + '1')",
    "a large power": "return eval('9**9**6 % 7')",
}


@pytest.mark.parametrize("what", RUNNER_ATTACKS)
def test_attacks_on_the_runner_earn_nothing(sandbox, what):
    body = textwrap.dedent(RUNNER_ATTACKS[what])
    result = attack(sandbox, FORGE + function(body + "\nreturn -1.0"))
    assert not result.score, what
    assert result.status in ("graded", "crashed", "out_of_memory", "timeout"), result
    shown = (result.report._repr_html_() if result.report else "") + result.detail
    assert "<script" not in shown
    assert not {"\x1b", "\x00", "\u202e"} & set(shown + result.printed)


# --- Right code does not lose by it -------------------------------------------------------------

HARMLESS = {
    "a debug print": "print(image, weights)",
    "5 MB of debug prints": "for _ in range(5): print('x' * 10**6)",
    "prints by C": "import os; os.write(1, b'x' * 10**6)",
    "warnings": "np.array([1.0]) / 0; import warnings; warnings.warn('x')",
    "an exit handler": "import atexit, os; atexit.register(os.abort)",
    "a destructor that raises": "D = type('D', (), {'__del__': lambda s: 1 / 0}); D()",
    "a cache": "row_means.cache = getattr(row_means, 'cache', 0) + 1",
    "a patched numpy": "np.sum = np.mean = None",
    "a time": "import time; time.sleep(0.01)",
    "a subclass of the array": "image = image.view(np.matrix).A",
}


@pytest.mark.parametrize("what", HARMLESS)
def test_right_code_loses_nothing_by_what_it_does_besides(sandbox, what):
    cell = "import numpy as np\n" + function(HARMLESS[what] + "\nreturn image @ weights")
    assert attack(sandbox, cell).score == 2


# --- Outside of functions -----------------------------------------------------------------------

CELLS = {
    "a loop without end": ["while True:\n    pass"],
    "two of them": ["while True:\n    pass", "import time\ntime.sleep(99)"],
    "a call into C without end": ["sum(range(10**12))"],
    "printing without end": ["while True:\n    print('x')"],
    "an exit": ["import os\nos._exit(0)"],
    "an exit by exception": ["raise SystemExit"],
    "an interrupt": ["raise KeyboardInterrupt"],
    "a crash": ["import ctypes\nctypes.string_at(0)"],
    "all memory": ["x = bytearray(10**13)"],
    "memory piece by piece": ["x = []\nwhile True:\n    x.append(bytearray(10**7))"],
    "garbage in the pipe": ["import os\nos.write(3, bytes(10**4))"],
    "a closed pipe": ["import os\nos.close(3)"],
    "syntax errors": [
        "def f(:",
        "x = = 1",
        "return",
        "yield",
        "    x",
        "await x",
        "!ls",
        "%time x",
    ],
    "a null byte": ["x = '\x00'"],
    "lone surrogates": ["x = '\ud800'"],
    "another encoding": ["# -*- coding: utf-7 -*-\nx = 1"],
    "an unknown encoding": ["# -*- coding: nonsense -*-\nx = 1"],
    "a page break": ["\x0cx = 1\r\ny = 2\r"],
    "parentheses": ["(" * 10**6],
    "minus signs": ["-" * 10**6 + "1"],
    "dots": ["x" + ".x" * 10**5],
    "a sum": ["+".join(["1"] * 10**5)],
    "calls": ["f" + "()" * 10**5],
    "nested functions": ["\n".join(" " * i + "def f():" for i in range(99)) + " pass"],
    "nested blocks": ["\n".join(" " * i + "if 1:" for i in range(150)) + " pass"],
    "f-strings in f-strings": ["f'{f\"{" * 100],
    "braces that parsers take long for": ["{" * 40 + ":" * 40],
    "a large constant": ["x = 1" + "0" * 5000, "x = 2 ** 10**7", "x = 'x' * 10**8"],
    "a long line": ["x = '" + "x" * 10**6 + "'"],
    "a thousand cells": ["x = 1"] * 1000,
    "from the future": ["from __future__ import annotations\ndef f(x: missing): pass"],
    "braces from the future": ["from __future__ import braces"],
    "a star": ["from course_utils.reference import *\nfrom numpy import *"],
    "sums of its own": ["sum = len = print = range = None"],
    "names of the runner": ["run = send = encode = answer = names = outlet = None"],
    "another main": ["import sys\nsys.modules['__main__'] = None"],
    "no recursion": ["import sys\nsys.setrecursionlimit(30)"],
    "the clock": ["import time\ntime.monotonic = time.time = lambda: 1 / 0"],
    "handlers": ["import signal\nsignal.signal(signal.SIGALRM, lambda *a: 1 / 0)\nsignal.alarm(1)"],
    "the last error": ["raise type('E', (BaseException,), {'__str__': lambda s: 1 / 0})"],
}


@pytest.mark.parametrize("what", CELLS)
def test_right_answers_below_hostile_cells_get_their_points(sandbox, what):
    assert attack(sandbox, *CELLS[what], RIGHT["row_means"]).score == 2, what


# --- After all of it ----------------------------------------------------------------------------


def _descendants(pid):
    children = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, waiting = [], [pid]
    while waiting:
        found += children.get(waiting[-1], [])
        waiting += children.get(waiting.pop(), [])
    return found


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc")
def test_nothing_is_left_behind():
    with sandbox_or_skip(None) as sandbox:
        attack(sandbox, RIGHT["row_means"])
        before = len(_descendants(sandbox.process.pid))
        for what in ("exit without a word", "close the pipe and stay", "ignore all signals"):
            attack(sandbox, FORGE + function(RUNNER_ATTACKS[what] + "\nwhile True: pass"))
        attack(sandbox, RIGHT["row_means"])
        pid = sandbox.process.pid
        assert len(_descendants(pid)) <= before + 1  # the last submission's process is just ending
        for folder in ("/tmp", "/dev/shm", ".", sandbox.kit.path):
            assert not (Path(folder) / "breach").exists()
    assert not _descendants(pid)
