"""Print the course's performance figures as Markdown tables: ``make bench``.

Every figure is a ratio against a named peer that is measured in the same run, a round of each in
turn, so that another machine, or a busy one, changes both sides. Shown are medians and, in
brackets, the smallest and largest round.
"""

import os
import platform

# TensorFlow reads it when it is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks import convolution, grading, import_time, rasterise


def main() -> None:
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")
    tables = [
        *import_time.tables(),
        *convolution.tables(),
        *rasterise.tables(),
        *grading.tables(),
    ]
    for title, rows in tables:
        print(f"## {title}\n")
        head, *body = rows
        for row in [head, ["---"] * len(head), *body]:
            print("| " + " | ".join(row) + " |")
        print()


if __name__ == "__main__":
    main()
