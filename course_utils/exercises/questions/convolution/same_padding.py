"""The exercise "Same padding"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution import CHAPTER
from course_utils.exercises.slip import Slip


def same_padding(n, kernel, stride):
    outputs = -(-n // stride)  # n / stride, rounded up
    total = max((outputs - 1) * stride + kernel - n, 0)
    return total // 2, total - total // 2


def inputs(rng):
    for n, kernel, stride in ((5, 3, 1), (5, 2, 1), (6, 3, 2), (5, 3, 2), (6, 1, 2), (224, 7, 2)):
        yield {"n": n, "kernel": kernel, "stride": stride}
    for _ in range(6):
        n, kernel, stride = (int(value) for value in rng.integers([9, 1, 1], [100, 8, 5]))
        yield {"n": n, "kernel": kernel, "stride": stride}


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Same padding",
    prompt="""Zeros before and after one axis: TensorFlow's "same" padding.

    n : int, pixels along the axis
    kernel : int
    stride : int

    Returns (before, after). There must be n / stride outputs, rounded up,
    with as few zeros as that takes (at least none). An odd zero goes after
    the image.
    """,
    reference=same_padding,
    inputs=inputs,
    points=2.0,
    misconceptions=(
        Misconception(
            id="odd-pixel-before",
            name="The odd zero is put before the image.",
            hint="The two numbers are right, their order is not.",
            wrong=lambda n, kernel, stride: same_padding(n, kernel, stride)[::-1],
        ),
        Misconception(
            id="stride-ignored",
            name="The padding is worked out as if the stride were 1.",
            hint="With stride 2 the last place may end before the image does. What then?",
            wrong=lambda n, kernel, stride: same_padding(n, kernel, 1),
        ),
        Misconception(
            id="equal-on-both-sides",
            name="Both sides get kernel // 2 zeros.",
            hint="Try 6 pixels, kernel 3 and stride 2: are that many zeros needed?",
            wrong=lambda n, kernel, stride: (kernel // 2, kernel // 2),
        ),
        Misconception(
            id="negative-padding",
            name="The number of zeros can be negative.",
            hint="A kernel of 1 with stride 2 needs no zeros. What do you return for it?",
            wrong=Slip(
                same_padding,
                "max((outputs - 1) * stride + kernel - n, 0)",
                "(outputs - 1) * stride + kernel - n",
            ),
        ),
    ),
    hints=(
        "First the number of outputs: n / stride, rounded up. Where does the last one end?",
        "From the start of the first window to the end of the last one it is "
        "`(outputs - 1) * stride + kernel` pixels.",
        "What is missing to n is the total. Half of it, rounded down, goes before.",
    ),
)
