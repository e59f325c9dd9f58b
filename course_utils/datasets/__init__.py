"""Images to learn from: Fashion-MNIST, CIFAR-10, scenes composed of them, a cat, the reader's own.

Only loading belongs here; what is done to images while training is in `network.training`. Small
subsets ship with the package and need no download; `data/README.md` says where they come from,
under which terms, and how they were chosen.
"""

from course_utils.datasets.loaders import (
    CIFAR10_CLASSES,
    FASHION_MNIST_CLASSES,
    cifar10,
    fashion_mnist,
)
from course_utils.datasets.own_picture import own_picture
from course_utils.datasets.photograph import cat
from course_utils.datasets.scenes import Scene, compose_scenes, mask_boxes, scene_garments

__all__ = [
    "CIFAR10_CLASSES",
    "FASHION_MNIST_CLASSES",
    "Scene",
    "cat",
    "cifar10",
    "compose_scenes",
    "fashion_mnist",
    "mask_boxes",
    "own_picture",
    "scene_garments",
]
