"""Dropout."""

import numpy as np

from course_utils import reference
from course_utils.network.layers.layer import Layer
from course_utils.reference.arguments import number


class Dropout(Layer):
    """In training, set each value to 0 with probability `rate` and scale up the others.

    At inference, change nothing.

    Parameters
    ----------
    rate : float
        At least 0 and below 1.
    """

    def __init__(self, rate: float):
        super().__init__()
        self.rate = number(rate, "rate", least=0, below=1)

    def compute(self, x: np.ndarray, training: bool, rng: np.random.Generator) -> np.ndarray:
        if not training or self.rate == 0:
            self._mask = None
            return x
        y, self._mask = reference.dropout(x, self.rate, rng)
        return y

    def forget(self) -> None:
        super().forget()
        self._mask = None

    def compute_backward(self, dz: np.ndarray, need_dx: bool) -> np.ndarray | None:
        return dz if self._mask is None else reference.dropout_backward(dz, self._mask, self.rate)
