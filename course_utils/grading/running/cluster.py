"""Grade on the workers of a Dask cluster.

Submissions are read here and only their cells travel, as text, so that the cluster needs no shared
disk. On each of its machines the same `Worker` processes grade as on this one.
"""

import threading
from collections.abc import Iterator

from course_utils.grading.assignment import parse_assignment
from course_utils.grading.judging.results import SubmissionResult
from course_utils.grading.records.versions import versions
from course_utils.grading.running.batch import Batch, Done, read
from course_utils.grading.running.worker import Answer, Worker, insisting
from course_utils.grading.sandbox.opening import SandboxUnavailableError, open_sandbox
from course_utils.grading.wire.json_dataclasses import from_json, to_json

AHEAD = 2  # submissions sent to the cluster for each of its threads
CONNECTING = 30  # seconds
LOST = 2  # times that a submission is sent again when a machine is lost


class ClusterError(RuntimeError):
    """The cluster cannot grade this; the text says why."""


def cluster_sandbox(scheduler: str, kind: str | None) -> tuple[str, str]:
    """Kind and description of the sandbox that a worker of the cluster has.

    Raises
    ------
    ClusterError
        If the cluster cannot be reached, has no sandbox, or has other versions than this machine.
    """
    with _client(scheduler) as client:
        return client.submit(_probe, kind, versions(), pure=False).result()


def grade_on_cluster(batch: Batch, scheduler: str) -> Iterator[Done]:
    """Grade a batch on a cluster; yields each submission when it is done."""
    with _client(scheduler) as client:
        try:
            yield from _grade_with(client, batch)
        finally:
            client.run(_release, _settings(batch))


def _grade_with(client, batch: Batch) -> Iterator[Done]:
    from dask.distributed import as_completed

    settings, sent, running = _settings(batch), {}, as_completed(loop=client.loop)
    most = AHEAD * max(1, sum(client.nthreads().values()))

    def next_one() -> Done:
        future = next(running)
        return batch.keep(*sent.pop(future), _answer(future))

    with batch.worker() as reader:
        for handed in batch.handed:
            reading = read(reader, handed)
            if kept := batch.kept(handed, reading):
                yield kept
            elif reading.status != "ready":
                yield batch.keep(handed, reading)
            else:
                cells = [cell.source for cell in reading.cells]
                future = client.submit(
                    _grade, settings, cells, reading.python, pure=False, retries=LOST
                )
                sent[future] = (handed, reading)
                running.add(future)
                if len(sent) >= most:
                    yield next_one()
        while sent:
            yield next_one()
    batch.finish()


def _settings(batch: Batch) -> tuple:
    run = batch.run
    return (run.assignment, run.seed, run.sandbox, tuple(sorted(run.versions.items())))


def _client(scheduler: str):
    try:
        from dask.distributed import Client
    except ImportError:
        raise ClusterError(
            "--scheduler needs Dask: pip install 'course-utils[cluster]', here and on the cluster"
        ) from None
    try:
        return Client(scheduler, timeout=CONNECTING, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(f"there is no Dask scheduler at {scheduler} ({error})") from None


def _answer(future) -> Answer:
    from dask.distributed import CancelledError
    from distributed.scheduler import KilledWorker

    try:
        data = future.result()
    except KilledWorker as error:
        return Answer(None, "crashed", f"Each machine that it was sent to was lost: {error}", LOST)
    except CancelledError:
        raise ClusterError(
            "the connection to the scheduler was lost; the same command resumes the run"
        ) from None
    value = None if data["value"] is None else from_json(SubmissionResult, data["value"])
    return Answer(value, data["status"], data["why"], data["tries"])


# What follows runs on the cluster's machines.

_idle: dict[tuple, list[Worker]] = {}
_lock = threading.Lock()


def _grade(settings: tuple, cells: list[str], python: str) -> dict:
    """Grade cells in a worker process of this machine, which is kept for the next ones."""
    assignment, seed, sandbox, expected = settings
    _check(dict(expected))
    with _lock:
        mine = _idle.setdefault(settings, [])
        worker = mine.pop() if mine else None
    if worker is None:
        worker = Worker(parse_assignment(assignment), seed, sandbox)
    answer = insisting(lambda: worker.grade(cells, python))
    with _lock:
        mine.append(worker)
    value = None if answer.value is None else to_json(answer.value)
    return {"value": value, "status": answer.status, "why": answer.why, "tries": answer.tries}


def _release(settings: tuple) -> None:
    """End the worker processes of a run on this machine."""
    with _lock:
        workers = _idle.pop(settings, [])
    for worker in workers:
        worker.stop()


def _probe(kind: str | None, expected: dict) -> tuple[str, str]:
    _check(expected)
    try:
        with open_sandbox(kind) as sandbox:
            return sandbox.kind, sandbox.description
    except SandboxUnavailableError as error:
        raise ClusterError(f"on a worker of the cluster: {error}") from None


def _check(expected: dict) -> None:
    if expected != versions():
        raise ClusterError(
            f"a worker of the cluster has other versions: {versions()}, not {expected}; install "
            "the same ones there"
        )
