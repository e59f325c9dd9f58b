"""All formats by name, and writing their files."""

from pathlib import Path

from course_utils.grading.exports.choices import Choices, ExportError
from course_utils.grading.exports.documents import classroom50, gradescope, prairielearn
from course_utils.grading.exports.junit import junit
from course_utils.grading.exports.tables import canvas, grades_csv, nbgrader
from course_utils.grading.records.storage import read_records, read_run, write_atomically

FORMATS = {
    "csv": grades_csv,
    "canvas": canvas,
    "nbgrader": nbgrader,
    "gradescope": gradescope,
    "prairielearn": prairielearn,
    "junit": junit,
    "classroom50": classroom50,
}
ONE_FILE = ("csv", "canvas", "nbgrader", "junit")


def export(
    out: Path,
    format: str,
    choices: Choices,
    to: Path | None = None,
    damaged: list[tuple[str, str]] | None = None,
) -> Path:
    """Write the grades of a run.

    Parameters
    ----------
    out : Path
        The folder of the run.
    format : str
        One of `FORMATS`.
    choices : Choices
    to : Path, optional
        The file, or the folder if the format has a document for each student. By default in
        ``out/exports``.
    damaged : list, optional
        As for `read_records`: gets the students whose record cannot be read, and why.

    Returns
    -------
    Path
        What was written: the file or the folder.

    Raises
    ------
    ExportError
        If there is no such format, or if it has no place for somebody's result.
    FileNotFoundError, FormatError
        As `read_run` and `read_records`.
    """
    if format not in FORMATS:
        raise ExportError(f"{format!r} is no format; there are {', '.join(FORMATS)}")
    run = read_run(out)
    files = FORMATS[format](run, read_records(out, damaged), choices)
    if format in ONE_FILE:
        ((name, data),) = files
        to = Path(out) / "exports" / name if to is None else Path(to)
        write_atomically(to, data)
        return to
    to = Path(out) / "exports" / format if to is None else Path(to)
    for name, data in files:  # there may be thousands: do not wait for the disk at each
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).write_bytes(data)
    return to
