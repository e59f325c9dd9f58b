"""The exercise "A kernel with holes"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution import CHAPTER


def dilate_kernel(kernel, dilation):
    height, width = kernel.shape
    dilated = np.zeros(((height - 1) * dilation + 1, (width - 1) * dilation + 1))
    dilated[::dilation, ::dilation] = kernel
    return dilated


def inputs(rng):
    yield {"kernel": np.array([[1, 2]]), "dilation": 2}
    yield {"kernel": np.array([[1, 2], [3, 4], [5, 6]]), "dilation": 2}
    yield {"kernel": rng.normal(size=(3, 3)), "dilation": 1}
    yield {"kernel": rng.normal(size=(2, 4)), "dilation": 3}
    yield {"kernel": rng.normal(size=(5, 3)), "dilation": 4}


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="A kernel with holes",
    prompt="""Write a dilated kernel as a larger kernel with zeros in the holes.

    kernel : array (kh, kw)
    dilation : int, distance of neighboring entries; 1 changes nothing

    Entry [i, j] of the kernel lands at [i * dilation, j * dilation]. The
    result starts and ends with a kernel entry, along both axes.
    """,
    reference=dilate_kernel,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="zeros-at-the-end",
            name="There are zeros after the last entry, too.",
            hint="Between kh entries there are kh - 1 gaps. How many do you make?",
            wrong=lambda kernel, dilation: np.kron(
                kernel, np.eye(dilation)[:1].T @ np.eye(dilation)[:1]
            ),
        ),
        Misconception(
            id="one-zero-too-many",
            name="There are `dilation` zeros between neighbors instead of `dilation - 1`.",
            hint="With dilation 1 the kernel must stay as it is.",
            wrong=lambda kernel, dilation: dilate_kernel(kernel, dilation + 1),
        ),
        Misconception(
            id="rows-only",
            name="Only the rows are spread out.",
            hint="The entries move apart in both directions.",
            wrong=lambda kernel, dilation: dilate_kernel(kernel, dilation)[:, ::dilation],
        ),
        Misconception(
            id="columns-only",
            name="Only the columns are spread out.",
            hint="The entries move apart in both directions.",
            wrong=lambda kernel, dilation: dilate_kernel(kernel, dilation)[::dilation],
        ),
        Misconception(
            id="entries-repeated",
            name="The holes are filled with copies of the entries.",
            hint="A dilated kernel has no more weights than before: the holes are zero.",
            wrong=lambda kernel, dilation: np.kron(kernel, np.ones((dilation, dilation))),
        ),
    ),
    hints=(
        "Write the result for [[1, 2]] and dilation 2 on paper. How wide is it?",
        "Between kh entries lie kh - 1 gaps, so the height is (kh - 1) * dilation + 1.",
        "Start with zeros, then assign to every `dilation`-th row and column with a slice.",
    ),
)
