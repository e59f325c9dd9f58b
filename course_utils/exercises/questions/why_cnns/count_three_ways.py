"""The exercise "The same outputs, three ways"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.why_cnns import CHAPTER
from course_utils.exercises.slip import Slip


def count_three_ways(height, width, kernel, filters):
    places = (height - kernel + 1) * (width - kernel + 1)
    outputs = places * filters
    dense = height * width * outputs + outputs
    local = kernel * kernel * outputs + outputs
    shared = kernel * kernel * filters + filters
    return dense, local, shared


def inputs(rng):
    yield {"height": 3, "width": 4, "kernel": 2, "filters": 1}
    yield {"height": 5, "width": 4, "kernel": 3, "filters": 2}
    for _ in range(4):
        height, width, kernel, filters = (
            int(n) for n in rng.integers([8, 20, 2, 3], [20, 30, 6, 40])
        )
        yield {"height": height, "width": width, "kernel": kernel, "filters": filters}


def _count_without_biases(height, width, kernel, filters):
    outputs = (height - kernel + 1) * (width - kernel + 1) * filters
    patch = kernel * kernel
    return height * width * outputs, patch * outputs, patch * filters


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="The same outputs, three ways",
    prompt="""Parameters, biases included, of three layers with the same outputs.

    A gray image of height x width pixels becomes `filters` maps. A map
    has one output for each place where a window of kernel x kernel
    pixels fits entirely on the image.
    Returns (dense, local, shared), three ints:
    dense: every output has a weight for every pixel, and a bias
    local: every output has a weight for each pixel of its window,
        and a bias
    shared: as local, but the outputs of one map share their weights
        and their bias
    """,
    reference=count_three_ways,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="biases-forgotten",
            name="The biases are not counted.",
            hint="One bias for each output; where outputs share their weights, "
            "they share the bias too.",
            wrong=_count_without_biases,
        ),
        Misconception(
            id="one-output-a-filter",
            name="Each filter is counted as one output.",
            hint="A filter makes a whole map: one output for each place of its window.",
            wrong=Slip(count_three_ways, "outputs = places * filters", "outputs = filters"),
        ),
        Misconception(
            id="padded",
            name="Each filter is given one output for every pixel.",
            hint="A window that hangs over the border has no output here. "
            "At how many rows can the window begin?",
            wrong=Slip(
                count_three_ways, "(height - kernel + 1) * (width - kernel + 1)", "height * width"
            ),
        ),
        Misconception(
            id="size-off-by-one",
            name="There is one place too few in each direction.",
            hint="A window of 3 fits into a row of 4 at two places: columns 0 and 1.",
            wrong=Slip(
                count_three_ways,
                "(height - kernel + 1) * (width - kernel + 1)",
                "(height - kernel) * (width - kernel)",
            ),
        ),
        Misconception(
            id="bias-not-shared",
            name="In the shared layer every place has a bias of its own.",
            hint="All outputs of one map share the bias as well: one bias for each filter.",
            wrong=Slip(
                count_three_ways,
                "kernel * kernel * filters + filters",
                "kernel * kernel * filters + outputs",
            ),
        ),
    ),
    hints=(
        "First count the places: a window of `kernel` fits into a row of `width` pixels at "
        "width - kernel + 1 places.",
        "The number of outputs is places x filters. It is the same for all three layers.",
        "dense: (height * width + 1) parameters per output. local: (kernel * kernel + 1) "
        "per output. shared: (kernel * kernel + 1) per filter.",
    ),
    points=2,
)
