"""The normalization of AlexNet and GoogLeNet, before batch normalization."""

from typing import Any

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("course_utils")
class LocalResponseNormalization(layers.Layer):
    """Divide each value by the strength of the channels beside it; (n, H, W, C) in and out.

    ``y[c] = x[c] / (k + alpha * sum(x[c'] ** 2)) ** beta``, over the `size` channels c' around c at
    the same pixel. No parameters. Krizhevsky et al. (2012), section 3.3, whose constants are the
    defaults, https://doi.org/10.1145/3065386. (Caffe divides alpha by the size.)
    """

    def __init__(
        self, size: int = 5, k: float = 2.0, alpha: float = 1e-4, beta: float = 0.75, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.size, self.k, self.alpha, self.beta = size, k, alpha, beta

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        channels, side = x.shape[-1], self.size // 2
        squares = ops.pad(ops.square(x), [[0, 0], [0, 0], [0, 0], [side, side]])
        strength = sum(squares[..., i : i + channels] for i in range(self.size))
        return x / (self.k + self.alpha * strength) ** self.beta

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = dict(size=self.size, k=self.k, alpha=self.alpha, beta=self.beta)
        return super().get_config() | own
