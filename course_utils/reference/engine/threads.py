"""Sharing a batch between the processor's cores, in blocks that stay in a core's cache.

numpy works through one large array after the other. Each step then waits for main memory, and
only matrix products use more than one core. Here a batch is cut into blocks, small enough
that what one step wrote is still in the cache when the next step reads it, and each core takes
block after block.

numpy's matrix product uses every core by itself, but small products, with copying between them,
leave the other cores idle most of the time, and after each product they wait for the next one
without sleeping. So here each product uses a single core: OpenBLAS, which multiplies for numpy
in most installations, can be told so. Without it, or without threads, everything runs one block
after the other.
"""

import ctypes
import os
import sys
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import cache
from threading import Lock
from typing import Any

import numpy as np

# Below this number of operations, or of bytes to read and write, waking a thread takes longer
# than the work.
WORTH_SHARING = 4_000_000
BYTES_WORTH_SHARING = 1_000_000

# What the steps on one block read and write, in bytes: about a processor core's level 2 cache.
CACHE_BYTES = 1024 * 1024

_one_at_a_time = Lock()


def in_blocks(work: Callable[[slice], Any], n: int, nbytes: int) -> list[Any]:
    """Return [work(slice), ...] for blocks of n items that hold `nbytes` together.

    The blocks must not depend on each other, nor write to the same place.
    """
    threads = _cores() if nbytes >= BYTES_WORTH_SHARING else 1
    blocks = even_slices(n, max(1, n * CACHE_BYTES // max(nbytes, 1)), threads)
    return in_threads(work, blocks, threads)


def worker_count(operations: int) -> int:
    """Return how many threads this many floating-point operations are worth: OpenBLAS's, or 1."""
    return _cores() if operations >= WORTH_SHARING else 1


def even_slices(n: int, largest: int, threads: int) -> list[slice]:
    """Cut n items into slices of at most `largest`, large ones first, equally many per thread."""
    count = -(-n // largest)
    count = min(n, -(-count // threads) * threads)
    size, left_over = divmod(n, count) if count else (0, 0)
    ends = [size * (i + 1) + min(i + 1, left_over) for i in range(count)]
    return [slice(start, end) for start, end in zip([0, *ends], ends)]


def in_threads(work: Callable[[Any], Any], items: Sequence[Any], threads: int) -> list[Any]:
    """Return [work(item) for item in items], computed by this thread and threads - 1 others.

    Each thread takes the next item when it has finished one, so that none waits for a slow one.
    After an error, no further item is started.
    """
    helpers = min(threads, len(items)) - 1
    if helpers < 1:
        return [work(item) for item in items]
    results = [None] * len(items)
    turns = iter(enumerate(items))

    def take_turns():
        try:
            for number, item in turns:
                results[number] = work(item)
        finally:
            deque(turns, maxlen=0)  # only after an error is anything left

    get_threads, set_threads = _openblas()
    with _one_at_a_time:  # the setting belongs to the whole process
        before = get_threads()
        others = []
        try:
            set_threads(1)
            for _ in range(helpers):
                # The context carries numpy's errstate, which says what to do about overflow.
                others.append(_pool(helpers).submit(copy_context().run, take_turns))
            take_turns()
        finally:
            try:
                # A thread that has not started by now has nothing to do.
                wait([other for other in others if not other.cancel()])
            finally:
                set_threads(before)
    for other in others:
        if not other.cancelled():
            other.result()  # raises its error
    return results


@cache
def _pool(helpers):
    """Threads that sleep until there is work."""
    return ThreadPoolExecutor(helpers, thread_name_prefix="course_utils")


def _after_fork():
    """A forked process has a copy of the pools and the lock, but none of the threads."""
    global _one_at_a_time
    _one_at_a_time = Lock()
    _pool.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _cores():
    blas = _openblas()
    return 1 if blas is None else blas[0]()


@cache
def _openblas():
    """The functions of numpy's OpenBLAS that get and set its number of threads, or None."""
    if sys.platform == "emscripten":  # Python in a web page has no threads
        return None
    try:
        numpy_core = ctypes.CDLL(np._core._multiarray_umath.__file__)
    except OSError:
        return None
    # numpy's own build of OpenBLAS carries a prefix and a suffix, others do not.
    for name in ("scipy_openblas_{}64_", "scipy_openblas_{}", "openblas_{}64_", "openblas_{}"):
        try:
            get_threads = numpy_core[name.format("get_num_threads")]
            set_threads = numpy_core[name.format("set_num_threads")]
        except AttributeError:
            continue
        get_threads.restype, get_threads.argtypes = ctypes.c_int, []
        set_threads.restype, set_threads.argtypes = None, [ctypes.c_int]
        return get_threads, set_threads
    return None
