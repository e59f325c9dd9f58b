"""Scenes to detect and segment in: real garments, composed so that every pixel's owner is known.

The garments are Fashion-MNIST's, laid on top of each other. What is true of a scene is known
exactly, which no annotator could say of photographs, and how hard it is can be dialed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from course_utils.datasets.cutouts import cut_out, resize_cutout
from course_utils.datasets.loaders import cifar10, fashion_mnist

SPLITS = ("train", "validation", "test")
BACKGROUNDS = ("black", "cifar10")
# How many places are tried for each garment.
TRIES = 30


@dataclass(frozen=True)
class Scene:
    """An image of n garments and all that is true of it; the first garment lies lowest.

    `boxes` and `masks` are the truth that a detector is measured by: they enclose and cover what
    can be seen, as COCO's annotations do. `full_boxes` and `full_masks` go on where the garment is
    hidden.

    Attributes
    ----------
    image : uint8 array (side, side, 1)
    labels : int64 array (n,)
        Indices into `FASHION_MNIST_CLASSES`.
    boxes, full_boxes : float64 array (n, 4)
        (x0, y0, x1, y1), edges in pixels: x1 is the column after the last one.
    masks, full_masks : boolean array (n, side, side)
        No pixel is in two `masks`.
    garments : int64 array (n,)
        Positions in the split's images, as `scene_garments` gives them.
    """

    image: np.ndarray
    labels: np.ndarray
    boxes: np.ndarray
    full_boxes: np.ndarray
    masks: np.ndarray
    full_masks: np.ndarray
    garments: np.ndarray

    @property
    def hidden(self) -> np.ndarray:
        """Which share of each garment lies under others: float64 (n,), 0 to below 1."""
        return 1 - self.masks.sum(axis=(1, 2)) / self.full_masks.sum(axis=(1, 2))

    def truth(self) -> dict[str, np.ndarray]:
        """What `coco_evaluate` takes: "boxes", "labels", and the masks' "areas" in pixels."""
        areas = self.masks.sum(axis=(1, 2)).astype(np.float64)
        return {"boxes": self.boxes, "labels": self.labels, "areas": areas}

    def label_map(self) -> np.ndarray:
        """The class of each pixel: int64 (side, side), 0 background, else 1 + label."""
        return np.sum(self.masks * (1 + self.labels)[:, np.newaxis, np.newaxis], axis=0)


class Garments(NamedTuple):
    """The garments that the scenes of one split are made of."""

    images: np.ndarray  # uint8 (n, 28, 28, 1)
    labels: np.ndarray  # uint8 (n,)


def scene_garments(split: str = "train", size: str | None = None) -> Garments:
    """The garments of one split; no two splits share any.

    Parameters
    ----------
    split : {"train", "validation", "test"}
        The first nine tenths of Fashion-MNIST's training images, the last tenth of them, and its
        test images.
    size : {"small", "full"}, optional
        As in `fashion_mnist`.

    Raises
    ------
    ValueError
        If an argument is none of these.
    FileNotFoundError
        As `fashion_mnist`.
    """
    return Garments(*_of_split(fashion_mnist, split, size))


def compose_scenes(
    n: int,
    split: str = "train",
    *,
    seed: int = 0,
    side: int = 96,
    count: tuple[int, int] = (1, 4),
    garment_sizes: tuple[int, int] = (24, 40),
    occlusion: float = 0.2,
    clutter: int = 0,
    background: str = "black",
    size: str | None = None,
) -> list[Scene]:
    """Compose n scenes.

    Scene k depends on the seed, the split and k, not on n: the first ten of a hundred are the ten.
    The same seed with another occlusion, clutter or background shows the same garments in the same
    sizes, while there is room for them.

    Parameters
    ----------
    n : int
    split : {"train", "validation", "test"}
        See `scene_garments`.
    seed : int
        At least 0.
    side : int
        Height and width in pixels.
    count : (int, int)
        Fewest and most garments. One for which no place is found is left out, so that crowded
        scenes may have fewer.
    garment_sizes : (int, int)
        Smallest and largest longer side of a garment, in pixels; each size is equally likely.
    occlusion : float
        The largest share of a garment that others may hide, from 0 to below 1. About
        half of the garments are meant to hide from half of this share to all of it of one below
        them, the others nothing; with 0 none overlap.
    clutter : int
        Pieces of other garments that lie under everything and are nothing to find.
    background : {"black", "cifar10"}
        "cifar10" has a gray photograph at half its brightness, of the same split.
    size : {"small", "full"}, optional
        Of the data sets, as in `fashion_mnist`.

    Raises
    ------
    ValueError
        If an argument is none of these.
    FileNotFoundError
        As `fashion_mnist` and `cifar10`.
    """
    _require_counts(n=n, seed=seed, clutter=clutter)
    count, garment_sizes = _range("count", count), _range("garment_sizes", garment_sizes, 4)
    _require_counts(side=side)
    if garment_sizes[1] > side:
        raise ValueError(f"garment_sizes go up to {garment_sizes[1]}, but a scene's side is {side}")
    if not 0 <= occlusion < 1:
        raise ValueError(f"occlusion must be a number from 0 to below 1, got {occlusion!r}")
    if background not in BACKGROUNDS:
        raise ValueError(f'background must be "black" or "cifar10", got {background!r}')
    garments = scene_garments(split, size)
    photographs = None if background == "black" else _of_split(cifar10, split, size)[0]
    composed = []
    for k in range(n):
        # One generator for what is shown, one for each thing that a dial may leave out.
        entropy = [seed, SPLITS.index(split), k]
        what, where, rest = (np.random.default_rng([*entropy, part]) for part in range(3))
        canvas = _canvas(photographs, side, rest)
        for _ in range(clutter):
            _paste_piece(canvas, garments, garment_sizes, rest)
        chosen = what.integers(len(garments.images), size=what.integers(*count, endpoint=True))
        sizes = what.integers(*garment_sizes, size=len(chosen), endpoint=True)
        composed.append(_compose(canvas, garments, chosen, sizes, occlusion, where))
    return composed


