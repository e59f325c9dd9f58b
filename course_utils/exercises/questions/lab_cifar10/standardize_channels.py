"""The exercise "Standardize by channel"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_cifar10 import CHAPTER
from course_utils.exercises.slip import Slip


def standardize_channels(train, images):
    mean = train.mean(axis=(0, 1, 2))
    deviation = train.std(axis=(0, 1, 2))
    return (images - mean) / deviation


def inputs(rng):
    pair = np.array([[[10, 100], [30, 100]], [[10, 140], [30, 140]]], np.uint8)
    yield {"train": pair[np.newaxis], "images": np.array([[[[20, 160], [40, 100]]]], np.uint8)}
    for n, new, height, width, channels in [
        (4, 2, 3, 5, 3),
        (3, 1, 4, 4, 3),
        (5, 6, 6, 4, 4),
        (20, 3, 8, 8, 3),
        (6, 2, 5, 7, 1),
    ]:
        lightest = rng.integers(80, 256, size=channels)
        yield {
            "train": rng.integers(0, lightest, size=(n, height, width, channels), dtype=np.uint8),
            "images": rng.integers(0, 256, size=(new, height, width, channels), dtype=np.uint8),
        }


def _standardized_with(statistics_of, axes=(0, 1, 2), spread=np.std):
    """`standardize_channels` with statistics of other images, axes or another spread."""

    def wrong(train, images):
        source = statistics_of(train, images).astype(np.float64)
        mean = source.mean(axis=axes, keepdims=True)
        return (images - mean) / spread(source, axis=axes, keepdims=True)

    return wrong


def _of_train(train, images):
    return train


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Standardize by channel",
    prompt="""Standardize color images with the training images' mean and deviation.

    train : (N, H, W, C) uint8, the training images; images : (M, H, W, C) uint8, any images
    Each channel has one mean and one standard deviation (divided by the number of values),
    over all training images, rows and columns.
    Returns (images - mean) / deviation, floats of the shape of images.
    """,
    reference=standardize_channels,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="own-statistics",
            name="The images are standardized with their own mean and deviation.",
            hint="One new photo alone must come out as it would among others. Whose mean "
            "can it use?",
            wrong=_standardized_with(lambda train, images: images),
        ),
        Misconception(
            id="peeked",
            name="The statistics are those of the training images and the new ones together.",
            hint="The new images may be test images. What may be computed from them?",
            wrong=_standardized_with(lambda train, images: np.concatenate([train, images])),
        ),
        Misconception(
            id="one-for-all-channels",
            name="All channels share one mean and one deviation.",
            hint="Red, green and blue are brighter or darker on average. Which axes stay?",
            wrong=_standardized_with(_of_train, axes=(0, 1, 2, 3)),
        ),
        Misconception(
            id="one-for-each-pixel",
            name="Each pixel has its own mean and deviation.",
            hint="The convolution treats all pixels alike: average over rows and columns too.",
            # Pixels that are alike in all training images would be divided by 0.
            wrong=_standardized_with(
                _of_train, axes=0, spread=lambda *a, **k: np.std(*a, **k) + 1e-3
            ),
        ),
        Misconception(
            id="divided-by-the-variance",
            name="The images are divided by the variance.",
            hint="The variance is a square. What has the unit of a pixel?",
            wrong=Slip(standardize_channels, "train.std(", "train.var("),
        ),
        Misconception(
            id="mean-not-taken-away",
            name="The images are divided by the deviation, but the mean is still in them.",
            hint="What is the mean of your standardized training images? It should be 0.",
            wrong=Slip(standardize_channels, "(images - mean)", "images"),
        ),
    ),
    hints=(
        "Which of the two arrays may the mean and the deviation come from?",
        "Both are arrays of shape (C,): average over the axes 0, 1 and 2.",
    ),
)
