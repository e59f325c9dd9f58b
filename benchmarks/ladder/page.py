"""The book's page on the ladder, made from the rows."""

import math

import numpy as np

from benchmarks.__main__ import table
from benchmarks.accuracy import mean_and_spread
from benchmarks.ladder.queue import PILOT_ARMS, PILOT_EPOCHS
from benchmarks.ladder.rungs import (
    ANSWERING,
    EPOCHS,
    LONG_EPOCHS,
    TECHNIQUES,
    TOP_WAY,
    trainings,
)
from benchmarks.ladder.statistics import paired_difference, visible_effect

INTRODUCTION = """\
# The training ladder

One network of 275,754 parameters, trained on CIFAR-10 in many ways. At the bottom of the ladder is
plain SGD with momentum at a constant rate; each rung is a technique. `python -m benchmarks.ladder`
ran the trainings and wrote this page; every training has a row in `benchmarks/ladder/runs.csv`, and
every pilot one in `benchmarks/ladder/pilots.csv`, the failures too.

The last 5,000 training images are for validation, and everything was chosen on them. Only the top
rung was asked about the test images, once a seed, after everything was chosen. "±" after an
accuracy is the standard deviation over seeds. Processor minutes are those of all cores together. A
seed ends with the same numbers again only with as many threads and in the same precision.
"""


def page(rows):
    """The page as Markdown."""
    parts = [INTRODUCTION]
    if tops := rows.read("top"):
        parts += [top(tops)]
    if pilot := planned(rows):
        parts += [pilot]
    if rows.read("arm"):
        parts += [arms(rows)]
    if rows.read("long"):
        parts += [long(rows)]
    if rows.read("rate"):
        parts += [rates(rows)]
    return "\n".join([*parts, machines(rows.read())])


def top(rows):
    """Each seed of the top rung, and their mean."""
    head = ["seed", "epochs", "validation accuracy", "test accuracy", "processor minutes", "date"]
    body = [
        [
            row["seed"],
            row["epochs"],
            row[TOP_WAY],
            row["test_accuracy"],
            row["processor_minutes"],
            row["date"],
        ]
        for row in rows
    ]
    test = np.array([float(row["test_accuracy"]) for row in rows])
    minutes = np.array([float(row["processor_minutes"]) for row in rows])
    summary = (
        f"Test accuracy {mean_and_spread(test)} over {len(rows)} "
        f"{'seed' if len(rows) == 1 else 'seeds'}, {minutes.mean():.0f} processor minutes each. "
        "`python -m benchmarks.ladder top --seeds 1` repeats seed 0 where its row is deleted.\n"
    )
    return table("The top rung", [head, *body]) + "\n" + summary


def planned(rows):
    """What differences the arms could show, from a pilot; "" before there is one."""
    one, other = (rows.validation("pilot", arm) for arm in PILOT_ARMS)
    pairs, _, error = paired_difference(one, other)
    if pairs < 2:
        return ""
    deviation = error * math.sqrt(pairs)
    return (
        "## What could be seen\n\n"
        f"Before the arms ran, a pilot trained `{PILOT_ARMS[0]}` and `{PILOT_ARMS[1]}` for "
        f"{PILOT_EPOCHS} epochs with {pairs} other seeds. Their paired differences had a standard "
        f"deviation of {deviation:.4f}. With four pairs and such a spread, a t-test at the 5% "
        f"level finds a true difference of {visible_effect(deviation, 4):.4f} in four experiments "
        "of five, and smaller ones less often.\n"
    )


def arms(rows):
    """Add-one-in beside leave-one-out, for each technique."""
    head = ["technique", "added to plain", "n", "left out of full", "n", "processor minutes"]
    body = []
    for name in [*TECHNIQUES, *ANSWERING, "longer training"]:
        added = difference(rows, f"plain + {name}", "plain", name)
        left_out = difference(rows, "full", f"full - {name}", name)
        body.append([name, *added, *left_out, cost(rows, name)])
    ends = [
        [arm, mean_and_spread(np.array(list(found.values()))), str(len(found)), minutes(rows, arm)]
        for arm in ("plain", "full")
        if (found := rows.validation("arm", arm))
    ]
    ends_head = ["training", "validation accuracy", "n", "processor minutes"]
    return (
        table(f"Both ends, {EPOCHS} epochs", [ends_head, *ends])
        + "\n"
        + table(f"One technique at a time, {EPOCHS} epochs", [head, *body])
        + "\nDifferences are those of validation accuracy, with their standard error: what the "
        "technique added to the plain training, and what the full training loses without it. "
        "Minutes are what the technique added to a training at the bottom.\n"
    )


def difference(rows, with_it, without_it, technique):
    """ "+0.0123 ± 0.0010" and the number of pairs; empty where no run can tell."""
    column = "last"
    if technique in ANSWERING:
        base = "plain" if with_it.startswith("plain") else "full"
        with_it = without_it = base
        column = ANSWERING[technique]
    n, mean, error = paired_difference(
        rows.validation("arm", with_it, column), rows.validation("arm", without_it)
    )
    if n == 0:
        return "", ""
    return signed(mean, error), str(n)


def signed(mean, error):
    return f"{mean:+.4f}" + ("" if math.isnan(error) else f" ± {error:.4f}")


def cost(rows, technique):
    """Processor minutes that the technique adds to a plain training."""
    if technique in ANSWERING:
        return "0.0"
    plain = rows.validation("arm", "plain", "processor_minutes")
    n, mean, error = paired_difference(
        rows.validation("arm", f"plain + {technique}", "processor_minutes"), plain
    )
    return "" if n == 0 else f"{mean:+.1f}"


def minutes(rows, arm, stage="arm"):
    return f"{np.mean(list(rows.validation(stage, arm, 'processor_minutes').values())):.1f}"


def long(rows):
    """The two best arms again, for longer."""
    names = [arm for arm in trainings() if rows.validation("long", arm)]
    head = ["training", "validation accuracy", "averaged and mirrored", "n", "processor minutes"]
    body = []
    for arm in names:
        found = rows.validation("long", arm)
        best = rows.validation("long", arm, TOP_WAY)
        body.append(
            [
                f"`{arm}`",
                mean_and_spread(np.array(list(found.values()))),
                mean_and_spread(np.array(list(best.values()))),
                str(len(found)),
                minutes(rows, arm, "long"),
            ]
        )
    text = table(f"The best two again, {LONG_EPOCHS} epochs", [head, *body])
    if len(names) == 2:
        n, mean, error = paired_difference(*(rows.validation("long", arm) for arm in names))
        text += f"\n`{names[0]}` less `{names[1]}`: {signed(mean, error)} over {n} pairs.\n"
    return text


def rates(rows):
    """Each rate that was tried, and what it reached."""
    tried = {}
    for row in rows.read("rate"):
        tried.setdefault(row["arm"], {})[float(row["rate"])] = float(row["last"])
    head = ["arm", "rate: validation accuracy", "taken"]
    body = [
        [
            f"`{arm}`",
            ", ".join(f"{rate:g}: {found[rate]:.4f}" for rate in sorted(found)),
            f"{max(found, key=found.get):g}",
        ]
        for arm, found in tried.items()
    ]
    return table("The rates", [head, *body])


def machines(rows):
    found = sorted({f"{row['machine']}; {row['precision']}; {row['versions']}" for row in rows})
    return f"Measured on {'; and on '.join(found)}.\n" if found else ""
