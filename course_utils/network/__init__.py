"""Networks of layers that learn, in numpy alone, with Keras's names.

A layer keeps its weights and what its backward pass needs; what it computes is a function of
`course_utils.reference`.
"""

from course_utils.network.activation_layers import Activation, LeakyReLU, ReLU
from course_utils.network.augmentation import Augmentation
from course_utils.network.callbacks import Callback, EarlyStopping, LearningRateScheduler
from course_utils.network.convolution import Conv2D, DepthwiseConv2D, SeparableConv2D
from course_utils.network.fully_connected import Dense, Flatten
from course_utils.network.gradient_check import gradient_check
from course_utils.network.keras_interchange import from_keras, to_keras
from course_utils.network.layer import Layer
from course_utils.network.losses import CategoricalCrossentropy, SparseCategoricalCrossentropy
from course_utils.network.normalization import BatchNormalization
from course_utils.network.optimizers import SGD, Adam, AdamW, Momentum, RMSProp
from course_utils.network.pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from course_utils.network.regularization import Dropout
from course_utils.network.residual import Residual
from course_utils.network.schedules import cosine_decay, exponential_decay, step_decay
from course_utils.network.sequential import Sequential, load

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
