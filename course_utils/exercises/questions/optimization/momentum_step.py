"""The exercise "A step with momentum"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.optimization import CHAPTER
from course_utils.exercises.slip import Slip


def momentum_step(w, velocity, gradient, learning_rate, momentum):
    velocity = momentum * velocity - learning_rate * gradient
    return w + velocity, velocity


def inputs(rng):
    yield {
        "w": np.array([10.0, 1.0]),
        "velocity": np.array([-2.0, 1.0]),
        "gradient": np.array([10.0, 20.0]),
        "learning_rate": 0.1,
        "momentum": 0.5,
    }
    for shape, rate, momentum in [
        ((3,), 0.1, 0.9),
        ((2, 4), 0.01, 0.99),
        ((3, 3, 1, 2), 0.5, 0.0),
        ((5, 2), 0.05, 0.9),
    ]:
        yield {
            "w": rng.normal(size=shape),
            "velocity": rng.normal(size=shape),
            "gradient": rng.normal(scale=3, size=shape),
            "learning_rate": rate,
            "momentum": momentum,
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="A step with momentum",
    prompt="""One step of gradient descent with momentum.

    w, velocity, gradient : arrays of the same shape
    The velocity is multiplied by momentum, and learning_rate times the
    gradient is subtracted from it. Then the new velocity is added to w.
    Returns the new w and the new velocity; the arrays passed in stay as they
    are.
    """,
    reference=momentum_step,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="no-momentum",
            name="The old velocity is forgotten: that is plain gradient descent.",
            hint="How much of the last step should be in this one?",
            wrong=Slip(momentum_step, "momentum * velocity - learning_rate", "-learning_rate"),
        ),
        Misconception(
            id="old-velocity",
            name="w moves by the old velocity, before the gradient has changed it.",
            hint="Which comes first, the new velocity or the move?",
            wrong=lambda w, velocity, gradient, learning_rate, momentum: (
                w + velocity,
                momentum * velocity - learning_rate * gradient,
            ),
        ),
        Misconception(
            id="uphill",
            name="The gradient is added to the velocity: the step goes uphill.",
            hint="With velocity 0 the step must be minus learning_rate times the gradient.",
            wrong=Slip(momentum_step, "- learning_rate", "+ learning_rate"),
        ),
        Misconception(
            id="weighted-mean",
            name="The gradient is weighted with 1 - momentum, as in a running mean.",
            hint="In this rule the whole gradient enters the velocity.",
            wrong=Slip(
                momentum_step,
                "learning_rate * gradient",
                "(1 - momentum) * learning_rate * gradient",
            ),
        ),
        Misconception(
            id="rate-outside",
            name="The velocity is kept without the learning rate, as in PyTorch.",
            hint="That works too, but it is another velocity. Here the rate is part of it.",
            wrong=lambda w, velocity, gradient, learning_rate, momentum: (
                w - learning_rate * (momentum * velocity + gradient),
                momentum * velocity + gradient,
            ),
        ),
        Misconception(
            id="nesterov",
            name="w moves once more with the new velocity: that is Nesterov's rule.",
            hint="Here w moves by the new velocity, and by nothing else.",
            wrong=Slip(
                momentum_step, "w + velocity", "w + momentum * velocity - learning_rate * gradient"
            ),
        ),
    ),
    hints=(
        "Two lines: first the new velocity, then the new w.",
        "velocity = momentum * velocity - ...; do not write -=, it changes the array you got.",
    ),
)
