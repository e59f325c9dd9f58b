"""Averages of a network's weights over the last steps, and the batch statistics that fit them."""

import keras
import numpy as np
import tensorflow as tf


class AveragedWeights:
    """An exponential moving average of a network's trainable weights.

    The weights of one step carry the noise of its batch; the average of many carries less. Early
    on, when there are few steps to average, all count alike. Source: Polyak and Juditsky (1992),
    https://doi.org/10.1137/0330046; the exponential form is TensorFlow's.

    Parameters
    ----------
    network : keras.Model
    momentum : float
        The average keeps this share of itself at each update: it looks back over about
        1 / (1 - momentum) updates.
    """

    def __init__(self, network: keras.Model, momentum: float):
        self.momentum = momentum
        self.updates = 0
        self._weights = network.trainable_variables
        self.averages = [tf.Variable(weight.value, trainable=False) for weight in self._weights]
        self._share = tf.Variable(0.0, trainable=False)
        self._move = tf.function(self._move_averages)

    def update(self) -> None:
        """Take the network's present weights into the average."""
        self.updates += 1
        self._share.assign(max(1 - self.momentum, 1 / self.updates))
        self._move()

    def _move_averages(self):
        for average, weight in zip(self.averages, self._weights):
            average.assign_add(self._share * (weight.value - average))

    def copy_to(self, network: keras.Model) -> None:
        """Write the averages into a network of the same layers."""
        for weight, average in zip(network.trainable_variables, self.averages, strict=True):
            weight.assign(average)


def recalibrate(network: keras.Model, images: np.ndarray, batch_size: int = 500) -> None:
    """Measure anew the means and variances that batch normalization uses at inference.

    Those that training left behind belong to weights that the network no longer has. The images
    pass through in training mode, and each batch counts alike. Source: Izmailov et al. (2018),
    https://doi.org/10.48550/arXiv.1803.05407, section 3.2.

    Parameters
    ----------
    network : keras.Model
    images : float array (n, H, W, C)
        Training images, in random order. What does not fill a batch is left out.
    batch_size : int
    """
    layers = [
        layer
        for layer in network._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    if not layers:
        return
    if len(images) < batch_size:
        raise ValueError(f"{len(images)} images do not fill a batch of {batch_size}")
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = 0.0  # the moving statistics are then those of the last batch
    see = tf.function(lambda batch: network(batch, training=True))
    means, squares = [], []
    for start in range(0, len(images) - batch_size + 1, batch_size):
        see(tf.convert_to_tensor(images[start : start + batch_size]))
        means.append([layer.moving_mean.numpy() for layer in layers])
        squares.append(
            [layer.moving_variance.numpy() + layer.moving_mean.numpy() ** 2 for layer in layers]
        )
    for place, (layer, momentum) in enumerate(zip(layers, momenta)):
        mean = np.mean([row[place] for row in means], axis=0)
        square = np.mean([row[place] for row in squares], axis=0)
        layer.moving_mean.assign(mean)
        layer.moving_variance.assign(square - mean**2)
        layer.momentum = momentum
