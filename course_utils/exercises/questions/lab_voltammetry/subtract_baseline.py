"""The exercise "The line under the peak"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_voltammetry import CHAPTER
from course_utils.exercises.slip import Slip


def subtract_baseline(potential, current, start, stop):
    flat = (potential >= start) & (potential <= stop)
    slope, intercept = np.polyfit(potential[flat], current[flat], 1)
    return current - (slope * potential + intercept)


def inputs(rng):
    yield {
        "potential": np.array([0.0, 1.0, 2.0, 3.0, 4.0]),
        "current": np.array([1.0, 3.0, 5.0, 17.0, 10.0]),
        "start": 0.0,
        "stop": 2.0,
    }
    yield {
        "potential": np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        "current": np.array([1.0, 1.3, 1.0, 1.2, 4.0, 2.0]),
        "start": 0.0,
        "stop": 0.3,
    }
    for points, start, stop in ((30, -0.5, -0.2), (41, 0.2, 0.5), (25, -0.45, -0.15)):
        potential = np.linspace(-0.5, 0.5, points)
        peak = np.exp(-0.5 * ((potential - rng.uniform(-0.05, 0.05)) / 0.08) ** 2)
        line = rng.uniform(0.5, 2) * potential + rng.uniform(0.5, 1)
        yield {
            "potential": potential,
            "current": peak + line + 0.03 * rng.standard_normal(points),
            "start": start,
            "stop": stop,
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="The line under the peak",
    prompt="""One sweep without its baseline.

    potential, current : (n,), one sweep
    start, stop : the part of the sweep without a peak, start <= potential <= stop
    The baseline is the straight line that fits the points of that part best (least
    squares), continued under the peak.
    Returns the current minus the baseline, (n,).
    """,
    reference=subtract_baseline,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="fitted-to-all",
            name="The line is fitted to the whole sweep, peak included.",
            hint="The peak pulls the line up. Which points may it look at?",
            wrong=Slip(
                subtract_baseline, "(potential >= start) & (potential <= stop)", "slice(None)"
            ),
        ),
        Misconception(
            id="mean-only",
            name="The mean of the flat part is subtracted: a level, not a line.",
            hint="The baseline may rise. np.polyfit with degree 1 gives slope and intercept.",
            wrong=Slip(
                subtract_baseline, "(slope * potential + intercept)", "current[flat].mean()"
            ),
        ),
        Misconception(
            id="slope-only",
            name="Only slope times potential is subtracted; the intercept is left.",
            hint="What is the line's value at 0 V?",
            wrong=Slip(subtract_baseline, "(slope * potential + intercept)", "slope * potential"),
        ),
        Misconception(
            id="two-points",
            name="The line goes through the first and the last point of the part.",
            hint="Two noisy points make a noisy line. Least squares uses all of them.",
            wrong=Slip(
                subtract_baseline,
                "(potential >= start) & (potential <= stop)",
                "np.flatnonzero((potential >= start) & (potential <= stop))[[0, -1]]",
            ),
        ),
        Misconception(
            id="baseline-returned",
            name="It returns the baseline, not what is left of the current.",
            hint="The peak is wanted: the current minus the line.",
            wrong=Slip(subtract_baseline, "current - (slope", "(slope"),
        ),
        Misconception(
            id="part-only",
            name="Only the part without a peak is returned.",
            hint="The line is continued: evaluate it at every potential.",
            wrong=Slip(
                subtract_baseline,
                "current - (slope * potential + intercept)",
                "(current - (slope * potential + intercept))[flat]",
            ),
        ),
    ),
    hints=(
        "Three steps: pick the points before the peak, fit a line to them, evaluate it at "
        "every potential.",
        "Two comparisons joined by & pick the points; np.polyfit with degree 1 fits them.",
    ),
)
