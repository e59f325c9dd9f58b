"""The exercise "Parameters of a layer"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution_layers import CHAPTER


def second_layer_parameters():
    return 3 * 3 * 64 * 128 + 128


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Parameters of a layer",
    prompt="""Number of parameters of the second layer, biases included.

    64 feature maps of 112 x 112 pixels come in, 128 go out. The kernels are
    3 x 3.
    """,
    reference=second_layer_parameters,
    misconceptions=(
        Misconception(
            id="biases-forgotten",
            name="The biases are not counted.",
            hint="Each filter has one number more than its weights.",
            wrong=lambda: 3 * 3 * 64 * 128,
        ),
        Misconception(
            id="channels-forgotten",
            name="Each filter is counted as a single 3 x 3 kernel.",
            hint="How many channels does one filter look at?",
            wrong=lambda: 3 * 3 * 128 + 128,
        ),
        Misconception(
            id="pixels-counted",
            name="The weights are counted again at each place.",
            hint="The same weights are used at all places. That is the point of it.",
            wrong=lambda: (3 * 3 * 64 * 128 + 128) * 112 * 112,
        ),
        Misconception(
            id="bias-for-each-channel",
            name="There is a bias for each pair of channel and filter.",
            hint="How often is a bias added to one output value?",
            wrong=lambda: (3 * 3 + 1) * 64 * 128,
        ),
    ),
    hints=(
        "Count the weights of one filter: it spans all 64 channels.",
        "Then 128 such filters, and one bias each.",
    ),
)
