"""ResNeXt: a bottleneck whose 3x3 convolution is split into many narrow paths."""

import keras
from keras import layers

from course_utils.models.architectures.arguments import part
from course_utils.models.architectures.resnet import convolution_and_norm


def resnext_block(
    x: keras.KerasTensor,
    filters: int,
    *,
    cardinality: int = 32,
    stride: int = 1,
    name: str | None = None,
) -> keras.KerasTensor:
    """The block of figure 3c: 1x1, grouped 3x3, 1x1, beside a shortcut.

    A grouped convolution is the same function as `cardinality` paths that are added up (figure
    3a). Xie et al., "Aggregated Residual Transformations for Deep Neural Networks", 2017,
    https://doi.org/10.1109/CVPR.2017.634. ResNeXt-50 (32x4d) is ResNet-50 with these blocks, of
    128, 256, 512 and 1,024 filters; the stride is the 3x3 convolution's.

    Parameters
    ----------
    x : symbolic tensor (n, H, W, C)
    filters : int
        Of the grouped convolution: a multiple of cardinality. 2 * filters come out.
    cardinality : int
        The number of paths.
    stride : int
    name : str, optional

    Returns
    -------
    symbolic tensor (n, H/stride, W/stride, 2 * filters)

    Raises
    ------
    ValueError
        If filters is no multiple of cardinality.
    """
    if filters % cardinality:
        raise ValueError(
            f"resnext_block: filters must be a multiple of cardinality, got {filters} filters in "
            f"{cardinality} paths"
        )
    shortcut = x
    if stride != 1 or x.shape[-1] != 2 * filters:
        shortcut = convolution_and_norm(
            x, 2 * filters, 1, stride=stride, bias=False, name=part(name, "0")
        )
    x = convolution_and_norm(x, filters, 1, bias=False, name=part(name, "1"))
    x = layers.ReLU(name=part(name, "1_relu"))(x)
    x = convolution_and_norm(
        x, filters, 3, stride=stride, groups=cardinality, bias=False, name=part(name, "2")
    )
    x = layers.ReLU(name=part(name, "2_relu"))(x)
    x = convolution_and_norm(x, 2 * filters, 1, bias=False, name=part(name, "3"))
    x = layers.Add(name=part(name, "add"))([shortcut, x])
    return layers.ReLU(name=part(name, "out"))(x)
