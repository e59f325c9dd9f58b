"""What each part of Keras may be given, setting by setting, and building it from that.

A model's configuration comes from a stranger. Nothing in it is handed to Keras as it came: every
setting is looked up in the tables of this file by the class and the name, checked for its type and
range, and turned into a plain value. A setting that is not listed is refused. Keras's own
deserialization is never used; parts are made by calling their constructors.
"""

from collections.abc import Callable
from dataclasses import dataclass

from course_utils.exercises.model_answers.layers import ACTIVATIONS
from course_utils.exercises.model_answers.model_error import ModelError

LARGEST_SETTING = 100_000  # no unit count, kernel size or stride is larger
LONGEST_NAME = 200  # characters
MOST_NUMBERS = 64  # in one setting: the boundaries of a schedule, say
LARGEST_SEED = 2**63

Check = Callable[[object], object]


class Refused(ValueError):
    """A value that a setting may not have; the text says what would do."""


@dataclass(frozen=True)
class Part:
    """A part of Keras: ``keras.<namespace>.<kind>(**settings)``, all of them checked."""

    namespace: str
    kind: str
    settings: dict

    def build(self) -> object:
        """The object. Loads Keras; what its constructor refuses raises from there."""
        import keras

        found = keras
        for name in (*filter(None, self.namespace.split(".")), self.kind):
            found = getattr(found, name)
        return found(**built(self.settings))


def built(settings: dict) -> dict:
    """The settings with every `Part` in them built."""
    return {
        name: value.build() if isinstance(value, Part) else value
        for name, value in settings.items()
    }


# ---- kinds of values ------------------------------------------------------------------------


def flag(value: object) -> bool:
    if type(value) is not bool:
        raise Refused("True or False")
    return value


def whole(least: int = -LARGEST_SETTING, most: int = LARGEST_SETTING) -> Check:
    def check(value: object) -> int:
        if type(value) is not int or not least <= value <= most:
            raise Refused(f"a whole number from {least:,} to {most:,}")
        return value

    return check


def number(value: object) -> float:
    if type(value) not in (int, float) or not -1e12 <= value <= 1e12:  # nan is in no range
        raise Refused("a number")
    return value


