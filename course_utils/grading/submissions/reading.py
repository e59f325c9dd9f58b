"""Read what a student handed in, as far as its code cells; none of it is run here."""

import contextlib
import datetime
import functools
import hashlib
import os
import re
import signal
import stat
import threading
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course_utils.grading.assignment import Assignment, natural
from course_utils.grading.submissions.archives import (
    MOST_ENTRIES,
    Allowance,
    Archive,
    UnreadableError,
    open_inner,
    shown,
    time_of,
)
from course_utils.grading.submissions.cell import Cell
from course_utils.grading.submissions.layouts import JUNK, Handed, Root
from course_utils.grading.submissions.look_alikes import look_alikes
from course_utils.grading.submissions.notebooks import MOST_CELLS, MOST_CODE, contents_of
from course_utils.grading.submissions.student import LookAlike

LARGEST_FILE = 32 * 2**20  # bytes of a notebook, most of which are its pictures
LARGEST = 96 * 2**20  # bytes of a submission, with its zips unpacked
DEEPEST = 10  # levels of folders
DEEPEST_ZIP = 3
MOST_WARNINGS = 30
LONGEST = 20  # seconds of processor time for one submission
OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What could be read of a submission.

    `status` is "ready", "unreadable" or "missing"; the other fields are those of `Record`.
    """

    status: str
    detail: str = ""
    sha256: str = ""
    submitted: str = ""
    late: bool | None = None
    warnings: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    python: str = ""
    look_alikes: tuple[LookAlike, ...] = ()


class TooSlowError(BaseException):
    """Reading a submission takes too long; no handler of unreadable input must catch this."""


@dataclass(frozen=True)
class _File:
    name: str
    read: Callable[[int], bytes]
    time: float


def read_submission(handed: Handed, assignment: Assignment) -> Reading:
    """The code cells of a submission; never raises for what is in it."""
    try:
        with _bounded_time():
            return _read_submission(handed, assignment)
    except TooSlowError as error:  # wherever it was raised
        return Reading(status="unreadable", detail=f"{handed.source}: {error}.")


@contextlib.contextmanager
def _bounded_time():
    """Raise `TooSlowError` in this block after LONGEST seconds of processor time."""
    if threading.current_thread() is not threading.main_thread():  # no signals there
        yield
        return

    def stop(*_) -> None:
        raise TooSlowError(f"reading it was not finished after {LONGEST} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, LONGEST, 1)  # and again, in case something catches it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _read_submission(handed: Handed, assignment: Assignment) -> Reading:
    warnings = list(handed.warnings)
    files: list[_File] = []
    collector = _Collector(files, warnings)
    for root in handed.roots:
        try:
            collector.add(root)
        except (UnreadableError, OSError) as error:
            warnings.append(f"{shown(root.name)}: {_reason(error)}.")
            collector.failed.append(warnings[-1])
    submitted, late = _times(handed, files, assignment, warnings)
    result = functools.partial(Reading, submitted=submitted, late=late)

    by_name: dict[str, _File] = {}
    for file in files:
        by_name[file.name] = file
    chosen = assignment.chosen(list(by_name))
    if handed.student.platform == "canvas":  # they were found in the order of their upload
        chosen = [name for name in by_name if name in set(chosen)]
    left = [shown(name) for name in by_name if name not in chosen]
    if not chosen:
        if collector.failed:
            return result(status="unreadable", detail=collector.failed[0], warnings=_few(warnings))
        if not files:
            return result(status="missing", detail="There are no files.", warnings=_few(warnings))
        expected = ", ".join(assignment.files) or ".ipynb or .py"
        detail = f"There is no {expected} among its files: {', '.join(left[:5])}."
        return result(status="unreadable", detail=detail, warnings=_few(warnings))
    if len(chosen) > 1:
        warnings.append(
            f"It has {len(chosen)} files, read one after the other: "
            f"{', '.join(map(shown, chosen[:5]))}. Of two definitions of a name, the last counts."
        )
    if skipped := [name for name in left if name.lower().endswith((".ipynb", ".py"))]:
        warnings.append(f"Not read: {', '.join(skipped[:5])}.")

    digest, cells, problems = hashlib.sha256(), [], []
    versions, found = [], []
    for name in chosen:
        digest.update(name.encode("utf-8", "replace") + b"\0")
        try:
            data = by_name[name].read(LARGEST_FILE)
            digest.update(hashlib.sha256(data).digest())
            contents = contents_of(_valid(name), data)
        except (UnreadableError, OSError, MemoryError, RecursionError) as error:
            problems.append(f"{shown(name)}: {_reason(error)}.")
            continue
        cells += contents.cells
        versions.append(contents.python)
        found += look_alikes(contents, assignment.exercises)
        warnings += [f"{shown(name)}: {text}" for text in contents.warnings]
    if len(cells) > MOST_CELLS or sum(len(cell.source) for cell in cells) > MOST_CODE:
        problems.append("Its files together hold too much code.")
        cells = []
    warnings += problems
    result = functools.partial(result, sha256=digest.hexdigest(), warnings=_few(warnings))
    if problems and not cells:
        return result(status="unreadable", detail=problems[0])
    newest = max(versions, key=natural, default="")
    return result(status="ready", cells=tuple(cells), python=newest, look_alikes=tuple(found))


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f"it cannot be read ({error.strerror or error})"
    return str(error) or f"reading it ended in a {type(error).__name__}"


def _valid(name: str) -> str:
    return name.encode("utf-8", "replace").decode()


def _few(warnings: list[str]) -> tuple[str, ...]:
    more = len(warnings) - MOST_WARNINGS
    rest = [f"And {more} more warnings."] if more > 0 else []
    return tuple(map(_valid, warnings[:MOST_WARNINGS] + rest))


class _Collector:
    """Collects the files in folders and zips; follows no links."""

    def __init__(self, files: list[_File], warnings: list[str]):
        self.files, self.warnings = files, warnings
        self.failed: list[str] = []  # what looked like an answer but could not be opened
        self.allowance = Allowance(LARGEST)

    def add(self, root: Root) -> None:
        if root.member:
            archive = _bulk(root.path, os.stat(root.path).st_mtime_ns)
            if root.member.endswith("/"):
                self._members(archive, root.member, 0)
            else:
                self._member(archive, root.member, root.name, 0)
        elif os.path.isdir(root.path):
            self._folder(Path(root.path), "", 0)
        else:
            time = os.stat(root.path, follow_symlinks=False).st_mtime
            self._file(root.name, functools.partial(self._read, root.path), time, 0)

    def _read(self, path: str, most: int) -> bytes:
        """The contents of a regular file; a link, a pipe or a device in its place is refused."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableError("it is not a file")
            data = file.read(most + 1)
        if len(data) > most:
            raise UnreadableError(f"it has more than {most >> 20} MB")
        self.allowance.take(len(data))
        return data

    def _folder(self, folder: Path, within: str, depth: int) -> None:
        if depth > DEEPEST:
            self.warnings.append(f"{shown(within)}: folders nested this deep are not read.")
            return
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if JUNK.fullmatch(entry.name):
                    continue
                name = within + entry.name
                if entry.is_symlink() or not (entry.is_dir() or entry.is_file()):
                    self.warnings.append(
                        f"{shown(name)} was left out: it is a link, or not a file."
                    )
                elif entry.is_dir():
                    self._folder(Path(entry.path), f"{name}/", depth + 1)
                else:
                    time = entry.stat(follow_symlinks=False).st_mtime
                    self._file(name, functools.partial(self._read, entry.path), time, 0)

    def _members(self, archive: Archive, folder: str, depth: int, within: str = "") -> None:
        for member in archive.entries:
            name = member[len(folder) :]
            if not member.startswith(folder) or not name or name.endswith("/"):
                continue
            if not any(JUNK.fullmatch(part) for part in name.split("/")):
                self._member(archive, member, within + name, depth)

    def _member(self, archive: Archive, member: str, name: str, depth: int) -> None:
        def read(most: int) -> bytes:
            return archive.read(member, most, self.allowance)

        info = archive.entries.get(member)
        self._file(name, read, time_of(info) if info else 0.0, depth)

    def _file(self, name: str, read: Callable[[int], bytes], time: float, depth: int) -> None:
        if len(self.files) >= MOST_ENTRIES:
            raise UnreadableError(f"it has more than {MOST_ENTRIES} files")
        suffix = os.path.splitext(name)[1].lower()
        if suffix != ".zip":
            if suffix in OTHER_ARCHIVES:
                self.failed.append(f"{shown(name)}: archives of this kind are not opened.")
                self.warnings.append(self.failed[-1])
            self.files.append(_File(name, read, time))
            return
        try:
            if depth >= DEEPEST_ZIP:
                raise UnreadableError("zips nested this deep are not opened")
            inner = open_inner(read(LARGEST))
            self.warnings += inner.warnings
            if not inner.entries:
                raise UnreadableError("nothing in it can be used")
            self._members(inner, "", depth + 1, f"{name[:-4]}/")
        except (UnreadableError, OSError, MemoryError) as error:
            self.failed.append(f"{shown(name)}: {_reason(error)}.")
            self.warnings.append(self.failed[-1])


