"""The data files: a row for each finished training, and one for each of its epochs."""

import csv
import datetime
import os
from importlib.metadata import version
from pathlib import Path

from benchmarks.__main__ import processor
from benchmarks.ladder.rungs import TOP_WAY
from benchmarks.ladder.training import WAYS

FOLDER = Path(__file__).parent
COLUMNS = (
    "stage",
    "arm",
    "seed",
    "epochs",
    "rate",
    "parameters",
    "last",
    "last_mirrored",
    "averaged",
    "averaged_mirrored",
    "test_accuracy",
    "processor_minutes",
    "precision",
    "threads",
    "machine",
    "versions",
    "date",
)
CURVE_COLUMNS = (
    "stage",
    "arm",
    "seed",
    "epoch",
    "loss",
    "train_accuracy",
    "validation_accuracy",
    "processor_seconds",
)


class Rows:
    """The rows of one folder: ``runs.csv`` and ``epochs.csv``.

    Parameters
    ----------
    folder : pathlib.Path
    """

    def __init__(self, folder=FOLDER):
        self.runs, self.epochs = folder / "runs.csv", folder / "epochs.csv"

    def read(self, stage=None):
        """Finished trainings, of one stage or all, as dicts of text."""
        rows = read(self.runs)
        return [row for row in rows if stage in (None, row["stage"])]

    def has(self, stage, arm, seed, rate=None):
        """Whether a training has its row."""
        return any(
            (row["stage"], row["arm"], int(row["seed"])) == (stage, arm, seed)
            and (rate is None or float(row["rate"]) == rate)
            for row in self.read()
        )

    def append(self, row, history):
        """Write a finished training: its epochs first, so that a row promises them."""
        key = {name: str(row[name]) for name in ("stage", "arm", "seed")}
        # A search's curves tell nothing more. Others may be there, if this was stopped midway.
        known = any(key.items() <= epoch.items() for epoch in read(self.epochs))
        if row["stage"] != "rate" and not known:
            append(self.epochs, CURVE_COLUMNS, [key | epoch for epoch in history])
        append(self.runs, COLUMNS, [row])

    def validation(self, stage, arm, column="last"):
        """Validation accuracy of an arm's finished seeds."""
        return {
            int(row["seed"]): float(row[column]) for row in self.read(stage) if row["arm"] == arm
        }


def read(path):
    """A file's rows as dicts of text; none if there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def append(path, columns, rows):
    """Add rows at the end of a file, which is made if it is missing."""
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerows(rows)
        file.flush()
        os.fsync(file.fileno())


def row_of(training, stage, arm, *, test=None):
    """What is kept of a finished training.

    Parameters
    ----------
    training : Training
        Done.
    stage, arm : str
    test : (images, labels), optional
        The test images, which the top rung alone asks, and only in the way chosen for it.
    """
    import tensorflow as tf

    validation = {way: training.accuracy(way, *training.validation) for way in WAYS}
    tested = "" if test is None else f"{training.accuracy(TOP_WAY, *test):.4f}"
    threads = tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count()
    return {
        "stage": stage,
        "arm": arm,
        "seed": training.seed,
        "epochs": len(training.history),
        "rate": training.recipe.rate,
        "parameters": training.network.count_params(),
        **{way: f"{accuracy:.4f}" for way, accuracy in validation.items()},
        "test_accuracy": tested,
        "processor_minutes": f"{training.processor_minutes():.1f}",
        "precision": training.precision,
        "threads": threads,
        "machine": f"{processor()}, {os.cpu_count()} cores",
        "versions": f"tensorflow {version('tensorflow')}, keras {version('keras')}",
        "date": f"{datetime.date.today():%Y-%m-%d}",
    }
