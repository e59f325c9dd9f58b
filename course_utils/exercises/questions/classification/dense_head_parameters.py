"""The exercise "The parameters behind Flatten"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.classification import CHAPTER


def dense_head_parameters():
    # 32 -> 30 -> 15 -> 13 -> 6 -> 4, so 4 * 4 * 64 = 1024 values reach each of the 64 units.
    return 4 * 4 * 64 * 64 + 64


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="The parameters behind Flatten",
    prompt="""Number of parameters, biases included, of the first dense layer of this network.

    Input 32x32x3; Conv 32 filters 3x3; MaxPool 2x2; Conv 64 filters 3x3; MaxPool 2x2;
    Conv 64 filters 3x3; Flatten; Dense 64; Dense 10. No padding anywhere, pooling stride 2.
    """,
    reference=dense_head_parameters,
    misconceptions=(
        Misconception(
            id="biases-forgotten",
            name="The biases are not counted.",
            hint="Each of the 64 units adds one number of its own.",
            wrong=lambda: 65_536,
        ),
        Misconception(
            id="same-padding",
            name="The convolutions are taken to keep the size, which leaves 8x8 pixels.",
            hint="Without padding a 3x3 convolution takes 2 pixels off each side's length.",
            wrong=lambda: 8 * 8 * 64 * 64 + 64,
        ),
        Misconception(
            id="third-pooling",
            name="A pooling is counted after the third convolution; there is none.",
            hint="Read the list again: what follows the last convolution?",
            wrong=lambda: 2 * 2 * 64 * 64 + 64,
        ),
        Misconception(
            id="rounded-up",
            name="13 pixels are taken to become 7 in pooling.",
            hint="A 2x2 window does not fit over the last single row.",
            wrong=lambda: 5 * 5 * 64 * 64 + 64,
        ),
        Misconception(
            id="channels-forgotten",
            name="Only one of the 64 feature maps is flattened.",
            hint="Flatten writes all maps into the vector.",
            wrong=lambda: 4 * 4 * 64 + 64,
        ),
    ),
    hints=(
        "Write down the side length after each layer, from 32 on.",
        "32, 30, 15, 13, 6, 4. How many values is that with 64 maps?",
        "Each of the 64 units has one weight for each value, and one bias.",
    ),
)
