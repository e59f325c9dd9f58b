"""The weights before training: random, scaled to keep the variance of the signal.

An initializer is called as ``f(shape, rng, dtype)`` and returns an array. The names and the
distributions are Keras's, the random numbers are numpy's own.
"""

from collections.abc import Callable
from math import prod, sqrt

import numpy as np
from numpy.typing import DTypeLike

# Standard deviation of a standard normal variable that is cut off at -2 and 2.
_STD_OF_TRUNCATED = 0.87962566103423978


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (fan_in, fan_out): how many values a unit reads, and how many read a unit.

    For a dense kernel, its (inputs, outputs); for a convolution, (h, w, C, F), the channels times
    the pixels of the kernel. A depthwise kernel (h, w, C, multiplier) is counted the same way, as
    in Keras, although each of its outputs reads a single channel.
    """
    if len(shape) < 2:
        raise ValueError(
            f"a kernel must have shape (inputs, outputs) or (h, w, C, F), got shape {tuple(shape)}"
        )
    *window, inputs, outputs = shape
    return prod(window) * inputs, prod(window) * outputs


def glorot_uniform(
    shape: tuple[int, ...], rng: np.random.Generator, dtype: DTypeLike = np.float32
) -> np.ndarray:
    """Uniform, variance 2 / (fan_in + fan_out) (Glorot and Bengio, 2010, equation 16).

    Keras's default. Made for tanh, whose slope at 0 is 1.
    """
    fan_in, fan_out = fans(shape)
    return _uniform(2 / (fan_in + fan_out), shape, rng, dtype)


def glorot_normal(
    shape: tuple[int, ...], rng: np.random.Generator, dtype: DTypeLike = np.float32
) -> np.ndarray:
    """Normal, cut off at two standard deviations, variance 2 / (fan_in + fan_out)."""
    fan_in, fan_out = fans(shape)
    return _truncated_normal(2 / (fan_in + fan_out), shape, rng, dtype)


def he_uniform(
    shape: tuple[int, ...], rng: np.random.Generator, dtype: DTypeLike = np.float32
) -> np.ndarray:
    """Uniform, variance 2 / fan_in. See `he_normal`."""
    return _uniform(2 / fans(shape)[0], shape, rng, dtype)


def he_normal(
    shape: tuple[int, ...], rng: np.random.Generator, dtype: DTypeLike = np.float32
) -> np.ndarray:
    """Normal, cut off at two standard deviations, variance 2 / fan_in.

    Made for ReLU, which sets half of the values to 0; hence the 2 (He et al., 2015, equation 10).
    """
    return _truncated_normal(2 / fans(shape)[0], shape, rng, dtype)


def zeros(
    shape: tuple[int, ...], rng: np.random.Generator | None = None, dtype: DTypeLike = np.float32
) -> np.ndarray:
    """All 0: how biases start."""
    return np.zeros(shape, dtype)


def ones(
    shape: tuple[int, ...], rng: np.random.Generator | None = None, dtype: DTypeLike = np.float32
) -> np.ndarray:
    """All 1: how the scales of batch normalization start."""
    return np.ones(shape, dtype)


INITIALIZERS = {
    f.__name__: f for f in (glorot_uniform, glorot_normal, he_uniform, he_normal, zeros, ones)
}


def get(initializer: str) -> Callable[..., np.ndarray]:
    """Return the initializer of a name such as "he_normal"; ValueError if it is unknown."""
    if not isinstance(initializer, str) or initializer not in INITIALIZERS:
        raise ValueError(
            f"an initializer must be one of {', '.join(map(repr, INITIALIZERS))}, "
            f"got {initializer!r}"
        )
    return INITIALIZERS[initializer]


def _uniform(variance, shape, rng, dtype):
    limit = sqrt(3 * variance)
    return rng.uniform(-limit, limit, shape).astype(dtype)


def _truncated_normal(variance, shape, rng, dtype):
    values = rng.standard_normal(shape)
    while (outside := np.abs(values) > 2).any():
        values[outside] = rng.standard_normal(np.count_nonzero(outside))
    return (values * (sqrt(variance) / _STD_OF_TRUNCATED)).astype(dtype)
