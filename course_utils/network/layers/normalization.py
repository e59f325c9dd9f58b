"""Batch normalization."""

import numpy as np

from course_utils import reference
from course_utils.network.layers.layer import Layer
from course_utils.reference.arguments import number


class BatchNormalization(Layer):
    """Normalize each channel, then scale by gamma and shift by beta.

    In training it uses the mean and variance of the batch (over all axes but the last), and
    updates the averages: ``moving = momentum * moving + (1 - momentum) * batch``. At inference it
    uses these moving averages.

    Weights: gamma, beta, and, not trained by gradients, moving_mean, moving_variance; all (C,).

    Parameters
    ----------
    momentum : float
        What remains of a moving average after a batch: at least 0, at most 1.
    epsilon : float
        Added to the variance.
    """

    def __init__(self, *, momentum: float = 0.99, epsilon: float = 1e-3):
        super().__init__()
        self.momentum = number(momentum, "momentum", least=0, most=1)
        self.epsilon = number(epsilon, "epsilon", above=0)

    def create_weights(self, rng: np.random.Generator) -> None:
        channels = self.input_shape[-1:]
        self.add_weight("gamma", channels, "ones")
        self.add_weight("beta", channels, "zeros")
        self.add_weight("moving_mean", channels, "zeros", trainable=False)
        self.add_weight("moving_variance", channels, "ones", trainable=False)

    def compute(self, x: np.ndarray, training: bool, rng: np.random.Generator) -> np.ndarray:
        self._training = training
        gamma, beta, moving_mean, moving_variance = self.weights.values()
        if not training:
            return reference.batch_norm_inference(
                x, gamma, beta, moving_mean, moving_variance, epsilon=self.epsilon
            )
        y, mean, variance = reference.batch_norm(x, gamma, beta, epsilon=self.epsilon)
        for moving, batch in ((moving_mean, mean), (moving_variance, variance)):
            moving *= self.momentum
            moving += (1 - self.momentum) * batch
        return y

    def compute_backward(self, dz: np.ndarray, need_dx: bool) -> np.ndarray | None:
        gamma, _, mean, variance = self.weights.values()
        if self._training:
            dx, dgamma, dbeta = reference.batch_norm_backward(
                dz, self.x, gamma, epsilon=self.epsilon
            )
        else:  # mean and variance do not depend on x
            scale = 1 / np.sqrt(variance + self.dtype.type(self.epsilon))
            axes = tuple(range(dz.ndim - 1))
            dgamma = (dz * (self.x - mean) * scale).sum(axis=axes)
            dbeta = dz.sum(axis=axes)
            dx = dz * (gamma * scale)
        self.set_gradients(gamma=dgamma, beta=dbeta)
        return dx
