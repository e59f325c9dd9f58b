"""What results depend on besides the submission, the assignment and the seed."""

import contextlib
import functools
import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

import course_utils

# All that a worker imports on its way from a submitted file to a score, as whole folders; a test
# walks the imports. Records, reports and exports only keep and show what comes of it.
JUDGING = (
    "exercises",  # the questions, and what judges the answers
    *("reference", "voltammetry"),  # they give the expected values of exercises
    "datasets",  # exercises train on it; the images too
    *("__init__.py", "profile.py"),  # which of the data sets
    *("grading/__init__.py", "grading/assignment.py", "grading/limits.py"),  # points and limits
    # Reads and grades, and gives up after some tries; the rest of its folder hands work to it.
    *("grading/running/__init__.py", "grading/running/worker.py"),
    "grading/submissions",  # what of a submission is graded
    "grading/sandbox",  # what comes of calling an answer
    "grading/wire",  # which values arrive, and how
    "grading/judging",  # whether they are right
)


def judging_files() -> list[Path]:
    """The files of the package that a result depends on: code and data."""
    package = Path(course_utils.__file__).parent
    found: set[Path] = set()
    for name in JUDGING:
        place = package / name
        found.update(place.rglob("*") if place.is_dir() else [place])
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def other_versions(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """In what the versions of a run differ from others: "numpy 2.0.1, now 2.1.0"."""
    return [
        f"{name} {before.get(name, 'none')}, now {now.get(name, 'none')}"
        for name in (*before, *(name for name in now if name not in before))
        if before.get(name) != now.get(name)
    ]


@functools.cache
def versions() -> dict[str, str]:
    """Versions of Python, numpy, course_utils and the system; "code" is a hash of what judges."""
    package = Path(course_utils.__file__).parent
    digest = hashlib.sha256()
    for file in judging_files():
        digest.update(file.relative_to(package).as_posix().encode() + b"\0")
        digest.update(file.read_bytes())
    try:
        own = version("course-utils")
    except PackageNotFoundError:  # run from a checkout that is not installed
        own = "unknown"
    installed = {}
    for name in ("keras", "tensorflow"):  # they decide about models
        with contextlib.suppress(PackageNotFoundError):
            installed[name] = version(name)
    return {
        "course_utils": own,
        "code": digest.hexdigest()[:16],
        "python": platform.python_version(),
        "numpy": np.__version__,
        **installed,
        "system": f"{platform.system()} {platform.machine()}",
    }
