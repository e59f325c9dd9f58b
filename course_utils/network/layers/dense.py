"""The fully connected layer, and the step that leads to it."""

from math import prod

import numpy as np

from course_utils import reference
from course_utils.network.layers import activations
from course_utils.network.layers.arguments import initializer_name
from course_utils.network.layers.layer import Layer
from course_utils.reference.arguments import whole


class Flatten(Layer):
    """Write each example as one row, in row-major order."""

    def compute_output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (prod(input_shape),)

    def compute(self, x: np.ndarray, training: bool, rng: np.random.Generator) -> np.ndarray:
        return reference.flatten(x)

    def compute_backward(self, dz: np.ndarray, need_dx: bool) -> np.ndarray | None:
        return reference.flatten_backward(dz, self.x)


class Dense(Layer):
    """activation(x @ kernel + bias): every unit sees every input.

    Weights: kernel (inputs, units), bias (units,).

    Parameters
    ----------
    units : int
    activation : str, optional
        As in `Activation`.
    use_bias : bool
    kernel_initializer : str
    """

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
    ):
        super().__init__()
        self.units = whole(units, "units")
        self.activation = activations.check(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializer_name(kernel_initializer)

    def compute_output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (*input_shape[:-1], self.units)

    def create_weights(self, rng: np.random.Generator) -> None:
        shape = (self.input_shape[-1], self.units)
        self.add_weight("kernel", shape, self.kernel_initializer, rng)
        if self.use_bias:
            self.add_weight("bias", (self.units,), "zeros")

    def compute(self, x: np.ndarray, training: bool, rng: np.random.Generator) -> np.ndarray:
        return reference.dense(x, self.weights["kernel"], self.weights.get("bias"))

    def compute_backward(self, dz: np.ndarray, need_dx: bool) -> np.ndarray | None:
        dx, dkernel, dbias = reference.dense_backward(dz, self.x, self.weights["kernel"])
        self.set_gradients(kernel=dkernel, bias=dbias)
        return dx
