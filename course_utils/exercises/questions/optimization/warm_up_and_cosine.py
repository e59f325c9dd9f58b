"""The exercise "Warm-up, then a cosine"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.optimization import CHAPTER
from course_utils.exercises.slip import Slip


def warm_up_and_cosine(step, steps, warm_up, peak):
    if step < warm_up:
        return peak * step / warm_up
    progress = (step - warm_up) / (steps - warm_up)
    return peak * (1 + np.cos(np.pi * progress)) / 2


def inputs(rng):
    for step in (2, 0, 4, 5, 7, 12):
        yield {"step": step, "steps": 12, "warm_up": 4, "peak": 0.1}
    yield {"step": 3, "steps": 10, "warm_up": 0, "peak": 1.0}
    for _ in range(6):
        warm_up = int(rng.integers(5, 50))
        steps = warm_up + int(rng.integers(50, 500))
        yield {
            "step": int(rng.integers(0, steps)),
            "steps": steps,
            "warm_up": warm_up,
            "peak": float(rng.uniform(0.001, 1)),
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Warm-up, then a cosine",
    prompt="""Learning rate: a straight rise to the peak, then half a cosine to 0.

    step : int, 0 for the first one; steps : int, all of them together
    warm_up : int, number of steps of the rise, possibly 0; less than steps
    peak : float
    At step 0 the rate is 0 (if there is a warm-up), at step warm_up it is
    peak, at step steps it is 0. In the middle between warm_up and steps it is
    half of peak.
    Returns the learning rate, a number.
    """,
    reference=warm_up_and_cosine,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="no-warm-up",
            name="There is no warm-up: the rate is the peak from the start.",
            hint="What should the rate be at step 0?",
            wrong=Slip(warm_up_and_cosine, "peak * step / warm_up", "peak"),
        ),
        Misconception(
            id="cosine-from-step-0",
            name="The cosine runs from step 0: after the warm-up the rate jumps down.",
            hint="The fall begins at step warm_up. How far is it through the fall then?",
            wrong=Slip(warm_up_and_cosine, "(step - warm_up) / (steps - warm_up)", "step / steps"),
        ),
        Misconception(
            id="divided-by-all-steps",
            name="The fall is divided by all steps: it does not get to 0.",
            hint="How many steps are left for the fall after the warm-up?",
            wrong=Slip(warm_up_and_cosine, "(steps - warm_up)", "steps"),
        ),
        Misconception(
            id="rise-a-step-early",
            name="The rise is a step ahead: at step 0 the rate is not 0.",
            hint="Steps are counted from 0. At which step must the rise end?",
            wrong=Slip(warm_up_and_cosine, "peak * step", "peak * (step + 1)"),
        ),
        Misconception(
            id="not-halved",
            name="The fall begins at twice the peak.",
            hint="1 + cos(0) is 2.",
            wrong=Slip(warm_up_and_cosine, " / 2", ""),
        ),
        Misconception(
            id="straight-fall",
            name="The rate falls in a straight line.",
            hint="Halfway down both are the same. What about a quarter of the way?",
            wrong=Slip(warm_up_and_cosine, "(1 + np.cos(np.pi * progress)) / 2", "(1 - progress)"),
        ),
        Misconception(
            id="quarter-cosine",
            name="It falls along a quarter of a cosine, which ends steeply.",
            hint="At the end the curve must be flat. Which angle has the cosine -1?",
            wrong=Slip(
                warm_up_and_cosine,
                "(1 + np.cos(np.pi * progress)) / 2",
                "np.cos(np.pi * progress / 2)",
            ),
        ),
        Misconception(
            id="whole-cosine",
            name="It runs through a whole cosine and comes back up to the peak.",
            hint="cos goes from 1 to -1 between 0 and pi.",
            wrong=Slip(warm_up_and_cosine, "np.pi * progress", "2 * np.pi * progress"),
        ),
        Misconception(
            id="negative-half",
            name="Half of the cosine is below zero, and so is the rate.",
            hint="Shift the cosine up by 1, and halve it.",
            wrong=Slip(
                warm_up_and_cosine, "(1 + np.cos(np.pi * progress)) / 2", "np.cos(np.pi * progress)"
            ),
        ),
    ),
    hints=(
        "Two cases: step < warm_up, and the rest.",
        "For the fall, compute how far it is: 0 at step warm_up, 1 at step steps.",
        "(1 + cos(pi * progress)) / 2 goes from 1 to 0.",
    ),
)
