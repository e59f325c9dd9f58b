"""The exercise "One window"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution import CHAPTER


def correlate_patch(patch, kernel):
    return np.sum(patch * kernel)


def inputs(rng):
    yield {"patch": np.array([[1, 2], [3, 4]]), "kernel": np.array([[1, 0], [5, -1]])}
    yield {"patch": np.array([[1, 0, 2], [0, 3, 1]]), "kernel": np.array([[0, 1, 1], [2, 0, -1]])}
    for shape in ((3, 3), (5, 5), (2, 4)):
        yield {"patch": rng.normal(size=shape), "kernel": rng.normal(size=shape)}


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="One window",
    prompt="""What a kernel answers at one place: one number.

    patch : array (kh, kw), the pixels under the kernel
    kernel : array (kh, kw)

    Multiply each pixel by the kernel entry that lies on it, and add up the
    products.
    """,
    reference=correlate_patch,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="matrix-product",
            name="Patch and kernel are multiplied as matrices.",
            hint="`@` mixes rows with columns. Here each pixel meets one kernel entry only.",
            wrong=lambda patch, kernel: np.sum(patch @ kernel),
        ),
        Misconception(
            id="not-summed",
            name="The products are not added up.",
            hint="A window gives one number, not one for each pixel.",
            wrong=lambda patch, kernel: patch * kernel,
        ),
        Misconception(
            id="averaged",
            name="The products are averaged instead of added up.",
            hint="Nothing is divided by the number of pixels here.",
            wrong=lambda patch, kernel: np.mean(patch * kernel),
        ),
        Misconception(
            id="flipped-kernel",
            name="The kernel is turned by 180 degrees before it is laid on the patch.",
            hint="The kernel's top left entry belongs on the patch's top left pixel.",
            wrong=lambda patch, kernel: np.sum(patch * kernel[::-1, ::-1]),
        ),
        Misconception(
            id="values-added",
            name="Pixels and kernel entries are added instead of multiplied.",
            hint="A kernel entry of 0 must make its pixel irrelevant. Does it?",
            wrong=lambda patch, kernel: np.sum(patch + kernel),
        ),
    ),
    hints=(
        "Do the first one on paper: four products, then their sum.",
        "In numpy, `*` between two arrays of the same shape works entry by entry.",
        "`np.sum` of an array adds up all its entries.",
    ),
)
