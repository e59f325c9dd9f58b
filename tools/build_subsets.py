"""Choose the small subsets in course_utils/datasets/data from the full data sets.

    python tools/build_subsets.py

The choice depends on SEED and the full sets alone, so a second run writes the same files.
"""

from pathlib import Path

import numpy as np

from course_utils.datasets import cifar10, fashion_mnist

DATA = Path(__file__).parents[1] / "course_utils" / "datasets" / "data"
SEED = 2026
SIZES = {
    "fashion_mnist": {"train": 4000, "test": 1000},
    "cifar10": {"train": 2000, "test": 500},
}


def choose(labels, n):
    """Return n indices into labels; any ten in a row, counted from the start, are ten classes."""
    rng = np.random.default_rng(SEED)
    by_class = [rng.permutation(np.flatnonzero(labels == k))[: n // 10] for k in range(10)]
    return rng.permuted(by_class, axis=0).T.ravel()


def delta(images):
    """Return (c, n, h, w) differences along height, width and channels, modulo 256."""
    for axis in (1, 2, 3):
        images = np.diff(images, axis=axis, prepend=np.uint8(0))
    return np.moveaxis(images, -1, 0)


def main():
    for load in (fashion_mnist, cifar10):
        arrays = {}
        for split, n in SIZES[load.__name__].items():
            images, labels = load(split, size="full")
            index = choose(labels, n)
            arrays[f"x_{split}"] = np.ascontiguousarray(delta(images[index]))
            arrays[f"y_{split}"] = labels[index]
            arrays[f"index_{split}"] = index.astype(np.uint16)
        path = DATA / f"{load.__name__}.npz"
        np.savez_compressed(path, **arrays)
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