def _compose(image, garments, chosen, sizes, occlusion, rng):
    """Lay garments of the given sizes on the image, which is changed."""
    side = len(image)
    kept, full, visible = [], [], []
    for garment, longest in zip(chosen, sizes, strict=True):
        values, mask = resize_cutout(*cut_out(garments.images[garment, :, :, 0]), longest)
        corners = _corners(side, mask.shape, TRIES, rng)
        # Half of the garments are to lie apart from those below them.
        share = rng.random()
        wanted = occlusion * share if share >= 0.5 else 0.0
        corner = _place(corners, mask, visible, full, occlusion, wanted)
        if corner is None:
            continue
        window = _window(corner, mask.shape)
        image[window][mask] = values[mask]
        placed = np.zeros((side, side), bool)
        placed[window] = mask
        for below in visible:
            below &= ~placed
        kept.append(garment)
        full.append(placed)
        visible.append(placed.copy())
    masks, full_masks = np.array(visible), np.array(full)
    kept = np.array(kept, np.int64)
    return Scene(
        image=image[:, :, np.newaxis],
        labels=garments.labels[kept].astype(np.int64),
        boxes=mask_boxes(masks),
        full_boxes=mask_boxes(full_masks),
        masks=masks,
        full_masks=full_masks,
        garments=kept,
    )


def _place(corners, mask, visible, full, most, wanted):
    """The first corner where the garment hides about the wanted share of one below it, or None."""
    best, smallest = None, np.inf
    for corner in corners:
        window = _window(corner, mask.shape)
        hides, together = 0.0, 0.0
        for seen, whole in zip(visible, full, strict=True):
            now = (seen[window] & mask).sum()
            hides = max(hides, now / whole.sum())
            together = max(together, 1 - (seen.sum() - now) / whole.sum())
        if together <= most and abs(hides - wanted) < smallest:
            best, smallest = corner, abs(hides - wanted)
    return best


def mask_boxes(masks: np.ndarray) -> np.ndarray:
    """The smallest box around each mask.

    Parameters
    ----------
    masks : boolean array (n, H, W)
        None empty.

    Returns
    -------
    float64 array (n, 4)
        (x0, y0, x1, y1), edges in pixels: x1 and y1 come after the last column and row.

    Raises
    ------
    ValueError
        If a mask is empty.
    """
    if not masks.any(axis=(1, 2)).all():
        raise ValueError("an empty mask has no box")
    columns, rows = masks.any(axis=1), masks.any(axis=2)
    edges = [
        columns.argmax(axis=1),
        rows.argmax(axis=1),
        columns.shape[1] - columns[:, ::-1].argmax(axis=1),
        rows.shape[1] - rows[:, ::-1].argmax(axis=1),
    ]
    return np.stack(edges, axis=1).astype(np.float64)


def _canvas(photographs, side, rng):
    """Black, or a photograph in gray, at half its brightness: uint8 (side, side)."""
    if photographs is None:
        return np.zeros((side, side), np.uint8)
    photograph = photographs[rng.integers(len(photographs))].astype(np.int64)
    gray = (photograph @ np.array([299, 587, 114]) // 2000).astype(np.uint8)
    return resize_cutout(gray, np.ones(gray.shape, bool), side)[0]


def _paste_piece(image, garments, garment_sizes, rng):
    """Paste a rectangle out of some garment, half as high and as wide as that is."""
    garment = garments.images[rng.integers(len(garments.images)), :, :, 0]
    longest = rng.integers(*garment_sizes, endpoint=True)
    values, mask = resize_cutout(*cut_out(garment), longest)
    shape = tuple(max(1, n // 2) for n in mask.shape)
    piece = _window([rng.integers(n - m + 1) for n, m in zip(mask.shape, shape)], shape)
    values, mask = values[piece], mask[piece]
    window = _window(_corners(len(image), shape, 1, rng)[0], shape)
    image[window][mask] = values[mask]


def _corners(side, shape, n, rng):
    """n random places for something of this shape, all of it inside: (n, 2)."""
    return rng.integers(0, [side - length + 1 for length in shape], size=(n, 2))


def _window(corner, shape):
    top, left = corner
    return slice(top, top + shape[0]), slice(left, left + shape[1])


def _of_split(load, split, size):
    if split not in SPLITS:
        raise ValueError(f"split is {split!r}; expected one of {', '.join(SPLITS)}")
    images, labels = load("test" if split == "test" else "train", size)
    if split == "test":
        return images, labels
    end = len(images) * 9 // 10
    part = slice(end) if split == "train" else slice(end, None)
    return images[part], labels[part]


def _range(name, values, smallest=1):
    if (
        not isinstance(values, Sequence)
        or len(values) != 2
        or not all(isinstance(value, (int, np.integer)) for value in values)
        or not smallest <= values[0] <= values[1]
    ):
        raise ValueError(
            f"{name} must be two integers (fewest, most) of at least {smallest}, got {values!r}"
        )
    return tuple(values)


def _require_counts(**values):
    for name, value in values.items():
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 0:
            raise ValueError(f"{name} must be an integer of at least 0, got {value!r}")
