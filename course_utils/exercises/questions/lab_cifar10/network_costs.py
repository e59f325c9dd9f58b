"""The exercise "What a network costs"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_cifar10 import CHAPTER
from course_utils.exercises.slip import Slip


def network_costs(side, channels, filters, units, classes):
    parameters, multiplications = 0, 0
    for position, maps in enumerate(filters):
        if position > 0:
            side //= 2
        parameters += (9 * channels + 1) * maps
        multiplications += side * side * 9 * channels * maps
        channels = maps
    values = side * side * channels
    parameters += (values + 1) * units + (units + 1) * classes
    multiplications += values * units + units * classes
    return parameters, multiplications


def inputs(rng):
    yield {"side": 4, "channels": 1, "filters": (2,), "units": 3, "classes": 2}
    yield {"side": 6, "channels": 2, "filters": (3, 4), "units": 5, "classes": 3}
    yield {"side": 32, "channels": 3, "filters": (32, 64, 128), "units": 128, "classes": 10}
    for blocks in (2, 3, 3):
        yield {
            "side": int(rng.integers(24, 60)),
            "channels": int(rng.integers(1, 5)),
            "filters": tuple(int(maps) for maps in rng.integers(4, 40, size=blocks)),
            "units": int(rng.integers(10, 100)),
            "classes": int(rng.integers(2, 20)),
        }


def _costs_without_biases(side, channels, filters, units, classes):
    parameters, multiplications = network_costs(side, channels, filters, units, classes)
    return parameters - sum(filters) - units - classes, multiplications


def _costs_without_pooling(side, channels, filters, units, classes):
    parameters, _ = network_costs(side, channels, filters, units, classes)
    depths = (channels, *filters)
    wide = sum(side * side * 9 * a * b for a, b in zip(depths, filters, strict=False))
    values = (side // 2 ** (len(filters) - 1)) ** 2 * filters[-1]
    return parameters, wide + values * units + units * classes


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="What a network costs",
    prompt="""Parameters and multiplications of a network like the first of the two.

    side, channels : int, the input is side x side x channels
    filters : tuple of int, filters of each convolution; all are 3x3 with same padding, and
    between two of them is a 2x2 max pooling with stride 2 that drops an odd last row or
    column. Then come Flatten, a dense layer with `units` units and one with `classes`.
    All layers have biases. Multiplications are those of one image; adding a bias is none.
    Returns two ints: parameters, multiplications.
    """,
    reference=network_costs,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="biases-forgotten",
            name="The biases are not counted among the parameters.",
            hint="Each filter and each unit adds one number of its own.",
            wrong=_costs_without_biases,
        ),
        Misconception(
            id="valid-padding",
            name="The convolutions are taken to lose a pixel on each side.",
            hint="With same padding 32 pixels stay 32.",
            wrong=Slip(
                network_costs,
                "        parameters += (9",
                "        side -= 2\n        parameters += (9",
            ),
        ),
        Misconception(
            id="pooled-at-the-end",
            name="A pooling is counted after the last convolution; there is none.",
            hint="A pooling comes between two convolutions. How many are there?",
            wrong=Slip(network_costs, "values = side * side", "values = (side // 2) ** 2"),
        ),
        Misconception(
            id="channels-forgotten",
            name="A filter is taken to have 9 weights, however many channels it reads.",
            hint="A filter spans all maps of the layer before.",
            wrong=Slip(
                network_costs,
                "        parameters += (9",
                "        channels = 1\n        parameters += (9",
            ),
        ),
        Misconception(
            id="each-weight-once",
            name="A filter's weights are taken to multiply once for each image.",
            hint="A filter has few weights and uses them in many places. In how many?",
            wrong=Slip(network_costs, "side * side * 9", "9"),
        ),
        Misconception(
            id="never-smaller",
            name="All convolutions are counted at the full size of the input.",
            hint="A pooling leaves a quarter of the positions for the next convolution.",
            wrong=_costs_without_pooling,
        ),
    ),
    hints=(
        "Go from layer to layer with two numbers, the side and the channels.",
        "A convolution: (9 C + 1) F parameters and side * side * 9 C F multiplications.",
        "A dense layer uses each weight once: n_in * n_out multiplications.",
    ),
    points=2.0,
)
