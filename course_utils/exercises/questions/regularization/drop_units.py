"""The exercise "Dropout"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.regularization import CHAPTER
from course_utils.exercises.slip import Slip


def drop_units(x, rate, draws, training):
    if not training:
        return x
    return np.where(draws >= rate, x / (1 - rate), 0)


def inputs(rng):
    yield {
        "x": np.array([1.0, 2, 3, 4]),
        "rate": 0.5,
        "draws": np.array([0.7, 0.1, 0.5, 0.4]),
        "training": True,
    }
    yield {
        "x": np.array([1.0, 2, 3, 4]),
        "rate": 0.5,
        "draws": np.array([0.7, 0.1, 0.5, 0.4]),
        "training": False,
    }
    yield {
        "x": np.array([[3.0, -6, 9], [12, 3, -3]]),
        "rate": 0.25,
        "draws": np.array([[0.9, 0.3, 0.2], [0.1, 0.8, 0.6]]),
        "training": True,
    }
    for shape, rate, training in [
        ((3, 8), 0.3, True),
        ((2, 3, 4, 5), 0.8, True),
        ((4, 3), 0.6, False),
    ]:
        yield {
            "x": rng.normal(size=shape),
            "rate": rate,
            "draws": rng.random(shape),
            "training": training,
        }
    yield {"x": rng.normal(size=(2, 3)), "rate": 0.0, "draws": rng.random((2, 3)), "training": True}


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Dropout",
    prompt="""Inverted dropout with given random numbers.

    x : float array of any shape
    rate : float, at least 0 and below 1
    draws : array of x's shape, uniform random numbers from 0 to 1
    training : True or False
    In training, entries whose draw is below rate become 0, and the others
    are scaled so that the expected value of every entry stays as it was.
    At inference x stays as it is.
    Returns an array of x's shape.
    """,
    reference=drop_units,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="not-scaled",
            name="The entries that stay are not scaled.",
            hint="With rate 0.5 half of them are gone. What keeps the sum the same on average?",
            wrong=Slip(drop_units, "x / (1 - rate)", "x"),
        ),
        Misconception(
            id="scaled-at-inference",
            name="The scaling is done at inference, as the first dropout paper did it.",
            hint="Inverted means: scale up in training, and leave inference alone.",
            wrong=lambda x, rate, draws, training: (
                np.where(draws >= rate, x, 0) if training else x * (1 - rate)
            ),
        ),
        Misconception(
            id="drops-at-inference",
            name="Entries are dropped at inference too.",
            hint="A prediction should not depend on chance. What does training tell you?",
            wrong=Slip(drop_units, "    if not training:\n        return x\n", ""),
        ),
        Misconception(
            id="rate-is-kept",
            name="rate is taken as the share that stays.",
            hint="rate is the share that is dropped: with rate 0 nothing is.",
            wrong=Slip(
                drop_units, "draws >= rate, x / (1 - rate)", "draws < rate, x / max(rate, 1e-12)"
            ),
        ),
        Misconception(
            id="scaled-down",
            name="The entries that stay are multiplied by 1 - rate.",
            hint="Something was lost, so the rest must become larger.",
            wrong=Slip(drop_units, "x / (1 - rate)", "x * (1 - rate)"),
        ),
        Misconception(
            id="keeps-the-wrong-ones",
            name="Entries whose draw is below rate are kept, the others dropped.",
            hint="Draws are below 0.1 in one case out of ten: those go when the rate is 0.1.",
            wrong=Slip(drop_units, "draws >= rate", "draws < rate"),
        ),
        Misconception(
            id="keeps-the-low-draws",
            name="Entries are kept if their draw is below 1 - rate: as many, but other ones.",
            hint="The prompt says which draws mean that an entry becomes 0.",
            wrong=Slip(drop_units, "draws >= rate", "draws < 1 - rate"),
        ),
        Misconception(
            id="equal-is-dropped",
            name="Entries whose draw is exactly rate are dropped too.",
            hint="Below rate means smaller than it, not equal.",
            wrong=Slip(drop_units, "draws >= rate", "draws > rate"),
        ),
        Misconception(
            id="divided-by-rate",
            name="The entries that stay are divided by rate.",
            hint="With a rate of 0.1 little is missing. How much larger must the rest become?",
            wrong=Slip(drop_units, "(1 - rate)", "rate"),
        ),
        Misconception(
            id="scaled-by-the-actual-share",
            name="The entries that stay are divided by the share that stayed this time.",
            hint="The scale makes up for the average share, which rate says.",
            wrong=Slip(drop_units, "(1 - rate)", "max((draws >= rate).mean(), 1e-12)"),
        ),
        Misconception(
            id="scaled-twice",
            name="The scaling is done in training and at inference once more.",
            hint="One of the two is enough. Which one makes dropout inverted?",
            wrong=Slip(drop_units, "return x\n", "return x * (1 - rate)\n"),
        ),
        Misconception(
            id="training-reversed",
            name="Entries are dropped at inference and not in training.",
            hint="Which branch is for training=True?",
            wrong=Slip(drop_units, "if not training", "if training"),
        ),
        Misconception(
            id="returns-the-mask",
            name="The scaled mask is returned, not x with the mask applied.",
            hint="What becomes of x?",
            wrong=lambda x, rate, draws, training: (
                (draws >= rate) / (1 - rate) if training else np.ones_like(x)
            ),
        ),
    ),
    hints=(
        "What does the function do first when training is False?",
        "np.where(condition, a, b) takes a where the condition holds, and b elsewhere.",
        "An entry stays with probability 1 - rate; what must it be divided by?",
    ),
)
