"""The exercise "He's scale"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.optimization import CHAPTER
from course_utils.exercises.slip import Slip


def he_scaled(noise):
    fan_in = np.prod(noise.shape[:-1])
    return noise * np.sqrt(2 / fan_in)


def inputs(rng):
    yield {"noise": np.array([[1.0, -1, 2], [0, 2, -2]])}
    yield {"noise": np.array([1.0, -2, 0, 3, 0, -1, 2, 1]).reshape(2, 2, 2, 1)}
    for shape in [(3, 3, 1, 4), (8, 3), (3, 3, 5, 2), (1, 1, 6, 3), (2, 3, 4, 7)]:
        yield {"noise": rng.normal(size=shape)}


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="He's scale",
    prompt="""Give random weights the spread of He initialization, sqrt(2 / fan_in).

    noise : random numbers of spread 1, a kernel (kh, kw, C, F) or a dense
    layer's (n_in, n_out)
    The fan-in is the number of inputs that go into one output.
    Returns the noise, scaled: an array of the same shape.
    """,
    reference=he_scaled,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="channels-only",
            name="Only the input channels are counted as fan-in, not the kernel's pixels.",
            hint="A 3x3 kernel over 5 channels: how many products make one output?",
            wrong=Slip(he_scaled, "np.prod(noise.shape[:-1])", "noise.shape[-2]"),
        ),
        Misconception(
            id="pixels-only",
            name="Only the kernel's pixels are counted as fan-in, not the input channels.",
            hint="A 3x3 kernel over 5 channels: how many products make one output?",
            wrong=Slip(
                he_scaled,
                "noise.shape[:-1]",
                "noise.shape[:2] if noise.ndim == 4 else noise.shape[:1]",
            ),
        ),
        Misconception(
            id="fan-out",
            name="The outputs are counted, not the inputs.",
            hint="The last axis counts filters or units. How many inputs does each one see?",
            wrong=Slip(
                he_scaled,
                "np.prod(noise.shape[:-1])",
                "np.prod(noise.shape[:-2]) * noise.shape[-1]",
            ),
        ),
        Misconception(
            id="all-weights",
            name="All weights are counted, those of other outputs too.",
            hint="The fan-in belongs to one output. Which axis must not be counted?",
            wrong=Slip(he_scaled, "noise.shape[:-1]", "noise.shape"),
        ),
        Misconception(
            id="variance-for-spread",
            name="The noise is multiplied by the variance, 2 / fan_in, without the root.",
            hint="Scaling by s multiplies the spread by s and the variance by s squared.",
            wrong=Slip(he_scaled, "np.sqrt(2 / fan_in)", "2 / fan_in"),
        ),
        Misconception(
            id="without-the-two",
            name="The 2 for ReLU is missing: that is the spread 1 / sqrt(fan_in).",
            hint="ReLU takes half of the signal's mean square away. What makes up for it?",
            wrong=Slip(he_scaled, "2 / fan_in", "1 / fan_in"),
        ),
        Misconception(
            id="glorot",
            name="That is Glorot's scale, from fan-in and fan-out together.",
            hint="He's rule counts the inputs alone, and has a 2 for ReLU.",
            wrong=Slip(
                he_scaled,
                "np.prod(noise.shape[:-1])",
                "np.prod(noise.shape[:-2]) * sum(noise.shape[-2:])",
            ),
        ),
    ),
    hints=(
        "How many products are added up for one output of a kernel (3, 3, 5, 2)?",
        "3 * 3 * 5 = 45: every axis but the last.",
        "noise.shape[:-1] leaves the last axis out; np.prod multiplies what is left.",
    ),
)
