"""Sharing matrix products between the processor's cores: one thread for each part of a batch.

numpy's matrix product uses every core by itself, but small products, with copying between them,
leave the other cores idle most of the time. One thread a part keeps all of them busy. Then each
product must use one core only: OpenBLAS, which multiplies for numpy in most installations, can be
told so. Where it is missing, or threads are, everything runs one part after the other.
"""

import ctypes
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Lock

import numpy as np

# Below this number of operations, starting threads takes longer than the work.
WORTH_SHARING = 20_000_000

_one_at_a_time = Lock()


def worker_count(operations):
    """How many threads so many floating-point operations are worth: as many as OpenBLAS uses."""
    blas = _openblas()
    if blas is None or operations < WORTH_SHARING:
        return 1
    get_threads, _ = blas
    return get_threads()


def in_threads(work, parts):
    """Return [work(part) for part in parts], each in a thread of its own."""
    if len(parts) <= 1:
        return [work(part) for part in parts]
    get_threads, set_threads = _openblas()
    with _one_at_a_time:  # the setting belongs to the whole process
        threads = get_threads()
        set_threads(1)
        try:
            with ThreadPoolExecutor(len(parts)) as pool:
                return list(pool.map(work, parts))
        finally:
            set_threads(threads)


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
