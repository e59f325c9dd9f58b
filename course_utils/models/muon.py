"""Muon: momentum whose steps are turned into rotations, for the kernels of convolutions."""

from typing import Any

import keras
import tensorflow as tf

# The fifth-degree polynomial a s + b s³ + c s⁵ takes every singular value s of (0, 1] to nearly 1
# when it is applied a few times. The numbers are those of Jordan and others.
POLYNOMIAL = (3.4445, -4.7750, 2.0315)


@keras.saving.register_keras_serializable(package="course_utils")
class Muon(keras.optimizers.Optimizer):
    """SGD with Nesterov momentum; a convolution's step is orthogonalized first.

    A kernel (h, w, C, F) is read as a matrix of F rows, one a filter. The gradient's momentum is
    replaced by the nearest matrix with orthonormal rows, so a step changes every filter by the same
    length, `learning_rate`, and in directions that a plain step would have neglected. Biases, a
    normalization's gamma and beta, and dense kernels take plain steps, with their own rate.

    Keras's `Muon` (3.13 and 3.15) orthogonalizes only matrices, no convolutions. Source: Jordan and
    others (2024), https://kellerjordan.github.io/posts/muon/.

    Parameters
    ----------
    learning_rate : float or keras.optimizers.schedules.LearningRateSchedule
    momentum : float
        Of the kernels' steps.
    plain_ratio : float
        The rate of the plain steps, as a multiple of `learning_rate`.
    plain_momentum : float
    weight_decay : float or None
        At each step a weight loses the share learning_rate · weight_decay.
    """

    def __init__(
        self,
        learning_rate: float | keras.optimizers.schedules.LearningRateSchedule = 0.03,
        momentum: float = 0.6,
        plain_ratio: float = 3.0,
        plain_momentum: float = 0.85,
        weight_decay: float | None = None,
        name: str = "muon",
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate=learning_rate, weight_decay=weight_decay, name=name, **kwargs
        )
        self.momentum, self.plain_momentum = momentum, plain_momentum
        self.plain_ratio = plain_ratio

    def build(self, variables: list[keras.Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        self.momenta = [
            self.add_variable_from_reference(variable, name="momentum") for variable in variables
        ]

    def update_step(
        self, gradient: tf.Tensor, variable: keras.Variable, learning_rate: tf.Tensor
    ) -> None:
        kernel = len(variable.shape) == 4
        keep = self.momentum if kernel else self.plain_momentum
        momentum = self.momenta[self._get_variable_index(variable)]
        momentum.assign(keep * momentum + gradient)
        step = gradient + keep * momentum
        if kernel:
            self.assign_sub(variable, learning_rate * orthogonalized(step))
        else:
            self.assign_sub(variable, self.plain_ratio * learning_rate * step)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "momentum": self.momentum,
            "plain_ratio": self.plain_ratio,
            "plain_momentum": self.plain_momentum,
        }


def orthogonalized(kernel: tf.Tensor, iterations: int = 3) -> tf.Tensor:
    """The kernel with its F rows (or, if F > h w C, its columns) made nearly orthonormal.

    Newton–Schulz: each iteration takes the singular values through the polynomial.

    Parameters
    ----------
    kernel : float32 tensor (h, w, C, F)
    iterations : int

    Returns
    -------
    float32 tensor (h, w, C, F)
    """
    rows = tf.reshape(kernel, (-1, kernel.shape[-1]))
    wide = rows.shape[0] < rows.shape[1]
    rows = rows if wide else tf.transpose(rows)  # the shorter side first: smaller products
    rows = rows / (tf.norm(rows) + 1e-7)
    a, b, c = POLYNOMIAL
    for _ in range(iterations):
        square = tf.matmul(rows, rows, transpose_b=True)
        rows = a * rows + tf.matmul(b * square + c * tf.matmul(square, square), rows)
    return tf.reshape(rows if wide else tf.transpose(rows), kernel.shape)
