"""MobileNetV2: residual blocks turned inside out, wide within and narrow between."""

import keras
from keras import layers

from course_utils.models.architectures.arguments import image_input, part

# Expansion, filters, blocks, stride of the first block: table 2.
STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def norm(x: keras.KerasTensor, name: str | None) -> keras.KerasTensor:
    """Batch normalization with the long memory of keras.applications' network."""
    return layers.BatchNormalization(momentum=0.999, name=name)(x)


def inverted_residual(
    x: keras.KerasTensor,
    filters: int,
    *,
    expansion: int = 6,
    stride: int = 1,
    name: str | None = None,
) -> keras.KerasTensor:
    """1x1 to more channels, 3x3 depthwise, 1x1 to fewer; added to x where the shapes allow it.

    No ReLU after the last convolution: in few channels it would lose too much (section 3.2, the
    linear bottleneck). Table 1 and figure 4d.

    Parameters
    ----------
    x : symbolic tensor (n, H, W, C)
    filters, expansion, stride : int
    name : str, optional

    Returns
    -------
    symbolic tensor (n, H/stride, W/stride, filters)
    """
    block_input, channels = x, x.shape[-1]
    if expansion != 1:
        x = layers.Conv2D(expansion * channels, 1, use_bias=False, name=part(name, "expand"))(x)
        x = norm(x, part(name, "expand_BN"))
        x = layers.ReLU(6.0, name=part(name, "expand_relu"))(x)
    x = layers.DepthwiseConv2D(
        3, strides=stride, padding="same", use_bias=False, name=part(name, "depthwise")
    )(x)
    x = norm(x, part(name, "depthwise_BN"))
    x = layers.ReLU(6.0, name=part(name, "depthwise_relu"))(x)
    x = layers.Conv2D(filters, 1, use_bias=False, name=part(name, "project"))(x)
    x = norm(x, part(name, "project_BN"))
    if stride == 1 and channels == filters:
        x = layers.Add(name=part(name, "add"))([block_input, x])
    return x


def mobilenet_v2(
    classes: int = 1000, input_shape: tuple[int, int, int] = (224, 224, 3)
) -> keras.Model:
    """MobileNetV2. 3,538,984 parameters, 3,504,872 of them trainable.

    Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018, table 2,
    https://doi.org/10.1109/CVPR.2018.00474. keras.applications.MobileNetV2 has the same layers;
    its ImageNet weights expect pixels from -1 to 1.

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
    image = image_input("mobilenet_v2", classes, input_shape, least=32)
    x = layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False, name="Conv1")(image)
    x = norm(x, "bn_Conv1")
    x = layers.ReLU(6.0, name="Conv1_relu")(x)
    number = 0
    for expansion, filters, blocks, first_stride in STAGES:
        for i in range(blocks):
            x = inverted_residual(
                x,
                filters,
                expansion=expansion,
                stride=first_stride if i == 0 else 1,
                name=f"block_{number}" if number else "expanded_conv",
            )
            number += 1
    x = layers.Conv2D(1280, 1, use_bias=False, name="Conv_1")(x)
    x = norm(x, "Conv_1_bn")
    x = layers.ReLU(6.0, name="out_relu")(x)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dense(classes, activation="softmax", name="predictions")(x)
    return keras.Model(image, x, name="mobilenet_v2")
