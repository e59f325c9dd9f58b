"""Grade all submissions of a folder, in parallel; what a killed run finished is not done again."""

import contextlib
import dataclasses
import datetime
import difflib
import queue
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_utils.grading.assignment import Assignment, AssignmentError, parse_assignment
from course_utils.grading.records.records import Listed, Record, Run
from course_utils.grading.records.storage import read_record, read_run, write_record, write_run
from course_utils.grading.records.versions import other_versions, versions
from course_utils.grading.running.worker import Answer, Worker, insisting
from course_utils.grading.sandbox.walls import WALLS
from course_utils.grading.submissions.layouts import Handed, find_submissions
from course_utils.grading.submissions.look_alikes import with_look_alikes
from course_utils.grading.submissions.reading import Reading
from course_utils.grading.wire.json_values import FormatError

SEED_BITS = 53  # what any reader of JSON keeps exactly


class RunError(RuntimeError):
    """The run cannot begin or continue; the text says why, and what to do."""


@dataclass(frozen=True)
class Done:
    """One submission whose record is written; `kept` if an earlier run had graded it."""

    record: Record
    kept: bool


class Batch:
    """One run over all submissions, new or resumed.

    Parameters
    ----------
    submissions : Path
        A file, a folder or a zip.
    assignment : Assignment
    out : Path
        Folder for the results; created if it is not there.
    seed : int, optional
        For drawing the inputs. By default that of the run being resumed, or else a random one.
    sandbox : str
        Kind of sandbox.
    isolation : str
        What the sandbox does, in words.

    Raises
    ------
    RunError
        If `out` holds a different run, or a run is using it.
    UnreadableError
        If no submissions are found.
    """

    def __init__(
        self,
        submissions: Path,
        assignment: Assignment,
        out: Path,
        *,
        seed: int | None,
        sandbox: str,
        isolation: str,
    ):
        self.assignment, self.out = assignment, Path(out)
        self.handed, warnings = find_submissions(submissions, assignment.folder)
        self._lock = _locked(self.out)
        try:
            before = self._before(seed, sandbox)
        except RunError:
            self.close()
            raise
        self.resumed = before is not None
        if seed is None:
            seed = before.seed if before else secrets.randbits(SEED_BITS)
        self.run = Run(
            title=assignment.title,
            due=assignment.due.isoformat() if assignment.due else "",
            assignment=assignment.text,
            exercises=assignment.asked,
            seed=seed,
            sandbox=sandbox,
            isolation=isolation,
            versions=versions(),
            started=before.started if before else _now(),
            source=str(Path(submissions).resolve()),
            submissions=tuple(
                Listed(file_name=one.file_name, student=one.student.id, source=one.source)
                for one in self.handed
            ),
            warnings=tuple(warnings[:100]),
        )
        write_run(self.out, self.run)
        for folder in (self.out, self.out / "results"):
            for partial in folder.glob(".*.partial"):  # a file that a killed run was writing
                partial.unlink(missing_ok=True)

    def _before(self, seed: int | None, sandbox: str) -> Run | None:
        """The run that is there already, if this one resumes it."""
        try:
            before = read_run(self.out)
        except FileNotFoundError:
            if any(self.out.glob("results/*.json")):
                raise RunError(
                    f"{self.out} holds results but no run.json that says where they come from. "
                    "Grade into another folder."
                ) from None
            return None
        except FormatError as error:
            raise RunError(f"{error}. Grade into another folder.") from None
        otherwise = f"The grades in {self.out} would not be comparable: grade into another folder."
        if changed := _changes(before.assignment, self.assignment):
            raise RunError(
                f"The assignment has changed since this run began ({', '.join(changed)}). "
                f"{otherwise}"
            )
        if seed not in (None, before.seed):
            raise RunError(
                f"This run began with the seed {before.seed}, not {seed}: leave out --seed to "
                "resume it, or grade into another folder."
            )
        if before.sandbox != sandbox:
            raise RunError(
                f"This run began in the sandbox {before.sandbox!r}, not {sandbox!r}: resume it "
                f"with {WALLS[before.sandbox].option()}, or grade into another folder."
            )
        if changed := other_versions(before.versions, versions()):
            raise RunError(
                f"This run began with other versions ({'; '.join(changed)}). {otherwise}"
            )
        return before

    def close(self) -> None:
        """Let other runs use the folder."""
        self._lock.close()

    def __enter__(self) -> "Batch":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def worker(self) -> Worker:
        """A worker that reads and grades for this run."""
        return Worker(self.assignment, self.run.seed, self.run.sandbox)

    def grade_here(self, jobs: int) -> Iterator[Done]:
        """Grade with worker processes on this machine; yields each submission when it is done.

        Raises
        ------
        SandboxUnavailableError
            If a worker has no sandbox of this kind.
        """
        waiting: queue.SimpleQueue = queue.SimpleQueue()
        for handed in self.handed:
            waiting.put(handed)
        ended: queue.Queue = queue.Queue(maxsize=2 * jobs)
        stopping = threading.Event()
        workers = [self.worker() for _ in range(min(jobs, len(self.handed)))]

        def serve(worker: Worker) -> None:
            try:
                while not stopping.is_set():
                    ended.put(self._grade_one(worker, waiting.get_nowait()))
            except queue.Empty:
                ended.put(None)
            except BaseException as error:  # raised again where the submissions are iterated
                ended.put(error)
            finally:
                worker.stop()

        threads = [threading.Thread(target=serve, args=[one], daemon=True) for one in workers]
        for thread in threads:
            thread.start()
        left = len(threads)
        try:
            while left:
                done = ended.get()
                if isinstance(done, BaseException):
                    raise done
                if done is None:
                    left -= 1
                else:
                    yield done
            self.finish()
        finally:  # also after Ctrl-C, and when the iteration is given up
            stopping.set()
            for worker in workers:
                worker.interrupt()
            while any(thread.is_alive() for thread in threads):
                with contextlib.suppress(queue.Empty):
                    ended.get(timeout=0.05)

    def _grade_one(self, worker: Worker, handed: Handed) -> Done:
        reading = read(worker, handed)
        if kept := self.kept(handed, reading):
            return kept
        if reading.status != "ready":
            return self.keep(handed, reading)
        cells = [cell.source for cell in reading.cells]
        return self.keep(
            handed, reading, insisting(lambda: worker.grade(cells, python=reading.python))
        )

    def kept(self, handed: Handed, reading: Reading) -> Done | None:
        """The record of an earlier run, if it is of this very submission."""
        try:
            old = read_record(self.out, handed.file_name)
        except FileNotFoundError:
            return None
        except FormatError:  # damaged: it is graded again
            return None
        same = (old.student, old.source, old.earlier) == (
            handed.student,
            handed.source,
            handed.earlier,
        ) and (old.sha256, old.submitted, old.late, old.cells) == (
            reading.sha256,
            reading.submitted,
            reading.late,
            reading.cells,
        )
        return Done(old, kept=True) if same and reading.status in ("ready", old.status) else None

    def keep(self, handed: Handed, reading: Reading, answer: Answer | None = None) -> Done:
        """Write the record of a submission from the answer of the worker that graded it."""
        if answer is None:
            answer = Answer(None, reading.status, reading.detail, 0)
        record = Record(
            file_name=handed.file_name,
            student=handed.student,
            status=answer.status or "graded",
            detail=answer.why,
            source=handed.source,
            sha256=reading.sha256,
            submitted=reading.submitted,
            late=reading.late,
            earlier=handed.earlier,
            warnings=reading.warnings,
            attempts=answer.tries,
            graded_at=_now(),
            cells=reading.cells,
            result=with_look_alikes(answer.value, reading.look_alikes),
            python=reading.python,
            look_alikes=reading.look_alikes,
        )
        write_record(self.out, record)
        return Done(record, kept=False)

    def finish(self) -> None:
        """Write down that the run is finished."""
        write_run(self.out, dataclasses.replace(self.run, finished=_now()))


