"""The layers that a model in an answer may be made of, and how many weights each has."""

import math

# Of each layer, the settings that its description names first, without their keywords.
LAYERS = {
    "Dense": ("units",),
    "Conv1D": ("filters", "kernel_size"),
    "Conv2D": ("filters", "kernel_size"),
    "Conv1DTranspose": ("filters", "kernel_size"),
    "Conv2DTranspose": ("filters", "kernel_size"),
    "DepthwiseConv1D": ("kernel_size",),
    "DepthwiseConv2D": ("kernel_size",),
    "SeparableConv1D": ("filters", "kernel_size"),
    "SeparableConv2D": ("filters", "kernel_size"),
    "MaxPooling1D": ("pool_size",),
    "MaxPooling2D": ("pool_size",),
    "AveragePooling1D": ("pool_size",),
    "AveragePooling2D": ("pool_size",),
    "GlobalMaxPooling1D": (),
    "GlobalMaxPooling2D": (),
    "GlobalAveragePooling1D": (),
    "GlobalAveragePooling2D": (),
    "BatchNormalization": (),
    "LayerNormalization": (),
    "GroupNormalization": ("groups",),
    "Dropout": ("rate",),
    "SpatialDropout1D": ("rate",),
    "SpatialDropout2D": ("rate",),
    "GaussianNoise": ("stddev",),
    "Activation": ("activation",),
    "ReLU": (),
    "LeakyReLU": ("negative_slope",),
    "PReLU": (),
    "ELU": ("alpha",),
    "Softmax": (),
    "Flatten": (),
    "Reshape": ("target_shape",),
    "Permute": ("dims",),
    "ZeroPadding1D": ("padding",),
    "ZeroPadding2D": ("padding",),
    "Cropping1D": ("cropping",),
    "Cropping2D": ("cropping",),
    "UpSampling1D": ("size",),
    "UpSampling2D": ("size",),
    "Rescaling": ("scale",),
    "Resizing": ("height", "width"),
    "RandomFlip": ("mode",),
    "RandomRotation": ("factor",),
    "RandomTranslation": ("height_factor", "width_factor"),
    "RandomZoom": ("height_factor",),
    "RandomContrast": ("factor",),
    "RandomBrightness": ("factor",),
    "RandomCrop": ("height", "width"),
    "Add": (),
    "Subtract": (),
    "Multiply": (),
    "Average": (),
    "Maximum": (),
    "Concatenate": (),
}

# Layers that take several inputs, as a list.
MERGING = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Concatenate")

# Layers that are nothing but an activation.
ACTIVATION_LAYERS = ("Activation", "ReLU", "LeakyReLU", "ELU", "Softmax")

# Operations on symbolic tensors, as in `x + shortcut` and `keras.ops.relu(x)`: what they stand for.
OPERATIONS = {
    "Add": ("Add", {}),
    "Subtract": ("Subtract", {}),
    "Multiply": ("Multiply", {}),
    "Maximum": ("Maximum", {}),
    "Relu": ("Activation", {"activation": "relu"}),
    "Softmax": ("Activation", {"activation": "softmax"}),
    "Sigmoid": ("Activation", {"activation": "sigmoid"}),
    "Tanh": ("Activation", {"activation": "tanh"}),
    "LeakyRelu": ("LeakyReLU", {}),
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ACTIVATIONS = _words("""
    celu elu exponential gelu hard_sigmoid hard_silu hard_swish leaky_relu linear log_softmax mish
    relu relu6 selu sigmoid silu softmax softplus softsign swish tanh
""")

SHORT_LOSSES = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "huber_loss": "huber",  # what keras.losses.Huber() calls itself
}


def weight_sizes(kind: str, settings: dict, inputs: list[tuple]) -> tuple[int, int, int]:
    """(trainable, other, kernel) numbers of weights of one layer.

    Parameters
    ----------
    kind : str
    settings : dict
        The layer's configuration.
    inputs : list of tuple
        Shapes of its inputs, without the batch.
    """
    shape = inputs[0] if inputs else ()
    last = shape[-1] if shape else 1
    if kind == "BatchNormalization":
        size = shape[_axis(settings["axis"], shape)]
        return size * (settings["scale"] + settings["center"]), 2 * size, 0
    if kind in ("LayerNormalization", "GroupNormalization"):
        axes = settings["axis"] if isinstance(settings["axis"], list) else [settings["axis"]]
        size = math.prod(shape[_axis(axis, shape)] for axis in axes)
        return size * (settings["scale"] + settings["center"]), 0, 0
    if kind == "PReLU":
        shared = settings["shared_axes"] or []
        return math.prod(n for axis, n in enumerate(shape, 1) if axis not in shared), 0, 0
    if kind == "Dense":
        kernel, outputs = last * settings["units"], settings["units"]
    elif kind.startswith("Depthwise"):
        outputs = last * settings["depth_multiplier"]
        kernel = math.prod(settings["kernel_size"]) * outputs
    elif kind.startswith("Separable"):
        middle = last * settings["depth_multiplier"]
        outputs = settings["filters"]
        kernel = math.prod(settings["kernel_size"]) * middle + middle * outputs
    elif kind.startswith("Conv"):
        outputs = settings["filters"]
        kernel = math.prod(settings["kernel_size"]) * (last // settings.get("groups", 1)) * outputs
    else:
        return 0, 0, 0
    return kernel + outputs * settings["use_bias"], 0, kernel


def activation_name(kind: str, settings: dict) -> str:
    """The activation of a layer, however it is given: "relu", "leaky_relu(0.2)", "linear"."""
    if kind in ACTIVATION_LAYERS and kind != "Activation":
        return _layer_as_activation(kind, settings)
    given = settings.get("activation") or "linear"
    if isinstance(given, dict):
        return _layer_as_activation(given["class_name"], given["config"])
    return "leaky_relu(0.2)" if given == "leaky_relu" else given


def _layer_as_activation(kind: str, settings: dict) -> str:
    if kind == "LeakyReLU":
        return f"leaky_relu({settings['negative_slope']:g})"
    if kind == "ELU":
        return "elu" if settings["alpha"] == 1 else f"elu({settings['alpha']:g})"
    if kind == "Softmax":
        axis = settings.get("axis", -1)
        return "softmax" if axis == -1 else f"softmax over axis {axis}"
    top, slope, threshold = (
        settings.get(key) for key in ("max_value", "negative_slope", "threshold")
    )
    if slope or threshold or top not in (None, 6):
        return f"relu(max_value={top}, negative_slope={slope}, threshold={threshold})"
    return "relu6" if top else "relu"


def _axis(axis: int, shape: tuple) -> int:
    """Keras counts the batch as axis 0; here it is left out."""
    return axis - 1 if axis > 0 else axis
