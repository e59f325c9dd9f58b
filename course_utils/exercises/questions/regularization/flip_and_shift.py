"""The exercise "Flip and shift"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.regularization import CHAPTER


def flip_and_shift(images, flip, shifts):
    result = np.zeros_like(images)
    height, width = images.shape[1:3]
    for i in range(len(images)):
        image = images[i, :, ::-1] if flip[i] else images[i]
        down, right = shifts[i]
        for row in range(height):
            for column in range(width):
                if 0 <= row - down < height and 0 <= column - right < width:
                    result[i, row, column] = image[row - down, column - right]
    return result


def inputs(rng):
    small = np.array([[1.0, 2, 3, 4], [5, 6, 7, 8]])
    yield {
        "images": small[np.newaxis, :, :, np.newaxis],
        "flip": np.array([True]),
        "shifts": np.array([[0, 1]], np.int64),
    }
    yield {
        "images": np.stack([small, 10 * small])[..., np.newaxis],
        "flip": np.array([False, True]),
        "shifts": np.array([[1, 0], [-1, -2]], np.int64),
    }
    yield {
        "images": rng.random((3, 3, 4, 2)),
        "flip": np.array([True, False, False]),
        "shifts": np.array([[0, 0], [0, 2], [0, 0]], np.int64),
    }
    for shape in [(4, 5, 3, 1), (5, 4, 6, 3)]:
        yield {
            "images": rng.random(shape),
            "flip": rng.random(shape[0]) < 0.5,
            "shifts": rng.integers(-2, 3, size=(shape[0], 2), dtype=np.int64),
        }


def _moved(image, down, right, **padding):
    """The image moved down and right; what moves in is taken from np.pad."""
    height, width = image.shape[:2]
    reach = max(height, width)
    padded = np.pad(image, ((reach, reach), (reach, reach), (0, 0)), **padding)
    top, left = reach - down, reach - right
    return padded[top : top + height, left : left + width]


def _moved_to_negative_indices(image, down, right):
    """Each pixel is written to its new place, which numpy finds for negative indices too."""
    moved = np.zeros_like(image)
    height, width = image.shape[:2]
    for row, column in np.ndindex(height, width):
        if row + down < height and column + right < width:
            moved[row + down, column + right] = image[row, column]
    return moved


def _moved_from_negative_indices(image, down, right):
    """Each pixel is read from its old place, which numpy finds for negative indices too."""
    moved = np.zeros_like(image)
    height, width = image.shape[:2]
    for row, column in np.ndindex(height, width):
        if row - down < height and column - right < width:
            moved[row, column] = image[row - down, column - right]
    return moved


def _augment(images, flip, shifts, mirror=lambda image: image[:, ::-1], move=_moved):
    return np.array(
        [
            move(mirror(image) if flipped else image, *shift)
            for image, flipped, shift in zip(images, flip, shifts, strict=True)
        ]
    )


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Flip and shift",
    prompt="""Mirror some images left to right, then shift each of them.

    images : (N, H, W, C) float array
    flip : (N,) array of bool, which images to mirror
    shifts : (N, 2) array of int, how many pixels each image moves down and
    right after that; negative numbers move it up and left
    Pixels that move out are lost, and zeros move in.
    Returns an array of the same shape; images itself stays as it is.
    """,
    reference=flip_and_shift,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="wraps-around",
            name="What leaves on one side comes back on the other, as with np.roll.",
            hint="Behind the border there is black. Which pixels must be set to 0?",
            wrong=lambda images, flip, shifts: _augment(
                images, flip, shifts, move=lambda i, *by: np.roll(i, by, axis=(0, 1))
            ),
        ),
        Misconception(
            id="upside-down",
            name="Images are mirrored top to bottom.",
            hint="Rows come before columns. Which axis of one image runs from left to right?",
            wrong=lambda images, flip, shifts: _augment(
                images, flip, shifts, mirror=lambda image: image[::-1]
            ),
        ),
        Misconception(
            id="channels-reversed",
            name="The channels are reversed, not the columns.",
            hint="[..., ::-1] reverses the last axis, which holds the channels.",
            wrong=lambda images, flip, shifts: _augment(
                images, flip, shifts, mirror=lambda image: image[..., ::-1]
            ),
        ),
        Misconception(
            id="all-flipped",
            name="Every image is mirrored, whatever flip says.",
            hint="flip has one True or False for each image.",
            wrong=lambda images, flip, shifts: _augment(images, np.ones(len(images), bool), shifts),
        ),
        Misconception(
            id="none-flipped",
            name="No image is mirrored.",
            hint="Which images does flip name?",
            wrong=lambda images, flip, shifts: _augment(
                images, np.zeros(len(images), bool), shifts
            ),
        ),
        Misconception(
            id="the-others-flipped",
            name="The images are mirrored where flip is False.",
            hint="flip is True for those that change.",
            wrong=lambda images, flip, shifts: _augment(images, ~flip, shifts),
        ),
        Misconception(
            id="all-axes-flipped",
            name="Rows, columns and channels are all reversed.",
            hint="np.flip without an axis reverses every one. Which axis should it be?",
            wrong=lambda images, flip, shifts: _augment(images, flip, shifts, mirror=np.flip),
        ),
        Misconception(
            id="not-shifted",
            name="No image is shifted.",
            hint="shifts has two numbers for each image.",
            wrong=lambda images, flip, shifts: _augment(images, flip, np.zeros_like(shifts)),
        ),
        Misconception(
            id="shifted-sideways-only",
            name="Images move right, but not down.",
            hint="The first of the two numbers counts rows.",
            wrong=lambda images, flip, shifts: _augment(images, flip, shifts * [0, 1]),
        ),
        Misconception(
            id="negative-as-positive",
            name="Negative shifts move the image down and right, as positive ones do.",
            hint="Follow one pixel for a shift of -1.",
            wrong=lambda images, flip, shifts: _augment(images, flip, np.abs(shifts)),
        ),
        Misconception(
            id="negative-ignored",
            name="Negative shifts do nothing.",
            hint="image[:-1] moves one way. Which slices move the other way?",
            wrong=lambda images, flip, shifts: _augment(images, flip, np.maximum(shifts, 0)),
        ),
        Misconception(
            id="negative-index",
            name="What leaves on the left or at the top comes back on the other side.",
            hint="numpy counts negative indices from the end. Which does your code use?",
            wrong=lambda images, flip, shifts: _augment(
                images, flip, shifts, move=_moved_to_negative_indices
            ),
        ),
        Misconception(
            id="negative-index-read",
            name="Where zeros should move in, pixels from the far side appear.",
            hint="numpy counts negative indices from the end. Which does your code use?",
            wrong=lambda images, flip, shifts: _augment(
                images, flip, shifts, move=_moved_from_negative_indices
            ),
        ),
        Misconception(
            id="shifted-first",
            name="Images are shifted first and mirrored afterwards.",
            hint="A mirror turns right into left, so the order matters. Which comes first?",
            wrong=lambda images, flip, shifts: _augment(
                _augment(images, np.zeros(len(images), bool), shifts),
                flip,
                np.zeros_like(shifts),
            ),
        ),
        Misconception(
            id="opposite-direction",
            name="The images move up and left where they should move down and right.",
            hint="After a shift by 1 to the right, what stands in column 1? The old column 0.",
            wrong=lambda images, flip, shifts: _augment(images, flip, -shifts),
        ),
        Misconception(
            id="axes-swapped",
            name="The first number moves the image right, the second one down.",
            hint="shifts[i] is (down, right).",
            wrong=lambda images, flip, shifts: _augment(images, flip, shifts[:, ::-1]),
        ),
        Misconception(
            id="border-repeated",
            name="The border pixels are repeated where zeros should move in.",
            hint="Zeros move in; in np.pad that is mode='constant'.",
            wrong=lambda images, flip, shifts: _augment(
                images, flip, shifts, move=lambda i, *by: _moved(i, *by, mode="edge")
            ),
        ),
    ),
    hints=(
        "Go through the images one by one; image[:, ::-1] is the mirror image of one.",
        "Start from zeros. Output pixel (row, column) shows (row - down, column - right).",
        "Copy it only if that pixel lies inside the image; otherwise the 0 stays.",
    ),
    points=2.0,
)
