"""The exercise "Probabilities at a temperature"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_fashion_mnist import CHAPTER
from course_utils.exercises.slip import Slip


def soften(logits, temperature):
    scaled = logits / temperature
    exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def inputs(rng):
    yield {"logits": np.array([[2.0, 0.0], [0.0, 4.0]]), "temperature": 2.0}
    yield {"logits": np.array([[3.0, 1.0, 0.0]]), "temperature": 0.5}
    yield {"logits": np.array([[1000.0, 1002.0, 998.0]]), "temperature": 2.0}
    yield {"logits": np.array([[0.0, 2002.0, 2000.0]]), "temperature": 2.0}
    for count, classes, temperature in [(4, 10, 1.5), (6, 3, 0.8), (5, 5, 4.0)]:
        yield {
            "logits": rng.normal(scale=4, size=(count, classes)),
            "temperature": temperature,
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Probabilities at a temperature",
    prompt="""Probabilities of a network whose scores are divided by a temperature.

    logits : (N, K) float array, the scores before softmax, possibly large
    temperature : float above 0; 1 changes nothing, more makes the network less sure
    Returns softmax(logits / temperature), row by row: an array (N, K).
    """,
    reference=soften,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="multiplied",
            name="The scores are multiplied by the temperature: larger makes surer.",
            hint="At a high temperature the probabilities come close to each other.",
            wrong=Slip(soften, "logits / temperature", "logits * temperature"),
        ),
        Misconception(
            id="after-softmax",
            name="The probabilities are divided, not the scores.",
            hint="What do the rows of your result add up to?",
            wrong=lambda logits, temperature: soften(logits, 1) / temperature,
        ),
        Misconception(
            id="softmax-twice",
            name="Softmax is applied to probabilities instead of scores.",
            hint="The temperature divides the scores, before softmax sees them.",
            wrong=lambda logits, temperature: soften(soften(logits, 1), temperature),
        ),
        Misconception(
            id="scores",
            name="These are the divided scores; softmax is missing.",
            hint="Each row must be positive and add up to 1.",
            wrong=lambda logits, temperature: logits / temperature,
        ),
    ),
    hints=(
        "Divide first, then apply the softmax that you know from chapter 3.",
        "Subtract each row's largest scaled score before np.exp, so that nothing overflows.",
    ),
)
