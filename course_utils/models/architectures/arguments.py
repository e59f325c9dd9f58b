"""What every builder checks, and how layers in blocks are named."""

import keras

from course_utils.reference.arguments import is_whole


def image_input(
    network: str, classes: int, input_shape: tuple[int, int, int], *, least: int
) -> keras.KerasTensor:
    """The input of a network, after a look at the builder's arguments.

    Parameters
    ----------
    network : str
        Its name, for the messages.
    classes : int
        At least 1.
    input_shape : tuple
        (height, width, channels) of one image.
    least : int
        The smallest height and width that leave something to the last layers.

    Returns
    -------
    symbolic tensor (n, height, width, channels)

    Raises
    ------
    ValueError
        If classes or input_shape are none of these.
    """
    if not is_whole(classes) or classes < 1:
        raise ValueError(f"{network}: classes must be an integer of at least 1, got {classes!r}")
    whole = isinstance(input_shape, (tuple, list)) and len(input_shape) == 3
    if not whole or not all(is_whole(n) and n >= 1 for n in input_shape):
        raise ValueError(
            f"{network}: input_shape must be (height, width, channels), three integers of at "
            f"least 1, got {input_shape!r}"
        )
    height, width, _ = input_shape
    if min(height, width) < least:
        raise ValueError(
            f"{network} takes images of at least {least} x {least} pixels: its pooling and strides "
            f"leave nothing of smaller ones. Got input_shape {tuple(input_shape)}; enlarge the "
            "images, or take a network made for small ones, such as cifar_resnet"
        )
    return keras.Input(tuple(input_shape))


def part(name: str | None, suffix: str) -> str | None:
    """Name of a layer in a block; None, for a name that Keras makes up, if the block has none."""
    return f"{name}_{suffix}" if name else None
