"""The sandboxes in which students' code runs, the best one that this machine really has.

A sandbox is one long-lived process, `inside.py`, that talks through its standard input and output.
How it is walled in differs:

bubblewrap
    Namespaces of its own: no network, no other processes, and a file system that holds the
    interpreter, numpy and nothing else, none of it writable.
landlock
    Where namespaces are refused: the process gives up the file system but for reading those same
    files. Names and sizes of other files can still be asked for, not their contents.
container
    Where neither is there, as on macOS, and an engine is: see `container.py`.
trust
    No wall at all: separate processes with limits. Only for code that you trust.

In the first three every process of a student's runs under the filter of `seccomp.py` besides. With
Keras, a sandbox holds Keras and TensorFlow too, and a student's process may have threads. Before
it is used, each must show on this machine that attempts to read, write, connect and start processes
fail in it.
"""

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import course_utils
from course_utils.grading.limits import Limits
from course_utils.grading.sandbox import container
from course_utils.grading.sandbox.inside import landlock, seccomp
from course_utils.grading.sandbox.inside.host_name import NAME
from course_utils.grading.sandbox.packages import KERAS, keras_files, numpy_files
from course_utils.grading.wire.child_process import receive
from course_utils.grading.wire.messages import Frames, ProtocolError, decode, encode, write_frame

KINDS = ("bubblewrap", "landlock", "container")
START, KERAS_START = 30.0, 240.0  # seconds that a sandbox may take to start, on a busy machine
PACKAGE = Path(course_utils.__file__).parent
FOLDER = Path(__file__).with_name("inside")
# What runs beside a student's code: the folder `inside`, and what it imports from elsewhere.
INSIDE = (
    *(path.relative_to(PACKAGE).as_posix() for path in sorted(FOLDER.glob("*.py"))),
    "exercises/model_answers/data.py",
    "exercises/running.py",
    "grading/wire/messages.py",
)
# To build a model that an answer is given.
INSIDE_WITH_KERAS = tuple(
    f"exercises/model_answers/{name}.py"
    for name in ("description", "layers", "rebuilding", "wiring")
)
DEVICES = ("/dev/urandom",)  # that TensorFlow reads
LOADERS = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "aarch64": "/lib/ld-linux-aarch64.so.1"}
MAIN = """
import sys
sys.path[0] = sys.argv.pop()
from course_utils.grading.sandbox.inside.server import main
main()
"""
KERAS_ENVIRONMENT = {
    "KERAS_BACKEND": "tensorflow",
    "TF_NUM_INTRAOP_THREADS": "1",  # the workers beside this one use the other processors
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
}
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # a replay iterates over sets in the same order
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "LC_ALL": "C.UTF-8",
    **KERAS_ENVIRONMENT,
}


class SandboxDiedError(RuntimeError):
    """The sandbox did not answer as it must; it has been stopped."""


