"""Finding where NaN or infinity first appeared."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from course_utils.network.sequential import Sequential


def first_not_finite(network: "Sequential") -> str:
    """Say where, in the last training step, NaN or infinity first appeared.

    In the forward pass that is the first layer; in the backward pass, which runs from the end to
    the start, it is the last. If everything in both is finite, only the loss itself is left.
    """
    if not np.isfinite(network.layers[0].x).all():
        return f"the input, which holds {_first(network.layers[0].x)}"
    layers = list(network.every_layer())
    for layer in layers:
        for name, weight in layer.weights.items():
            if not np.isfinite(weight).all():
                return (
                    f"the weights: {name!r} of {layer} holds {_first(weight)} since the last step"
                )
        if not np.isfinite(layer.z).all():
            return (
                f"the forward pass: the output of {layer} holds {_first(layer.z)}, its input is "
                f"finite (at most {np.abs(layer.x).max():.3g} in size)"
            )
    for layer in reversed(layers):
        for name, gradient in layer.gradients.items():
            if not np.isfinite(gradient).all():
                return (
                    f"the backward pass: the gradient of {name!r} of {layer} holds "
                    f"{_first(gradient)}"
                )
    return (
        f"the loss: the network's outputs are finite, but up to {np.abs(layers[-1].z).max():.3g} "
        "in size"
    )


def _first(values):
    return str(values[~np.isfinite(values)][0])
