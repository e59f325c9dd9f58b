"""The exercise "Sliding as a matrix product"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.why_cnns import CHAPTER


def band_matrix(weights, n):
    k = len(weights)
    matrix = np.zeros((n, n - k + 1))
    for output in range(n - k + 1):
        matrix[output : output + k, output] = weights
    return matrix


def inputs(rng):
    yield {"weights": np.array([1, 2]), "n": 4}
    yield {"weights": np.array([1, 0, -1]), "n": 5}
    yield {"weights": np.array([3]), "n": 5}
    for k, n in ((3, 3), (4, 9), (5, 12)):
        yield {"weights": rng.normal(size=k), "n": n}


def _wrapped_band_matrix(weights, n):
    column = np.zeros(n)
    column[: len(weights)] = weights
    return np.stack([np.roll(column, output) for output in range(n)], axis=1)


def _padded_band_matrix(weights, n):
    before = (len(weights) - 1) // 2
    return band_matrix(weights, n + len(weights) - 1)[before : before + n]


def _blocks_side_by_side(weights, n):
    k = len(weights)
    matrix = np.zeros((n, n // k))
    for output in range(n // k):
        matrix[output * k : (output + 1) * k, output] = weights
    return matrix


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Sliding as a matrix product",
    prompt="""The matrix that slides a few weights along a signal.

    weights : array (k,)
    n : int, length of the signal, at least k
    Returns an array (n, n - k + 1): entry i of signal @ result is
    weights[0] * signal[i] + weights[1] * signal[i + 1] + ...,
    with k terms.
    """,
    reference=band_matrix,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="transposed",
            name="Rows and columns are swapped.",
            hint="The signal is on the left of the product: each column makes one output.",
            wrong=lambda weights, n: band_matrix(weights, n).T,
        ),
        Misconception(
            id="weights-flipped",
            name="The weights run backward along the signal.",
            hint="Output 0 multiplies signal[0] by weights[0], not by the last weight.",
            wrong=lambda weights, n: band_matrix(weights[::-1], n),
        ),
        Misconception(
            id="wraps-around",
            name="At the end of the signal the weights come in again at its beginning.",
            hint="Stop at the last place where all k weights still lie on the signal.",
            wrong=_wrapped_band_matrix,
        ),
        Misconception(
            id="padded",
            name="The weights are also laid at places where they hang over the ends.",
            hint="Output 0 starts with all k weights on the signal. How many places are there?",
            wrong=_padded_band_matrix,
        ),
        Misconception(
            id="side-by-side",
            name="From one output to the next the weights move k places, not one.",
            hint="Output 1 begins at signal[1].",
            wrong=_blocks_side_by_side,
        ),
    ),
    hints=(
        "Write the matrix for n = 4 and two weights on paper: it has three columns.",
        "Start from zeros. Column i holds the weights, and they begin at row i.",
        "matrix[i : i + k, i] is where the weights of output i belong.",
    ),
    points=2,
)
