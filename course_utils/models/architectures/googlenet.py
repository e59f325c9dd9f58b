"""GoogLeNet: the Inception block, four ways to look at the same maps side by side."""

import keras
from keras import layers

from course_utils.models.architectures.arguments import image_input, part
from course_utils.models.architectures.local_response_normalization import (
    LocalResponseNormalization,
)

# Filters of each block: 1x1; 3x3 and its reduction; 5x5 and its reduction; after pooling (table 1).
BLOCKS = {
    "3a": (64, (96, 128), (16, 32), 32),
    "3b": (128, (128, 192), (32, 96), 64),
    "4a": (192, (96, 208), (16, 48), 64),
    "4b": (160, (112, 224), (24, 64), 64),
    "4c": (128, (128, 256), (24, 64), 64),
    "4d": (112, (144, 288), (32, 64), 64),
    "4e": (256, (160, 320), (32, 128), 128),
    "5a": (256, (160, 320), (32, 128), 128),
    "5b": (384, (192, 384), (48, 128), 128),
}


def inception_block(
    x: keras.KerasTensor,
    ones: int,
    threes: tuple[int, int],
    fives: tuple[int, int],
    pooled: int,
    *,
    name: str | None = None,
) -> keras.KerasTensor:
    """Figure 2b: 1x1, 3x3 and 5x5 convolutions and pooling, side by side, joined by channel.

    The 1x1 convolutions before the 3x3 and the 5x5 reduce the channels, so that these stay cheap.

    Parameters
    ----------
    x : symbolic tensor (n, H, W, C)
    ones : int
        Filters of the 1x1 branch.
    threes, fives : (int, int)
        Filters of the reduction, and of the 3x3 or 5x5 convolution after it.
    pooled : int
        Filters of the 1x1 convolution after the pooling.
    name : str, optional

    Returns
    -------
    symbolic tensor (n, H, W, ones + threes[1] + fives[1] + pooled)
    """

    def convolution(x, filters, size, suffix):
        return layers.Conv2D(
            filters, size, padding="same", activation="relu", name=part(name, suffix)
        )(x)

    one = convolution(x, ones, 1, "1x1")
    three = convolution(x, threes[0], 1, "3x3_reduce")
    three = convolution(three, threes[1], 3, "3x3")
    five = convolution(x, fives[0], 1, "5x5_reduce")
    five = convolution(five, fives[1], 5, "5x5")
    pool = layers.MaxPooling2D(3, strides=1, padding="same", name=part(name, "pool"))(x)
    pool = convolution(pool, pooled, 1, "pool_proj")
    return layers.Concatenate(name=part(name, "output"))([one, three, five, pool])


def googlenet(
    classes: int = 1000, input_shape: tuple[int, int, int] = (224, 224, 3)
) -> keras.Model:
    """GoogLeNet without its two auxiliary classifiers. 6,998,552 parameters, all trainable.

    The auxiliary classifiers were there for training alone. Szegedy et al., "Going Deeper with
    Convolutions", 2015, table 1 and figure 3, https://doi.org/10.1109/CVPR.2015.7298594.

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

    def halve(x, name):
        return layers.MaxPooling2D(3, strides=2, padding="same", name=name)(x)

    image = image_input("googlenet", classes, input_shape, least=32)
    same = dict(padding="same", activation="relu")
    x = layers.Conv2D(64, 7, strides=2, name="conv1", **same)(image)
    x = halve(x, "pool1")
    x = LocalResponseNormalization(name="norm1")(x)
    x = layers.Conv2D(64, 1, name="conv2_reduce", **same)(x)
    x = layers.Conv2D(192, 3, name="conv2", **same)(x)
    x = LocalResponseNormalization(name="norm2")(x)
    x = halve(x, "pool2")
    for block, filters in BLOCKS.items():
        if block in ("4a", "5a"):
            x = halve(x, f"pool{int(block[0]) - 1}")
        x = inception_block(x, *filters, name=f"inception_{block}")
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dropout(0.4)(x)
    x = layers.Dense(classes, activation="softmax", name="predictions")(x)
    return keras.Model(image, x, name="googlenet")
