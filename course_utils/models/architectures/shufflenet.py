"""ShuffleNet: grouped 1x1 convolutions, and a shuffle that lets the groups talk."""

import keras
from keras import layers

from course_utils.models.architectures.arguments import image_input, part

# Output channels of the second stage, for each number of groups: table 1.
CHANNELS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}


def channel_shuffle(
    x: keras.KerasTensor, groups: int, *, name: str | None = None
) -> keras.KerasTensor:
    """Deal the channels out to the groups in turn; (n, H, W, C) in and out. No parameters.

    Write the channels as a table with a row for each group, and read it by columns (figure 1c):
    with 2 groups, channels 0 1 2 3 4 5 become 0 3 1 4 2 5.

    Raises
    ------
    ValueError
        If the channels do not divide into the groups.
    """
    height, width, channels = x.shape[1:]
    if channels % groups:
        raise ValueError(f"channel_shuffle: {channels} channels do not divide into {groups} groups")
    table = (height, width, groups, channels // groups)
    x = layers.Reshape(table, name=part(name, "rows"))(x)
    x = layers.Permute((1, 2, 4, 3), name=part(name, "transpose"))(x)
    return layers.Reshape((height, width, channels), name=part(name, "columns"))(x)


def shufflenet_block(
    x: keras.KerasTensor,
    filters: int,
    *,
    groups: int = 3,
    first_groups: int | None = None,
    stride: int = 1,
    name: str | None = None,
) -> keras.KerasTensor:
    """Figure 2b at stride 1, where the input is added; figure 2c at stride 2, where it is joined.

    Grouped 1x1, shuffle, 3x3 depthwise, grouped 1x1; a quarter of the filters in between.

    Parameters
    ----------
    x : symbolic tensor (n, H, W, C)
        At stride 1, C must be filters.
    filters : int
    groups : int
    first_groups : int, optional
        Groups of the first convolution, if others.
    stride : 1 or 2
    name : str, optional

    Returns
    -------
    symbolic tensor (n, H/stride, W/stride, filters)

    Raises
    ------
    ValueError
        If stride is 1 and the input has not `filters` channels.
    """
    channels = x.shape[-1]
    if stride == 1 and channels != filters:
        raise ValueError(
            "shufflenet_block: at stride 1 the input is added, so it must have as many channels as "
            f"come out, {filters}, got {channels}"
        )
    first_groups = groups if first_groups is None else first_groups
    new = filters if stride == 1 else filters - channels

    def norm(y, suffix):
        return layers.BatchNormalization(name=part(name, suffix))(y)

    y = layers.Conv2D(
        filters // 4, 1, groups=first_groups, use_bias=False, name=part(name, "1_conv")
    )(x)
    y = norm(y, "1_bn")
    y = layers.ReLU(name=part(name, "1_relu"))(y)
    y = channel_shuffle(y, groups, name=part(name, "shuffle"))
    y = layers.DepthwiseConv2D(
        3, strides=stride, padding="same", use_bias=False, name=part(name, "2_depthwise")
    )(y)
    y = norm(y, "2_bn")
    y = layers.Conv2D(new, 1, groups=groups, use_bias=False, name=part(name, "3_conv"))(y)
    y = norm(y, "3_bn")
    if stride == 1:
        y = layers.Add(name=part(name, "add"))([x, y])
    else:
        x = layers.AveragePooling2D(3, strides=2, padding="same", name=part(name, "0_pool"))(x)
        y = layers.Concatenate(name=part(name, "concat"))([x, y])
    return layers.ReLU(name=part(name, "out"))(y)


def shufflenet(
    classes: int = 1000, input_shape: tuple[int, int, int] = (224, 224, 3), *, groups: int = 3
) -> keras.Model:
    """ShuffleNet v1, 1x. Zhang et al., "ShuffleNet: An Extremely Efficient Convolutional Neural
    Network for Mobile Devices", 2018, table 1, https://doi.org/10.1109/CVPR.2018.00716.

    Parameters
    ----------
    classes : int
    input_shape : tuple
        (height, width, channels), at least 32 x 32 pixels.
    groups : 1, 2, 3, 4 or 8
        More groups come with more channels, so that the multiplications stay about the same.

    Returns
    -------
    keras.Model
        From images (n, height, width, channels) to probabilities (n, classes); not compiled.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    if groups not in CHANNELS:
        raise ValueError(f"shufflenet: groups must be one of {list(CHANNELS)}, got {groups!r}")
    image = image_input("shufflenet", classes, input_shape, least=32)
    x = layers.Conv2D(24, 3, strides=2, padding="same", use_bias=False, name="conv1")(image)
    x = layers.BatchNormalization(name="conv1_bn")(x)
    x = layers.ReLU(name="conv1_relu")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool1")(x)
    for stage, blocks in zip((2, 3, 4), (4, 8, 4)):
        filters = CHANNELS[groups] * 2 ** (stage - 2)
        for i in range(1, blocks + 1):
            x = shufflenet_block(
                x,
                filters,
                groups=groups,
                # 24 channels are too few for groups (section 3.3).
                first_groups=1 if (stage, i) == (2, 1) else groups,
                stride=2 if i == 1 else 1,
                name=f"stage{stage}_block{i}",
            )
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dense(classes, activation="softmax", name="predictions")(x)
    return keras.Model(image, x, name="shufflenet")
