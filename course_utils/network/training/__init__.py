"""How a network learns: the loop, losses, optimizers, schedules, callbacks, augmentation.

These files see a network only from outside, as something with weights and gradients. What a layer
computes belongs in `layers`.
"""

from course_utils.network.training.augmentation import Augmentation
from course_utils.network.training.callbacks import Callback, EarlyStopping, LearningRateScheduler
from course_utils.network.training.history import History
from course_utils.network.training.losses import (
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
from course_utils.network.training.optimizers import SGD, Adam, AdamW, Momentum, RMSProp
from course_utils.network.training.schedules import cosine_decay, exponential_decay, step_decay

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Augmentation",
    "Callback",
    "CategoricalCrossentropy",
    "EarlyStopping",
    "History",
    "LearningRateScheduler",
    "Momentum",
    "RMSProp",
    "SparseCategoricalCrossentropy",
    "cosine_decay",
    "exponential_decay",
    "step_decay",
]
