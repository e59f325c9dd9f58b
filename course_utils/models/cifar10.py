"""The network that the CIFAR-10 lab ends with, and how its learning rate goes up and down."""

import keras
from keras import layers

# Of the first 45,000 training images, scaled to 0..1: mean and standard deviation of each channel.
CHANNEL_MEAN = (0.4915, 0.4821, 0.4464)
CHANNEL_DEVIATION = (0.2472, 0.2437, 0.2617)


def improved_cifar10():
    """Pairs of 3x3 convolutions with batch normalization; flips and shifts while it trains.

    Takes images (n, 32, 32, 3) scaled to 0..1, returns probabilities (n, 10); not compiled.
    289,642 parameters, 896 of them moving averages. Pairs of 3x3 convolutions: Simonyan and
    Zisserman (2015), https://doi.org/10.48550/arXiv.1409.1556. Flip and shift: He et al. (2016),
    https://doi.org/10.1109/CVPR.2016.90, section 4.2.
    """
    variance = [deviation**2 for deviation in CHANNEL_DEVIATION]
    network = keras.Sequential(name="improved_cifar10")
    network.add(keras.Input((32, 32, 3)))
    network.add(layers.RandomFlip("horizontal"))
    network.add(
        layers.RandomTranslation(4 / 32, 4 / 32, fill_mode="reflect", interpolation="nearest")
    )
    network.add(layers.Normalization(mean=CHANNEL_MEAN, variance=variance))
    for filters in (32, 64, 128):
        for _ in range(2):
            network.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
            network.add(layers.BatchNormalization(momentum=0.9))
            network.add(layers.ReLU())
        network.add(layers.MaxPooling2D(2))
    network.add(layers.GlobalAveragePooling2D())
    network.add(layers.Dense(10, activation="softmax"))
    return network


def one_cycle(steps, peak=0.01, share_up=0.2):
    """A learning rate that climbs to its peak in a straight line and falls as a cosine, to 0.

    Smith (2018), https://doi.org/10.48550/arXiv.1803.09820, whose way down is a line too.

    Parameters
    ----------
    steps : int
        Steps of the whole training.
    peak : float
    share_up : float
        Part of the steps that go up.

    Returns
    -------
    keras.optimizers.schedules.LearningRateSchedule
    """
    up = max(1, round(share_up * steps))
    return keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - up), warmup_target=peak, warmup_steps=up
    )
