"""How the tests check a gradient: by differences, and by TensorFlow."""

import numpy as np

STEP = 1e-3
PROBES = 12


def assert_matches_differences(forward, arrays, gradients, dy):
    """Compare with central differences of sum(dy * forward(*arrays)), everything in float64.

    Some entries of each array are moved, one at a time, by one and by two steps both ways, so
    that the difference is exact up to the fifth derivative.
    """
    rng = np.random.default_rng(0)
    for position, gradient in enumerate(gradients):
        assert gradient.shape == np.shape(arrays[position])
        assert gradient.dtype == np.float64
        probed = rng.permutation(gradient.size)[:PROBES]
        expected = []
        for entry in probed:
            near, far = (
                _loss(forward, arrays, dy, position, entry, step)
                - _loss(forward, arrays, dy, position, entry, -step)
                for step in (STEP, 2 * STEP)
            )
            expected.append((8 * near - far) / (12 * STEP))
        error = np.abs(gradient.reshape(-1)[probed] - expected).max(initial=0)
        assert error < 1e-7 * max(np.abs(gradient).max(initial=0), 1e-3)


def _loss(forward, arrays, dy, position, entry, step):
    """sum(dy * forward(*arrays)) with one entry of one array moved by a step."""
    arrays = [np.array(array, np.float64) for array in arrays]
    arrays[position].reshape(-1)[entry] += step
    return np.sum(dy * forward(*arrays))


def tensorflow_gradients(forward, arrays, dy):
    """Gradients of sum(dy * forward(*tensors)) with respect to each array."""
    import tensorflow as tf

    tensors = [tf.convert_to_tensor(array) for array in arrays]
    with tf.GradientTape() as tape:
        for tensor in tensors:
            tape.watch(tensor)
        y = forward(*tensors)
    gradients = tape.gradient(y, tensors, output_gradients=tf.convert_to_tensor(dy, y.dtype))
    return [np.array(gradient) for gradient in gradients]


def assert_matches_tensorflow(gradients, expected, size=1e-2):
    """Compare in float32, relative to the size of each gradient as a whole.

    `size` is that of the numbers added up, where they cancel to a much smaller result.
    """
    for actual, wanted in zip(gradients, expected, strict=True):
        assert actual.shape == wanted.shape
        assert actual.dtype == wanted.dtype == np.float32
        error = np.abs(actual - wanted).max(initial=0)
        assert error <= 1e-4 * max(np.abs(wanted).max(initial=0), size)