class Sandbox:
    """A running sandbox, from `open_sandbox`. It lives as long as the thread that opened it.

    Attributes
    ----------
    kind : str
        One of `KINDS`, or "trust".
    limits : Limits
    keras : bool
        Whether it holds Keras.
    process : subprocess.Popen or None
        Its outermost process while it runs.
    variables : tuple of str
        Names of the variables of the environment that it was started with.
    beside : KerasSide or None
        What grades the exercises whose answer is a Keras model, once there have been any; it is
        closed with this sandbox.
    """

    def __init__(self, kind: str, limits: Limits, *, keras: bool = False):
        self.kind, self.limits, self.keras = kind, limits, keras
        self._packages = keras_files() if keras else numpy_files()
        if kind == "container":
            self._packages = []  # its image has them
        self._kit = tempfile.TemporaryDirectory(prefix="course-grade-")
        modules = INSIDE + INSIDE_WITH_KERAS * keras
        _fill_kit(Path(self._kit.name), modules, self._packages, link=kind != "bubblewrap")
        self.process: subprocess.Popen | None = None
        self.variables: tuple[str, ...] = ()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by close
        self._container: container.Container | None = None
        self.beside = None

    @property
    def description(self) -> str:
        """What walls it in, for reports."""
        words = {
            "bubblewrap": "bubblewrap with a seccomp filter",
            "landlock": "Landlock with a seccomp filter",
            "container": "a container with a seccomp filter",
            "trust": "none: the submissions were trusted",
        }[self.kind]
        threads = self.limits.threads
        return f"{words}, {threads} threads at most" if threads and self.kind != "trust" else words

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything in it and remove its files."""
        if self.beside is not None:
            self.beside.close()
        try:
            self.stop()
        finally:
            self._errors.close()
            self._kit.cleanup()

    def stop(self) -> None:
        """Kill everything in it; the next message starts it anew."""
        if self.process is None:
            return
        process, self.process = self.process, None
        try:
            if self._container is not None:
                self._container.end()  # killing the process that talks to the engine would not
        finally:
            process.kill()
            process.wait()
        if self._container is not None:
            self._container.remove()
        for stream in (process.stdin, process.stdout):
            stream.close()

    def start(self) -> None:
        """Start it unless it runs.

        Raises
        ------
        SandboxDiedError
            If it does not come up; the text is what it complained about.
        """
        if self.process is not None:
            return
        try:
            command = self._command()
        except container.ContainerError as error:
            raise SandboxDiedError(str(error)) from None
        self._errors.seek(0)
        self._errors.truncate()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,  # no pipe: nobody would read it, and somebody else may hold it
            # An engine finds its own settings by the variables of whoever runs it.
            env=None if self.kind == "container" else ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
        self._frames = Frames(largest=self.limits.reply + 2**20)
        readable = []
        if self.kind == "landlock":
            devices = map(Path, DEVICES * self.keras)
            readable = _readable(self._kit.name, [*self._packages, *devices])
        settings = {
            "walled": self.kind != "trust",
            "readable": readable,
            "keras": self.keras,
            "memory": self.limits.memory,
        }
        seconds = KERAS_START if self.keras else START
        try:
            self.send(b"H", encode(settings))
            kind, payload = self.receive(time.monotonic() + seconds)
        except TimeoutError:
            self._die(f"it was not ready after {seconds:g} s")
        except SandboxDiedError:
            self._container = None  # its image may be gone: the next start asks
            raise
        except BaseException:  # Ctrl-C: it would be taken for one that is ready
            self.stop()
            raise
        if kind != b"r":
            self._die("it did not say that it is ready")
        self.variables = tuple(decode(payload))

    def _command(self) -> list[str]:
        kit = self._kit.name
        if self.kind == "container":
            if self._container is None:
                engine = container.engine()
                packages = KERAS if self.keras else ("numpy",)
                image = container.image(engine, Path(kit), packages)
                self._container = container.Container(engine, image)
            program = ["python", "-s", "-c", MAIN, container.KIT]
            return self._container.command(program, ENVIRONMENT)
        command = [os.path.realpath(sys.executable), "-s", "-S", "-c", MAIN, kit]
        if self.kind == "bubblewrap":
            return [*_bubblewrap(kit, self._packages, self.keras), *command]
        if self.kind == "landlock" and self.keras:
            # TensorFlow reads the command line, in /proc, of a program whose path says "python".
            return [LOADERS[platform.machine()], *command]
        return command

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """Send a message to the processes of `inside.py`."""
        try:
            write_frame(self.process.stdin.fileno(), kind, payload)
        except OSError:
            self._die("it ended")

    def receive(self, deadline: float) -> tuple[bytes, bytes]:
        """The next message.

        Raises
        ------
        TimeoutError
            If none came before the deadline, a value of `time.monotonic`.
        SandboxDiedError
            If the sandbox ended, or sent what is no message.
        """
        try:
            return receive(self.process.stdout.fileno(), self._frames, deadline)
        except EOFError:
            self._die("it ended")
        except ProtocolError as error:
            self._die(str(error))

    def _die(self, what: str) -> None:
        self.stop()
        end = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, end - 500))
        said = self._errors.read().decode("utf-8", "replace").strip()
        raise SandboxDiedError(f"{what}: {said}" if said else what)


def why_not(kind: str) -> str:
    """What is missing for this kind, before it is tried; empty if nothing is."""
    if kind == "trust":
        return ""
    if kind == "container":
        try:
            container.engine()
        except container.ContainerError as error:
            return str(error)
        return ""
    if not sys.platform.startswith("linux"):
        return f"it needs Linux, and this is {sys.platform}"
    if not seccomp.supported():
        return "the filter of system calls is written for x86_64 and aarch64 only"
    if kind == "bubblewrap" and not shutil.which("bwrap"):
        return "the program bwrap is not installed"
    if kind == "landlock" and not landlock.version():
        return "the kernel has no Landlock"
    return ""


def _fill_kit(kit: Path, modules: tuple[str, ...], packages: list[Path], link: bool) -> None:
    """A folder with what the sandbox imports, and nothing else of course_utils."""
    folders = {parent for name in modules for parent in Path("course_utils", name).parents}
    for folder in sorted(folders - {Path()}):
        # Not the kit itself: a folder that has just been removed must not come back.
        (kit / folder).mkdir()
        (kit / folder / "__init__.py").touch()
    for name in modules:
        shutil.copy(PACKAGE / name, kit / "course_utils" / name)
    for package in packages:
        place = kit / package.name
        if link:
            place.symlink_to(package)
        elif package.is_dir():
            place.mkdir()  # where bubblewrap puts it
        else:
            place.touch()
    kit.chmod(0o755)


def _interpreter() -> tuple[list[str], list[str]]:
    """Files and folders that Python and numpy need, and folders within them to be kept out."""
    prefix = Path(sys.base_prefix).resolve()
    shown = [os.path.realpath(sys.executable), str(prefix / "lib")]
    for library in ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib"):
        shown.append(library)
    shown += ["/etc/ld.so.cache", "/etc/alternatives"]
    shown = [path for path in shown if os.path.exists(path)]
    # Packages installed beside the standard library: course_utils could be among them.
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    hidden = {str(PACKAGE.resolve())}
    for library in (Path(sysconfig.get_path("stdlib")).resolve().parent, Path("/usr/local/lib")):
        for name in ("site-packages", "dist-packages"):
            hidden.add(str(library / version / name))
    hidden |= {"/usr/lib/python3/dist-packages", "/usr/local/lib/python3/dist-packages"}
    hidden |= {path for path in map(os.path.realpath, sys.path) if "-packages" in path}
    return shown, sorted(path for path in hidden if os.path.isdir(path))


def _within(path: str, folders: list[str]) -> bool:
    return any(Path(path).is_relative_to(os.path.realpath(folder)) for folder in folders)


def _bubblewrap(kit: str, packages: list[Path], keras: bool) -> list[str]:
    shown, hidden = _interpreter()
    command = [shutil.which("bwrap"), "--unshare-all", "--die-with-parent", "--new-session"]
    command += ["--clearenv", "--cap-drop", "ALL", "--hostname", NAME]
    for name, value in ENVIRONMENT.items():
        command += ["--setenv", name, value]
    for path in shown:
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
        else:
            command += ["--ro-bind", path, path]
    for path in hidden:
        if _within(path, shown):
            command += ["--tmpfs", path, "--remount-ro", path]
    command += ["--dev-bind", "/dev/null", "/dev/null", "--ro-bind", kit, kit]
    if keras:
        for device in DEVICES:
            command += ["--dev-bind", device, device]
        # TensorFlow asks for its program's path and ends if it gets none; there is no real /proc.
        command += ["--dir", "/proc/self", "--symlink", "/program", "/proc/self/exe"]
    for package in packages:
        command += ["--ro-bind", str(package), f"{kit}/{package.name}"]
    return [*command, "--remount-ro", "/", "--chdir", "/"]


def _readable(kit: str, packages: list[Path]) -> list[str]:
    """For Landlock, which opens whole trees: the trees around what is hidden, piece by piece."""
    shown, hidden = _interpreter()
    hidden = [path for path in hidden if _within(path, shown)]
    readable = []
    waiting = [*map(os.path.realpath, [*shown, kit]), *map(str, packages)]
    while waiting:
        path = waiting.pop()
        if path in hidden:
            continue
        if any(Path(folder).is_relative_to(path) for folder in hidden):
            readable.append(path + "/")
            waiting += [str(entry) for entry in Path(path).iterdir() if not entry.is_symlink()]
        else:
            readable.append(path)
    return sorted(set(readable))
