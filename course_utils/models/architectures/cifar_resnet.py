"""The ResNets for 32x32 images, from 8 layers to 1,202, with and without shortcuts."""

import keras
from keras import layers, ops

from course_utils.models.architectures.arguments import image_input, part

SHORTCUTS = ("A", "B", None)


def convolution(
    x: keras.KerasTensor, filters: int, size: int = 3, *, stride: int = 1, name: str | None = None
) -> keras.KerasTensor:
    """A convolution without bias, padded alike on all sides: (n, H, W, C) -> (n, H/stride, ..)."""
    if size > 1 and stride > 1:
        # "same" would pad bottom and right alone, and so look beside what the shortcut picks.
        x = layers.ZeroPadding2D(size // 2, name=part(name, "pad"))(x)
    return layers.Conv2D(
        filters,
        size,
        strides=stride,
        padding="same" if stride == 1 else "valid",
        use_bias=False,
        kernel_initializer="he_normal",
        name=part(name, "conv"),
    )(x)


def norm(x: keras.KerasTensor, *, name: str | None = None) -> keras.KerasTensor:
    """Batch normalization. Keras's averages, of 0.99, would lag behind a short training."""
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=part(name, "bn"))(x)


def padded_shortcut(
    x: keras.KerasTensor, filters: int, *, stride: int, name: str | None = None
) -> keras.KerasTensor:
    """Option A: every `stride`-th pixel, and zeros in the new channels. No parameters."""
    if stride != 1:
        x = layers.AveragePooling2D(1, strides=stride, name=part(name, "every_second"))(x)
    if x.shape[-1] != filters:
        new = filters - x.shape[-1]
        x = ops.pad(x, [[0, 0], [0, 0], [0, 0], [0, new]])
    return x


def projected_shortcut(
    x: keras.KerasTensor, filters: int, *, stride: int, name: str | None = None
) -> keras.KerasTensor:
    """Option B: a 1x1 convolution where the shape changes, the identity where it does not."""
    if stride == 1 and x.shape[-1] == filters:
        return x
    return convolution(x, filters, 1, stride=stride, name=name)


def residual_block(
    x: keras.KerasTensor,
    filters: int,
    *,
    stride: int = 1,
    shortcut: str | None = "A",
    name: str | None = None,
) -> keras.KerasTensor:
    """Convolution, norm, ReLU, convolution, norm; add; ReLU. No addition if shortcut is None.

    (n, H, W, C) -> (n, H/stride, W/stride, filters). He et al. (2016), figure 2.
    """
    y = convolution(x, filters, stride=stride, name=part(name, "1"))
    y = norm(y, name=part(name, "1"))
    y = layers.ReLU(name=part(name, "1_relu"))(y)
    y = convolution(y, filters, name=part(name, "2"))
    y = norm(y, name=part(name, "2"))
    if shortcut == "A":
        x = padded_shortcut(x, filters, stride=stride, name=part(name, "0"))
    elif shortcut == "B" and (stride != 1 or x.shape[-1] != filters):
        x = norm(
            projected_shortcut(x, filters, stride=stride, name=part(name, "0")),
            name=part(name, "0"),
        )
    if shortcut is not None:
        y = layers.Add(name=part(name, "add"))([x, y])
    return layers.ReLU(name=part(name, "out"))(y)


def preactivated_block(
    x: keras.KerasTensor,
    filters: int,
    *,
    stride: int = 1,
    shortcut: str | None = "A",
    name: str | None = None,
) -> keras.KerasTensor:
    """Norm, ReLU, convolution, twice; add. Nothing stands on the shortcut after the addition.

    (n, H, W, C) -> (n, H/stride, W/stride, filters). He et al. (2016b), figure 1b. A projection
    starts from the activated input, as in the authors' code.
    """
    y = norm(x, name=part(name, "1"))
    y = layers.ReLU(name=part(name, "1_relu"))(y)
    if shortcut == "A":
        x = padded_shortcut(x, filters, stride=stride, name=part(name, "0"))
    elif shortcut == "B" and (stride != 1 or x.shape[-1] != filters):
        x = projected_shortcut(y, filters, stride=stride, name=part(name, "0"))
    y = convolution(y, filters, stride=stride, name=part(name, "1"))
    y = norm(y, name=part(name, "2"))
    y = layers.ReLU(name=part(name, "2_relu"))(y)
    y = convolution(y, filters, name=part(name, "2"))
    if shortcut is not None:
        y = layers.Add(name=part(name, "add"))([x, y])
    return y


def cifar_resnet(
    depth: int,
    classes: int = 10,
    input_shape: tuple[int, int, int] = (32, 32, 3),
    *,
    shortcut: str | None = "A",
    preactivation: bool = False,
) -> keras.Model:
    """The ResNet for CIFAR-10 with `depth` layers: 8, 14, 20, 26, 32, 44, 56, 110, ...

    Three stages of 16, 32 and 64 filters with (depth - 2) / 6 blocks each. ResNet-20 with the
    paper's shortcuts A has 269,722 trainable parameters (the paper: 0.27M): 267,696 in
    convolutions, 1,376 in batch normalizations, 650 in the classifier; 1,376 moving averages
    besides. With shortcuts B it is 272,474. He et al., "Deep Residual Learning for Image
    Recognition", 2016, section 4.2, https://doi.org/10.1109/CVPR.2016.90; pre-activation: He et
    al., "Identity Mappings in Deep Residual Networks", 2016,
    https://doi.org/10.1007/978-3-319-46493-0_38.

    Parameters
    ----------
    depth : int
        6k + 2: convolutions and the dense layer, without projections.
    classes : int
    input_shape : tuple
        (height, width, channels), at least 8 x 8 pixels.
    shortcut : "A", "B" or None
        Where the shape changes: zeros in the new channels, or a 1x1 convolution. None leaves all
        shortcuts out, which is the paper's plain network.
    preactivation : bool
        Norm and ReLU before each convolution instead of after it.

    Returns
    -------
    keras.Model
        From images (n, height, width, channels) to probabilities (n, classes); not compiled.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    if not isinstance(depth, int) or depth < 8 or depth % 6 != 2:
        raise ValueError(
            f"cifar_resnet: depth must be 6k + 2, such as 8, 14, 20, 32, 56 or 110, got {depth!r}"
        )
    if shortcut not in SHORTCUTS:
        raise ValueError(f'cifar_resnet: shortcut must be "A", "B" or None, got {shortcut!r}')
    image = image_input("cifar_resnet", classes, input_shape, least=8)
    block = preactivated_block if preactivation else residual_block

    x = convolution(image, 16, name="stem")
    if not preactivation:
        x = norm(x, name="stem")
        x = layers.ReLU(name="stem_relu")(x)
    for stage, filters in enumerate((16, 32, 64), start=1):
        for i in range(1, (depth - 2) // 6 + 1):
            stride = 2 if stage > 1 and i == 1 else 1
            name = f"stage{stage}_block{i}"
            x = block(x, filters, stride=stride, shortcut=shortcut, name=name)
    if preactivation:
        x = norm(x, name="last")
        x = layers.ReLU(name="last_relu")(x)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dense(classes, activation="softmax", name="predictions")(x)
    kind = "resnet" if shortcut else "plain"
    return keras.Model(image, x, name=f"cifar_{kind}{depth}")
