"""An image in the place of Python's own, made of this interpreter: no test downloads one."""

import os
import subprocess
import sys
import sysconfig
import tarfile
from importlib.metadata import version
from pathlib import Path
from unittest import mock

import numpy as np
import pip

from course_utils.grading.sandbox.walls import container


def no_download():
    """While it is entered, images are built on the stand-in."""
    dockerfile = container.DOCKERFILE.replace("python:{python}-slim", _stand_in(container.engine()))
    assert dockerfile != container.DOCKERFILE
    return mock.patch.object(container, "DOCKERFILE", dockerfile)


def running(engine: str) -> list[str]:
    """Names of the grader's containers that there are."""
    names = [engine, "ps", "--all", "--format", "{{.Names}}", "--filter", "name=course-grade-"]
    return subprocess.run(names, capture_output=True, text=True, check=True).stdout.split()


def _stand_in(engine: str) -> str:
    name = f"course-grade-stand-in:{sys.version_info.major}.{sys.version_info.minor}"
    name += f"-{version('numpy')}-{version('pip')}"
    if subprocess.run([engine, "image", "inspect", name], capture_output=True).returncode:
        load = subprocess.Popen(
            [engine, "import", "-", name], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        with load.stdin, tarfile.open(fileobj=load.stdin, mode="w|") as archive:
            _add_python(archive)
        if load.wait():
            raise container.ContainerError(f"{engine} does not take the image of the tests")
    return name


def _add_python(archive: tarfile.TarFile) -> None:
    program = os.path.realpath(sys.executable)
    library = Path(sysconfig.get_path("stdlib")).resolve()
    packages = [Path(module.__file__).resolve().parent for module in (np, pip)]
    packages += [packages[0].with_name("numpy.libs")]
    packages += [next(packages[0].parent.glob("numpy-*.dist-info"))]
    packages += [next(packages[1].parent.glob("pip-*.dist-info"))]
    for path in packages:
        if path.is_dir():
            archive.add(path, library / "site-packages" / path.name, filter=_without_tests)
    archive.add(program, program)
    archive.add(library, library, filter=_without_packages)
    for path in _system_libraries([Path(program), library / "lib-dynload", packages[0]]):
        archive.add(os.path.realpath(path), path)
    link = tarfile.TarInfo("usr/local/bin/python")
    link.type, link.linkname = tarfile.SYMTYPE, program
    archive.addfile(link)


def _system_libraries(places: list[Path]) -> list[str]:
    objects = [file for place in places for file in (place, *place.rglob("*.so")) if file.is_file()]
    told = subprocess.run(["ldd", *objects], capture_output=True, text=True).stdout
    paths = {word for word in told.split() if word.startswith("/") and not word.endswith(":")}
    return sorted(path for path in paths if "/numpy.libs/" not in path)


def _without_tests(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if entry.name.endswith(("/__pycache__", "/tests", "/test")) else entry


def _without_packages(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if entry.name.endswith("-packages") else _without_tests(entry)
