"""The zip that makes Gradescope grade an assignment of the course."""

import base64
import hashlib
import importlib.metadata
import io
import zipfile
from pathlib import Path

import course_utils
from course_utils.grading.assignment import read_assignment
from course_utils.grading.records.storage import write_atomically

PACKAGE = Path(course_utils.__file__).parent
SCRIPTS = Path(__file__).with_name("gradescope")
DATA = "datasets/data"  # by far the most of the package; only networks are trained on it
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the time of every file: the same input gives the same zip


class NotInstalledError(RuntimeError):
    """The package is not installed on this machine, so that its metadata is missing."""


def write_gradescope_zip(assignment: Path, to: Path, *, trust: bool = False) -> None:
    """Write the autograder for an assignment.

    Parameters
    ----------
    assignment : Path
        The assignment file.
    to : Path
        The zip.
    trust : bool
        Whether to grade where the container allows no sandbox.

    Raises
    ------
    AssignmentError
        If the assignment file is wrong.
    NotInstalledError
        If `course_utils` is imported from a folder and not installed.
    """
    asked = read_assignment(assignment)
    setup = (SCRIPTS / "setup.sh").read_text(encoding="utf-8")
    if asked.models:
        setup = setup.replace("[grading]", "[grading,keras]")
    run = (SCRIPTS / "run_autograder").read_text(encoding="utf-8")
    if trust:
        run = run.rstrip("\n") + " --trust\n"
    name, wheel = _wheel(data=bool(asked.models))
    files = {
        "setup.sh": setup.encode(),
        "run_autograder": run.encode(),
        "assignment.toml": asked.text.encode(),
        name: wheel,
    }
    write_atomically(Path(to), _zipped(files))


def _wheel(*, data: bool) -> tuple[str, bytes]:
    """The installed version of this package as a wheel, with or without data: (name, contents)."""
    try:
        about = importlib.metadata.distribution("course-utils")
        metadata = about.read_text("METADATA") or about.read_text("PKG-INFO")
    except importlib.metadata.PackageNotFoundError:
        metadata = None
    if not metadata:
        raise NotInstalledError(
            "course_utils is not installed here, so it cannot say what it needs; run "
            "`pip install` in the course's folder first"
        )
    files = {
        f"course_utils/{path.relative_to(PACKAGE).as_posix()}": path.read_bytes()
        for path in sorted(PACKAGE.rglob("*"))
        if path.is_file()
        and "__pycache__" not in path.parts
        and (data or not path.is_relative_to(PACKAGE / DATA))
    }
    folder = f"course_utils-{about.version}.dist-info"
    files[f"{folder}/METADATA"] = metadata.encode()
    files[f"{folder}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: course-grade\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    record = "".join(f"{name},{_digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{folder}/RECORD"] = f"{record}{folder}/RECORD,,\n".encode()
    return f"course_utils-{about.version}-py3-none-any.whl", _zipped(files)


def _digest(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
    return f"sha256={digest.decode()}"


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            executable = name in ("setup.sh", "run_autograder")
            entry.external_attr = (0o100755 if executable else 0o100644) << 16
            archive.writestr(entry, data)
    return out.getvalue()
