"""A container of Docker or Podman, for machines without Linux's own means, such as macOS.

Its image holds Python, numpy and the kit. No folder of this machine is visible in it, it has no
network, and its user has no rights. As within every wall, a student's process is also under the
filter of `inside/seccomp.py`.
"""

import contextlib
import hashlib
import random
import shutil
import subprocess
import sys
import uuid
from importlib.metadata import version
from pathlib import Path

from course_utils.grading.sandbox.kit import Kit
from course_utils.grading.sandbox.program import Program
from course_utils.grading.sandbox.walls.wall import Places, Wall, WallError

ENGINES = ("podman", "docker")
ANSWERING, BUILDING, ENDING = 30.0, 1800.0, 60.0  # seconds that an engine may take
KIT = "/kit"  # where the kit lies in the image
DOCKERFILE = """\
FROM python:{python}-slim
RUN ["python", "-m", "pip", "install", "--no-cache-dir", "--disable-pip-version-check", {packages}]
COPY . {kit}
"""
ISOLATION = (
    *("--network", "none"),
    "--read-only",
    *("--cap-drop", "ALL"),
    *("--security-opt", "no-new-privileges"),
    *("--pull", "never"),  # an image of that name in a registry is not ours
    *("--ipc", "none"),  # no /dev/shm
    *("--ulimit", "nofile=1024:1024"),
    *("--stop-timeout", "0"),
    *("--log-driver", "none"),  # otherwise the engine keeps everything that a student's code sends
)
PROXIES = tuple(
    name
    for kind in ("http", "https", "ftp", "no", "all")
    for name in (f"{kind}_proxy", f"{kind}_proxy".upper())
)  # engines pass these on, with the passwords in them
OPTIONS = {"podman": ("--no-hosts", "--read-only-tmpfs=false"), "docker": ()}
# What engines mount by themselves.
MOUNTS = (
    *("/", "/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp", "/run/.containerenv"),
    *("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/passwd", "/etc/group"),
)


class ContainerError(WallError):
    """An engine could not do what it was asked to; the text says why."""


class Container(Wall):
    """Needs Docker or Podman. One container at a time, from an image that is built when needed."""

    kind = "container"
    words = "a container with a seccomp filter"
    preparing = BUILDING
    # Those of the engine and of Python's image, which sets PYTHON_... too.
    own_variables = (
        *Wall.own_variables,
        *("PWD", "PATH", "HOME", "HOSTNAME", "TERM", "container", "LANG", "GPG_KEY", "PYTHON_*"),
    )

    def __init__(self):
        self.engine = self.image = self.name = ""

    @classmethod
    def why_not(cls) -> str:
        """It needs an engine that answers."""
        try:
            engine()
        except ContainerError as error:
            return str(error)
        return ""

    def prepare(self, kit: Kit) -> None:
        """Nothing: the image has the packages."""

    def command(self, kit: Kit, program: Program) -> list[str]:
        """The engine's client, which passes on the program's standard streams."""
        if not self.image:
            self.engine = engine()
            self.image = image(self.engine, kit.path, kit.distributions)
        self.name = f"course-grade-{uuid.uuid4().hex}"  # the previous one may not be gone yet
        command = [self.engine, "run", "--rm", "--interactive", "--name", self.name, *ISOLATION]
        # Processes are counted for each user, in all containers together: so each has its own user.
        user = random.randrange(20_000, 60_000)
        command += ["--user", f"{user}:{user}", *OPTIONS[self.engine]]
        command += ["--ulimit", f"nproc={_processes()}"]
        for name, value in {**dict.fromkeys(PROXIES, ""), **program.environment}.items():
            command += ["--env", f"{name}={value}"]
        return [*command, self.image, "python", "-s", *program.arguments(KIT)]

    def environment(self, program: Program) -> None:
        """The grader's own: the engine's client needs it. The container gets none of it."""
        return None

    def places(self, kit: Kit) -> Places:
        """Its own processes and mounts: ordinary files and variables in it are the image's."""
        return Places(("/proc/1/environ", "/proc/1/mem"), "/proc/1/fd", MOUNTS)

    def end(self) -> None:
        """Kill the container, which killing the engine's client would not do."""
        with contextlib.suppress(ContainerError):  # it may have ended
            _asked([self.engine, "kill", self.name], ENDING)

    def remove(self) -> None:
        """Remove the container if the engine has not: its client may have ended too early."""
        with contextlib.suppress(ContainerError):
            _asked([self.engine, "rm", "--force", self.name], ENDING)

    def failed(self) -> None:
        """Look for the image again at the next start: it may be gone."""
        self.image = ""


def engine() -> str:
    """The first engine that answers on this machine; ContainerError if none does: it says why."""
    reasons = []
    for name in ENGINES:
        if not shutil.which(name):
            reasons.append(f"{name} is not installed")
            continue
        try:
            _asked([name, "ps", "--quiet"], ANSWERING)
            return name
        except ContainerError as error:
            reasons.append(f"{name}: {error}")
    raise ContainerError("; ".join(reasons))


def image(engine: str, kit: Path, packages: tuple[str, ...]) -> str:
    """The name of the image that holds the kit; it is built unless this machine has it already.

    Parameters
    ----------
    engine : str
    kit : Path
        A folder, copied into the image.
    packages : tuple of str
        Python packages; the image gets them in the versions that are installed here.

    Raises
    ------
    ContainerError
        If it cannot be built.
    """
    for path in (kit, *kit.rglob("*")):  # COPY keeps the modes, and the user inside is another one
        path.chmod(0o755 if path.is_dir() else 0o644)
    dockerfile = DOCKERFILE.format(
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        packages=", ".join(f'"{name}=={version(name)}"' for name in packages),
        kit=KIT,
    )
    digest = hashlib.sha256(dockerfile.encode())
    for path in sorted(kit.rglob("*")):
        if path.is_file():
            head = f"\0{path.relative_to(kit)}\0{path.stat().st_size}\0"
            digest.update(head.encode() + path.read_bytes())
    name = f"course-grade-sandbox:{digest.hexdigest()[:16]}"
    with contextlib.suppress(ContainerError):
        _asked([engine, "image", "inspect", name], ANSWERING)
        return name
    _asked([engine, "build", "--tag", name, "--file", "-", str(kit)], BUILDING, dockerfile)
    return name


def _processes() -> int:
    """How many processes and threads a container may have: no more than the hard limit."""
    import resource  # not on every system

    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    return 1024 if hard == resource.RLIM_INFINITY else min(1024, hard)


def _asked(command: list[str], seconds: float, text: str = "") -> None:
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, errors="replace", timeout=seconds
        )
    except subprocess.TimeoutExpired:
        raise ContainerError(f"it gave no answer in {seconds:g} s") from None
    if done.returncode:
        raise ContainerError((done.stderr.strip() or f"exit code {done.returncode}")[-500:])
