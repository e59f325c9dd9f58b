"""Measure a lab's network over seeds: ``python -m benchmarks.accuracy NAME [--seeds N]``.

Each seed's row is written to ``accuracy.csv`` as soon as it is there, so an interruption loses at
most one; a seed that has a row is not trained again. Delete a network's rows when you change it.
The book's page ``accuracy.md`` is made from the rows.
"""

import argparse
import csv
import datetime
import os
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

# TensorFlow reads these when it is imported. One thread: with more, a seed depends on how many.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = "1"

from benchmarks.__main__ import processor, table

ROWS = Path(__file__).with_name("accuracy.csv")
PAGE = Path(__file__).parents[1] / "accuracy.md"
COLUMNS = (
    "network",
    "seed",
    "epochs",
    "validation_accuracy",
    "test_accuracy",
    "processor_minutes",
    "machine",
    "versions",
    "date",
)
INTRODUCTION = """\
# Accuracies over seeds

One training gives one number. Another seed starts from other weights and sees the images in another
order, and gives another number. So networks of the labs were trained several times, and here are
all of those trainings. `python -m benchmarks.accuracy NAME` measures a network, and writes this
page.

These ran with one thread. A seed fixes the first weights and the order of the images; with another
number of threads, sums are added in another order, and the same seed ends with other numbers. So
the labs' own runs, of seed 0 with two threads, are not in the tables.

All networks are trained on the full training sets but for the last 5,000 images. Those are for
validation: everything that was chosen, was chosen on them. The test set is used once a seed, after
the last epoch. "±" is the standard deviation over the seeds. Processor minutes are those of all
cores together, whatever else the machine had to do.

"Claimed" is what the document reports, from one training. Document 4 trained on all 60,000 images
and looked at the test images after every epoch.
"""


def main(arguments=None):
    from course_utils.models import RECIPES

    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("name", help=", ".join(RECIPES))
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="seeds 0 to N - 1")
    options = parser.parse_args(arguments)
    if options.name not in RECIPES:
        parser.error(f"no such network: {options.name}; there are {', '.join(RECIPES)}")
    recipe = RECIPES[options.name]
    for seed in missing_seeds(read_rows(), options.name, options.seeds):
        print(f"{options.name}, seed {seed}", flush=True)
        append_row(measure(options.name, recipe, seed))
    PAGE.write_text(page(read_rows(), RECIPES), encoding="utf-8")


def missing_seeds(rows, name, seeds):
    """Those of 0 to seeds - 1 that the network has no row of."""
    done = {int(row["seed"]) for row in rows if row["network"] == name}
    return [seed for seed in range(seeds) if seed not in done]


def measure(name, recipe, seed, size="full"):
    """Train with one seed and test once; return the row."""
    train, validation = recipe.parts(*recipe.data("train", size))
    start = time.process_time()
    network, history = recipe.train(*train, validation_data=validation, seed=seed)
    minutes = (time.process_time() - start) / 60
    network = recipe.finish(network)
    images, labels = recipe.data("test", size)
    test = images.astype(np.float32) / 255, labels
    return {
        "network": name,
        "seed": seed,
        "epochs": len(history["loss"]),
        "validation_accuracy": f"{share_right(network, *validation):.4f}",
        "test_accuracy": f"{share_right(network, *test):.4f}",
        "processor_minutes": f"{minutes:.1f}",
        "machine": f"{processor()}, {os.cpu_count()} cores",
        "versions": f"tensorflow {version('tensorflow')}, keras {version('keras')}",
        "date": f"{datetime.date.today():%Y-%m-%d}",
    }


def share_right(network, x, y):
    """Accuracy, as a share of the images."""
    return np.mean(network.predict(x, verbose=0).argmax(axis=1) == y)


def read_rows(path=ROWS):
    """The rows so far, as dicts of text."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def append_row(row, path=ROWS):
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerow(row)


def page(rows, recipes):
    """The book's page: a summary, then each network's seeds."""
    names = [name for name in recipes if any(row["network"] == name for row in rows)]
    head = ["network", "seeds", "validation accuracy", "test accuracy", "from, to", "claimed"]
    summary, seeds = [head], []
    for name in names:
        of_this = [row for row in rows if row["network"] == name]
        test = np.array([float(row["test_accuracy"]) for row in of_this])
        validation = np.array([float(row["validation_accuracy"]) for row in of_this])
        claim = recipes[name].claim
        summary.append(
            [
                f"`{name}`",
                str(len(test)),
                mean_and_spread(validation),
                mean_and_spread(test),
                f"{test.min():.4f}, {test.max():.4f}",
                "" if claim is None else f"{claim:.4f}",
            ]
        )
        shown = COLUMNS[1:6] + COLUMNS[-1:]
        rows_of_this = [[str(row[column]) for column in shown] for row in of_this]
        header = [column.replace("_", " ") for column in shown]
        machines = sorted({f"{row['machine']}; {row['versions']}" for row in of_this})
        seeds.append(table(f"Each seed of `{name}`", [header, *rows_of_this]))
        seeds.append(f"Measured on {'; and on '.join(machines)}.\n")
    return "\n".join([INTRODUCTION, table("Test accuracy", summary), *seeds])


def mean_and_spread(values):
    """ "0.9121 ± 0.0012", or the one value alone."""
    if len(values) == 1:
        return f"{values[0]:.4f}"
    return f"{values.mean():.4f} ± {values.std(ddof=1):.4f}"


if __name__ == "__main__":
    main()
