"""Network in Network: 1x1 convolutions, and global average pooling instead of dense layers."""

import keras
from keras import layers

from course_utils.models.architectures.arguments import image_input, part


def mlp_convolution(
    x: keras.KerasTensor,
    filters: tuple[int, int, int],
    kernel_size: int,
    *,
    name: str | None = None,
) -> keras.KerasTensor:
    """A convolution and two 1x1 convolutions: a small MLP that slides over the image.

    Parameters
    ----------
    x : symbolic tensor (n, H, W, C)
    filters : three integers
        One number for each convolution.
    kernel_size : int
        Of the first.
    name : str, optional

    Returns
    -------
    symbolic tensor (n, H, W, filters[2])
    """
    for i, (number, size) in enumerate(zip(filters, (kernel_size, 1, 1)), start=1):
        x = layers.Conv2D(
            number, size, padding="same", activation="relu", name=part(name, f"conv{i}")
        )(x)
    return x


def network_in_network(
    classes: int = 10, input_shape: tuple[int, int, int] = (32, 32, 3)
) -> keras.Model:
    """Network in Network for CIFAR-10. 966,986 parameters, all trainable.

    The last layer has one map for each class and its mean is the class's score: no dense layer, so
    any image size has the same weights. Lin, Chen and Yan, "Network In Network", 2014, sections
    3.1 and 3.2, https://doi.org/10.48550/arXiv.1312.4400; the numbers of filters are those of the
    authors' published configuration, which the paper leaves out.

    Parameters
    ----------
    classes : int
    input_shape : tuple
        (height, width, channels), at least 8 x 8 pixels.

    Returns
    -------
    keras.Model
        From images (n, height, width, channels) to probabilities (n, classes); not compiled.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    image = image_input("network_in_network", classes, input_shape, least=8)
    x = mlp_convolution(image, (192, 160, 96), 5, name="mlp1")
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool1")(x)
    x = layers.Dropout(0.5)(x)
    x = mlp_convolution(x, (192, 192, 192), 5, name="mlp2")
    x = layers.AveragePooling2D(3, strides=2, padding="same", name="pool2")(x)
    x = layers.Dropout(0.5)(x)
    x = mlp_convolution(x, (192, 192, classes), 3, name="mlp3")
    x = layers.GlobalAveragePooling2D(name="scores")(x)
    x = layers.Softmax(name="predictions")(x)
    return keras.Model(image, x, name="network_in_network")
