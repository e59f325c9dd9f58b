"""The exercise "Flip and shift"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.regularization import CHAPTER
from course_utils.exercises.slip import Slip


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


def _moved_with_its_border(image, down, right):
    height, width = image.shape[:2]
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return image[rows][:, columns]


def _moved_to_negative_indices(image, down, right):
    """Each pixel is written to its new place, which numpy finds for negative indices too."""
    moved = np.zeros_like(image)
    height, width = image.shape[:2]
    for row, column in np.ndindex(height, width):
        if row + down < height and column + right < width:
            moved[row + down, column + right] = image[row, column]
    return moved


def _augment_with(move):
    """`flip_and_shift` with another way to shift: move(image, down, right)."""
    return lambda images, flip, shifts: np.array(
        [
            move(image[:, ::-1] if flipped else image, *shift)
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
            hint="Beyond the border everything is black. Which pixels must be set to 0?",
            wrong=_augment_with(lambda image, *by: np.roll(image, by, axis=(0, 1))),
        ),
        Misconception(
            id="upside-down",
            name="Images are mirrored top to bottom.",
            hint="Rows come before columns. Which axis of one image runs from left to right?",
            wrong=Slip(flip_and_shift, "images[i, :, ::-1]", "images[i, ::-1]"),
        ),
        Misconception(
            id="channels-reversed",
            name="The channels are reversed, not the columns.",
            hint="[..., ::-1] reverses the last axis, which holds the channels.",
            wrong=Slip(flip_and_shift, "images[i, :, ::-1]", "images[i, ..., ::-1]"),
        ),
        Misconception(
            id="all-flipped",
            name="Every image is mirrored, whatever flip says.",
            hint="flip has one True or False for each image.",
            wrong=Slip(flip_and_shift, " if flip[i] else images[i]", ""),
        ),
        Misconception(
            id="none-flipped",
            name="No image is mirrored.",
            hint="Which images does flip name?",
            wrong=Slip(flip_and_shift, "images[i, :, ::-1] if flip[i] else images[i]", "images[i]"),
        ),
        Misconception(
            id="the-others-flipped",
            name="The images are mirrored where flip is False.",
            hint="flip is True for those that change.",
            wrong=Slip(flip_and_shift, "if flip[i]", "if not flip[i]"),
        ),
        Misconception(
            id="all-axes-flipped",
            name="Rows, columns and channels are all reversed.",
            hint="np.flip without an axis reverses every one. Which axis should it be?",
            wrong=Slip(flip_and_shift, "images[i, :, ::-1]", "np.flip(images[i])"),
        ),
        Misconception(
            id="not-shifted",
            name="No image is shifted.",
            hint="shifts has two numbers for each image.",
            wrong=Slip(flip_and_shift, "shifts[i]", "0, 0"),
        ),
        Misconception(
            id="shifted-sideways-only",
            name="Images move right, but not down.",
            hint="The first of the two numbers counts rows.",
            wrong=Slip(flip_and_shift, "shifts[i]", "0, shifts[i, 1]"),
        ),
        Misconception(
            id="negative-as-positive",
            name="Negative shifts move the image down and right, as positive ones do.",
            hint="Follow one pixel for a shift of -1.",
            wrong=Slip(flip_and_shift, "shifts[i]", "np.abs(shifts[i])"),
        ),
        Misconception(
            id="negative-ignored",
            name="Negative shifts do nothing.",
            hint="image[:-1] moves one way. Which slices move the other way?",
            wrong=Slip(flip_and_shift, "shifts[i]", "np.maximum(shifts[i], 0)"),
        ),
        Misconception(
            id="negative-index",
            name="What leaves on the left or at the top comes back on the other side.",
            hint="numpy counts negative indices from the end. Which does your code use?",
            wrong=_augment_with(_moved_to_negative_indices),
        ),
        Misconception(
            id="negative-index-read",
            name="Where zeros should move in, pixels from the far side appear.",
            hint="numpy counts negative indices from the end. Which does your code use?",
            wrong=Slip(
                flip_and_shift,
                "0 <= row - down < height and 0 <= column - right < width",
                "row - down < height and column - right < width",
            ),
        ),
        Misconception(
            id="shifted-first",
            name="Images are shifted first and mirrored afterwards.",
            hint="A mirror turns right into left, so the order matters. Which comes first?",
            wrong=lambda images, flip, shifts: flip_and_shift(
                flip_and_shift(images, np.zeros_like(flip), shifts), flip, np.zeros_like(shifts)
            ),
        ),
        Misconception(
            id="opposite-direction",
            name="The images move up and left where they should move down and right.",
            hint="After a shift by 1 to the right, what is in column 1? The old column 0.",
            wrong=Slip(flip_and_shift, "shifts[i]", "-shifts[i]"),
        ),
        Misconception(
            id="axes-swapped",
            name="The first number moves the image right, the second one down.",
            hint="shifts[i] is (down, right).",
            wrong=Slip(flip_and_shift, "down, right =", "right, down ="),
        ),
        Misconception(
            id="border-repeated",
            name="The border pixels are repeated where zeros should move in.",
            hint="Zeros move in; in np.pad that is mode='constant'.",
            wrong=_augment_with(_moved_with_its_border),
        ),
    ),
    hints=(
        "Go through the images one by one; image[:, ::-1] is the mirror image of one.",
        "Start from zeros. Output pixel (row, column) shows (row - down, column - right).",
        "Copy it only if that pixel lies inside the image; otherwise the 0 stays.",
    ),
    points=2.0,
)
