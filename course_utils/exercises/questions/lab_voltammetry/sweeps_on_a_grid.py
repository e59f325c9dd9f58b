"""The exercise "Forward and reverse, side by side"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_voltammetry import CHAPTER
from course_utils.exercises.questions.lab_voltammetry.made_up_cycles import made_up_cycle
from course_utils.exercises.slip import Slip


def sweeps_on_a_grid(potential, current, grid):
    turn = np.argmax(potential)
    up = np.interp(grid, potential[: turn + 1], current[: turn + 1])
    down = np.interp(grid, potential[turn:][::-1], current[turn:][::-1])
    return np.stack([up, down], axis=1)


def inputs(rng):
    yield {
        "potential": np.array([0.0, 0.2, 0.4, 0.3, 0.2, 0.1, 0.0]),
        "current": np.array([1.0, 5.0, 3.0, 0.0, -4.0, -2.0, -1.0]),
        "grid": np.array([0.1, 0.2, 0.3]),
    }
    for up, down, points in ((6, 6, 4), (30, 20, 8), (25, 40, 16), (50, 50, 12)):
        potential, current = made_up_cycle(rng, up, down)
        yield {
            "potential": potential,
            "current": current,
            "grid": np.linspace(-0.4, 0.4, points),
        }


def _nearest_points(potential, current, grid):
    turn = np.argmax(potential)
    sweeps = slice(0, turn + 1), slice(turn, None)
    nearest = [np.abs(potential[s] - grid[:, None]).argmin(axis=1) for s in sweeps]
    return np.stack([current[s][k] for s, k in zip(sweeps, nearest, strict=True)], axis=1)


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Forward and reverse, side by side",
    prompt="""The two sweeps of a voltammogram on the same potentials, as two channels.

    potential : (n,), rises to its highest value, then falls. The two sweeps need not have
        the same number of points.
    current : (n,)
    grid : (m,), rising potentials inside the range of both sweeps
    The highest potential belongs to both sweeps. Between two points the current goes
    straight.
    Returns an array (m, 2): column 0 the current of the rising sweep at the grid's
    potentials, column 1 that of the falling sweep.
    """,
    reference=sweeps_on_a_grid,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="falling-potentials",
            name="np.interp was given the falling sweep as it is, with falling potentials.",
            hint="np.interp expects its second argument to rise, and does not complain.",
            wrong=Slip(
                sweeps_on_a_grid,
                "potential[turn:][::-1], current[turn:][::-1]",
                "potential[turn:], current[turn:]",
            ),
        ),
        Misconception(
            id="only-potentials-turned-around",
            name="The falling sweep's potentials are reversed, its currents are not.",
            hint="Each current belongs to a potential. Reverse the two together.",
            wrong=Slip(sweeps_on_a_grid, "current[turn:][::-1]", "current[turn:]"),
        ),
        Misconception(
            id="cut-in-the-middle",
            name="The curve is cut in the middle, not where the potential turns.",
            hint="In the first input the rising sweep has three points. Where is the turn?",
            wrong=Slip(sweeps_on_a_grid, "np.argmax(potential)", "len(potential) // 2"),
        ),
        Misconception(
            id="channels-swapped",
            name="The falling sweep comes first.",
            hint="Column 0 is the rising sweep.",
            wrong=Slip(sweeps_on_a_grid, "[up, down]", "[down, up]"),
        ),
        Misconception(
            id="channels-first",
            name="The sweeps are rows: the shape is (2, m).",
            hint="Channels come last in this course. np.stack has an axis.",
            wrong=Slip(sweeps_on_a_grid, ", axis=1", ""),
        ),
        Misconception(
            id="nearest-point",
            name="It takes the nearest measured point instead of going straight between two.",
            hint="Halfway between two points the current is the mean of theirs: np.interp.",
            wrong=_nearest_points,
        ),
    ),
    hints=(
        "Two steps: cut the curve where the potential turns, then read each sweep at the "
        "grid's potentials.",
        "The turn is np.argmax(potential) and belongs to both sweeps. np.interp needs rising "
        "x; [::-1] reverses an array.",
        "Which axis do channels lie on? np.stack has one.",
    ),
)
