"""Activations as layers."""

import numpy as np

from course_utils import reference
from course_utils.network.layers import activations
from course_utils.network.layers.layer import Layer
from course_utils.reference.arguments import number


class Activation(Layer):
    """An activation by name, like Keras's `Activation`.

    Parameters
    ----------
    activation : "linear", "relu", "leaky_relu", "sigmoid", "tanh" or "softmax"
    """

    def __init__(self, activation: str):
        super().__init__()
        self.activation = activations.check(activation)


class ReLU(Layer):
    """max(0, x)."""

    activation = "relu"


class LeakyReLU(Layer):
    """x where x is positive, negative_slope * x elsewhere.

    Parameters
    ----------
    negative_slope : float
        At least 0. The default is Keras's for the layer; activation="leaky_relu" has 0.2.
    """

    def __init__(self, negative_slope: float = 0.3):
        super().__init__()
        number(negative_slope, "negative_slope", least=0)
        self.negative_slope = negative_slope

    def compute(self, x: np.ndarray, training: bool, rng: np.random.Generator) -> np.ndarray:
        return activations.row_by_row(self._leaky_relu, x)

    def compute_backward(self, dz: np.ndarray, need_dx: bool) -> np.ndarray | None:
        return activations.row_by_row(self._leaky_relu_backward, dz, self.x)

    def _leaky_relu(self, x):
        return reference.leaky_relu(x, self.negative_slope)

    def _leaky_relu_backward(self, dz, x):
        return reference.leaky_relu_backward(dz, x, self.negative_slope)
