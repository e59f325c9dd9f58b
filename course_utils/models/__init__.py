"""Keras networks of the labs, how each is trained, and a progress line for `fit`.

Importing it imports Keras, and with it TensorFlow. The rest of the package does not need it.
"""

from course_utils.models.batching import batches
from course_utils.models.cifar10 import pairs_of_convolutions
from course_utils.models.documents import document_1, document_2, document_4
from course_utils.models.fashion_mnist import improved_fashion_mnist
from course_utils.models.fused_normalization import FusedBatchNormalization
from course_utils.models.label_smoothing import smooth_labels
from course_utils.models.mirroring import with_mirror_image
from course_utils.models.muon import Muon
from course_utils.models.pooled_resnet import pooled_resnet
from course_utils.models.precision import fast_precision
from course_utils.models.progress import Progress
from course_utils.models.recipes import RECIPES, Recipe
from course_utils.models.schedules import one_cycle
from course_utils.models.voltammograms import (
    curve_cnn,
    curve_mlp,
    document_1_voltammograms,
    picture_cnn,
)
from course_utils.models.weight_averaging import AveragedWeights, recalibrate
from course_utils.models.weight_decay import decay_kernels_only

__all__ = [
    "RECIPES",
    "AveragedWeights",
    "FusedBatchNormalization",
    "Muon",
    "Progress",
    "Recipe",
    "batches",
    "curve_cnn",
    "curve_mlp",
    "decay_kernels_only",
    "document_1",
    "document_1_voltammograms",
    "document_2",
    "document_4",
    "fast_precision",
    "improved_fashion_mnist",
    "one_cycle",
    "pairs_of_convolutions",
    "picture_cnn",
    "pooled_resnet",
    "recalibrate",
    "smooth_labels",
    "with_mirror_image",
]