def read(worker: Worker, handed: Handed) -> Reading:
    """Read a submission in a worker; if the worker dies, that becomes the status."""
    answer = insisting(lambda: worker.read(handed))
    return answer.value or Reading(status=answer.status, detail=answer.why)


def sandbox_before(out: Path) -> str | None:
    """The kind of sandbox of the run in a folder, if there is a run."""
    try:
        return read_run(out).sandbox
    except (FileNotFoundError, FormatError):
        return None


def regrade(out: Path, student: str, sandbox: str | None = None) -> tuple[Record, Record]:
    """Grade the recorded cells of one submission again, with the seed of the run.

    Returns the old record and the new one; writes nothing.

    Raises
    ------
    RunError
        If there is no such run or student, or nothing to grade.
    """
    try:
        run = read_run(out)
        old = _record_of(out, run, student)
    except FileNotFoundError:
        raise RunError(
            f"{out} does not have these results; `course-grade run` makes them"
        ) from None
    except FormatError as error:
        raise RunError(f"{error}; `course-grade run` into the same folder repairs it") from None
    if not old.cells:
        raise RunError(f"{old.student.id} has nothing to grade: {old.status}. {old.detail}")
    assignment = parse_assignment(run.assignment)
    with Worker(assignment, run.seed, sandbox or run.sandbox) as worker:
        cells = [cell.source for cell in old.cells]
        answer = insisting(lambda: worker.grade(cells, python=old.python))
    new = dataclasses.replace(
        old,
        status=answer.status or "graded",
        detail=answer.why,
        attempts=answer.tries,
        graded_at=_now(),
        result=with_look_alikes(answer.value, old.look_alikes),
    )
    return old, new


def _record_of(out: Path, run: Run, student: str) -> Record:
    for listed in run.submissions:
        if student in (listed.student, listed.file_name):
            return read_record(out, listed.file_name)
    close = difflib.get_close_matches(student, [one.student for one in run.submissions], n=3)
    raise RunError(
        f"there is no student {student!r} in {out}"
        + (f"; did you mean {' or '.join(map(repr, close))}?" if close else "")
    )


def _changes(text: str, assignment: Assignment) -> list[str]:
    """What differs between an assignment and the one that a text describes, except the title."""
    try:
        before = parse_assignment(text)
    except AssignmentError:
        return ["its exercises"]
    names = ("exercises", "bonus", "due", "files", "folder", "file_times", "limits")
    return [name for name in names if getattr(before, name) != getattr(assignment, name)]


def _now() -> str:
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def _locked(out: Path):
    """The open lock file of a folder; the lock is gone when the process ends, however it ends."""
    out.mkdir(parents=True, exist_ok=True)
    lock = open(out / ".lock", "w")  # noqa: SIM115  closed by close
    try:
        import fcntl  # not on every system

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise RunError(f"another run is using {out}; let it finish, or stop it first") from None
    except (OSError, ImportError):  # a file system or a system without locks
        pass
    return lock
