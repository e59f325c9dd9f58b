"""Checks of what layers are given when they are made and built."""

from course_utils.network.layers import initializers
from course_utils.reference.checks import is_whole


def count(value, name):
    """Return an integer of at least 1; ValueError if it is none."""
    if not is_whole(value) or value < 1:
        raise ValueError(f"{name} must be an integer of at least 1, got {value!r}")
    return int(value)


def check_padding(padding):
    """Return "valid" or "same"; ValueError for anything else."""
    if not isinstance(padding, str) or padding not in ("valid", "same"):
        raise ValueError(f'padding must be "valid" or "same", as in Keras, got {padding!r}')
    return padding


def image_shape(input_shape):
    """Return (height, width, channels); ValueError if the shape is not that of an image."""
    if len(input_shape) != 3:
        raise ValueError(f"it takes images (height, width, channels), got shape {input_shape}")
    return input_shape


def initializer_name(name):
    """Return the name of an initializer; ValueError if there is none such."""
    initializers.get(name)
    return name
