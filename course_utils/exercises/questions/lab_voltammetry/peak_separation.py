"""The exercise "How far apart are the peaks?"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_voltammetry import CHAPTER
from course_utils.exercises.questions.lab_voltammetry.made_up_cycles import made_up_cycle
from course_utils.exercises.slip import Slip


def peak_separation(potential, current):
    turn = np.argmax(potential)
    anodic = np.argmax(current[: turn + 1])
    cathodic = turn + np.argmin(current[turn:])
    return 1000 * (potential[anodic] - potential[cathodic])


def inputs(rng):
    yield {
        "potential": np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.3, 0.2, 0.1, 0.0]),
        "current": np.array([0.0, 1, 5, 3, 2, 0, -2, -4, -1]),
    }
    yield {
        "potential": np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.2, 0.0]),
        "current": np.array([0.0, 1, 2, 6, 3, -4, -1]),
    }
    # The lowest current of all is on the way up, the highest on the way down.
    yield {
        "potential": np.array([-0.2, -0.1, 0.0, 0.1, 0.2, 0.1, 0.0, -0.1, -0.2]),
        "current": np.array([-7.0, 0, 2, 4, 3, 6, -3, -1, 0]),
    }
    for up, down in ((30, 30), (40, 25), (21, 50)):
        potential, current = made_up_cycle(rng, up, down, noise=0.02)
        yield {"potential": potential, "current": 1e-5 * current}


def _cut_in_the_middle(potential, current):
    middle = len(current) // 2
    anodic, cathodic = np.argmax(current[:middle]), middle + np.argmin(current[middle:])
    return 1000 * (potential[anodic] - potential[cathodic])


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="How far apart are the peaks?",
    prompt="""Peak separation of a cyclic voltammogram, E_pa - E_pc, in millivolts.

    potential : (n,), in volts; rises to its highest value, then falls. The two sweeps need
        not have the same number of points.
    current : (n,), oxidation positive
    The anodic peak is the largest current on the way up, the cathodic peak the smallest one
    on the way down; the highest potential belongs to both sweeps.
    Returns a number.
    """,
    reference=peak_separation,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="in-volts",
            name="The answer is in volts.",
            hint="1 V is 1000 mV.",
            wrong=Slip(peak_separation, "1000 * ", ""),
        ),
        Misconception(
            id="sign-turned",
            name="The cathodic peak's potential comes first: the sign is reversed.",
            hint="E_pa - E_pc: which of the two is subtracted?",
            wrong=lambda potential, current: -peak_separation(potential, current),
        ),
        Misconception(
            id="whole-curve",
            name="Both peaks are looked for in the whole curve.",
            hint="A large current on the way down is no anodic peak. Where is the turn?",
            wrong=lambda potential, current: (
                1000 * (potential[np.argmax(current)] - potential[np.argmin(current)])
            ),
        ),
        Misconception(
            id="place-counted-from-the-turn",
            name="The place of the cathodic peak is counted from the turn, not from the start.",
            hint="np.argmin of a slice counts from the slice's start. What is there to add?",
            wrong=Slip(peak_separation, "turn + np.argmin", "np.argmin"),
        ),
        Misconception(
            id="cut-in-the-middle",
            name="The curve is cut in the middle, not where the potential turns.",
            hint="The sweep that falls may have fewer points. Where is the highest potential?",
            wrong=_cut_in_the_middle,
        ),
        Misconception(
            id="difference-of-currents",
            name="It is the difference of the peaks' currents, not of their potentials.",
            hint="A maximum has a height and a place. np.argmax gives the place.",
            wrong=Slip(
                peak_separation,
                "potential[anodic] - potential[cathodic]",
                "current[anodic] - current[cathodic]",
            ),
        ),
    ),
    hints=(
        "Three steps: where the potential turns, the peak before it, the peak after it.",
        "np.argmax(potential) is the turn; np.argmax and np.argmin of slices are the peaks.",
        "The place in current[turn:] is turn smaller than the place in current.",
    ),
)
