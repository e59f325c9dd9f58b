"""Give a network the weights of its twin in keras.applications, layer by layer."""

from pathlib import Path

import keras
import numpy as np
from keras import layers

# The network's name, and its twin's.
TWINS = {
    "vgg16": "VGG16",
    "resnet50": "ResNet50",
    "resnet101": "ResNet101",
    "resnet152": "ResNet152",
    "densenet121": "DenseNet121",
    "mobilenet": "MobileNet",
    "mobilenet_v2": "MobileNetV2",
    "efficientnet_b0": "EfficientNetB0",
    "convnext_tiny": "ConvNeXtTiny",
}


def load_keras_weights(
    network: keras.Model, source: str | Path | keras.Model = "imagenet", *, head: bool = True
) -> keras.Model:
    """Give `network` the weights of the network of keras.applications that is built alike.

    The layers with weights have the same names in both. Afterwards both say the same to the same
    image, to rounding. Give the images what the network's docstring says of its pixels.

    Parameters
    ----------
    network : keras.Model
        From one of the builders in `TWINS`; changed in place.
    source : str, path or keras.Model
        "imagenet", which Keras downloads; a ``.weights.h5`` or ``.h5`` file of the twin's weights,
        or a ``.keras`` file of the twin; or the twin itself.
    head : bool
        Load the last layer too. Without it, the classes may be others than the source's, as a
        network needs that is to be trained further; it keeps the last layer that it has.

    Returns
    -------
    keras.Model
        The network.

    Raises
    ------
    ValueError
        If the network has no twin, or the source lacks a layer, or a layer's shapes differ. The
        network then keeps the weights that it had.
    """
    if network.name not in TWINS:
        raise ValueError(
            f"keras.applications has no twin of the network {network.name!r}; "
            f"it has those of {', '.join(TWINS)}"
        )
    twin = source if isinstance(source, keras.Model) else _twin(network, source, head)
    given = {_name(layer, twin): layer for layer in _flat(twin) if layer.weights}
    last = next(layer for layer in reversed(network.layers) if layer.weights)
    values = {}
    for layer in network.layers:
        if not layer.weights or (layer is last and not head):
            continue
        if layer.name not in given:
            raise ValueError(f"{twin.name} has no weights for the layer {layer.name!r}")
        values[layer] = _values(given[layer.name], layer, twin)
    for layer, arrays in values.items():
        layer.set_weights(arrays)
        if isinstance(layer, layers.Normalization):
            layer.finalize_state()  # it works with a copy of its weights
    return network


def _twin(network, source, head):
    if source != "imagenet" and Path(source).suffix == ".keras":
        return keras.models.load_model(source, compile=False)
    build = getattr(keras.applications, TWINS[network.name])
    if source == "imagenet":
        return build(weights="imagenet")
    if not Path(source).is_file():
        raise ValueError(f'source must be "imagenet", a file or a keras.Model, got {source!r}')
    twin = build(
        weights=None,
        input_shape=network.input_shape[1:],
        classes=network.output_shape[-1] if head else 1000,
    )
    twin.load_weights(source)
    return twin


def _flat(model):
    """All layers, those of models within the model among them."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _flat(layer)
        else:
            yield layer


def _name(layer, twin):
    if isinstance(layer, layers.Normalization):
        return "normalization"  # the twin's has a number, from how many there were before it
    return layer.name.removeprefix(f"{twin.name}_")


def _values(old, new, twin):
    """The arrays of the twin's layer `old`, as the network's layer `new` has them."""
    arrays = old.get_weights()
    if len(arrays) != len(new.weights):
        raise ValueError(
            f"layer {new.name!r} has {len(new.weights)} weights, but {len(arrays)} in {twin.name}"
        )
    if isinstance(new, layers.Normalization):
        # EfficientNet's twin has a second `Rescaling`, after the normalization, with ImageNet's
        # weights alone: (x - mean) / sqrt(variance) * scale has the variance variance / scale**2.
        mean, variance, count = arrays
        for rescaling in _after(old, twin, layers.Rescaling):
            variance = variance / np.asarray(rescaling.scale, variance.dtype) ** 2
        arrays = [mean, variance, count]
    return [_fitted(a, w.shape, new.name) for a, w in zip(arrays, new.weights)]


def _after(layer, twin, kind):
    later = twin.layers[twin.layers.index(layer) + 1 :]
    return [other for other in later if isinstance(other, kind)]


def _fitted(weight, shape, name):
    """The same numbers, where both write one operation as different layers."""
    shape = tuple(shape)
    if weight.shape == shape:
        return weight
    if weight.shape[:2] == (1, 1) and weight.shape[2:] == shape:
        return weight[0, 0]  # a 1x1 convolution there, a dense layer here
    if shape[:2] == (1, 1) and shape[2:] == weight.shape:
        return weight[np.newaxis, np.newaxis]
    # A convolution there in as many groups as channels, (kh, kw, 1, C); a depthwise one here.
    if weight.ndim == 4 and shape == (*weight.shape[:2], weight.shape[3], 1) != weight.shape:
        return np.swapaxes(weight, 2, 3)
    raise ValueError(f"layer {name!r} has weights of shape {shape}, but was given {weight.shape}")
