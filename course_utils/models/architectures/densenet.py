"""DenseNet-121: every layer sees the maps of all layers before it."""

import keras
from keras import layers

from course_utils.models.architectures.arguments import image_input, part

GROWTH = 32  # channels that each layer adds: k in the paper


def norm_relu_convolution(
    x: keras.KerasTensor,
    filters: int,
    size: int,
    *,
    norm: str | None = None,
    relu: str | None = None,
    name: str | None = None,
) -> keras.KerasTensor:
    """Batch normalization, ReLU, convolution without bias; (n, H, W, C) -> (n, H, W, filters)."""
    x = layers.BatchNormalization(epsilon=1.001e-5, name=norm)(x)
    x = layers.ReLU(name=relu)(x)
    return layers.Conv2D(filters, size, padding="same", use_bias=False, name=name)(x)


def dense_layer(
    x: keras.KerasTensor, growth: int = GROWTH, *, name: str | None = None
) -> keras.KerasTensor:
    """A 1x1 and a 3x3 convolution, whose `growth` maps are set beside those that came in.

    (n, H, W, C) -> (n, H, W, C + growth). The 1x1 is the "B" of DenseNet-BC (section 3).
    """

    def named(number):
        kinds = dict(norm=f"{number - 1}_bn", relu=f"{number - 1}_relu", name=f"{number}_conv")
        return {argument: part(name, suffix) for argument, suffix in kinds.items()}

    new = norm_relu_convolution(x, 4 * growth, 1, **named(1))
    new = norm_relu_convolution(new, growth, 3, **named(2))
    return layers.Concatenate(name=part(name, "concat"))([x, new])


def dense_block(
    x: keras.KerasTensor, depth: int, growth: int = GROWTH, *, name: str | None = None
) -> keras.KerasTensor:
    """`depth` dense layers: (n, H, W, C) -> (n, H, W, C + depth * growth). Figure 1."""
    for i in range(1, depth + 1):
        x = dense_layer(x, growth, name=part(name, f"block{i}"))
    return x


def transition(x: keras.KerasTensor, *, name: str | None = None) -> keras.KerasTensor:
    """Half the channels and half the size, between two blocks: (n, H/2, W/2, C/2) comes out."""
    x = norm_relu_convolution(
        x,
        x.shape[-1] // 2,
        1,
        norm=part(name, "bn"),
        relu=part(name, "relu"),
        name=part(name, "conv"),
    )
    return layers.AveragePooling2D(2, name=part(name, "pool"))(x)


def densenet121(
    classes: int = 1000, input_shape: tuple[int, int, int] = (224, 224, 3)
) -> keras.Model:
    """DenseNet-121. 8,062,504 parameters, 7,978,856 of them trainable.

    Huang et al., "Densely Connected Convolutional Networks", 2017, table 1,
    https://doi.org/10.1109/CVPR.2017.243. What is not trained are the moving averages of batch
    normalization. keras.applications.DenseNet121 has the same layers; its ImageNet weights expect
    `keras.applications.densenet.preprocess_input`.

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
    image = image_input("densenet121", classes, input_shape, least=32)
    # Three and one pixels on every side: "same" at stride 2 would pad right and bottom more.
    x = layers.ZeroPadding2D(3, name="conv1_pad")(image)
    x = layers.Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(x)
    x = layers.BatchNormalization(epsilon=1.001e-5, name="conv1_bn")(x)
    x = layers.ReLU(name="conv1_relu")(x)
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)

    x = dense_block(x, 6, name="conv2")
    x = transition(x, name="pool2")
    x = dense_block(x, 12, name="conv3")
    x = transition(x, name="pool3")
    x = dense_block(x, 24, name="conv4")
    x = transition(x, name="pool4")
    x = dense_block(x, 16, name="conv5")

    x = layers.BatchNormalization(epsilon=1.001e-5, name="bn")(x)
    x = layers.ReLU(name="relu")(x)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dense(classes, activation="softmax", name="predictions")(x)
    return keras.Model(image, x, name="densenet121")
