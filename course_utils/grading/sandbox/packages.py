"""The packages that a sandbox holds: numpy, or Keras and TensorFlow with all they need."""

import re
from importlib import metadata
from pathlib import Path

import numpy as np

KERAS = ("keras", "tensorflow", "numpy")


class MissingPackagesError(RuntimeError):
    """A package that is needed is not installed; the text says which."""


def numpy_files() -> list[Path]:
    """The folders of numpy."""
    numpy = Path(np.__file__).resolve().parent
    return [folder for folder in (numpy, numpy.with_name("numpy.libs")) if folder.is_dir()]


def keras_files() -> list[Path]:
    """The folders and modules of Keras, of TensorFlow, and of every package that they require.

    Raises
    ------
    MissingPackagesError
        If one of the two is not installed.
    """
    found: dict[str, Path] = {path.name: path for path in numpy_files()}
    for distribution in _with_requirements(KERAS):
        for name in _top_level(distribution):
            found.setdefault(name, Path(distribution.locate_file(name)).resolve())
    return [path for path in found.values() if path.exists()]


def _with_requirements(names: tuple[str, ...]) -> list[metadata.Distribution]:
    found: dict[str, metadata.Distribution] = {}
    waiting = list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            if name in KERAS:
                raise MissingPackagesError(f"{name} is not installed") from None
            continue  # required on another system or Python only
        for required in found[name].requires or ():
            what, _, when = required.partition(";")
            if "extra" not in when:
                waiting.append(re.match(r"[\w.-]+", what)[0])
    return list(found.values())


def _top_level(distribution: metadata.Distribution) -> set[str]:
    """The names of an installed distribution in site-packages."""
    # Not `distribution.files`, which looks for each of TensorFlow's ten thousand files on disk.
    record = distribution.read_text("RECORD")
    if not record:
        raise MissingPackagesError(f"{distribution.name} has no list of its files")
    found = set()
    for line in record.splitlines():
        first, inner, _ = line.strip('"').partition("/")
        name = first if inner else first.partition(",")[0]
        if name not in ("", "..", "__pycache__") and (inner or name.endswith((".py", ".so"))):
            found.add(name)
    return found
