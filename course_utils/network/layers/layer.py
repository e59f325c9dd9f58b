"""What all layers share: building, weights, the activation, and what backward remembers."""

import inspect
import re
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from course_utils.network.layers import activations, initializers
from course_utils.reference.checks import as_numbers


class Layer:
    """One step of a network: `forward` computes its output, `backward` carries a gradient back.

    A new kind of layer needs two methods. ``compute(x, training, rng)`` returns z, the output
    before the activation; ``compute_backward(dz, need_dx)`` returns dx and fills `gradients`. It
    finds the input in ``self.x``. Arguments of the constructor are kept in
    attributes of the same name.

    Attributes
    ----------
    name : str
        Given by the network, as Keras names layers: "conv2d", "conv2d_1", ...
    input_shape, output_shape : tuple
        Of one example; None before the layer is built.
    weights : dict of str to array
        In Keras's order.
    trainable : tuple of str
        The names of the weights that training changes.
    gradients : dict of str to array
        The gradients of the loss with respect to the trainable weights, after `backward`.
    x, z, y : arrays
        Of the last `forward`: the input, the output before the activation, and the output. (With
        "relu", z is y: the result overwrites its input.)
    """

    activation = None
    input_shape = output_shape = None
    x = z = y = None
    chains = ()  # of layers inside this one
    in_a_chain = False

    def __init__(self):
        self.name = snake_case(type(self).__name__)
        self.weights = {}
        self.trainable = ()
        self.gradients = {}

    def build(
        self, input_shape: tuple[int, ...], rng: np.random.Generator, dtype: DTypeLike = "float32"
    ) -> None:
        """Work out the shape of the output and draw the weights, replacing any that there are.

        Parameters
        ----------
        input_shape : tuple
            Of one example, without the batch axis.
        rng : numpy.random.Generator
        dtype : "float32" or "float64"

        Raises
        ------
        ValueError
            If the layer cannot take inputs of this shape.
        """
        self.dtype = np.dtype(dtype)
        self.weights, self.trainable, self.gradients = {}, (), {}
        self.output_shape = self.compute_output_shape(tuple(input_shape))
        self.input_shape = tuple(input_shape)
        self.create_weights(rng)

    def compute_output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the output shape for one example; ValueError if the input shape does not fit."""
        return input_shape

    def create_weights(self, rng: np.random.Generator) -> None:
        """Fill `weights` and `trainable`; many layers have none."""

    def add_weight(
        self,
        name: str,
        shape: tuple[int, ...],
        initializer: str,
        rng: np.random.Generator | None = None,
        trainable: bool = True,
    ) -> None:
        """Draw a weight, for `create_weights`."""
        self.weights[name] = initializers.get(initializer)(shape, rng, self.dtype)
        if trainable:
            self.trainable += (name,)

    def set_gradients(self, **gradients: np.ndarray) -> None:
        """Keep the gradients of the weights that the layer has: it may have no bias."""
        self.gradients = {name: g for name, g in gradients.items() if name in self.weights}

    def forward(
        self, x: ArrayLike, training: bool = False, rng: np.random.Generator | None = None
    ) -> np.ndarray:
        """Compute the output.

        Parameters
        ----------
        x : array (N, *input_shape)
        training : bool
            Whether dropout drops, and batch normalization uses the batch's own statistics.
        rng : numpy.random.Generator, optional
            For dropout.

        Returns
        -------
        array (N, *output_shape)

        Raises
        ------
        ValueError
            If x has another shape, or the layer is not built.
        """
        if self.input_shape is None:
            raise ValueError(
                f"{self} is not built: put it in a Sequential, or call build(input_shape, rng)"
            )
        self.x = as_numbers(x, "x").astype(self.dtype, copy=False)
        if self.x.shape[1:] != self.input_shape:
            expected = ", ".join(map(str, self.input_shape))
            raise ValueError(f"{self} expects x of shape (N, {expected}), got shape {self.x.shape}")
        self.z = self.compute(self.x, training, rng)
        self.y = activations.forward(self.activation, self.z, overwrite=self.z is not self.x)
        return self.y

    def backward(
        self,
        dy: ArrayLike,
        *,
        before_activation: bool = False,
        need_dx: bool = True,
        overwrite: bool = False,
    ) -> np.ndarray | None:
        """Carry a gradient back through the last `forward`, and fill `gradients`.

        Parameters
        ----------
        dy : array (N, *output_shape)
            Gradient of the loss with respect to y; with before_activation, to z.
        need_dx : bool
            False saves the first layer the work of computing dx.
        overwrite : bool
            Whether the memory of dy may be reused for the result.

        Returns
        -------
        array (N, *input_shape)
            Gradient of the loss with respect to x; None without need_dx.

        Raises
        ------
        ValueError
            If dy does not have the shape of the output, or there was no `forward`.
        """
        if self.y is None:
            raise ValueError(f"{self} has nothing to go back through: call forward first")
        dy = as_numbers(dy, "dy").astype(self.dtype, copy=False)
        if dy.shape != self.y.shape:
            raise ValueError(
                f"{self}: dy must have the shape of the output, {self.y.shape}, got {dy.shape}"
            )
        dz = dy
        if not before_activation:
            dz = activations.backward(self.activation, dy, self.z, overwrite)
        dx = self.compute_backward(dz, need_dx)
        return dx if need_dx else None

    def compute(self, x: np.ndarray, training: bool, rng: np.random.Generator) -> np.ndarray:
        """Return z, the output before the activation."""
        return x

    def compute_backward(self, dz: np.ndarray, need_dx: bool) -> np.ndarray | None:
        """Return dx, which may be None without need_dx, and fill `gradients`."""
        return dz

    def forget(self) -> None:
        """Release the arrays of the last `forward`."""
        self.x = self.z = self.y = None

    @property
    def config(self) -> dict[str, Any]:
        """The class's name and the constructor's arguments, as JSON can hold them."""
        arguments = {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}
        return {"class": type(self).__name__, **arguments}

    def __str__(self):
        return f"layer {self.name!r} ({type(self).__name__})"

    def __repr__(self):
        _, *arguments = self.config.items()
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in arguments)})"


def snake_case(name: str) -> str:
    """Conv2D -> conv2d, MaxPooling2D -> max_pooling2d, ReLU -> re_lu, as Keras names layers."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
