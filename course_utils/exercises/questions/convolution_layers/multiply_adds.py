"""The exercise "What a layer costs"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution_layers import CHAPTER
from course_utils.exercises.slip import Slip


def multiply_adds(height, width, channels, filters, kernel, stride):
    output_height = -(-height // stride)  # rounded up
    output_width = -(-width // stride)
    return output_height * output_width * filters * kernel * kernel * channels


def inputs(rng):
    for height, width, channels, filters, kernel, stride in (
        (4, 6, 1, 1, 3, 1),
        (4, 6, 2, 3, 3, 2),
        (5, 7, 2, 3, 1, 2),
        (112, 112, 64, 128, 3, 1),
        (225, 150, 3, 64, 7, 2),
        tuple(int(value) for value in rng.integers([10, 20, 2, 5, 2, 3], [20, 30, 5, 9, 6, 6])),
    ):
        yield {
            "height": height,
            "width": width,
            "channels": channels,
            "filters": filters,
            "kernel": kernel,
            "stride": stride,
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="What a layer costs",
    prompt="""Number of multiplications of one convolution layer for one image.

    height, width : int, pixels of the input
    channels, filters : int, maps that come in and go out
    kernel : int, side of the square kernels
    stride : int, in both directions

    The padding is "same": height / stride rows come out, rounded up, and as
    many columns for the width. Products with the zeros of the border count
    like all others.
    """,
    reference=multiply_adds,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="stride-ignored",
            name="The stride is ignored.",
            hint="How many places are there with stride 2?",
            wrong=lambda height, width, channels, filters, kernel, stride: multiply_adds(
                height, width, channels, filters, kernel, 1
            ),
        ),
        Misconception(
            id="channels-forgotten",
            name="The input channels are forgotten.",
            hint="How many products make one output value?",
            wrong=Slip(multiply_adds, " * channels", ""),
        ),
        Misconception(
            id="stride-once",
            name="The stride shrinks one direction only.",
            hint="Both the rows and the columns of the output get fewer.",
            wrong=Slip(multiply_adds, "-(-width // stride)", "width"),
        ),
        Misconception(
            id="rounded-down",
            name="The number of places is rounded down when the stride does not fit.",
            hint='Five pixels and stride 2: with "same" padding there are three places.',
            wrong=lambda height, width, channels, filters, kernel, stride: multiply_adds(
                height // stride, width // stride, channels, filters, kernel, 1
            ),
        ),
        Misconception(
            id="valid-for-same",
            name='The places are counted as for padding "valid".',
            hint="The border is padded: with stride 1 there is a place for each pixel.",
            wrong=lambda height, width, channels, filters, kernel, stride: (
                ((height - kernel) // stride + 1)
                * ((width - kernel) // stride + 1)
                * (filters * kernel * kernel * channels)
            ),
        ),
        Misconception(
            id="places-forgotten",
            name="The weights are counted, not the multiplications.",
            hint="Each weight is used again at each place.",
            wrong=Slip(multiply_adds, "output_height * output_width * filters", "filters"),
        ),
        Misconception(
            id="additions-counted",
            name="A multiplication and its addition are counted as two.",
            hint="That gives FLOPs. The prompt asks for multiplications.",
            wrong=Slip(multiply_adds, "return output_height", "return 2 * output_height"),
        ),
    ),
    hints=(
        "Cost = (products for one output value) x (number of output values).",
        "One output value takes kernel * kernel * channels products.",
        "Rounding up in whole numbers: `-(-height // stride)`.",
    ),
)
