"""The exercise "From the loss to the scores"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.gradients import CHAPTER
from course_utils.exercises.slip import Slip


def scores_gradient(scores, labels):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    gradient = exponentials / exponentials.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


def inputs(rng):
    yield {"scores": np.zeros((1, 4)), "labels": np.array([2], np.int64)}
    yield {"scores": np.zeros((2, 2)), "labels": np.array([0, 1], np.int64)}
    yield {
        "scores": np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]]),
        "labels": np.array([1, 1], np.int64),
    }
    yield {"scores": np.array([[1000.0, 1001.0, 999.0]]), "labels": np.array([0], np.int64)}
    yield {"scores": np.array([[0.0, 1502.0, 1500.0]]), "labels": np.array([2], np.int64)}
    for n, classes in [(3, 5), (8, 10)]:
        yield {
            "scores": rng.normal(scale=2, size=(n, classes)),
            "labels": rng.integers(classes, size=n, dtype=np.int64),
        }


def _scores_gradient_with(change):
    """A mistake made of probabilities, one-hot labels and the batch size."""

    def wrong(scores, labels):
        exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
        p = exponentials / exponentials.sum(axis=1, keepdims=True)
        return change(p, np.eye(scores.shape[1])[labels], len(labels))

    return wrong


def _softmax_over_everything(scores, labels):
    exponentials = np.exp(scores - scores.max())
    return (exponentials / exponentials.sum() - np.eye(scores.shape[1])[labels]) / len(labels)


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="From the loss to the scores",
    prompt="""Gradient of the mean cross-entropy loss with respect to the scores.

    scores : (N, K) float array, one row for each image, before softmax;
    also values like 1000
    labels : (N,) integer array, the right class of each image
    Returns an (N, K) array. The loss is the mean over the N images.
    """,
    reference=scores_gradient,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="missing-mean",
            name="The gradient is that of the sum over the images, not of the mean.",
            hint="The loss divides by the number of images. What does that do to its slope?",
            wrong=Slip(scores_gradient, " / len(labels)", ""),
        ),
        Misconception(
            id="sign-turned",
            name="All signs are reversed: it is labels minus probabilities.",
            hint="Raise the right score, and the loss falls. What is the sign of its slope?",
            wrong=Slip(scores_gradient, "return gradient", "return -gradient"),
        ),
        Misconception(
            id="right-class-only",
            name="Only the right class gets a gradient.",
            hint="Softmax divides by the sum over all classes. Do the other scores not matter?",
            wrong=_scores_gradient_with(lambda p, y, n: (p - y) * y / n),
        ),
        Misconception(
            id="for-the-probabilities",
            name="That is the gradient for the probabilities; one step back is missing.",
            hint="There is a softmax between the scores and the loss.",
            wrong=_scores_gradient_with(lambda p, y, n: -y / np.maximum(p, 1e-300) / n),
        ),
        Misconception(
            id="one-hot-forgotten",
            name="The result is softmax alone; the labels are not in it.",
            hint="If the network is sure and right, the gradient must be close to 0.",
            wrong=Slip(scores_gradient, "    gradient[np.arange(len(labels)), labels] -= 1\n", ""),
        ),
        Misconception(
            id="sigmoid-factor",
            name="The difference is multiplied by p (1 - p) once more.",
            hint="That factor belongs to squared errors after sigmoids. Here it cancels.",
            wrong=_scores_gradient_with(lambda p, y, n: (p - y) * p * (1 - p) / n),
        ),
        Misconception(
            id="softmax-over-everything",
            name="Softmax divides by the sum over the whole batch, not over each row.",
            hint="Every image has its own probabilities. Over which axis do they add up to 1?",
            wrong=_softmax_over_everything,
        ),
        Misconception(
            id="labels-of-all-rows",
            name="1 is subtracted in every row, at the labels of all images.",
            hint="p[:, labels] picks whole columns. Pair each row with its own label.",
            wrong=Slip(
                scores_gradient, "gradient[np.arange(len(labels)), labels]", "gradient[:, labels]"
            ),
        ),
        Misconception(
            id="divided-by-all-entries",
            name="It is divided by the number of scores, N times K, not of images.",
            hint="The loss is a mean over N numbers, one for each image.",
            wrong=Slip(scores_gradient, "gradient / len(labels)", "gradient / gradient.size"),
        ),
        Misconception(
            id="overflow",
            name="Large scores overflow, as exp(1000) does.",
            hint="Chapter 3: subtract each row's largest score first.",
            wrong=Slip(scores_gradient, "scores - scores.max(axis=1, keepdims=True)", "scores"),
        ),
    ),
    hints=(
        "Two parts: the probabilities, and a 1 at the right class of each row.",
        "Subtract 1 from the probability of the right class: p[np.arange(N), labels] -= 1.",
        "At the end, divide by the number of images.",
    ),
)