@functools.lru_cache(maxsize=2)
def _bulk(path: str, changed: int) -> Archive:
    """A platform's download, kept open from one submission to the next."""
    return Archive(open(path, "rb"), bulk=True)


def _times(
    handed: Handed, files: list[_File], assignment: Assignment, warnings: list[str]
) -> tuple[str, bool | None]:
    """When it was handed in, and whether that was late, if that is known."""
    submitted = None
    if handed.submitted:
        submitted = datetime.datetime.fromisoformat(handed.submitted)
    stamps = [file for file in files if file.name == "timestamp.txt"]
    if handed.student.platform == "nbgrader" and stamps:
        files.remove(stamps[0])
        with contextlib.suppress(UnreadableError, OSError):
            submitted = _timestamp(stamps[0].read(1000).decode("ascii", "replace"))
        if submitted is None:
            warnings.append("Its timestamp.txt holds no time.")
    if submitted is None and assignment.file_times and files:
        with contextlib.suppress(ValueError, OverflowError, OSError):
            newest = max(file.time for file in files)
            submitted = datetime.datetime.fromtimestamp(newest, datetime.UTC)
    late = handed.late
    if submitted and assignment.due:
        late = submitted > assignment.due
    return submitted.isoformat(timespec="seconds") if submitted else "", late


def _timestamp(text: str) -> datetime.datetime | None:
    """nbgrader writes 2015-02-02 15:58:23.948203 UTC, or with the name of another time zone."""
    match = re.match(r"\s*(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.\d+)?\s*(\S*)", text)
    if not match:
        return None
    try:
        time = datetime.datetime.fromisoformat(match[1])
        if re.fullmatch(r"[+-]\d\d:?\d\d", match[2]):
            return datetime.datetime.fromisoformat(match[1] + match[2])
        zone = zoneinfo.ZoneInfo("UTC" if match[2] in ("", "UTC", "UCT", "Z") else match[2])
    except (ValueError, zoneinfo.ZoneInfoNotFoundError, OSError):
        return None
    return time.replace(tzinfo=zone)
