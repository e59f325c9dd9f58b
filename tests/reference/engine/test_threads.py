"""Threads run every part, and leave numpy's own threads as they found them."""

import os
from functools import partial
from multiprocessing import get_context
from threading import Barrier, Semaphore, get_ident
from time import sleep

import numpy as np
import pytest

from course_utils import reference
from course_utils.reference.engine import threads


class Blas:
    """Stands in for OpenBLAS: keeps the number of threads that it is told."""

    def __init__(self, count):
        self.count = count
        self.told = []

    def functions(self):
        return lambda: self.count, self.tell

    def tell(self, count):
        self.told.append(count)
        self.count = count


@pytest.fixture
def blas(monkeypatch):
    blas = Blas(4)
    monkeypatch.setattr(threads, "_openblas", blas.functions)
    return blas


def test_threads_work_at_once_and_blas_uses_one(blas):
    together = Barrier(3, timeout=30)

    def work(item):
        together.wait()
        return item, get_ident(), blas.count

    items, idents, counts = zip(*threads.in_threads(work, ["a", "b", "c"], 3), strict=True)
    assert items == ("a", "b", "c")
    assert get_ident() in idents
    assert len(set(idents)) == 3
    assert counts == (1, 1, 1)
    assert blas.told == [1, 4]


def test_errstate_reaches_every_thread(blas):
    together = Barrier(2, timeout=30)

    def work(item):
        together.wait()
        return np.geterr()["over"]

    with np.errstate(over="raise"):
        assert threads.in_threads(work, [1, 2], 2) == ["raise", "raise"]


def test_a_slow_item_does_not_hold_up_the_others(blas):
    others_done = Semaphore(0)

    def work(item):
        if item:
            others_done.release()
        else:
            assert all(others_done.acquire(timeout=30) for _ in range(5))
        return item

    assert threads.in_threads(work, range(6), 2) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("failing", [0, 1])
def test_after_an_error_nothing_is_begun_and_blas_has_its_threads_again(blas, failing):
    together = Barrier(2, timeout=30)
    done = []

    def work(item):
        if item < 2:
            together.wait()
        if item == failing:
            raise MemoryError(item)
        sleep(0.1)
        done.append(item)

    with pytest.raises(MemoryError):
        threads.in_threads(work, range(10), 2)
    assert done == [1 - failing]
    assert blas.count == 4


@pytest.mark.parametrize("n", [0, 1, 2, 7, 64])
@pytest.mark.parametrize("nbytes", [10, 10**6, 10**7])
def test_blocks_cover_everything_once_in_order(blas, n, nbytes):
    blocks = threads.in_blocks(lambda block: block, n, nbytes)
    assert [i for block in blocks for i in range(n)[block]] == list(range(n))
    assert all(block.stop > block.start for block in blocks)
    if n:
        largest = max(block.stop - block.start for block in blocks)
        assert largest == 1 or largest * nbytes <= n * threads.CACHE_BYTES
        assert bool(blas.told) == (n > 1 and nbytes >= threads.BYTES_WORTH_SHARING)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_starts_threads_of_its_own(blas):
    threads.in_threads(str, [1, 2], 2)
    process = get_context("fork").Process(target=threads.in_threads, args=(str, [1, 2], 2))
    process.start()
    process.join(30)
    process.kill()
    assert process.exitcode == 0


def _arrays(*shapes):
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape, dtype=np.float32) for shape in shapes]


IMAGES, POOLED, MAPS = (9, 12, 14, 8), (9, 6, 7, 8), (9, 12, 14, 16)
SHARED = {
    "max_pool2d": (reference.max_pool2d, [IMAGES]),
    "max_pool2d_backward": (reference.max_pool2d_backward, [POOLED, IMAGES]),
    "avg_pool2d": (reference.avg_pool2d, [IMAGES]),
    "avg_pool2d_backward": (reference.avg_pool2d_backward, [POOLED, IMAGES]),
    "batch_norm": (reference.batch_norm, [IMAGES, 8, 8]),
    "batch_norm_backward": (reference.batch_norm_backward, [IMAGES, IMAGES, 8]),
    "conv2d": (partial(reference.conv2d, padding="same"), [IMAGES, (3, 3, 8, 16), 16]),
    "conv2d_backward": (
        partial(reference.conv2d_backward, padding="same"),
        [MAPS, IMAGES, (3, 3, 8, 16)],
    ),
    "dense": (reference.dense, [(30, 40), (40, 50), 50]),
    "dense_backward": (reference.dense_backward, [(30, 50), (30, 40), (40, 50)]),
}


@pytest.mark.parametrize("name", SHARED)
def test_results_do_not_depend_on_threads_and_blocks(blas, monkeypatch, name):
    """But for the rounding of sums."""
    function, shapes = SHARED[name]
    assert_the_same_with_threads(blas, monkeypatch, function, _arrays(*shapes))


def assert_the_same_with_threads(blas, monkeypatch, function, arrays):
    blas.count = 1
    alone = function(*arrays)
    blas.count = 3
    blas.told.clear()
    monkeypatch.setattr(threads, "WORTH_SHARING", 0)
    monkeypatch.setattr(threads, "BYTES_WORTH_SHARING", 0)
    monkeypatch.setattr(threads, "CACHE_BYTES", 5000)
    shared = function(*arrays)
    assert blas.told
    for actual, expected in zip(_as_tuple(shared), _as_tuple(alone), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


def _as_tuple(result):
    return result if isinstance(result, tuple) else (result,)


def test_one_item_or_one_thread_needs_no_other(blas):
    assert threads.in_threads(lambda item: (item, get_ident()), [5], 4) == [(5, get_ident())]
    assert threads.in_threads(str, [1, 2], 1) == ["1", "2"]
    assert threads.in_threads(str, [], 4) == []
    assert blas.told == []


def test_only_large_work_is_shared(blas):
    assert threads.worker_count(threads.WORTH_SHARING) == 4
    assert threads.worker_count(threads.WORTH_SHARING - 1) == 1


def test_without_openblas_nothing_is_shared(monkeypatch):
    monkeypatch.setattr(threads, "_openblas", lambda: None)
    assert threads.worker_count(10**15) == 1


def test_a_web_page_has_no_threads(monkeypatch):
    monkeypatch.setattr(threads.sys, "platform", "emscripten")
    assert threads._openblas.__wrapped__() is None


def test_numpys_openblas_is_found_and_obeys():
    libraries = np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
    functions = threads._openblas()
    if functions is None:
        assert "scipy-openblas" not in libraries or threads.sys.platform == "win32"
        pytest.skip("numpy multiplies with another library here")
    get_threads, set_threads = functions
    before = get_threads()
    try:
        set_threads(1)
        assert get_threads() == 1
    finally:
        set_threads(before)
    assert get_threads() == before >= 1
