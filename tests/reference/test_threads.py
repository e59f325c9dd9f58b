"""Threads run every part, and leave numpy's own threads as they found them."""

from threading import get_ident

import numpy as np
import pytest

from course_utils.reference import threads


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


def test_each_part_runs_in_its_own_thread_while_blas_uses_one(blas):
    def work(part):
        return part, get_ident(), blas.count

    parts, idents, counts = zip(*threads.in_threads(work, ["a", "b", "c"]), strict=True)
    assert parts == ("a", "b", "c")
    assert get_ident() not in idents
    assert counts == (1, 1, 1)
    assert blas.told == [1, 4]


def test_the_threads_of_blas_come_back_after_an_error(blas):
    def work(part):
        raise MemoryError(part)

    with pytest.raises(MemoryError):
        threads.in_threads(work, [1, 2])
    assert blas.count == 4


def test_one_part_needs_no_thread(blas):
    assert threads.in_threads(lambda part: (part, get_ident()), [5]) == [(5, get_ident())]
    assert threads.in_threads(str, []) == []
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
