"""Grading on a Dask cluster: the same results, also when one of its machines is lost."""

import os
import signal

import psutil
import pytest

from course_utils.grading.assignment import parse_assignment
from course_utils.grading.records.storage import read_records
from course_utils.grading.running import cluster
from course_utils.grading.running.batch import Batch
from course_utils.grading.running.cluster import ClusterError, cluster_sandbox, grade_on_cluster
from tests.grading.conftest import sandbox_or_skip
from tests.grading.grades import grades
from tests.grading.handed_in import ASSIGNMENT, IDS, answers, laid_out, notebook, right, wrong

distributed = pytest.importorskip("distributed")
ASSIGNED = parse_assignment(ASSIGNMENT)


@pytest.fixture(scope="module")
def dask():
    with sandbox_or_skip(None):
        pass
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as running:
        yield running


@pytest.fixture
def folder(tmp_path):
    files = {f"s{n:02}.ipynb": answers(*IDS[: n % 4]) for n in range(12)}
    files["exits.ipynb"] = notebook(
        wrong(IDS[0]), f"def {IDS[1]}(*a, **k):\n    import os; os._exit(0)", right(IDS[2])
    )
    files["broken.ipynb"] = b"{"
    (tmp_path / "class/empty").mkdir(parents=True)
    return laid_out(tmp_path / "class", files)


def batch(folder, out, kind):
    return Batch(folder, ASSIGNED, out, seed=7, sandbox=kind, isolation="as tested")


def all_grades(out):
    return {record.file_name: grades(record) for record in read_records(out)}


def test_a_cluster_that_loses_a_machine_gives_the_same_grades(folder, tmp_path, dask):
    address = dask.scheduler_address
    kind, isolation = cluster_sandbox(address, None)
    assert kind in isolation.lower()
    with batch(folder, tmp_path / "here", kind) as one:
        assert len(list(one.grade_here(2))) == 15
    killed = []
    with batch(folder, tmp_path / "there", kind) as one:
        for number, done in enumerate(grade_on_cluster(one, address)):
            assert not done.kept
            if number == 4:
                with distributed.Client(address, set_as_default=False) as client:
                    killed = list(client.run(os.getpid).values())[:1]
                lost = psutil.Process(killed[0]).children(recursive=True)
                os.kill(killed[0], signal.SIGKILL)
    assert killed
    assert not psutil.wait_procs(lost, timeout=10)[1]
    assert all_grades(tmp_path / "there") == all_grades(tmp_path / "here")
    assert len(all_grades(tmp_path / "there")) == 15
    with batch(folder, tmp_path / "there", kind) as one:  # and nothing is graded twice
        assert all(done.kept for done in grade_on_cluster(one, address) if done.record.sha256)


def test_no_process_is_left_on_the_machines_of_the_cluster(folder, tmp_path, dask):
    with distributed.Client(dask.scheduler_address, set_as_default=False) as client:
        nannied = [psutil.Process(pid) for pid in client.run(os.getpid).values()]
    kind, _ = cluster_sandbox(dask.scheduler_address, None)
    with batch(folder, tmp_path, kind) as one:
        next(iter(grade_on_cluster(one, dask.scheduler_address)))  # and no more
    children = [child for one in nannied for child in one.children(recursive=True)]
    assert not psutil.wait_procs(children, timeout=10)[1]


def test_a_cluster_with_another_version_is_refused(dask, monkeypatch):
    monkeypatch.setattr(cluster, "versions", lambda: {"numpy": "1.0"})
    with pytest.raises(ClusterError, match=r"other versions: .*, not \{'numpy': '1\.0'\}"):
        cluster_sandbox(dask.scheduler_address, None)


def test_no_scheduler_at_the_address(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECTING", 1)
    with pytest.raises(ClusterError, match="there is no Dask scheduler at"):
        cluster_sandbox("tcp://127.0.0.1:9", None)
