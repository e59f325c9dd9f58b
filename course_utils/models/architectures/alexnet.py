"""AlexNet: five convolutions and three fully connected layers, on two GPUs or one."""

import keras
from keras import layers

from course_utils.models.architectures.arguments import image_input
from course_utils.models.architectures.local_response_normalization import (
    LocalResponseNormalization,
)


def overlapping_pool(x: keras.KerasTensor, *, name: str | None = None) -> keras.KerasTensor:
    """3x3 max pooling at stride 2 (section 3.4): (n, H, W, C) -> (n, (H-1)//2, (W-1)//2, C)."""
    return layers.MaxPooling2D(3, strides=2, name=name)(x)


def alexnet(
    classes: int = 1000, input_shape: tuple[int, int, int] = (227, 227, 3), *, columns: int = 2
) -> keras.Model:
    """AlexNet. 60,965,224 parameters in two columns as published, 62,378,344 in one; all trainable.

    The two GPUs of the paper each held half of the kernels, and met only in the third convolution
    and the fully connected layers: the second, fourth and fifth convolutions have two groups. The
    paper rounds to 60 million. It says that images have 224 x 224 pixels; its 55 x 55 maps come
    from 227 (or from padding). Krizhevsky, Sutskever and Hinton, "ImageNet Classification with
    Deep Convolutional Neural Networks", 2012, sections 3.2 to 3.5 and 4.2,
    https://doi.org/10.1145/3065386.

    Weights start from Keras's defaults, not from the paper's normal numbers of deviation 0.01.

    Parameters
    ----------
    classes : int
    input_shape : tuple
        (height, width, channels), at least 67 x 67 pixels.
    columns : 1 or 2

    Returns
    -------
    keras.Model
        From images (n, height, width, channels) to probabilities (n, classes); not compiled.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    if columns not in (1, 2):
        raise ValueError(f"alexnet: columns must be 1 or 2, got {columns!r}")
    image = image_input("alexnet", classes, input_shape, least=67)
    relu = dict(activation="relu")
    split = dict(groups=columns, padding="same", **relu)

    x = layers.Conv2D(96, 11, strides=4, name="conv1", **relu)(image)
    x = LocalResponseNormalization(name="norm1")(x)
    x = overlapping_pool(x, name="pool1")
    x = layers.Conv2D(256, 5, name="conv2", **split)(x)
    x = LocalResponseNormalization(name="norm2")(x)
    x = overlapping_pool(x, name="pool2")
    x = layers.Conv2D(384, 3, padding="same", name="conv3", **relu)(x)
    x = layers.Conv2D(384, 3, name="conv4", **split)(x)
    x = layers.Conv2D(256, 3, name="conv5", **split)(x)
    x = overlapping_pool(x, name="pool5")

    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(4096, name="fc6", **relu)(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(4096, name="fc7", **relu)(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(classes, activation="softmax", name="fc8")(x)
    return keras.Model(image, x, name="alexnet")
