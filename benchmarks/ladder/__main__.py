"""The training ladder on CIFAR-10: ``python -m benchmarks.ladder {speed,top,arms,page}``.

`top` trains the top rung and asks it, last, about the test images. `arms` runs the short trainings
that say what each technique is worth. Both can be stopped at any time: the same command goes on
from the last whole epoch, and no finished training runs again. Each finished training is a row of
``runs.csv``, and the book's page ``ladder.md`` is made from the rows.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np

# TensorFlow reads it when it is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "ladder.md"


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ladder", description=__doc__)
    parser.add_argument("what", choices=["speed", "top", "arms", "page"])
    parser.add_argument(
        "--seeds", type=int, metavar="N", help="seeds 0 to N - 1: 3 for top, 4 for arms"
    )
    parser.add_argument(
        "--state",
        type=Path,
        default=ROOT / ".ladder",
        metavar="FOLDER",
        help="where the checkpoints are; by default .ladder, which `make clean` leaves",
    )
    options = parser.parse_args(arguments)

    from benchmarks.ladder.page import page, planned
    from benchmarks.ladder.queue import Queue
    from benchmarks.ladder.rows import Rows
    from course_utils.datasets import cifar10
    from course_utils.models import fast_precision

    if options.what == "speed":
        for precision in ("float32", "mixed_bfloat16"):
            wall, processor = seconds_a_step(precision)
            print(f"{precision}: {wall:.3f} s a step of 128 images, {processor:.3f} of processors")
        return
    rows = Rows()
    if options.what != "page":
        precision = fast_precision()
        print(f"Precision: {precision}", flush=True)
        queue = Queue(
            rows,
            options.state,
            lambda split: cifar10(split, "full"),
            precision=precision,
            report=lambda line: print(line, flush=True),
        )
        if options.what == "top":
            queue.top(range(options.seeds or 3))
        else:
            seeds = range(options.seeds or 4)
            rates = queue.find_rates()
            queue.pilot(rates)
            print(planned(rows), flush=True)
            queue.arms(rates, seeds)
            queue.long(rates, seeds)
    PAGE.write_text(page(rows), encoding="utf-8")


def seconds_a_step(precision, steps=30):
    """Median time of a training step of the top rung, and of it all cores' together."""
    from benchmarks.ladder.rungs import everything
    from benchmarks.ladder.training import Training

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (128, 32, 32, 3), dtype=np.uint8)
    labels = rng.integers(0, 10, 128)
    nowhere = Path(os.devnull) / "none"
    training = Training(
        everything(1), 0, images, labels, (images, labels), precision=precision, state=nowhere
    )
    times = []
    for _ in range(steps):
        start = time.perf_counter(), time.process_time()
        training.step(np.arange(128))
        times.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    return np.median(times[5:], axis=0).tolist()  # the first are for warming up


if __name__ == "__main__":
    main()
