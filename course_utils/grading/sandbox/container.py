"""A container engine as a sandbox, where Linux's own ways are missing, as on macOS.

The container is made from an image that holds Python, numpy and the files of the sandbox. No folder
of this machine is seen in it, it has no network, and its user no rights. The student's process is
under the filter of `seccomp.py` besides, as in every other sandbox.
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

ENGINES = ("podman", "docker")
ANSWERING, BUILDING, ENDING = 30.0, 1800.0, 60.0  # seconds that an engine may take
KIT = "/kit"  # where the image has the files of the sandbox
DOCKERFILE = """\
FROM python:{python}-slim
RUN ["python", "-m", "pip", "install", "--no-cache-dir", "--disable-pip-version-check", {packages}]
COPY . {kit}
"""
WALLS = (
    *("--network", "none"),
    "--read-only",
    *("--cap-drop", "ALL"),
    *("--security-opt", "no-new-privileges"),
    *("--pull", "never"),  # one of that name in a registry is not ours
    *("--ipc", "none"),  # no /dev/shm
    *("--ulimit", "nofile=1024:1024"),
    *("--stop-timeout", "0"),
    *("--log-driver", "none"),  # else an engine keeps all that a student's code sends
)
PROXIES = tuple(
    name
    for kind in ("http", "https", "ftp", "no", "all")
    for name in (f"{kind}_proxy", f"{kind}_proxy".upper())
)  # engines pass these on, with the passwords in them
OPTIONS = {"podman": ("--no-hosts", "--read-only-tmpfs=false"), "docker": ()}


class ContainerError(RuntimeError):
    """An engine could not do what it was asked for; the text says why."""


def engine() -> str:
    """The first engine that answers on this machine; ContainerError, with the reasons, if none."""
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
    """The name of the image that holds the kit; it is built unless this machine has it.

    Parameters
    ----------
    engine : str
    kit : Path
        A folder, copied into the image.
    packages : tuple of str
        Python packages, which the image has in the versions that are installed here.

    Raises
    ------
    ContainerError
        If it cannot be built.
    """
    for path in (kit, *kit.rglob("*")):  # COPY keeps the modes, and its user is another one
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


class Container:
    """A container of an image, one at a time: the command that starts it, and its end."""

    def __init__(self, engine: str, image: str):
        self.engine, self.image, self.name = engine, image, ""

    def command(self, program: list[str], environment: dict[str, str]) -> list[str]:
        """What starts the program in it, with the standard streams of whoever runs this."""
        self.name = f"course-grade-{uuid.uuid4().hex}"  # the one before may not be gone yet
        command = [self.engine, "run", "--rm", "--interactive", "--name", self.name, *WALLS]
        # Containers of one user share its count of processes, so each has another user.
        user = random.randrange(20_000, 60_000)
        command += ["--user", f"{user}:{user}", *OPTIONS[self.engine]]
        command += ["--ulimit", f"nproc={_processes()}"]
        for name, value in {**dict.fromkeys(PROXIES, ""), **environment}.items():
            command += ["--env", f"{name}={value}"]
        return [*command, self.image, *program]

    def end(self) -> None:
        """Kill everything in it. It may have ended: then there is nothing to be killed."""
        with contextlib.suppress(ContainerError):
            _asked([self.engine, "kill", self.name], ENDING)

    def remove(self) -> None:
        """Remove it, if its engine has not: one whose client ended too early may still be there."""
        with contextlib.suppress(ContainerError):
            _asked([self.engine, "rm", "--force", self.name], ENDING)


def _processes() -> int:
    """Processes and threads that a container may have; engines cannot go beyond the hard limit."""
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
