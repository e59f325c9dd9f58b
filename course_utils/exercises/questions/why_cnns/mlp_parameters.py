"""The exercise "Parameters of a multilayer perceptron"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.why_cnns import CHAPTER


def mlp_parameters():
    inputs = 64 * 64 * 3
    hidden = inputs * 200 + 200
    output = 200 * 10 + 10
    return hidden + output


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Parameters of a multilayer perceptron",
    prompt="""Number of parameters, biases included, of a multilayer perceptron.

    It reads color images of 64 x 64 pixels, has one hidden layer
    of 200 units, and 10 outputs.
    """,
    reference=mlp_parameters,
    misconceptions=(
        Misconception(
            id="biases-forgotten",
            name="The biases are not counted.",
            hint="Each hidden unit and each output adds one number of its own.",
            wrong=lambda: 12288 * 200 + 200 * 10,
        ),
        Misconception(
            id="channels-forgotten",
            name="Each pixel is counted as one input.",
            hint="The images are in color: how long is the flattened image?",
            wrong=lambda: 4096 * 200 + 200 + 200 * 10 + 10,
        ),
        Misconception(
            id="output-layer-forgotten",
            name="The layer from the hidden units to the outputs is not counted.",
            hint="Two layers have weights. What does the second one connect?",
            wrong=lambda: 12288 * 200 + 200,
        ),
    ),
    hints=(
        "A dense layer from n inputs to m outputs has n * m weights and m biases.",
        "There are two such layers: image to hidden, and hidden to output.",
    ),
)
