"""The exercise "A dense layer on an image"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.why_cnns import CHAPTER
from course_utils.exercises.slip import Slip


def dense_layer(image, weights, biases):
    pixels = image.reshape(-1)
    return pixels @ weights + biases


def inputs(rng):
    yield {
        "image": np.array([[[1], [2], [3]], [[4], [5], [6]]]),
        "weights": np.array([[1, 0], [0, 1], [0, 0], [0, 0], [1, 0], [0, -1]]),
        "biases": np.array([10, 20]),
    }
    for shape, outputs in (((2, 2, 3), 1), ((3, 5, 2), 4), ((4, 1, 4), 3), ((6, 4, 3), 10)):
        yield {
            "image": rng.normal(size=shape),
            "weights": rng.normal(size=(np.prod(shape), outputs)),
            "biases": rng.normal(size=outputs),
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="A dense layer on an image",
    prompt="""Outputs of a dense layer that reads a whole image.

    image : array (height, width, channels)
    weights : array (height * width * channels, outputs)
    biases : array (outputs,)
    Returns an array (outputs,).
    """,
    reference=dense_layer,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="biases-forgotten",
            name="The biases are not added.",
            hint="Every output has one number of its own that does not depend on the image.",
            wrong=Slip(dense_layer, " + biases", ""),
        ),
        Misconception(
            id="columns-first",
            name="The image is flattened column by column.",
            hint="The weights expect the order of reshape(-1): row by row.",
            wrong=Slip(dense_layer, "image.reshape(-1)", "image.transpose(1, 0, 2).reshape(-1)"),
        ),
        Misconception(
            id="channels-first",
            name="The image is flattened one channel after the other.",
            hint="The weights expect the order of reshape(-1): all channels of the first "
            "pixel, then all channels of the next one.",
            wrong=Slip(dense_layer, "image.reshape(-1)", "image.transpose(2, 0, 1).reshape(-1)"),
        ),
    ),
    hints=(
        "First make a vector of the image, as long as `weights` has rows.",
        "A vector times a matrix, then plus a vector: two lines in all.",
    ),
)
