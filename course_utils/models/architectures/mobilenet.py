"""MobileNet: a depthwise and a 1x1 convolution in place of every other convolution."""

import keras
from keras import layers

from course_utils.models.architectures.arguments import image_input, part

# Filters and stride of each separable convolution: table 1.
SEPARABLE = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *((512, 1),) * 5,
    (1024, 2),
    (1024, 1),
)


def depthwise_separable(
    x: keras.KerasTensor,
    filters: int,
    *,
    stride: int = 1,
    depthwise: str | None = None,
    pointwise: str | None = None,
) -> keras.KerasTensor:
    """A 3x3 kernel for each channel, then a 1x1 convolution across channels (figure 3, right).

    Each is followed by batch normalization and ReLU6. It takes 1 / filters + 1/9 of the
    multiplications of a 3x3 convolution (section 3.1).

    Parameters
    ----------
    x : symbolic tensor (n, H, W, C)
    filters, stride : int
    depthwise, pointwise : str, optional
        Names of the two convolutions.

    Returns
    -------
    symbolic tensor (n, H/stride, W/stride, filters)
    """
    x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False, name=depthwise)(x)
    x = layers.BatchNormalization(name=part(depthwise, "bn"))(x)
    x = layers.ReLU(6.0, name=part(depthwise, "relu"))(x)
    x = layers.Conv2D(filters, 1, use_bias=False, name=pointwise)(x)
    x = layers.BatchNormalization(name=part(pointwise, "bn"))(x)
    return layers.ReLU(6.0, name=part(pointwise, "relu"))(x)


def mobilenet(
    classes: int = 1000, input_shape: tuple[int, int, int] = (224, 224, 3), *, width: float = 1.0
) -> keras.Model:
    """MobileNet v1. 4,253,864 parameters, 4,231,976 of them trainable, at width 1.

    569 million multiply-adds, as in the paper's table 8. Howard et al., "MobileNets: Efficient
    Convolutional Neural Networks for Mobile Vision Applications", 2017,
    https://doi.org/10.48550/arXiv.1704.04861.

    The paper says ReLU; the authors' code and keras.applications.MobileNet have ReLU6, and so has
    this. keras.applications writes the classifier as a 1x1 convolution, puts dropout before it,
    and pads strided convolutions at bottom and right alone, which at odd sizes (no multiple of 32)
    differs from "same" here. Its ImageNet weights expect pixels from -1 to 1.

    Parameters
    ----------
    classes : int
    input_shape : tuple
        (height, width, channels), at least 32 x 32 pixels.
    width : float
        Factor for every number of filters: the paper's width multiplier.

    Returns
    -------
    keras.Model
        From images (n, height, width, channels) to probabilities (n, classes); not compiled.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    if not width >= 1 / 32:
        raise ValueError(f"mobilenet: width must be at least 1/32, got {width!r}")
    image = image_input("mobilenet", classes, input_shape, least=32)
    x = layers.Conv2D(int(32 * width), 3, strides=2, padding="same", use_bias=False, name="conv1")(
        image
    )
    x = layers.BatchNormalization(name="conv1_bn")(x)
    x = layers.ReLU(6.0, name="conv1_relu")(x)
    for i, (filters, stride) in enumerate(SEPARABLE, start=1):
        x = depthwise_separable(
            x,
            int(filters * width),
            stride=stride,
            depthwise=f"conv_dw_{i}",
            pointwise=f"conv_pw_{i}",
        )
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dense(classes, activation="softmax", name="conv_preds")(x)
    return keras.Model(image, x, name="mobilenet")
