"""Exercises of chapter 1: why CNNs."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def flatten_index(row, column, width):
    return row * width + column


def mlp_parameters():
    return 784 * 100 + 100


EXERCISES = (
    Exercise(
        chapter=1,
        title="Where a pixel lands",
        prompt="""Position of pixel (row, column) in the flattened image, counted from 0.

        row, column : int, from 0
        width : int, pixels in a row of the image
        """,
        reference=flatten_index,
        inputs=lambda rng: [
            dict(row=1, column=2, width=3),
            *(
                dict(row=int(r), column=int(c), width=int(w))
                for r, c, w in rng.integers([0, 0, 10], [9, 9, 20], size=(8, 3))
            ),
        ],
        misconceptions=(
            Misconception(
                id="columns-first",
                name="The image is read column by column.",
                hint="ravel() walks along a row first. How many pixels lie in the rows above?",
                wrong=lambda row, column, width: column * width + row,
            ),
        ),
        hints=("How many pixels lie in the rows above yours?",),
    ),
    Exercise(
        chapter=1,
        title="A dense layer on a digit",
        prompt="Number of parameters, biases included, of a dense layer from 28x28 pixels to 100.",
        reference=mlp_parameters,
        misconceptions=(
            Misconception(
                id="biases-forgotten",
                name="The biases are not counted.",
                hint="Each of the 100 neurons adds one number of its own.",
                wrong=lambda: 78400,
            ),
        ),
        hints=("Count the weights of one neuron first.",),
    ),
)
