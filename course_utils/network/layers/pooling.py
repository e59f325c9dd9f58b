"""Pooling layers. They have no weights."""

import numpy as np

from course_utils import reference
from course_utils.network.layers.arguments import check_padding, image_shape
from course_utils.network.layers.layer import Layer
from course_utils.reference.geometry import IntPair, pair, slide


class _Pooling(Layer):
    def __init__(self, pool_size, strides, padding):
        super().__init__()
        self.pool_size = pair(pool_size, "pool_size")
        self.strides = self.pool_size if strides is None else pair(strides, "strides")
        self.padding = check_padding(padding)

    @property
    def sliding(self):
        """The arguments under the names of `max_pool2d`."""
        return {"size": self.pool_size, "stride": self.strides, "padding": self.padding}

    def compute_output_shape(self, input_shape):
        height, width, channels = image_shape(input_shape)
        sliding = slide((height, width), self.pool_size, stride=self.strides, padding=self.padding)
        return (*sliding.output, channels)


class MaxPooling2D(_Pooling):
    """The maximum of each window.

    Parameters
    ----------
    pool_size : int or (int, int)
    strides : int or (int, int), optional
        None means pool_size: windows side by side.
    padding : "valid" or "same"
        Padding never wins.
    """

    def __init__(
        self, pool_size: IntPair = (2, 2), strides: IntPair | None = None, padding: str = "valid"
    ):
        super().__init__(pool_size, strides, padding)

    def compute(self, x: np.ndarray, training: bool, rng: np.random.Generator) -> np.ndarray:
        return reference.max_pool2d(x, **self.sliding)

    def compute_backward(self, dz: np.ndarray, need_dx: bool) -> np.ndarray | None:
        return reference.max_pool2d_backward(dz, self.x, **self.sliding, y=self.z)


class AveragePooling2D(_Pooling):
    """The mean of each window; padding is not counted.

    Parameters
    ----------
    pool_size, strides, padding
        As in `MaxPooling2D`, but pool_size has no default, as in Keras.
    """

    def __init__(self, pool_size: IntPair, strides: IntPair | None = None, padding: str = "valid"):
        super().__init__(pool_size, strides, padding)

    def compute(self, x: np.ndarray, training: bool, rng: np.random.Generator) -> np.ndarray:
        return reference.avg_pool2d(x, **self.sliding)

    def compute_backward(self, dz: np.ndarray, need_dx: bool) -> np.ndarray | None:
        return reference.avg_pool2d_backward(dz, self.x, **self.sliding)


class GlobalAveragePooling2D(Layer):
    """The mean of each feature map: (N, H, W, C) -> (N, C)."""

    def compute_output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return image_shape(input_shape)[2:]

    def compute(self, x: np.ndarray, training: bool, rng: np.random.Generator) -> np.ndarray:
        return reference.global_avg_pool2d(x)

    def compute_backward(self, dz: np.ndarray, need_dx: bool) -> np.ndarray | None:
        return reference.global_avg_pool2d_backward(dz, self.x)
