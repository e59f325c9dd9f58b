"""Batches for `fit` that do not keep an epoch waiting for its end."""

import numpy as np
import tensorflow as tf


def batches(x: np.ndarray, y: np.ndarray, batch_size: int, shuffle: bool = True) -> tf.data.Dataset:
    """A `tf.data.Dataset` of shuffled batches.

    `network.fit(x, y, batch_size=...)` makes the same batches in the same order from the same seed,
    so the trained weights are equal except for rounding. But there TensorFlow tunes the queues
    between its threads, from a thread that sleeps for 10 ms, then 20, 40 and so on, and an epoch
    may wait for it to wake: with TensorFlow 2.21 on two cores, about every second epoch ended only
    10.2, 41 or 82 s after it had begun. Without the tuning, none did, and there is nothing to tune.

    The batches are shuffled already, so tell `fit` ``shuffle=False``, or it warns. After
    `keras.utils.set_random_seed` every epoch uses the same order, with either of them.

    Parameters
    ----------
    x : array (n, ...)
    y : array (n, ...)
    batch_size : int
        The last batch holds what is left.
    shuffle : bool
        False keeps the order, as for validation.

    Returns
    -------
    tf.data.Dataset
        Of pairs (x, y); its length is the number of batches.
    """
    x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
    n = len(x)

    def order(_):
        places = tf.range(n, dtype=tf.int64)
        return tf.random.shuffle(places) if shuffle else places

    def gather(places):
        return tf.gather(x, places), tf.gather(y, places)

    places = tf.data.Dataset.range(1).map(order).unbatch().batch(batch_size)
    whole = places.map(gather).prefetch(2)
    options = tf.data.Options()
    options.autotune.enabled = False
    sized = tf.data.experimental.assert_cardinality(-(-n // batch_size))
    return whole.apply(sized).with_options(options)