def choice(*allowed: str) -> Check:
    def check(value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise Refused(f"one of {', '.join(map(repr, allowed))}")
        return value

    return check


def optional(check: Check) -> Check:
    def check_or_none(value: object) -> object:
        return None if value is None else check(value)

    return check_or_none


def either(*checks: Check) -> Check:
    def check_each(value: object) -> object:
        told = []
        for check in checks:
            try:
                return check(value)
            except Refused as refused:
                told.append(str(refused))
        raise Refused(" or ".join(told))

    return check_each


def tuple_of(check: Check, most: int = MOST_NUMBERS) -> Check:
    def check_items(value: object) -> tuple:
        if not isinstance(value, list | tuple) or len(value) > most:
            raise Refused(f"a list of at most {most}")
        return tuple(map(check, value))

    return check_items


def name(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise Refused(f"a name of at most {LONGEST_NAME} characters")
    return value


def nothing(value: object) -> None:
    if value is not None:
        raise Refused("None")


side = whole(1)
sides = either(side, tuple_of(side, 2))
margin = whole(0)
margins = either(margin, tuple_of(either(margin, tuple_of(margin, 2)), 2))
axis = either(whole(-10, 10), tuple_of(whole(-10, 10), 10))
_any_seed = optional(whole(-LARGEST_SEED, LARGEST_SEED))


def seed(value: object) -> int | None:
    """A number, however it is written: Keras writes a generator where it was given one."""
    match value:
        case {"module": "keras.random", "class_name": "SeedGenerator", "config": dict(config)}:
            known = {"seed": _any_seed, "name": name, "dtype": dtype}
            return checked(config, known, "SeedGenerator").get("seed")
    return _any_seed(value)


factor = either(number, tuple_of(number, 2))
padding = choice("valid", "same", "causal")
interpolation = choice(
    *("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area", "gaussian", "mitchellcubic")
)
fill_mode = choice("reflect", "wrap", "constant", "nearest", "crop")
policy = choice(
    *("float16", "bfloat16", "float32", "float64", "mixed_float16", "mixed_bfloat16"),
    *("uint8", "int32", "int64"),
)


def data_format(value: object) -> str:
    if value == "channels_first":
        raise Refused("the channels last, as this course has them")
    return choice("channels_last")(value)


def activation(value: object) -> object:
    if value is None:
        return None
    if isinstance(value, str):
        if value not in ACTIVATIONS:
            raise Refused("an activation that Keras has")
        return value
    return part("layers")(value)


def part(namespace: str) -> Check:
    """A part of one namespace of Keras, as Keras writes it."""

    def check(value: object) -> Part:
        match value:
            case {
                "module": str(module),
                "class_name": str(kind),
                "config": dict(config),
            } if (
                module == f"keras.{namespace}"
                and kind in PARTS[namespace]
                and value.get("registered_name") is None
            ):
                return Part(namespace, kind, checked(config, PARTS[namespace][kind], kind))
        raise NotKerasError(value)

    return check


class NotKerasError(Refused):
    """A part that is none of those listed; its name is told."""

    def __init__(self, value: object):
        shown = None
        if isinstance(value, dict):
            kind = value.get("class_name")
            shown = value.get("config") if kind == "function" else kind
        super().__init__("one of Keras's own")
        self.shown = shown if isinstance(shown, str) else kind_of(value)


def kind_of(value: object) -> str:
    return f"a {type(value).__name__}" if value is not None else "None"


def dtype(value: object) -> str:
    """A policy by its name, however it is written."""
    match value:
        case {"module": "keras", "class_name": "DTypePolicy", "config": {"name": str(given)}}:
            if set(value["config"]) - {"name", "source_name"} or value.get("registered_name"):
                raise NotKerasError(value)
            return policy(given)
        case dict():
            raise NotKerasError(value)
    return policy(value)


def checked(config: dict, table: dict[str, Check], where: str) -> dict:
    """The settings as plain values and parts.

    Parameters
    ----------
    config : dict
        As it came.
    table : dict
        A check for each setting that may be there.
    where : str
        What they belong to, for messages: "layer 'conv2d'", or the name of a class.

    Raises
    ------
    ModelError
        If one is not listed, or has a value that it may not have.
    """
    plain = {}
    for key, value in config.items():
        check = table.get(key)
        if check is None:
            raise ModelError(f"{where} does not take its settings: {key!r} is not known here")
        try:
            plain[key] = check(value)
        except NotKerasError as error:
            raise ModelError(
                f"{where} has {error.shown!r} in its settings, which is not one of Keras's own. "
                "Use one that Keras has, by its name"
            ) from None
        except Refused as refused:
            raise ModelError(_told(where, key, value, refused)) from None
    return plain


def _told(where: str, key: str, value: object, refused: Refused) -> str:
    if value == "channels_first":
        return f"{where} has the channels first; this course has them last"
    if key == "activation" and isinstance(value, str):
        return f"{where} has the activation {value[:60]!r}, which Keras does not have"
    if type(value) is int and abs(value) > LARGEST_SETTING:
        return f"{where} has a setting beyond {LARGEST_SETTING:,}, which no layer needs"
    shown = repr(value) if isinstance(value, int | float | str | None) else kind_of(value)
    return f"{where} does not take its settings: {key} is {shown[:60]}; expected {refused}"


# ---- parts ----------------------------------------------------------------------------------

_DRAWN = {"seed": seed, "input_axes": optional(axis), "output_axes": optional(axis)}
_SPREAD = {"mean": number, "stddev": number, "seed": seed}
_ACTIVATION_LAYER = {"name": name, "trainable": flag, "dtype": dtype}

PARTS: dict[str, dict[str, dict[str, Check]]] = {
    "initializers": {
        "Zeros": {},
        "Ones": {},
        "Constant": {"value": number},
        "RandomNormal": _SPREAD,
        "RandomUniform": {"minval": number, "maxval": number, "seed": seed},
        "TruncatedNormal": _SPREAD,
        "VarianceScaling": {
            "scale": number,
            "mode": choice("fan_in", "fan_out", "fan_avg"),
            "distribution": choice("normal", "truncated_normal", "untruncated_normal", "uniform"),
            **_DRAWN,
        },
        **dict.fromkeys(
            (
                *("GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform"),
                *("LecunNormal", "LecunUniform"),
            ),
            _DRAWN,
        ),
        "Orthogonal": {"gain": number, "seed": seed},
        "Identity": {"gain": number},
    },
    "regularizers": {
        "L1": {"l1": number},
        "L2": {"l2": number},
        "L1L2": {"l1": number, "l2": number},
        "OrthogonalRegularizer": {"factor": number, "mode": choice("rows", "columns")},
    },
    "constraints": {
        "MaxNorm": {"max_value": number, "axis": axis},
        "MinMaxNorm": {"min_value": number, "max_value": number, "rate": number, "axis": axis},
        "NonNeg": {},
        "UnitNorm": {"axis": axis},
    },
    # As an activation of another layer.
    "layers": {
        "ReLU": {
            "max_value": optional(number),
            "negative_slope": number,
            "threshold": number,
            **_ACTIVATION_LAYER,
        },
        "LeakyReLU": {"negative_slope": number, **_ACTIVATION_LAYER},
        "ELU": {"alpha": number, **_ACTIVATION_LAYER},
        "Softmax": {"axis": axis, **_ACTIVATION_LAYER},
    },
}

initializer = optional(part("initializers"))
regularizer = optional(part("regularizers"))
constraint = optional(part("constraints"))


# ---- layers ---------------------------------------------------------------------------------

_EVERY = {"name": name, "trainable": flag, "dtype": dtype, "activity_regularizer": regularizer}
_MAPS = {**_EVERY, "data_format": data_format}


def _weights(*names: str) -> dict[str, Check]:
    """What can be said of each kind of weights of a layer."""
    kinds = {"initializer": initializer, "regularizer": regularizer, "constraint": constraint}
    return {f"{one}_{kind}": check for one in names for kind, check in kinds.items()}


def _convolution(*weights: str, **more: Check) -> dict[str, Check]:
    return {
        **_MAPS,
        "kernel_size": sides,
        "strides": sides,
        "padding": padding,
        "dilation_rate": sides,
        "activation": activation,
        "use_bias": flag,
        **_weights(*weights, "bias"),
        **more,
    }


_FULL = _convolution("kernel", filters=side, groups=side)
_TRANSPOSED = _convolution("kernel", filters=side, output_padding=optional(margins))
_DEPTHWISE = _convolution("depthwise", depth_multiplier=side)
_SEPARABLE = _convolution("depthwise", "pointwise", filters=side, depth_multiplier=side)
_POOLING = {**_MAPS, "pool_size": sides, "strides": optional(sides), "padding": padding}
_GLOBAL = {**_MAPS, "keepdims": flag}
_CENTERED = {
    **_EVERY,
    "axis": axis,
    "epsilon": number,
    "center": flag,
    "scale": flag,
    **_weights("beta", "gamma"),
}
_DROPOUT = {**_EVERY, "rate": number, "seed": seed}
_RANDOM = {**_MAPS, "seed": seed}
_MOVED = {
    **_RANDOM,
    "fill_mode": fill_mode,
    "fill_value": number,
    "interpolation": interpolation,
}

LAYER_SETTINGS: dict[str, dict[str, Check]] = {
    "Dense": {
        **_EVERY,
        "units": side,
        "activation": activation,
        "use_bias": flag,
        **_weights("kernel", "bias"),
        "quantization_config": nothing,
    },
    "Conv1D": _FULL,
    "Conv2D": _FULL,
    "Conv1DTranspose": _TRANSPOSED,
    "Conv2DTranspose": _TRANSPOSED,
    "DepthwiseConv1D": _DEPTHWISE,
    "DepthwiseConv2D": _DEPTHWISE,
    "SeparableConv1D": _SEPARABLE,
    "SeparableConv2D": _SEPARABLE,
    "MaxPooling1D": _POOLING,
    "MaxPooling2D": _POOLING,
    "AveragePooling1D": _POOLING,
    "AveragePooling2D": _POOLING,
    "GlobalMaxPooling1D": _GLOBAL,
    "GlobalMaxPooling2D": _GLOBAL,
    "GlobalAveragePooling1D": _GLOBAL,
    "GlobalAveragePooling2D": _GLOBAL,
    "BatchNormalization": {
        **_CENTERED,
        "momentum": number,
        "moving_mean_initializer": initializer,
        "moving_variance_initializer": initializer,
        "synchronized": flag,
        "renorm": flag,
        "renorm_clipping": nothing,
        "renorm_momentum": number,
    },
    "LayerNormalization": {**_CENTERED, "rms_scaling": flag},
    "GroupNormalization": {**_CENTERED, "groups": whole(-1)},
    "Dropout": {**_DROPOUT, "noise_shape": optional(tuple_of(optional(side), 10))},
    "SpatialDropout1D": _DROPOUT,
    "SpatialDropout2D": {**_DROPOUT, "data_format": data_format},
    "GaussianNoise": {**_EVERY, "stddev": number, "seed": seed},
    "Activation": {**_EVERY, "activation": activation},
    **{kind: {**_EVERY, **table} for kind, table in PARTS["layers"].items()},
    "PReLU": {**_EVERY, **_weights("alpha"), "shared_axes": optional(tuple_of(side, 10))},
    "Flatten": _MAPS,
    "Reshape": {**_EVERY, "target_shape": tuple_of(either(side, whole(-1, -1)), 10)},
    "Permute": {**_EVERY, "dims": tuple_of(side, 10)},
    "ZeroPadding1D": {**_MAPS, "padding": margins},
    "ZeroPadding2D": {**_MAPS, "padding": margins},
    "Cropping1D": {**_EVERY, "cropping": margins},
    "Cropping2D": {**_MAPS, "cropping": margins},
    "UpSampling1D": {**_EVERY, "size": sides},
    "UpSampling2D": {**_MAPS, "size": sides, "interpolation": interpolation},
    "Rescaling": {
        **_EVERY,
        "scale": either(number, tuple_of(number)),
        "offset": either(number, tuple_of(number)),
    },
    "Resizing": {
        **_MAPS,
        "height": side,
        "width": side,
        "interpolation": interpolation,
        "crop_to_aspect_ratio": flag,
        "pad_to_aspect_ratio": flag,
        "fill_mode": fill_mode,
        "fill_value": number,
        "antialias": flag,
    },
    "RandomFlip": {**_RANDOM, "mode": choice("horizontal", "vertical", "horizontal_and_vertical")},
    "RandomRotation": {**_MOVED, "factor": factor},
    "RandomTranslation": {**_MOVED, "height_factor": factor, "width_factor": factor},
    "RandomZoom": {**_MOVED, "height_factor": factor, "width_factor": optional(factor)},
    "RandomContrast": {**_RANDOM, "factor": factor, "value_range": tuple_of(number, 2)},
    "RandomBrightness": {**_RANDOM, "factor": factor, "value_range": tuple_of(number, 2)},
    "RandomCrop": {**_RANDOM, "height": side, "width": side},
    "Add": _EVERY,
    "Subtract": _EVERY,
    "Multiply": _EVERY,
    "Average": _EVERY,
    "Maximum": _EVERY,
    "Concatenate": {**_EVERY, "axis": whole(-10, 10)},
}


# ---- how a model is compiled ----------------------------------------------------------------

_STEPS = either(whole(0, 10**9), number)  # a quotient, mostly
_NAMED_RATE = {"name": name, "initial_learning_rate": number}
_DECAYING = {**_NAMED_RATE, "decay_steps": _STEPS, "decay_rate": number, "staircase": flag}
SCHEDULE_SETTINGS: dict[str, dict[str, Check]] = {
    "CosineDecay": {
        **_NAMED_RATE,
        "decay_steps": _STEPS,
        "alpha": number,
        "warmup_target": optional(number),
        "warmup_steps": _STEPS,
    },
    "CosineDecayRestarts": {
        **_NAMED_RATE,
        "first_decay_steps": _STEPS,
        "t_mul": number,
        "m_mul": number,
        "alpha": number,
    },
    "ExponentialDecay": _DECAYING,
    "InverseTimeDecay": _DECAYING,
    "PiecewiseConstantDecay": {
        "name": name,
        "boundaries": tuple_of(number),
        "values": tuple_of(number),
    },
    "PolynomialDecay": {
        **_NAMED_RATE,
        "decay_steps": _STEPS,
        "end_learning_rate": number,
        "power": number,
        "cycle": flag,
    },
}
PARTS["optimizers.schedules"] = SCHEDULE_SETTINGS


def _learning_rate(value: object) -> object:
    return part("optimizers.schedules")(value) if isinstance(value, dict) else number(value)


_EVERY_OPTIMIZER = {
    "name": name,
    "learning_rate": _learning_rate,
    "weight_decay": optional(number),
    "clipnorm": optional(number),
    "global_clipnorm": optional(number),
    "clipvalue": optional(number),
    "use_ema": flag,
    "ema_momentum": number,
    "ema_overwrite_frequency": optional(_STEPS),
    "loss_scale_factor": optional(number),
    "gradient_accumulation_steps": optional(whole(1)),
}
_ADAM = {**_EVERY_OPTIMIZER, "beta_1": number, "beta_2": number, "epsilon": number}
OPTIMIZER_SETTINGS: dict[str, dict[str, Check]] = {
    "SGD": {**_EVERY_OPTIMIZER, "momentum": number, "nesterov": flag},
    "RMSprop": {
        **_EVERY_OPTIMIZER,
        "rho": number,
        "momentum": number,
        "epsilon": number,
        "centered": flag,
    },
    "Adam": {**_ADAM, "amsgrad": flag},
    "AdamW": {**_ADAM, "amsgrad": flag},
    "Adamax": _ADAM,
    "Nadam": _ADAM,
    "Adagrad": {**_EVERY_OPTIMIZER, "initial_accumulator_value": number, "epsilon": number},
    "Adadelta": {**_EVERY_OPTIMIZER, "rho": number, "epsilon": number},
    "Lion": {**_EVERY_OPTIMIZER, "beta_1": number, "beta_2": number},
    "Ftrl": {
        **_EVERY_OPTIMIZER,
        "learning_rate_power": number,
        "initial_accumulator_value": number,
        "l1_regularization_strength": number,
        "l2_regularization_strength": number,
        "l2_shrinkage_regularization_strength": number,
        "beta": number,
    },
    "Adafactor": {
        **_EVERY_OPTIMIZER,
        "beta_2_decay": number,
        "epsilon_1": number,
        "epsilon_2": number,
        "clip_threshold": number,
        "relative_step": flag,
    },
}

_EVERY_LOSS = {
    "name": name,
    "reduction": optional(
        choice("sum", "sum_over_batch_size", "mean", "mean_with_sample_weight", "none")
    ),
    "dtype": optional(dtype),
}
_CLASSES = {
    **_EVERY_LOSS,
    "from_logits": flag,
    "axis": axis,
    "label_smoothing": number,
}
_FOCAL = {**_CLASSES, "alpha": either(number, tuple_of(number)), "gamma": number}
# By the name of the loss's function: its class, and what that may be given.
LOSS_SETTINGS: dict[str, tuple[str, dict[str, Check]]] = {
    "sparse_categorical_crossentropy": (
        "SparseCategoricalCrossentropy",
        {
            **_EVERY_LOSS,
            "from_logits": flag,
            "axis": axis,
            "ignore_class": optional(whole()),
        },
    ),
    "categorical_crossentropy": ("CategoricalCrossentropy", _CLASSES),
    "binary_crossentropy": ("BinaryCrossentropy", _CLASSES),
    "categorical_focal_crossentropy": ("CategoricalFocalCrossentropy", _FOCAL),
    "binary_focal_crossentropy": (
        "BinaryFocalCrossentropy",
        {**_FOCAL, "apply_class_balancing": flag},
    ),
    "kl_divergence": ("KLDivergence", _EVERY_LOSS),
    "mean_squared_error": ("MeanSquaredError", _EVERY_LOSS),
    "mean_absolute_error": ("MeanAbsoluteError", _EVERY_LOSS),
    "huber": ("Huber", {**_EVERY_LOSS, "delta": number}),
    "hinge": ("Hinge", _EVERY_LOSS),
    "squared_hinge": ("SquaredHinge", _EVERY_LOSS),
    "categorical_hinge": ("CategoricalHinge", _EVERY_LOSS),
    "log_cosh": ("LogCosh", _EVERY_LOSS),
    "poisson": ("Poisson", _EVERY_LOSS),
}
