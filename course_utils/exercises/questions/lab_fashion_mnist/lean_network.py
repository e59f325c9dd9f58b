"""The exercise "A network with a tenth of the weights"."""

import numpy as np

from course_utils.exercises.model_answers import ModelExercise, ModelMisconception, keras
from course_utils.exercises.model_answers import requirements as need
from course_utils.exercises.questions.lab_fashion_mnist import CHAPTER
from course_utils.exercises.slip import Slip


def lean_network():
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def small_fashion_mnist(rng):
    """Training images of the course, scaled: 3,000 to learn from, 1,000 to judge by.

    No test images: with every new try, a student would choose by them.
    """
    from course_utils.datasets import fashion_mnist

    images, labels = fashion_mnist("train", size="small")
    images = images.astype(np.float32) / 255
    return (images[:3000], labels[:3000]), (images[3000:], labels[3000:])


def _convolves(case):
    found = sum("Conv" in layer.kind for layer in case.model.layers)
    if found >= 2:
        return None
    return f"It has {found} convolution{'s' * (found != 1)}; expected at least 2."


EXERCISE = ModelExercise(
    chapter=CHAPTER,
    title="A network with a tenth of the weights",
    prompt="""A compiled network for Fashion-MNIST with at most 22,503 parameters.

    That is a tenth of document 4's 225,034. It has at least two convolutions. Images have
    shape (28, 28, 1) and values from 0 to 1; labels are integers from 0 to 9. The checker
    trains your model, as you compiled it, for 6 epochs on 3,000 training images in batches of
    32. On 1,000 other training images it must then be right at least 75 times out of 100.
    Returns a keras model, compiled.
    """,
    reference=lean_network,
    requirements=(
        need.input_shape(28, 28, 1),
        need.output_shape(10),
        need.parameters(at_most=22_503),
        need.loss_fits(labels="integers"),
        need.Requirement("at least two convolutions", _convolves),
        # Seeds 0 to 2 of the model solution: 0.815, 0.802, 0.821. Softmax regression gets 0.81.
        need.accuracy_after_training(0.75, small_fashion_mnist, epochs=6, batch_size=32),
    ),
    misconceptions=(
        ModelMisconception(
            id="dense-layer-too-wide",
            name="Nearly all parameters sit in a dense layer after Flatten.",
            hint="How long is the flattened vector, and how many units does each of its "
            "entries go to? Another convolution and pooling make it shorter.",
            wrong=Slip(
                lean_network,
                "keras.layers.Flatten(),",
                'keras.layers.Flatten(), keras.layers.Dense(128, activation="relu"),',
            ),
            seen_in=lambda model: (
                model.parameters > 22_503
                and max(
                    (layer.parameters for layer in model.layers if layer.kind == "Dense"),
                    default=0,
                )
                > model.parameters / 2
            ),
        ),
        ModelMisconception(
            id="loss-for-one-hot",
            name="The loss expects one-hot labels.",
            hint="The labels are integers. Which of the two cross-entropies takes those?",
            wrong=Slip(
                lean_network, '"sparse_categorical_crossentropy"', '"categorical_crossentropy"'
            ),
            seen_in=lambda model: (
                model.compiled is not None and model.compiled.loss == "categorical_crossentropy"
            ),
        ),
        ModelMisconception(
            id="sigmoid-at-the-end",
            name="The last layer has a sigmoid, so its ten numbers do not add up to 1.",
            hint="One image is of one class. Which activation gives one distribution over ten?",
            wrong=Slip(lean_network, '"softmax"', '"sigmoid"'),
            seen_in=lambda model: model.last_activations == ("sigmoid",),
        ),
        ModelMisconception(
            id="scores-as-probabilities",
            name="The last layer has no activation, and the loss takes its scores for "
            "probabilities.",
            hint="Either the last layer has a softmax, or the loss is told from_logits=True.",
            wrong=Slip(lean_network, ', activation="softmax"', ""),
            seen_in=lambda model: (
                model.last_activations == ()
                and model.compiled is not None
                and not model.compiled.from_logits
            ),
        ),
    ),
    hints=(
        "Where do document 4's parameters sit? 204,928 of them are in one layer.",
        "Three convolutions, pooled twice, leave few values to flatten. Count them before you "
        "choose the filters.",
    ),
)
