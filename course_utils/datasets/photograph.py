"""A photograph for the chapter on convolution."""

import warnings

import numpy as np


def cat() -> np.ndarray:
    """Return scikit-image's photograph of Chelsea the cat: uint8, shape (300, 451, 3), RGB.

    The photograph is a file of scikit-image itself, so no network is needed.

    Raises
    ------
    ImportError
        If scikit-image is not installed.
    """
    with warnings.catch_warnings():
        # scikit-image loads a progress bar that it does not need here; in a notebook without
        # ipywidgets that bar would complain.
        warnings.filterwarnings("ignore", message="IProgress not found")
        try:
            from skimage.data import chelsea
        except ImportError as error:
            raise ImportError(
                "cat() reads a photograph that comes with scikit-image, which cannot be imported "
                f"({error}); install it with `pip install scikit-image`",
                name=error.name,
            ) from error
        return chelsea()
