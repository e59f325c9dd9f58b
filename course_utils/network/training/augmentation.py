"""Augmentation: images that change at random, differently every time, and keep their labels.

The functions change a batch (N, H, W, C) by given amounts, one for each image; `Augmentation` draws
the amounts. Images are uint8, or floats of any scale. The result has the shape and dtype of the
images, which are not changed themselves. Results for uint8 are rounded and clipped to 0 to 255;
floats are not clipped.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.arguments import generator, number, whole
from course_utils.reference.checks import IMAGES, as_numbers


@dataclass(frozen=True)
class Augmentation:
    """Random changes, drawn anew for each image: ``fit(..., augment=Augmentation(...))``.

    A change whose amount is 0 does not happen. Changes happen in the order of the parameters.

    Parameters
    ----------
    flip : bool
        Mirror half of the images, left to right. Not for digits or letters.
    rotate : float
        Largest angle in degrees, in either direction.
    shift : int
        Largest shift in pixels along each axis, in either direction. Equivalent to padding by that
        many pixels and cropping anywhere (He et al., 2016, section 4.2: 4 pixels for CIFAR-10).
    contrast : float
        Below 1. The distance from the image's mean is multiplied by 1 - contrast to 1 + contrast.
    brightness : float
        Largest change, up or down, that is added to all pixels of an image. On the scale of the
        images: 0 to 255 for uint8; for standardized images, in standard deviations.
    noise : float
        Standard deviation of Gaussian noise, on the scale of the images.
    fill : float
        The value of pixels that come from outside the image, on the scale of the images.

    Raises
    ------
    ValueError
        If an amount is out of range.

    Examples
    --------
    >>> images = np.random.default_rng(0).random((8, 32, 32, 3))
    >>> Augmentation(flip=True, shift=4)(images, np.random.default_rng(1)).shape
    (8, 32, 32, 3)
    """

    flip: bool = False
    rotate: float = 0
    shift: int = 0
    contrast: float = 0
    brightness: float = 0
    noise: float = 0
    fill: float = 0

    def __post_init__(self):
        for name in ("rotate", "brightness", "noise"):
            number(getattr(self, name), name, least=0)
        number(self.contrast, "contrast", least=0, below=1)
        whole(self.shift, "shift", least=0)
        if not isinstance(self.flip, (bool, np.bool_)):
            raise ValueError(f"flip must be True or False, got {self.flip!r}")

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return a changed copy of images (N, H, W, C); the same rng state gives the same one.

        Raises ValueError if images are not a batch of uint8 or floats, or rng is not a
        numpy.random.Generator.
        """
        images = _as_images(images)
        generator(rng)
        count = len(images)
        if self.flip:
            images = flip_images(images, rng.random(count) < 0.5)
        if self.rotate:
            images = rotate_images(images, rng.uniform(-self.rotate, self.rotate, count), self.fill)
        if self.shift:
            down, right = rng.integers(-self.shift, self.shift, (2, count), endpoint=True)
            images = shift_images(images, down, right, self.fill)
        if self.contrast:
            factor = rng.uniform(1 - self.contrast, 1 + self.contrast, count)
            images = adjust_contrast(images, factor)
        if self.brightness:
            change = rng.uniform(-self.brightness, self.brightness, count)
            images = adjust_brightness(images, change)
        if self.noise:
            images = add_noise(images, self.noise, rng)
        return images


def flip_images(images: np.ndarray, which: ArrayLike = True) -> np.ndarray:
    """Mirror, left to right, the images that `which` picks: one boolean, or one per image."""
    images = _as_images(images)
    which = np.broadcast_to(np.asarray(which, bool), len(images))
    flipped = images.copy()
    flipped[which] = images[which, :, ::-1]
    return flipped


def shift_images(
    images: np.ndarray, down: ArrayLike, right: ArrayLike, fill: float = 0
) -> np.ndarray:
    """Move the images by whole pixels, one number or N per direction; fill the gap with `fill`."""
    images = _as_images(images)
    height, width = images.shape[1:3]
    shifted = np.full_like(images, fill)
    # A shift by more than the whole image leaves nothing of it.
    down = np.clip(_for_each(images, down, "down"), -height, height).astype(int)
    right = np.clip(_for_each(images, right, "right"), -width, width).astype(int)
    for image, result, y, x in zip(images, shifted, down, right):
        seen = image[max(-y, 0) : height - max(y, 0), max(-x, 0) : width - max(x, 0)]
        result[max(y, 0) : height + min(y, 0), max(x, 0) : width + min(x, 0)] = seen
    return shifted


