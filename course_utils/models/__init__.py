"""Keras networks of the literature and of the labs, what they cost, and how the labs' are trained.

Importing it imports Keras, and with it TensorFlow. The rest of the package does not need it.
"""

from course_utils.models.architectures.alexnet import alexnet
from course_utils.models.architectures.cifar_resnet import cifar_resnet
from course_utils.models.architectures.convnext import convnext_tiny
from course_utils.models.architectures.densenet import densenet121
from course_utils.models.architectures.efficientnet import efficientnet_b0
from course_utils.models.architectures.googlenet import googlenet
from course_utils.models.architectures.keras_weights import load_keras_weights
from course_utils.models.architectures.lenet import lenet5, lenet5_1998
from course_utils.models.architectures.mobilenet import mobilenet
from course_utils.models.architectures.mobilenet_v2 import mobilenet_v2
from course_utils.models.architectures.network_in_network import network_in_network
from course_utils.models.architectures.resnet import (
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
)
from course_utils.models.architectures.shufflenet import shufflenet
from course_utils.models.architectures.vgg import vgg16
from course_utils.models.batching import batches
from course_utils.models.cifar10 import pairs_of_convolutions
from course_utils.models.counting import network_costs
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
from course_utils.models.wiring import wiring

__all__ = [
    "RECIPES",
    "AveragedWeights",
    "FusedBatchNormalization",
    "Muon",
    "Progress",
    "Recipe",
    "alexnet",
    "batches",
    "cifar_resnet",
    "convnext_tiny",
    "curve_cnn",
    "curve_mlp",
    "decay_kernels_only",
    "densenet121",
    "document_1",
    "document_1_voltammograms",
    "document_2",
    "document_4",
    "efficientnet_b0",
    "fast_precision",
    "googlenet",
    "improved_fashion_mnist",
    "lenet5",
    "lenet5_1998",
    "load_keras_weights",
    "mobilenet",
    "mobilenet_v2",
    "network_costs",
    "network_in_network",
    "one_cycle",
    "pairs_of_convolutions",
    "picture_cnn",
    "pooled_resnet",
    "recalibrate",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "shufflenet",
    "smooth_labels",
    "vgg16",
    "wiring",
    "with_mirror_image",
]
