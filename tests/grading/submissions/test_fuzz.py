"""Damaged notebooks, files and zips: each gets a status, none gets an exception out of the reader.

``python -m tests.grading.test_fuzz 10000`` tries more of them, and grades a sample.
"""

import copy
import json
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from course_utils.grading import grade_submission, open_sandbox
from course_utils.grading.assignment import parse_assignment
from course_utils.grading.statuses import OF_SUBMISSIONS
from course_utils.grading.submissions.layouts import find_submissions
from course_utils.grading.submissions.reading import read_submission
from tests.grading.conftest import sandbox_or_skip
from tests.grading.handed_in import ASSIGNMENT, IDS, answers, notebook, right, zipped

ASSIGNED = parse_assignment(ASSIGNMENT)
ODD = (None, True, 0, -1, 1e308, "", "\ud800", "x" * 1000, [], {}, [[]], {"a": {}}, "%%bash", "\0")
OLD = {
    "nbformat": 3,
    "metadata": {"name": ""},
    "worksheets": [{"cells": [{"cell_type": "code", "input": [right(one)]} for one in IDS]}],
}
SEEDS = (
    ("ipynb", answers(*IDS)),
    ("ipynb", notebook("%matplotlib inline\n!ls", *map(right, IDS), metadata={"a": [1, {}]})),
    ("ipynb", json.dumps(OLD).encode()),
    ("py", "\n# %%\n".join(map(right, IDS)).encode()),
    ("zip", zipped({"a/hw.ipynb": answers(*IDS), "b.zip": zipped({"x.py": b"x = 1"})})),
)


def fuzzed(rng: random.Random) -> tuple[str, bytes]:
    """(suffix, contents) of something that was a submission once."""
    suffix, data = rng.choice(SEEDS)
    if suffix == "ipynb" and rng.random() < 0.5:
        content = json.loads(data)
        for _ in range(rng.randint(1, 4)):
            _change(content, rng)
        data = json.dumps(content).encode()
    for _ in range(rng.choice((0, 1, 1, 3, 30))):
        data = _damaged(bytearray(data), rng)
    return suffix, data


def _change(content, rng: random.Random) -> None:
    """Put something odd in the place of a part, leave it out, or take another part twice."""
    while True:
        keys = list(content) if isinstance(content, dict) else range(len(content))
        if not keys:
            return
        key = rng.choice(list(keys))
        if isinstance(content[key], dict | list) and rng.random() < 0.7:
            content = content[key]
            continue
        change = rng.random()
        if change < 0.7:
            content[key] = copy.deepcopy(rng.choice(ODD))
        elif change < 0.85:
            del content[key]
        elif isinstance(content, list):
            content.insert(rng.randrange(len(content) + 1), copy.deepcopy(content[key]))
        return


def _damaged(data: bytearray, rng: random.Random) -> bytes:
    if not data:
        return b""
    at = rng.randrange(len(data))
    match rng.randrange(6):
        case 0:
            data[at] ^= 1 << rng.randrange(8)
        case 1:
            data[at] = rng.randrange(256)
        case 2:
            del data[at:]
        case 3:
            del data[at : at + rng.randint(1, 50)]
        case 4:
            data[at:at] = rng.randbytes(rng.randint(1, 20))
        case 5:
            data[at:at] = data[at : at + rng.randint(1, 200)]
    return bytes(data)


def read_fuzzed(folder: Path, seed: int):
    """What is read of the submission that this seed makes."""
    suffix, data = fuzzed(random.Random(seed))
    path = folder / f"alice.{suffix}"
    path.write_bytes(data)
    try:
        (handed,), _ = find_submissions(folder)
        done = read_submission(handed, ASSIGNED)
        json.dumps([cell.source for cell in done.cells]).encode()
    finally:
        path.unlink()
    assert done.status in ("ready", "unreadable", "missing")
    assert bool(done.cells) <= (done.status == "ready")
    assert done.detail or done.status == "ready"
    return done


def test_whatever_is_damaged_has_a_status(tmp_path):
    statuses = Counter(read_fuzzed(tmp_path, seed).status for seed in range(600))
    assert statuses["ready"] > 100
    assert statuses["unreadable"] > 100


def test_what_is_left_of_damaged_notebooks_is_graded(tmp_path):
    with sandbox_or_skip(None, ASSIGNED.limits) as sandbox:
        statuses = _grade(tmp_path, range(1000, 1025), sandbox)
    assert sum(statuses.values()) > 10
    assert set(statuses) <= set(OF_SUBMISSIONS)
    assert statuses["graded"] > 5


def _grade(folder: Path, seeds, sandbox) -> Counter:
    statuses: Counter = Counter()
    for seed in seeds:
        done = read_fuzzed(folder, seed)
        if done.status == "ready":
            cells = [cell.source for cell in done.cells]
            result = grade_submission(cells, ASSIGNED.exercises, seed=1, sandbox=sandbox)
            statuses.update(one.status for one in result.exercises)
    return statuses


def main(count: int) -> None:
    start, statuses, failed = time.monotonic(), Counter(), 0
    with tempfile.TemporaryDirectory() as folder, open_sandbox(None, ASSIGNED.limits) as sandbox:
        for seed in range(count):
            try:
                statuses[read_fuzzed(Path(folder), seed).status] += 1
            except Exception:
                failed += 1
                print(f"seed {seed}:")
                traceback.print_exc()
        print(
            f"{count} read in {time.monotonic() - start:.0f} s: {dict(statuses)}; {failed} failed"
        )
        print("exercises of a sample:", dict(_grade(Path(folder), range(0, count, 20), sandbox)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
