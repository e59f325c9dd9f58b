"""Fashion-MNIST and CIFAR-10: the small subsets of this package, or the full sets.

The full sets are looked for where Keras keeps its own, and downloaded to that place if missing.
"""

import os
from pathlib import Path

import numpy as np

from course_utils.datasets.download import fetch
from course_utils.datasets.formats import (
    checked,
    read_cifar_batches,
    read_cifar_binary,
    read_idx,
    read_npz,
    undo_delta,
)
from course_utils.profile import profile

FASHION_MNIST_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
CIFAR10_CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)

FASHION_MNIST_HOSTS = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)
# As the README of https://github.com/zalandoresearch/fashion-mnist states them.
FASHION_MNIST_MD5 = {
    "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
}

CIFAR10_ARCHIVE = "cifar-10-binary.tar.gz"
CIFAR10_HOSTS = ("https://www.cs.toronto.edu/~kriz/",)
# As https://www.cs.toronto.edu/~kriz/cifar.html states it.
CIFAR10_MD5 = "c32a1d4ab5d03f1284b67883e8d87530"
CIFAR10_BATCHES = {
    "train": [f"data_batch_{i}" for i in range(1, 6)],
    "test": ["test_batch"],
}


def fashion_mnist(split: str = "train", size: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Load Fashion-MNIST: gray images of clothes, 28 by 28 pixels, in ten classes.

    Parameters
    ----------
    split : {"train", "test"}
    size : {"small", "full"}, optional
        "small" is a balanced subset that ships with this package, 4000 images to train and 1000
        to test; "full" is all 60,000 and 10,000. By default what `course_utils.profile` implies:
        "small" if it is "quick", else "full".

    Returns
    -------
    images : uint8 array of shape (n, 28, 28, 1)
    labels : uint8 array of shape (n,)
        Indices into `FASHION_MNIST_CLASSES`.

    Raises
    ------
    ValueError
        If an argument is not one of these, or a file is damaged.
    FileNotFoundError
        If a file of the full set is missing and cannot be downloaded.

    Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST", https://arxiv.org/abs/1708.07747
    """
    return _load("fashion_mnist", (28, 28, 1), _full_fashion_mnist, split, size)


def cifar10(split: str = "train", size: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Load CIFAR-10: color photographs of animals and vehicles, 32 by 32 pixels, ten classes.

    Parameters
    ----------
    split : {"train", "test"}
    size : {"small", "full"}, optional
        "small" is a balanced subset that ships with this package, 2000 images to train and 500
        to test; "full" is all 50,000 and 10,000. By default what `course_utils.profile` implies:
        "small" if it is "quick", else "full".

    Returns
    -------
    images : uint8 array of shape (n, 32, 32, 3), RGB
    labels : uint8 array of shape (n,)
        Indices into `CIFAR10_CLASSES`.

    Raises
    ------
    ValueError
        If an argument is not one of these, or a file is damaged.
    FileNotFoundError
        If the full set is missing and cannot be downloaded.

    Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images" (2009), chapter 3,
    https://www.cs.toronto.edu/~kriz/cifar.html
    """
    return _load("cifar10", (32, 32, 3), _full_cifar10, split, size)


def _load(name, image_shape, read_full, split, size):
    if split not in ("train", "test"):
        raise ValueError(f'split is {split!r}; expected "train" or "test"')
    if size is None:
        size = "small" if profile() == "quick" else "full"
    if size == "small":
        path = Path(__file__).with_name("data") / f"{name}.npz"
        read, way_out = _small, "Install course_utils again."
    elif size == "full":
        path = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets"
        read, way_out = read_full, 'Delete it and run again to download it, or use size="small".'
    else:
        raise ValueError(f'size is {size!r}; expected "small", "full" or None')
    try:
        return read(path, image_shape, split)
    except ValueError as error:
        raise ValueError(f"{error}. {way_out}") from error


def _small(path, image_shape, split):
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing. Install course_utils again.")
    stored, labels = read_npz(path, f"x_{split}", f"y_{split}")
    return checked(path, undo_delta(stored), labels, (len(labels), *image_shape))


def _full_fashion_mnist(cache, image_shape, split):
    prefix, n = ("train", 60_000) if split == "train" else ("t10k", 10_000)
    images_path, labels_path = (
        cache / "fashion-mnist" / f"{prefix}-{kind}-ubyte.gz"
        for kind in ("images-idx3", "labels-idx1")
    )
    for path in (images_path, labels_path):
        if not path.exists():
            urls = [host + path.name for host in FASHION_MNIST_HOSTS]
            fetch(path, urls, "md5:" + FASHION_MNIST_MD5[path.name])
    images = read_idx(images_path, (n, 28, 28)).reshape(n, *image_shape)
    return checked(labels_path, images, read_idx(labels_path, (n,)), (n, *image_shape))


def _full_cifar10(cache, image_shape, split):
    """Read the first that exists: an .npz file, the folder that Keras unpacks, the archive."""
    batches = CIFAR10_BATCHES[split]
    path = cache / "cifar10.npz"
    if path.exists():
        images, labels = read_npz(path, f"x_{split}", f"y_{split}")
    elif folder := _keras_batches(cache, batches):
        path = folder
        images, labels = read_cifar_batches([folder / batch for batch in batches])
    else:
        path = cache / CIFAR10_ARCHIVE
        if not path.exists():
            fetch(path, [host + path.name for host in CIFAR10_HOSTS], "md5:" + CIFAR10_MD5)
        images, labels = read_cifar_binary(path, batches)
    return checked(path, images, labels, (10_000 * len(batches), *image_shape))


def _keras_batches(cache, batches):
    """Return the folder of CIFAR-10's batches, of Keras 3 or older, if it has all of these."""
    for name in ("cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py"):
        if all((cache / name / batch).exists() for batch in batches):
            return cache / name
    return None
