"""The exercise "Output size"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution import CHAPTER
from course_utils.exercises.slip import Slip


def feature_map_size(n, kernel, stride, padding):
    return (n + 2 * padding - kernel) // stride + 1


def inputs(rng):
    yield {"n": 5, "kernel": 3, "stride": 1, "padding": 0}
    yield {"n": 5, "kernel": 3, "stride": 2, "padding": 1}
    yield {"n": 6, "kernel": 3, "stride": 2, "padding": 0}
    yield {"n": 7, "kernel": 2, "stride": 3, "padding": 1}
    for _ in range(6):
        yield {
            "n": int(rng.integers(20, 225)),
            "kernel": int(rng.integers(1, 12)),
            "stride": int(rng.integers(1, 5)),
            "padding": int(rng.integers(0, 6)),
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Output size",
    prompt="""Number of places for a kernel along one axis.

    n : int, pixels of the image along this axis
    kernel : int, pixels of the kernel, at most n + 2 * padding
    stride : int, pixels from one place to the next
    padding : int, zeros added at each of the two ends

    A place where the kernel would hang over the end does not count.
    """,
    reference=feature_map_size,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="size-off-by-one",
            name="The starting place is not counted.",
            hint="The division counts moves. The kernel is already somewhere before it moves.",
            wrong=Slip(feature_map_size, " + 1", ""),
        ),
        Misconception(
            id="padding-counted-once",
            name="The padding is counted at one end only.",
            hint="Zeros come before the first pixel and after the last one.",
            wrong=Slip(feature_map_size, "2 * padding", "padding"),
        ),
        Misconception(
            id="rounded-up",
            name="A last place is counted where the kernel hangs over the end.",
            hint="With 6 pixels, kernel 3 and stride 2: at which places does the kernel fit?",
            wrong=Slip(
                feature_map_size,
                "(n + 2 * padding - kernel) // stride",
                "-(-(n + 2 * padding - kernel) // stride)",
            ),
        ),
        Misconception(
            id="stride-ignored",
            name="The stride is ignored.",
            hint="With stride 2 there is a place at every second pixel only.",
            wrong=Slip(feature_map_size, " // stride", ""),
        ),
        Misconception(
            id="not-rounded",
            name="The result is not a whole number when the stride does not fit.",
            hint="Half a place is no place. Which way must it be rounded?",
            wrong=Slip(feature_map_size, "//", "/"),
        ),
    ),
    hints=(
        "Draw 7 pixels and a kernel of 3. Mark the left end of each place.",
        "How many pixels is the kernel free to move? How many strides fit into that?",
        "Whole strides only: `//` rounds down. And the starting place counts too.",
    ),
)
