"""EfficientNet-B0: inverted residuals with squeeze-and-excitation, sized by a search."""

import keras
from keras import layers

from course_utils.models.architectures.arguments import image_input, part
from course_utils.models.architectures.squeeze_and_excitation import squeeze_and_excite

# Expansion, filters, blocks, stride of the first block, kernel: table 1. (In place of strides it
# has the resolution of each stage's input.)
STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)


def mbconv(
    x: keras.KerasTensor,
    filters: int,
    *,
    expansion: int = 6,
    kernel_size: int = 3,
    stride: int = 1,
    drop: float = 0.0,
    name: str | None = None,
) -> keras.KerasTensor:
    """An inverted residual with squeeze-and-excitation and swish: "MBConv" in the paper.

    Parameters
    ----------
    x : symbolic tensor (n, H, W, C)
    filters, expansion, kernel_size, stride : int
    drop : float
        How often training leaves the block out, image by image (stochastic depth).
    name : str, optional

    Returns
    -------
    symbolic tensor (n, H/stride, W/stride, filters)
    """
    block_input, channels = x, x.shape[-1]
    convolution = dict(use_bias=False, padding="same")
    if expansion != 1:
        x = layers.Conv2D(
            expansion * channels,
            1,
            kernel_initializer=_start(),
            name=part(name, "expand_conv"),
            **convolution,
        )(x)
        x = layers.BatchNormalization(name=part(name, "expand_bn"))(x)
        x = layers.Activation("swish", name=part(name, "expand_activation"))(x)
    x = layers.DepthwiseConv2D(
        kernel_size,
        strides=stride,
        depthwise_initializer=_start(),
        name=part(name, "dwconv"),
        **convolution,
    )(x)
    x = layers.BatchNormalization(name=part(name, "bn"))(x)
    x = layers.Activation("swish", name=part(name, "activation"))(x)
    # A quarter of the block's input, not of the expanded channels.
    x = squeeze_and_excite(x, max(1, channels // 4), activation="swish", name=part(name, "se"))
    x = layers.Conv2D(
        filters, 1, kernel_initializer=_start(), name=part(name, "project_conv"), **convolution
    )(x)
    x = layers.BatchNormalization(name=part(name, "project_bn"))(x)
    if stride == 1 and channels == filters:
        if drop:
            x = layers.Dropout(drop, noise_shape=(None, 1, 1, 1), name=part(name, "drop"))(x)
        x = layers.Add(name=part(name, "add"))([x, block_input])
    return x


def efficientnet_b0(
    classes: int = 1000, input_shape: tuple[int, int, int] = (224, 224, 3)
) -> keras.Model:
    """EfficientNet-B0. 5,330,571 parameters, 5,288,548 of them trainable.

    Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019,
    table 1, https://doi.org/10.48550/arXiv.1905.11946.

    As keras.applications.EfficientNetB0, it takes pixels from 0 to 255 and begins with a
    `Rescaling` to 0..1 and a `Normalization`, whose 7 numbers are among those not trained (the
    others are moving averages). That layer changes nothing until its `adapt` has seen images, or
    weights are loaded.

    Parameters
    ----------
    classes : int
    input_shape : tuple
        (height, width, 3), at least 32 x 32 pixels. With other than 3 channels, `Normalization`
        has other than 7 numbers.

    Returns
    -------
    keras.Model
        From images (n, height, width, channels) to probabilities (n, classes); not compiled.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    image = image_input("efficientnet_b0", classes, input_shape, least=32)
    x = layers.Rescaling(1 / 255, name="rescaling")(image)
    x = layers.Normalization(name="normalization")(x)
    x = layers.Conv2D(
        32,
        3,
        strides=2,
        padding="same",
        use_bias=False,
        kernel_initializer=_start(),
        name="stem_conv",
    )(x)
    x = layers.BatchNormalization(name="stem_bn")(x)
    x = layers.Activation("swish", name="stem_activation")(x)

    number, blocks_in_all = 0, sum(stage[2] for stage in STAGES)
    for stage, (expansion, filters, blocks, first_stride, kernel_size) in enumerate(STAGES, 1):
        for i in range(blocks):
            x = mbconv(
                x,
                filters,
                expansion=expansion,
                kernel_size=kernel_size,
                stride=first_stride if i == 0 else 1,
                drop=0.2 * number / blocks_in_all,  # deeper blocks are left out more often
                name=f"block{stage}{'abcd'[i]}",
            )
            number += 1

    x = layers.Conv2D(1280, 1, use_bias=False, kernel_initializer=_start(), name="top_conv")(x)
    x = layers.BatchNormalization(name="top_bn")(x)
    x = layers.Activation("swish", name="top_activation")(x)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dropout(0.2, name="top_dropout")(x)
    x = layers.Dense(classes, activation="softmax", name="predictions")(x)
    return keras.Model(image, x, name="efficientnet_b0")


def _start():
    return keras.initializers.VarianceScaling(2.0, "fan_out", "truncated_normal")