def rotate_images(images: np.ndarray, degrees: ArrayLike, fill: float = 0) -> np.ndarray:
    """Turn the images counterclockwise about their center, by one angle or N.

    Each pixel takes the value at the place it came from, interpolated bilinearly between the four
    pixels around it; `fill` surrounds the image. Turning by 90 degrees is `np.rot90`.
    """
    images = _as_images(images)
    count, height, width, channels = images.shape
    angle = np.radians(_for_each(images, degrees, "degrees"))[:, np.newaxis, np.newaxis]
    down = np.arange(height)[:, np.newaxis] - (height - 1) / 2
    right = np.arange(width) - (width - 1) / 2
    # Where each pixel came from, in an image with a border of two extra pixels on each side: places
    # farther out are moved to the border, which holds only `fill`.
    row = np.cos(angle) * down + np.sin(angle) * right + (height - 1) / 2 + 2
    column = np.cos(angle) * right - np.sin(angle) * down + (width - 1) / 2 + 2
    row = np.clip(row, 0, height + 2)
    column = np.clip(column, 0, width + 2)

    dtype = np.result_type(images, np.float32)
    bordered = np.full((channels, count, height + 4, width + 4), fill, dtype)
    bordered[:, :, 2:-2, 2:-2] = images.transpose(3, 0, 1, 2)
    top, left = row.astype(int), column.astype(int)
    lower, further = (row - top).astype(dtype), (column - left).astype(dtype)
    first = (np.arange(count)[:, np.newaxis, np.newaxis] * (height + 4) + top) * (width + 4) + left
    below = first + width + 4
    turned = np.empty(images.shape, dtype)
    for channel, pixels in enumerate(bordered.reshape(channels, -1)):
        upper_row = _between(pixels[first], pixels[first + 1], further)
        lower_row = _between(pixels[below], pixels[below + 1], further)
        turned[..., channel] = _between(upper_row, lower_row, lower)
    return _as_before(turned, images)


def adjust_contrast(images: np.ndarray, factor: ArrayLike) -> np.ndarray:
    """Multiply all distances from the image's mean by one factor, or by one factor per image."""
    images = _as_images(images)
    dtype = np.result_type(images, np.float32)
    factor = _for_each(images, factor, "factor").astype(dtype)[:, np.newaxis]
    values = images.reshape(len(images), -1)
    mean = values.mean(axis=1, keepdims=True, dtype=dtype)
    return _as_before((values * factor + mean * (1 - factor)).reshape(images.shape), images)


def adjust_brightness(images: np.ndarray, change: ArrayLike) -> np.ndarray:
    """Add one number, or one per image, to all pixels, on the scale of the images."""
    images = _as_images(images)
    change = _for_each(images, change, "change").astype(np.result_type(images, np.float32))
    return _as_before(images + change[:, np.newaxis, np.newaxis, np.newaxis], images)


def add_noise(images: np.ndarray, std: float, rng: np.random.Generator) -> np.ndarray:
    """Add Gaussian noise of standard deviation `std`, on the scale of the images, to each pixel."""
    images = _as_images(images)
    generator(rng)
    dtype = np.float64 if images.dtype == np.float64 else np.float32
    return _as_before(images + dtype(std) * rng.standard_normal(images.shape, dtype), images)


def _as_images(images):
    images = as_numbers(images, "images", IMAGES)
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise ValueError(f"images must be uint8 or floats, got dtype {images.dtype}")
    if 0 in images.shape[1:3]:
        raise ValueError(f"images must have pixels, got shape {images.shape}")
    return images


def _for_each(images, amount, name):
    """Return one amount per image, from one for all or a sequence of N."""
    amount = as_numbers(amount, name)
    if amount.shape not in ((), (len(images),)):
        raise ValueError(
            f"{name} must be one number or one for each of the {len(images)} images, "
            f"got shape {amount.shape}"
        )
    return np.broadcast_to(amount, len(images))


def _between(a, b, share):
    """a where share is 0, b where it is 1, and linear between them."""
    return a + share * (b - a)


def _as_before(result, images):
    """The result in the dtype that the images had."""
    if images.dtype == np.uint8:
        result = np.clip(np.rint(result), 0, 255)
    return result.astype(images.dtype, copy=False)
