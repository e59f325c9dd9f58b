"""VGG-16: nothing but 3x3 convolutions, in five stacks with pooling between them."""

import keras
from keras import layers

from course_utils.models.architectures.arguments import image_input, part


def stack_of_convolutions(
    x: keras.KerasTensor, filters: int, depth: int, *, name: str | None = None
) -> keras.KerasTensor:
    """`depth` 3x3 convolutions with ReLU, then 2x2 max pooling: (n, H, W, C) -> (n, H/2, W/2, F).

    Two of them see 5x5 pixels and three see 7x7, with fewer weights than one convolution of that
    size (section 2.3 of the paper).
    """
    for i in range(1, depth + 1):
        x = layers.Conv2D(
            filters, 3, padding="same", activation="relu", name=part(name, f"conv{i}")
        )(x)
    return layers.MaxPooling2D(2, name=part(name, "pool"))(x)


def vgg16(classes: int = 1000, input_shape: tuple[int, int, int] = (224, 224, 3)) -> keras.Model:
    """VGG-16, column D of table 1. 138,357,544 parameters, all trainable.

    Nine tenths of them are in the three fully connected layers. Simonyan and Zisserman, "Very
    Deep Convolutional Networks for Large-Scale Image Recognition", 2015,
    https://doi.org/10.48550/arXiv.1409.1556.

    keras.applications.VGG16 has the same layers except the dropout, which acts in training alone.
    Its ImageNet weights expect `keras.applications.vgg16.preprocess_input`.

    Parameters
    ----------
    classes : int
    input_shape : tuple
        (height, width, channels), at least 32 x 32 pixels.

    Returns
    -------
    keras.Model
        From images (n, height, width, channels) to probabilities (n, classes); not compiled.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    image = image_input("vgg16", classes, input_shape, least=32)
    x = stack_of_convolutions(image, 64, 2, name="block1")
    x = stack_of_convolutions(x, 128, 2, name="block2")
    x = stack_of_convolutions(x, 256, 3, name="block3")
    x = stack_of_convolutions(x, 512, 3, name="block4")
    x = stack_of_convolutions(x, 512, 3, name="block5")

    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(4096, activation="relu", name="fc1")(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(4096, activation="relu", name="fc2")(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(classes, activation="softmax", name="predictions")(x)
    return keras.Model(image, x, name="vgg16")
