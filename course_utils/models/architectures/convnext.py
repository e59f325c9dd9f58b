"""ConvNeXt-Tiny: a ResNet rebuilt, step by step, with what transformers had taught."""

from typing import Any

import keras
from keras import layers

from course_utils.models.architectures.arguments import image_input, part

DEPTHS = (3, 3, 9, 3)
FILTERS = (96, 192, 384, 768)

# Of ImageNet's channels, in pixels from 0 to 255.
MEAN = [0.485 * 255, 0.456 * 255, 0.406 * 255]
DEVIATION = [0.229 * 255, 0.224 * 255, 0.225 * 255]


def layer_norm(x: keras.KerasTensor, *, name: str | None = None) -> keras.KerasTensor:
    """Layer normalization over the channels of each pixel; (n, H, W, C) in and out."""
    return layers.LayerNormalization(epsilon=1e-6, name=name)(x)


@keras.saving.register_keras_serializable("course_utils")
class LayerScale(layers.Layer):
    """Multiply each channel by a trained factor that starts at `start`; (..., C) in and out.

    Touvron et al. (2021), https://doi.org/10.1109/ICCV48922.2021.00010.
    """

    def __init__(self, start: float = 1e-6, **kwargs: Any):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.gamma = self.add_weight(
            shape=(input_shape[-1],),
            initializer=keras.initializers.Constant(self.start),
            name="gamma",
        )

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return x * self.gamma

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | dict(start=self.start)


def convnext_block(
    x: keras.KerasTensor, *, drop: float = 0.0, name: str | None = None
) -> keras.KerasTensor:
    """7x7 depthwise, layer norm, 1x1 to four times the channels, GELU, 1x1 back; added to x.

    Figure 4, right. One normalization and one activation in the whole block.

    Parameters
    ----------
    x : symbolic tensor (n, H, W, C)
    drop : float
        How often training leaves the block out, image by image (stochastic depth).
    name : str, optional

    Returns
    -------
    symbolic tensor (n, H, W, C)
    """
    channels = x.shape[-1]
    y = layers.DepthwiseConv2D(
        7, padding="same", depthwise_initializer=_start(), name=part(name, "depthwise_conv")
    )(x)
    y = layer_norm(y, name=part(name, "layernorm"))
    y = layers.Conv2D(
        4 * channels, 1, kernel_initializer=_start(), name=part(name, "pointwise_conv_1")
    )(y)
    y = layers.Activation("gelu", name=part(name, "gelu"))(y)
    y = layers.Conv2D(
        channels, 1, kernel_initializer=_start(), name=part(name, "pointwise_conv_2")
    )(y)
    y = LayerScale(name=part(name, "layer_scale"))(y)
    if drop:
        y = layers.Dropout(drop, noise_shape=(None, 1, 1, 1), name=part(name, "drop"))(y)
    return layers.Add(name=part(name, "add"))([x, y])


def downsampling(
    x: keras.KerasTensor, filters: int, *, norm: str | None = None, convolution: str | None = None
) -> keras.KerasTensor:
    """Layer norm and a 2x2 convolution at stride 2: (n, H, W, C) -> (n, H/2, W/2, filters).

    norm and convolution are the two layers' names, if they are to have any.
    """
    x = layer_norm(x, name=norm)
    return layers.Conv2D(filters, 2, strides=2, kernel_initializer=_start(), name=convolution)(x)


def convnext_tiny(
    classes: int = 1000, input_shape: tuple[int, int, int] = (224, 224, 3)
) -> keras.Model:
    """ConvNeXt-T. 28,589,128 parameters, all trainable.

    Liu et al., "A ConvNet for the 2020s", 2022, section 2 and figure 4,
    https://doi.org/10.1109/CVPR52688.2022.01167.

    As keras.applications.ConvNeXtTiny, it takes pixels from 0 to 255 and normalizes them by
    ImageNet's statistics, if there are 3 channels. Stochastic depth, up to 0.1 as in the paper, is
    missing there; it acts in training alone. Layer scale starts at 1e-6 and GELU is exact, not
    its tanh formula, in both. The authors write the 1x1 convolutions as dense layers.

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
    image = image_input("convnext_tiny", classes, input_shape, least=32)
    x = image
    if input_shape[-1] == 3:
        variance = [deviation**2 for deviation in DEVIATION]
        x = layers.Normalization(mean=MEAN, variance=variance, name="prestem_normalization")(x)
    # A patch of 4x4 pixels becomes one position.
    x = layers.Conv2D(FILTERS[0], 4, strides=4, kernel_initializer=_start(), name="stem_conv")(x)
    x = layer_norm(x, name="stem_layernorm")

    number, blocks_in_all = 0, sum(DEPTHS)
    for stage, (filters, depth) in enumerate(zip(FILTERS, DEPTHS)):
        if stage:
            x = downsampling(
                x,
                filters,
                norm=f"downsampling_layernorm_{stage - 1}",
                convolution=f"downsampling_conv_{stage - 1}",
            )
        for i in range(depth):
            drop = 0.1 * number / (blocks_in_all - 1)  # deeper blocks are left out more often
            x = convnext_block(x, drop=drop, name=f"stage_{stage}_block_{i}")
            number += 1

    x = layers.GlobalAveragePooling2D(name="head_gap")(x)
    x = layer_norm(x, name="head_layernorm")
    x = layers.Dense(classes, activation="softmax", kernel_initializer=_start(), name="head_dense")(
        x
    )
    return keras.Model(image, x, name="convnext_tiny")


def _start():
    return keras.initializers.TruncatedNormal(stddev=0.02)
