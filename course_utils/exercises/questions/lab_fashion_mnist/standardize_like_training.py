"""The exercise "Standardize without a leak"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_fashion_mnist import CHAPTER
from course_utils.exercises.slip import Slip


def standardize_like_training(train, other):
    mean, deviation = train.mean(), train.std()
    return (train - mean) / deviation, (other - mean) / deviation


def inputs(rng):
    yield {
        "train": np.array([1.0, 3, 5, 7]).reshape(1, 2, 2, 1),
        "other": np.array([5.0, 5, 9, 9]).reshape(1, 2, 2, 1),
    }
    for count, others, height, width in [(5, 3, 4, 6), (8, 1, 3, 5), (4, 6, 7, 7), (6, 6, 2, 3)]:
        brightness = rng.uniform(0.5, 1.5)
        yield {
            "train": rng.uniform(0, 1, size=(count, height, width, 1)),
            "other": brightness * rng.uniform(0.2, 1, size=(others, height, width, 1)),
        }


def _each_by_itself(train, other):
    return tuple((part - part.mean()) / part.std() for part in (train, other))


def _both_together(train, other):
    pixels = np.concatenate((train.ravel(), other.ravel()))
    return tuple((part - pixels.mean()) / pixels.std() for part in (train, other))


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Standardize without a leak",
    prompt="""Standardize training images and other images with the same two numbers.

    train : (N, H, W, 1) float array, the training images
    other : (M, H, W, 1) float array, validation or test images
    Take one mean and one standard deviation over all pixels of all training images. From
    both arrays, subtract the mean and divide by the deviation.
    Returns the two arrays, train first.
    """,
    reference=standardize_like_training,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="each-by-itself",
            name="The other images are standardized by their own mean and deviation.",
            hint="A single new picture has no others. Which two numbers can it use?",
            wrong=_each_by_itself,
        ),
        Misconception(
            id="both-together",
            name="Mean and deviation are taken over both arrays together.",
            hint="The other images are there to be judged on. Keep them out of the statistics.",
            wrong=_both_together,
        ),
        Misconception(
            id="pixel-by-pixel",
            name="Every pixel has a mean and a deviation of its own.",
            hint="How many numbers does train.mean(axis=0) give? One is asked for.",
            wrong=Slip(
                standardize_like_training,
                "train.mean(), train.std()",
                "train.mean(axis=0), train.std(axis=0)",
            ),
        ),
        Misconception(
            id="over-the-variance",
            name="It is divided by the variance, not by its root.",
            hint="The deviation of the result must be 1. Check it with std().",
            wrong=Slip(standardize_like_training, "train.std()", "train.var()"),
        ),
        Misconception(
            id="mean-left-in",
            name="It is divided by the deviation, and the mean is left in.",
            hint="The mean of the result must be 0 for the training images.",
            wrong=Slip(standardize_like_training, "train.mean()", "0"),
        ),
    ),
    hints=(
        "Compute two numbers from train, before you touch either array.",
        "train.mean() and train.std() without an axis are over all pixels of all images.",
    ),
)
