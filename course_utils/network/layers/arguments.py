"""Checks of the arguments that layers are made and built with."""

from course_utils.network.layers import initializers


def check_padding(padding: str) -> str:
    """Return "valid" or "same"; ValueError for anything else."""
    if not isinstance(padding, str) or padding not in ("valid", "same"):
        raise ValueError(f'padding must be "valid" or "same", as in Keras, got {padding!r}')
    return padding


def image_shape(input_shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return (height, width, channels); ValueError if it is not an image's shape."""
    if len(input_shape) != 3:
        raise ValueError(f"it takes images (height, width, channels), got shape {input_shape}")
    return input_shape


def initializer_name(name: str) -> str:
    """Return the name of an initializer; ValueError if it is unknown."""
    initializers.get(name)
    return name
