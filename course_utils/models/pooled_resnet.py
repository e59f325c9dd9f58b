"""A residual network for CIFAR-10 that leaves the large maps early; the training ladder's."""

import keras
from keras import layers

from course_utils.models.cifar10 import CHANNEL_DEVIATION, CHANNEL_MEAN
from course_utils.models.fused_normalization import FusedBatchNormalization


def pooled_resnet(*, normalization: bool = True, residual: bool = True) -> keras.Model:
    """Two convolutions, the second pooled; two residual blocks at 16x16; a pooling; two at 8x8.

    Takes images (n, 32, 32, 3) scaled to 0..1, which it standardizes, and returns probabilities
    (n, 10); not compiled. 275,754 parameters. A convolution at 32x32 has as many multiply-adds as
    one with four times the weights at 16x16, so only the first two are there. Residual blocks: He
    et al. (2016), https://doi.org/10.1109/CVPR.2016.90, figure 2; that the last gamma of a block
    starts at 0, so that the block starts as the identity: Goyal et al. (2017),
    https://doi.org/10.48550/arXiv.1706.02677, section 5.1.

    Parameters
    ----------
    normalization : bool
        Batch normalization after each convolution, instead of a bias.
    residual : bool
        Each block's input is added to its output. Without, the same layers stand in a row.

    Returns
    -------
    keras.Model
        Its output is float32, whatever the dtype policy.
    """

    def convolution(x, filters, *, pooled=False, activated=True, starts_at=1.0):
        x = layers.Conv2D(
            filters,
            3,
            padding="same",
            use_bias=not normalization,
            kernel_initializer="he_normal",
        )(x)
        if pooled:
            x = layers.MaxPooling2D(2)(x)
        if normalization:
            gamma = keras.initializers.Constant(starts_at)
            # The averages of Keras's 0.99 would lag behind a short training.
            x = FusedBatchNormalization(momentum=0.9, gamma_initializer=gamma)(x)
        return layers.ReLU()(x) if activated else x

    def block(x):
        filters = x.shape[-1]
        y = convolution(x, filters)
        if not residual:
            return convolution(y, filters)
        y = convolution(y, filters, activated=False, starts_at=0.0)
        return layers.ReLU()(layers.Add()([x, y]))

    image = keras.Input((32, 32, 3))
    variance = [deviation**2 for deviation in CHANNEL_DEVIATION]
    x = layers.Normalization(mean=CHANNEL_MEAN, variance=variance)(image)
    x = convolution(x, 32)
    for filters in (48, 64):
        x = convolution(x, filters, pooled=True)
        x = block(block(x))
    x = layers.GlobalAveragePooling2D()(x)
    answer = layers.Dense(10, activation="softmax", dtype="float32")(x)
    return keras.Model(image, answer, name="pooled_resnet")
