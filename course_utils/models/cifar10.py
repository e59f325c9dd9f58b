"""Pairs of convolutions for CIFAR-10: the network that its lab ends with, and steps to it."""

import keras
from keras import layers

# Of the first 45,000 training images, scaled to 0..1: mean and standard deviation of each channel.
CHANNEL_MEAN = (0.4915, 0.4821, 0.4464)
CHANNEL_DEVIATION = (0.2472, 0.2437, 0.2617)


def pairs_of_convolutions(*, norm: bool = True, augment: bool = True) -> keras.Model:
    """Three pairs of 3x3 convolutions with 32, 64 and 128 filters, each pair with a max pooling.

    Takes images (n, 32, 32, 3) scaled to 0..1, which it standardizes, and returns probabilities
    (n, 10); not compiled. Pairs of 3x3 convolutions: Simonyan and Zisserman (2015),
    https://doi.org/10.48550/arXiv.1409.1556.

    Parameters
    ----------
    norm : bool
        Batch normalization between each convolution and its ReLU.
    augment : bool
        Random flips and shifts by up to 4 pixels, in training only: He et al. (2016),
        https://doi.org/10.1109/CVPR.2016.90, section 4.2.
    """
    network = keras.Sequential([keras.Input((32, 32, 3))])
    if augment:
        network.add(layers.RandomFlip("horizontal"))
        # Whole pixels, and the border repeated: three times as fast as Keras's defaults.
        network.add(layers.RandomTranslation(4 / 32, 4 / 32, "nearest", interpolation="nearest"))
    variance = [deviation**2 for deviation in CHANNEL_DEVIATION]
    network.add(layers.Normalization(mean=CHANNEL_MEAN, variance=variance))
    for filters in (32, 64, 128):
        for _ in range(2):
            network.add(layers.Conv2D(filters, 3, padding="same", use_bias=not norm))
            if norm:
                # With Keras's 0.99, the averages would lag in a short training.
                network.add(layers.BatchNormalization(momentum=0.9))
            network.add(layers.ReLU())
        network.add(layers.MaxPooling2D(2))
    network.add(layers.GlobalAveragePooling2D())
    network.add(layers.Dense(10, activation="softmax"))
    return network
