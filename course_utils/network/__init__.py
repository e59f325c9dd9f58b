"""Networks that learn, in numpy alone, with Keras's names: `layers`, `training`, and `keras`.

Here are the files about a network as a whole: building, saving, summarizing and checking it. What
an operation computes belongs in `course_utils.reference`, and networks built with Keras in
`course_utils.models`.
"""

from course_utils.network.gradient_check import gradient_check
from course_utils.network.keras import from_keras, to_keras
from course_utils.network.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Residual,
    SeparableConv2D,
)
from course_utils.network.sequential import Sequential, load
from course_utils.network.training import (
    SGD,
    Adam,
    AdamW,
    Augmentation,
    Callback,
    CategoricalCrossentropy,
    EarlyStopping,
    LearningRateScheduler,
    Momentum,
    RMSProp,
    SparseCategoricalCrossentropy,
    cosine_decay,
    exponential_decay,
    step_decay,
)

__all__ = [
    "SGD",
    "Activation",
    "Adam",
    "AdamW",
    "Augmentation",
    "AveragePooling2D",
    "BatchNormalization",
    "Callback",
    "CategoricalCrossentropy",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "EarlyStopping",
    "Flatten",
    "GlobalAveragePooling2D",
    "Layer",
    "LeakyReLU",
    "LearningRateScheduler",
    "MaxPooling2D",
    "Momentum",
    "RMSProp",
    "ReLU",
    "Residual",
    "SeparableConv2D",
    "Sequential",
    "SparseCategoricalCrossentropy",
    "cosine_decay",
    "exponential_decay",
    "from_keras",
    "gradient_check",
    "load",
    "step_decay",
    "to_keras",
]
