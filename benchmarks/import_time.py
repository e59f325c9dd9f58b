"""How long ``import course_utils`` takes on top of numpy, in fresh processes."""

import subprocess
import sys

from benchmarks.timing import ratio, spread

PROCESSES = 15
CODE = """
from time import perf_counter
start = perf_counter()
import numpy
middle = perf_counter()
import course_utils
print(middle - start, perf_counter() - middle)
"""


def tables():
    """The time on top of numpy's own import; the promise is at most 0.15 s."""
    times = []
    for _ in range(PROCESSES + 1):  # the first one writes the bytecode
        done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=True)
        times.append([float(part) for part in done.stdout.split()])
    numpys, ours = (list(column) for column in zip(*times[1:], strict=True))
    yield (
        "Import",
        [
            ["numpy, ms", "course_utils on top, ms", "ratio to numpy"],
            [spread(numpys, 1e-3, 1), spread(ours, 1e-3, 1), ratio(ours, to=numpys)],
        ],
    )
