"""Layers one after the other: what a network is, and each path of a residual block."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import DTypeLike

from course_utils.network.layers.layer import Layer, snake_case


class Chain:
    """Layers, each of which takes the output of the previous one.

    Attributes
    ----------
    layers : list of Layer
    input_shape, output_shape : tuple
        Of one example; None before the chain is built.
    """

    input_shape = output_shape = None

    def __init__(self, layers: Layer | Sequence[Layer]):
        if isinstance(layers, Layer):
            layers = [layers]
        if not isinstance(layers, (list, tuple)) or not all(isinstance(x, Layer) for x in layers):
            raise ValueError(f"layers must be a list of layers, such as Dense(10), got {layers!r}")
        self.layers = list(layers)
        for layer in self.layers:
            if layer.in_a_chain:
                raise ValueError(
                    f"{layer!r} is already in a network; make a new layer for each place"
                )
            layer.in_a_chain = True

    def build(
        self,
        input_shape: tuple[int, ...],
        rng: np.random.Generator | None,
        dtype: DTypeLike = "float32",
    ) -> None:
        """Build the layers, each for the output shape of the previous one."""
        shape = tuple(input_shape)
        for layer in self.layers:
            try:
                layer.build(shape, rng, dtype)
            except ValueError as error:
                raise ValueError(f"{layer}: {error}") from None
            shape = layer.output_shape
        self.input_shape, self.output_shape = tuple(input_shape), shape

    def forward(
        self, x: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> np.ndarray:
        for layer in self.layers:
            x = layer.forward(x, training, rng)
        return x

    def backward(
        self, dy: np.ndarray, *, before_activation: bool = False, need_dx: bool = True
    ) -> np.ndarray | None:
        own = False  # the caller's dy must not change
        for position, layer in reversed(list(enumerate(self.layers))):
            last = position == len(self.layers) - 1
            dx = layer.backward(
                dy,
                before_activation=before_activation and last,
                need_dx=need_dx or position > 0,
                overwrite=own,
            )
            own = own or (dx is not None and not np.may_share_memory(dx, dy))
            dy = dx
        return dy

    def every_layer(self) -> Iterator[Layer]:
        """Yield the layers in the order they compute in: those inside a block, then the block."""
        for layer in self.layers:
            for inner in layer.chains:
                yield from inner.every_layer()
            yield layer

    def name_layers(self, used: Counter) -> None:
        """Name the layers as Keras does; `used` counts the names given so far."""
        for layer in self.layers:
            base = snake_case(type(layer).__name__)
            layer.name = f"{base}_{used[base]}" if used[base] else base
            used[base] += 1
            for inner in layer.chains:
                inner.name_layers(used)

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """All weights by path, such as "conv2d/kernel", layer after layer, in Keras's order."""
        return {f"{x.name}/{name}": w for x in self.layers for name, w in x.weights.items()}

    @property
    def trainable(self) -> tuple[str, ...]:
        """The paths of the weights that training changes."""
        return tuple(f"{x.name}/{name}" for x in self.layers for name in x.trainable)

    @property
    def gradients(self) -> dict[str, np.ndarray]:
        """The gradients of the trainable weights by path, after `backward`."""
        return {f"{x.name}/{name}": g for x in self.layers for name, g in x.gradients.items()}

    def forget(self) -> None:
        for layer in self.layers:
            layer.forget()
