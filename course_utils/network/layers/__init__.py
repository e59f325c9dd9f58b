"""One file for each kind of layer, and what layers share: weights, initializers, activations.

A layer knows its inputs and its weights. What moves the weights belongs in `training`, what
computes the numbers in `course_utils.reference`.
"""

from course_utils.network.layers.activation_layers import Activation, LeakyReLU, ReLU
from course_utils.network.layers.convolution import Conv2D, DepthwiseConv2D, SeparableConv2D
from course_utils.network.layers.dense import Dense, Flatten
from course_utils.network.layers.dropout import Dropout
from course_utils.network.layers.layer import Layer
from course_utils.network.layers.normalization import BatchNormalization
from course_utils.network.layers.pooling import (
    AveragePooling2D,
    GlobalAveragePooling2D,
    MaxPooling2D,
)
from course_utils.network.layers.residual import Residual

# The layers that a saved network or a Keras model can name, by class name.
LAYERS = {
    layer.__name__: layer
    for layer in (
        Activation,
        AveragePooling2D,
        BatchNormalization,
        Conv2D,
        Dense,
        DepthwiseConv2D,
        Dropout,
        Flatten,
        GlobalAveragePooling2D,
        LeakyReLU,
        MaxPooling2D,
        ReLU,
        Residual,
        SeparableConv2D,
    )
}

__all__ = ["LAYERS", "Layer", *LAYERS]
