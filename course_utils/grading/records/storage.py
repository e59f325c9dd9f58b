"""The records of a run on disk: ``run.json``, and one file a submission in ``results/``.

Whenever the run is killed, a file is either complete or not there.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from course_utils.grading.records.records import Record, Run
from course_utils.grading.wire.json_dataclasses import from_json, to_json
from course_utils.grading.wire.json_values import FormatError

RECORD, RUN = "course-grade/result/1", "course-grade/run/1"
LARGEST_FILE = 64 * 2**20


def read_run(out: Path) -> Run:
    """The run in a folder.

    Raises
    ------
    FileNotFoundError
        If there is none.
    FormatError
        If its file is not one that this program wrote.
    """
    return _read(Path(out) / "run.json", Run, RUN)


def write_run(out: Path, run: Run) -> None:
    """Write ``run.json``."""
    _write(Path(out) / "run.json", run, RUN)


def record_path(out: Path, file_name: str) -> Path:
    """Where the record of a submission is kept."""
    return Path(out) / "results" / f"{file_name}.json"


def read_record(out: Path, file_name: str) -> Record:
    """The record of one submission; raises as `read_run` does."""
    return _read(record_path(out, file_name), Record, RECORD)


def read_records(out: Path, damaged: list[tuple[str, str]] | None = None) -> Iterator[Record]:
    """The records of the run that are there so far, one at a time.

    Students whose record is damaged are put on the list `damaged`, with what is wrong; without a
    list, a `FormatError` is raised.
    """
    for listed in read_run(out).submissions:
        try:
            record = read_record(out, listed.file_name)
        except FileNotFoundError:
            continue
        except (FormatError, OSError) as error:  # a folder in its place, too
            if damaged is None:
                raise
            damaged.append((listed.student, str(error)))
            continue
        yield record


def write_record(out: Path, record: Record) -> None:
    """Write a submission's record."""
    _write(record_path(out, record.file_name), record, RECORD)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that its name always leads to all of it, or to what was there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".partial")
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(path: Path, record, schema: str) -> None:
    data = {"schema": schema, **to_json(record)}
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    write_atomically(path, text.encode("utf-8", "replace") + b"\n")


def _read(path: Path, kind: type, schema: str):
    try:
        with open(path, "rb") as file:
            text = file.read(LARGEST_FILE + 1)
        if len(text) > LARGEST_FILE:
            raise FormatError(f"it has more than {LARGEST_FILE} bytes")
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("schema") != schema:
            found = data.get("schema") if isinstance(data, dict) else None
            raise FormatError(f"expected the schema {schema!r}; got {found!r}")
        del data["schema"]
        return from_json(kind, data)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path} is no file of this program's: {error}") from None
