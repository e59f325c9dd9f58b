"""The exercise "Receptive field"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution_layers import CHAPTER
from course_utils.exercises.slip import Slip


def receptive_side(layers):
    side, step = 1, 1
    for kernel, stride in layers:
        side += (kernel - 1) * step
        step *= stride
    return side


def inputs(rng):
    yield {"layers": [(3, 1)]}
    yield {"layers": [(3, 1), (3, 1), (3, 1)]}
    yield {"layers": [(3, 1), (3, 1), (3, 1), (2, 2)]}
    yield {"layers": [(3, 1), (2, 2), (3, 1)]}
    yield {"layers": [(7, 2), (3, 2), (3, 1), (5, 2), (1, 1)]}
    for _ in range(3):
        layers = rng.integers([1, 1], [8, 4], size=(int(rng.integers(3, 7)), 2))
        yield {"layers": [(int(kernel), int(stride)) for kernel, stride in layers]}


def _kernels_added(layers):
    side, step = 0, 1
    for kernel, stride in layers:
        side += kernel * step
        step *= stride
    return side


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Receptive field",
    prompt="""Side of the receptive field of a stack of layers, in input pixels.

    layers : list of (kernel, stride), first layer first, pooling included
    """,
    reference=receptive_side,
    inputs=inputs,
    points=2.0,
    misconceptions=(
        Misconception(
            id="stride-doubles-the-field",
            name="A layer with a stride multiplies the field by it.",
            hint="Which input pixels does one 2 x 2 window see? Draw it in one dimension.",
            wrong=Slip(
                receptive_side,
                "side += (kernel - 1) * step",
                "side = side * stride if stride > 1 else side + kernel - 1",
            ),
        ),
        Misconception(
            id="strides-ignored",
            name="The strides are ignored.",
            hint="After a layer with stride 2, neighboring values lie two input pixels apart.",
            wrong=Slip(receptive_side, "(kernel - 1) * step", "kernel - 1"),
        ),
        Misconception(
            id="own-stride-counted",
            name="A layer's own stride widens its own window.",
            hint="A stride tells how far apart windows are, not how large one is.",
            wrong=Slip(receptive_side, "(kernel - 1) * step", "(kernel - 1) * step * stride"),
        ),
        Misconception(
            id="last-stride-only",
            name="Only the stride of the layer before is used, not those of all before.",
            hint="Two layers with stride 2: how many input pixels are two neighbors apart?",
            wrong=Slip(receptive_side, "step *= stride", "step = stride"),
        ),
        Misconception(
            id="kernels-added",
            name="The kernel sizes are added up.",
            hint="Two 3 x 3 layers see 5 x 5 pixels, not 6 x 6. What do windows share?",
            wrong=_kernels_added,
        ),
        Misconception(
            id="last-layer-first",
            name="The layers are taken from the last to the first, as if that were the first.",
            hint="Which strides widen a layer's step: those before it or those after it?",
            wrong=lambda layers: receptive_side(layers[::-1]),
        ),
    ),
    hints=(
        "Start with one pixel. By how much does the first layer widen it?",
        "Keep a second number: how many input pixels apart neighboring values are.",
        "Each layer adds (kernel - 1) steps; after that, its stride multiplies the step.",
    ),
)
