"""Squeeze-and-excitation: weigh each channel by what all the image says."""

import keras
from keras import layers

from course_utils.models.architectures.arguments import part


def squeeze_and_excite(
    x: keras.KerasTensor,
    filters: int | None = None,
    *,
    activation: str = "relu",
    name: str | None = None,
) -> keras.KerasTensor:
    """Multiply each channel by a number from 0 to 1; (n, H, W, C) in and out.

    Squeeze: the mean of each channel. Excite: two fully connected layers, written as 1x1
    convolutions, from C means to C factors. Hu, Shen and Sun, "Squeeze-and-Excitation Networks",
    2018, figures 1 and 2, https://doi.org/10.1109/CVPR.2018.00745.

    Parameters
    ----------
    x : symbolic tensor (n, H, W, C)
    filters : int, optional
        Values between the two layers. The paper's C / 16 by default, at least 1.
    activation : str
        Of the first layer.
    name : str, optional

    Returns
    -------
    symbolic tensor (n, H, W, C)
    """
    channels = x.shape[-1]
    filters = max(1, channels // 16) if filters is None else filters
    means = layers.GlobalAveragePooling2D(keepdims=True, name=part(name, "squeeze"))(x)
    hidden = layers.Conv2D(filters, 1, activation=activation, name=part(name, "reduce"))(means)
    factors = layers.Conv2D(channels, 1, activation="sigmoid", name=part(name, "expand"))(hidden)
    return layers.Multiply(name=part(name, "excite"))([x, factors])
