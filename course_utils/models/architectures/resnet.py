"""ResNet-18 to ResNet-152: blocks that learn what to add to their input."""

import keras
from keras import layers

from course_utils.models.architectures.arguments import image_input, part

EPSILON = 1.001e-5  # of the batch normalizations, as in keras.applications


def convolution_and_norm(
    x: keras.KerasTensor,
    filters: int,
    size: int,
    *,
    stride: int = 1,
    groups: int = 1,
    bias: bool,
    name: str | None = None,
) -> keras.KerasTensor:
    """A convolution that keeps the size, or divides it by `stride`, then batch normalization."""
    if size > 1 and stride > 1:
        # "same" would pad bottom and right alone, and so look beside what the shortcut picks.
        x = layers.ZeroPadding2D(size // 2, name=part(name, "pad"))(x)
    x = layers.Conv2D(
        filters,
        size,
        strides=stride,
        groups=groups,
        padding="same" if stride == 1 else "valid",
        use_bias=bias,
        kernel_initializer="he_normal",
        name=part(name, "conv"),
    )(x)
    return layers.BatchNormalization(epsilon=EPSILON, name=part(name, "bn"))(x)


def residual_block(
    x: keras.KerasTensor,
    filters: int,
    *,
    stride: int = 1,
    bias: bool = False,
    name: str | None = None,
) -> keras.KerasTensor:
    """Two 3x3 convolutions beside a shortcut: (n, H, W, C) -> (n, H/stride, W/stride, filters).

    Figures 2 and 5, left. The shortcut is the identity where the shapes allow it, and a 1x1
    convolution where they do not (option B).
    """
    shortcut = x
    if stride != 1 or x.shape[-1] != filters:
        shortcut = convolution_and_norm(
            x, filters, 1, stride=stride, bias=bias, name=part(name, "0")
        )
    x = convolution_and_norm(x, filters, 3, stride=stride, bias=bias, name=part(name, "1"))
    x = layers.ReLU(name=part(name, "1_relu"))(x)
    x = convolution_and_norm(x, filters, 3, bias=bias, name=part(name, "2"))
    x = layers.Add(name=part(name, "add"))([shortcut, x])
    return layers.ReLU(name=part(name, "out"))(x)


def bottleneck(
    x: keras.KerasTensor,
    filters: int,
    *,
    stride: int = 1,
    bias: bool = True,
    name: str | None = None,
) -> keras.KerasTensor:
    """1x1, 3x3 and 1x1 convolutions beside a shortcut, (n, H/stride, W/stride, 4 * filters) out.

    Figure 5, right. The first 1x1 convolution makes the 3x3 cheap, the second restores the
    channels. It is the first that takes the stride, as in the paper and in keras.applications'
    ResNet50; torchvision's takes it in the 3x3 ("v1.5"), at 6% more multiplications.
    """
    shortcut = x
    if stride != 1 or x.shape[-1] != 4 * filters:
        shortcut = convolution_and_norm(
            x, 4 * filters, 1, stride=stride, bias=bias, name=part(name, "0")
        )
    x = convolution_and_norm(x, filters, 1, stride=stride, bias=bias, name=part(name, "1"))
    x = layers.ReLU(name=part(name, "1_relu"))(x)
    x = convolution_and_norm(x, filters, 3, bias=bias, name=part(name, "2"))
    x = layers.ReLU(name=part(name, "2_relu"))(x)
    x = convolution_and_norm(x, 4 * filters, 1, bias=bias, name=part(name, "3"))
    x = layers.Add(name=part(name, "add"))([shortcut, x])
    return layers.ReLU(name=part(name, "out"))(x)


def resnet18(classes: int = 1000, input_shape: tuple[int, int, int] = (224, 224, 3)) -> keras.Model:
    """ResNet-18. 11,699,112 parameters, 11,689,512 of them trainable. See `resnet50`."""
    return _resnet("resnet18", residual_block, (2, 2, 2, 2), classes, input_shape)


def resnet34(classes: int = 1000, input_shape: tuple[int, int, int] = (224, 224, 3)) -> keras.Model:
    """ResNet-34. 21,814,696 parameters, 21,797,672 of them trainable. See `resnet50`."""
    return _resnet("resnet34", residual_block, (3, 4, 6, 3), classes, input_shape)


def resnet50(classes: int = 1000, input_shape: tuple[int, int, int] = (224, 224, 3)) -> keras.Model:
    """ResNet-50. 25,636,712 parameters, 25,583,592 of them trainable.

    He et al., "Deep Residual Learning for Image Recognition", 2016, table 1,
    https://doi.org/10.1109/CVPR.2016.90.

    What is not trained are the moving averages of batch normalization. ResNet-50, 101 and 152 are
    those of keras.applications, whose convolutions have biases (26,560 in ResNet-50), although
    the normalizations after them take any bias away; torchvision leaves them out and counts
    25,557,032. ResNet-18 and 34, which keras.applications lacks, have none here: their trainable
    parameters are as many as torchvision's. The ImageNet weights of keras.applications expect
    `keras.applications.resnet.preprocess_input`.

    Parameters
    ----------
    classes : int
    input_shape : tuple
        (height, width, channels), at least 32 x 32 pixels, of which one position is left at the
        end. `cifar_resnet` is made for images of that size.

    Returns
    -------
    keras.Model
        From images (n, height, width, channels) to probabilities (n, classes); not compiled.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    return _resnet("resnet50", bottleneck, (3, 4, 6, 3), classes, input_shape)


def resnet101(
    classes: int = 1000, input_shape: tuple[int, int, int] = (224, 224, 3)
) -> keras.Model:
    """ResNet-101. 44,707,176 parameters, 44,601,832 of them trainable. See `resnet50`."""
    return _resnet("resnet101", bottleneck, (3, 4, 23, 3), classes, input_shape)


def resnet152(
    classes: int = 1000, input_shape: tuple[int, int, int] = (224, 224, 3)
) -> keras.Model:
    """ResNet-152. 60,419,944 parameters, 60,268,520 of them trainable. See `resnet50`."""
    return _resnet("resnet152", bottleneck, (3, 8, 36, 3), classes, input_shape)


def _resnet(network, block, depths, classes, input_shape):
    image = image_input(network, classes, input_shape, least=32)
    # Three and one pixels on every side: "same" at stride 2 would pad right and bottom more.
    x = layers.ZeroPadding2D(3, name="conv1_pad")(image)
    x = layers.Conv2D(
        64,
        7,
        strides=2,
        use_bias=block is bottleneck,
        kernel_initializer="he_normal",
        name="conv1_conv",
    )(x)
    x = layers.BatchNormalization(epsilon=EPSILON, name="conv1_bn")(x)
    x = layers.ReLU(name="conv1_relu")(x)
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)

    for stage, (filters, depth) in enumerate(zip((64, 128, 256, 512), depths), start=2):
        for i in range(1, depth + 1):
            stride = 2 if stage > 2 and i == 1 else 1
            x = block(x, filters, stride=stride, name=f"conv{stage}_block{i}")

    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dense(classes, activation="softmax", name="predictions")(x)
    return keras.Model(image, x, name=network)
