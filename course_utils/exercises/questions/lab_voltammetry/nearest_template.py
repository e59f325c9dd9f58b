"""The exercise "The nearer template decides"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_voltammetry import CHAPTER
from course_utils.exercises.slip import Slip


def nearest_template(train, labels, curves):
    templates = np.stack([train[labels == k].mean(axis=0) for k in range(labels.max() + 1)])
    distances = ((curves[:, np.newaxis] - templates) ** 2).sum(axis=2)
    return distances.argmin(axis=1)


def inputs(rng):
    yield {
        "train": np.array([[0.0, 0.0], [2.0, 0.0], [4.0, 4.0], [5.0, 7.0]]),
        "labels": np.array([0, 0, 1, 1], np.int64),
        "curves": np.array([[1.0, 1.0], [5.0, 5.0], [3.0, 2.5], [2.0, 3.5]]),
    }
    # Classes of unequal size, not in order; one with a single curve that is far out.
    yield {
        "train": np.array([[3.0, 0, 1], [0, 1, 0], [4, 1, 0], [0, 2, 9], [5, -1, 2], [0, 3, 0]]),
        "labels": np.array([1, 0, 1, 2, 1, 0], np.int64),
        "curves": np.array([[0.0, 2, 0], [4, 0, 1], [0, 0, 5], [2.2, 1, 0.5], [9, -6, 3]]),
    }
    for classes, count, points in ((2, 12, 6), (3, 20, 5), (4, 40, 8)):
        labels = np.concatenate([np.arange(classes), rng.integers(0, classes, count - classes)])
        labels = rng.permutation(labels.astype(np.int64))
        centers = rng.normal(1, 2, (classes, points))
        others = rng.integers(0, classes, 30, dtype=np.int64)
        yield {
            "train": centers[labels] + rng.normal(0, 2.5, (count, points)),
            "labels": labels,
            "curves": centers[others] + rng.normal(0, 2.5, (30, points)),
        }


def _nearest_neighbor(train, labels, curves):
    return labels[((curves[:, np.newaxis] - train) ** 2).sum(axis=2).argmin(axis=1)]


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="The nearer template decides",
    prompt="""The class of the template that each curve is nearest to.

    train : (n, points), training curves; labels : (n,), integers from 0 to K - 1, each of
        them at least once
    curves : (m, points), the curves to classify
    The template of a class is the mean of its training curves. Near means a small Euclidean
    distance: the root of the sum of the squared differences, point by point.
    Returns the classes, (m,) integers.
    """,
    reference=nearest_template,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="farthest",
            name="The template that is farthest away decides.",
            hint="A small distance means alike: argmin or argmax?",
            wrong=Slip(nearest_template, "argmin", "argmax"),
        ),
        Misconception(
            id="largest-product",
            name="The largest product of curve and template decides, not the distance.",
            hint="A template with large currents has large products with every curve.",
            wrong=Slip(
                nearest_template,
                "((curves[:, np.newaxis] - templates) ** 2).sum(axis=2)",
                "-curves @ templates.T",
            ),
        ),
        Misconception(
            id="first-curve",
            name="The first training curve of each class is taken for its template.",
            hint="One curve has its own noise. What is the mean over all of the class?",
            wrong=Slip(nearest_template, ".mean(axis=0)", "[0]"),
        ),
        Misconception(
            id="nearest-curve",
            name="The nearest of all training curves decides, not the nearest template.",
            hint="That is another method, nearest neighbor. There is one template a class.",
            wrong=_nearest_neighbor,
        ),
        Misconception(
            id="absolute-differences",
            name="The differences are added up without squares.",
            hint="Euclidean: square, add up (the root changes no order).",
            wrong=Slip(
                nearest_template,
                "((curves[:, np.newaxis] - templates) ** 2)",
                "np.abs(curves[:, np.newaxis] - templates)",
            ),
        ),
        Misconception(
            id="signed-differences",
            name="The differences are added up with their signs, and cancel.",
            hint="A difference of +1 here and of -1 there is not zero distance.",
            wrong=Slip(
                nearest_template,
                "((curves[:, np.newaxis] - templates) ** 2).sum(axis=2)",
                "np.abs((curves[:, np.newaxis] - templates).sum(axis=2))",
            ),
        ),
    ),
    hints=(
        "Two steps: a mean curve for each class, then the distances to all of them.",
        "train[labels == k].mean(axis=0) is the template of class k.",
        "curves[:, np.newaxis] - templates has shape (m, K, points). Which axes are left?",
    ),
)
