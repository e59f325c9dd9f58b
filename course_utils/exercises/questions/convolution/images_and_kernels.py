"""Images and kernels that several exercises try."""

import numpy as np


def images_and_kernels(rng):
    yield {"image": np.array([[1, 2, 0], [0, 1, 3]]), "kernel": np.array([[1, 2]])}
    yield {
        "image": np.array([[1, 0, 2, 1], [0, 1, 0, 1], [1, 0, 3, 0]]),
        "kernel": np.array([[1, 2], [0, -1]]),
    }
    for image_shape, kernel_shape in (((5, 5), (3, 3)), ((7, 5), (3, 2)), ((6, 9), (2, 4))):
        yield {"image": rng.normal(size=image_shape), "kernel": rng.normal(size=kernel_shape)}
