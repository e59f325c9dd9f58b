"""Garments cut out of their pictures: which pixels are garment, and the same at another size.

Everything is computed with integers, so that a cutout is the same on every machine.
"""

import numpy as np

# Fashion-MNIST's background is 0, with faint noise around some garments.
BACKGROUND = 16
# Separate parts smaller than this share of a garment are specks. (A shoe's sole may be separate.)
SMALLEST_PART = 0.1


def cut_out(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the garment in a picture and trim the picture to it.

    Parameters
    ----------
    image : uint8 array (H, W)
        A garment on black, as Fashion-MNIST has it.

    Returns
    -------
    values : uint8 array (h, w)
    mask : boolean array (h, w)
        Where the garment is. Its dark inside belongs to it, and so does a hole that is closed, as
        a handle's. Where a garment is as dark as the background up to its outline, or the
        background is not dark, the mask is wrong: about one garment in two hundred loses more than
        a twentieth of its brightness so.

    Raises
    ------
    ValueError
        If no pixel is brighter than the background.
    """
    if not (image > BACKGROUND).any():
        raise ValueError(f"there is no garment: no pixel is brighter than {BACKGROUND}")
    mask = np.pad(image > BACKGROUND, 1)
    border = np.zeros_like(mask)
    border[[0, -1]] = border[:, [0, -1]] = True
    mask = ~_connected(border, ~mask)  # holes are what the border is not connected to

    parts, left = np.zeros_like(mask), mask.copy()
    while left.any():
        seed = np.zeros_like(mask)
        seed[np.unravel_index(left.argmax(), left.shape)] = True
        part = _connected(seed, left)
        left &= ~part
        if part.sum() >= SMALLEST_PART * mask.sum():
            parts |= part
    mask = parts[1:-1, 1:-1]
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    trimmed = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return image[trimmed], mask[trimmed]


def resize_cutout(values: np.ndarray, mask: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Scale a cutout so that its longer side has `size` pixels.

    A pixel is the mean of the old pixels around it, weighted by a triangle as wide as two old or
    two new pixels, whichever is more; background is left out of the mean, so that no dark rim
    appears. It belongs to the garment if at least half of the weight does.

    Parameters
    ----------
    values : uint8 array (h, w)
    mask : boolean array (h, w)
    size : int

    Returns
    -------
    values, mask
        As given, of the new size; values are 0 outside of the mask.
    """
    longest = max(mask.shape)
    height, width = (max(1, (2 * size * n + longest) // (2 * longest)) for n in mask.shape)
    down, across = _triangles(mask.shape[0], height), _triangles(mask.shape[1], width)
    covered = down @ mask.astype(np.int64) @ across.T
    total = np.outer(down.sum(axis=1), across.sum(axis=1))
    summed = down @ np.where(mask, values, 0).astype(np.int64) @ across.T
    inside = 2 * covered >= total
    mean = (2 * summed + covered) // np.maximum(2 * covered, 1)  # rounded
    return np.where(inside, mean, 0).astype(np.uint8), inside


def _triangles(old, new):
    """Weights (new, old) of the old pixels in each new one, as integers."""
    # Centers, in units of 1 / (2 * old * new) of the side.
    centers = (2 * np.arange(new, dtype=np.int64)[:, np.newaxis] + 1) * old
    distance = np.abs(centers - (2 * np.arange(old, dtype=np.int64) + 1) * new)
    return np.maximum(2 * max(old, new) - distance, 0)


def _connected(seed, area):
    """The pixels of the area that can be reached from the seed by steps to the four sides."""
    reached = seed & area
    while True:
        grown = reached.copy()
        grown[1:] |= reached[:-1]
        grown[:-1] |= reached[1:]
        grown[:, 1:] |= reached[:, :-1]
        grown[:, :-1] |= reached[:, 1:]
        grown &= area
        if (grown == reached).all():
            return reached
        reached = grown
