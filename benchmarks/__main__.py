"""Measure the course's performance figures: ``make bench``, or ``python -m benchmarks [part ...]``.

Prints them as Markdown tables. Without parts, all are measured, and written to the book's page
too.
"""

import argparse
import datetime
import os
import platform
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

# TensorFlow reads it when it is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from course_utils.reference.engine.threads import WORTH_SHARING, worker_count

PAGE = Path(__file__).parents[1] / "benchmarks.md"
PARTS = ["import_time", "convolution", "pooling", "training", "rasterise", "grading"]
INTRODUCTION = """\
`make bench` measured these figures, and wrote this page. Each is a ratio to a named peer, measured
in the same run, a turn of each in every round, so that another machine, or a busy one, changes both
sides. Given are the median of the rounds and, in brackets, the smallest and the largest.

"Ours" are the functions of `course_utils`, in numpy alone. "Matmul rate" is that of numpy's own
product of two 2048 by 2048 float32 matrices. "im2col" writes one column matrix for the whole batch,
as the fast layers of CS231n do; it keeps the matrix for its backward pass. "Loops" are the nested
loops of the documents, which the chapters show.
"""


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parts = parser.parse_args(arguments).parts
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    page = ["# Benchmarks\n", INTRODUCTION, machine()]
    print(page[-1])
    for part in parts or PARTS:
        for title, rows in import_module(f"benchmarks.{part}").tables():
            page.append(table(title, rows))
            print(page[-1], flush=True)
    if not parts:
        PAGE.write_text("\n".join(page), encoding="utf-8")


def machine():
    """Say where and when this runs."""
    import tensorflow as tf

    # 0 means that TensorFlow chooses, which is a thread for each core.
    of_tensorflow = tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count()
    versions = (f"{name} {version(name)}" for name in ("numpy", "tensorflow", "keras"))
    return (
        f"Measured on {datetime.date.today():%Y-%m-%d}: {processor()}, {os.cpu_count()} cores; "
        f"Python {platform.python_version()}, {', '.join(versions)}. Threads: "
        f"{worker_count(WORTH_SHARING)} for numpy, {of_tensorflow} for TensorFlow.\n"
    )


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):  # not Linux
        return platform.processor() or platform.machine()


def table(title, rows):
    """A heading and a Markdown table; the first row is its head."""
    head, *body = rows
    lines = ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *body]]
    return "\n".join([f"## {title}", "", *lines, ""])


if __name__ == "__main__":
    main()
