"""The residual block (He et al., 2016)."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from course_utils.network.layers.chain import Chain
from course_utils.network.layers.layer import Layer


class Residual(Layer):
    """layers(x) + shortcut(x): the layers learn what to add to their input.

    The gradient of x is the sum of what comes back on both paths. The activation that follows
    the sum is not part of the block: put an Activation("relu") after it.

    Weights: those of the layers inside, by path, such as "conv2d/kernel".

    Parameters
    ----------
    layers : list of layers
    shortcut : list of layers, optional
        The other path; None passes x on unchanged. Where the layers change the shape, by strides
        or filters, a Conv2D(filters, 1, strides=...) gives the shortcut the same shape.
    """

    def __init__(self, layers: Sequence[Layer], shortcut: Layer | Sequence[Layer] | None = None):
        super().__init__()
        self._main, self._side = self.chains = Chain(layers), Chain(shortcut or [])
        names = Counter()
        for chain in self.chains:
            chain.name_layers(names)

    @property
    def layers(self) -> list[Layer]:
        return self._main.layers

    @property
    def shortcut(self) -> list[Layer]:
        return self._side.layers

    def build(
        self, input_shape: tuple[int, ...], rng: np.random.Generator, dtype: DTypeLike = "float32"
    ) -> None:
        for chain in self.chains:
            chain.build(input_shape, rng, dtype)
        super().build(input_shape, rng, dtype)

    def compute_output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        if self._main.output_shape != self._side.output_shape:
            advice = (
                "give the shortcut layers, such as Conv2D(filters, 1, strides=...)"
                if not self.shortcut
                else "make their strides, padding and filters agree"
            )
            raise ValueError(
                "both paths must end in the same shape to be added, but the layers give "
                f"{self._main.output_shape} and the shortcut {self._side.output_shape}; {advice}"
            )
        return self._main.output_shape

    def create_weights(self, rng: np.random.Generator) -> None:
        self.weights = self._main.weights | self._side.weights
        self.trainable = self._main.trainable + self._side.trainable

    def compute(self, x: np.ndarray, training: bool, rng: np.random.Generator) -> np.ndarray:
        return self._main.forward(x, training, rng) + self._side.forward(x, training, rng)

    def compute_backward(self, dz: np.ndarray, need_dx: bool) -> np.ndarray | None:
        dx = self._main.backward(dz) + self._side.backward(dz)
        self.gradients = self._main.gradients | self._side.gradients
        return dx

    def forget(self) -> None:
        super().forget()
        for chain in self.chains:
            chain.forget()

    @property
    def config(self) -> dict[str, Any]:
        main, side = ([layer.config for layer in chain.layers] for chain in self.chains)
        return {"class": type(self).__name__, "layers": main, "shortcut": side}
