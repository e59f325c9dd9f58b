"""The exercise "The training loop"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.training import CHAPTER
from course_utils.exercises.slip import Slip


def train_softmax(x, labels, w, b, learning_rate, batch_size, epochs):
    w, b = w.copy(), b.copy()
    for _ in range(epochs):
        for start in range(0, len(x), batch_size):
            batch, right = x[start : start + batch_size], labels[start : start + batch_size]
            scores = batch @ w + b
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            gradient = powers / powers.sum(axis=1, keepdims=True)
            gradient[np.arange(len(right)), right] -= 1
            gradient /= len(right)
            w -= learning_rate * (batch.T @ gradient)
            b -= learning_rate * gradient.sum(axis=0)
    return w, b


def inputs(rng):
    first = {
        "x": np.array([[1.0, 0.0], [0.0, 2.0]]),
        "labels": np.array([0, 1], np.int64),
        "w": np.zeros((2, 2)),
        "b": np.zeros(2),
        "learning_rate": 1.0,
    }
    yield first | {"batch_size": 2, "epochs": 1}
    yield first | {"batch_size": 1, "epochs": 1}
    for n, features, classes, rate, batch_size, epochs in [
        (4, 3, 2, 0.5, 2, 2),
        (7, 3, 4, 0.3, 3, 1),
        (10, 5, 3, 0.2, 4, 3),
        (6, 2, 3, 0.4, 8, 2),
    ]:
        yield {
            "x": rng.normal(size=(n, features)),
            "labels": rng.integers(0, classes, size=n, dtype=np.int64),
            "w": rng.normal(size=(features, classes)),
            "b": rng.normal(size=classes),
            "learning_rate": rate,
            "batch_size": batch_size,
            "epochs": epochs,
        }


def _stale(last_only=False):
    """Every step of an epoch from the weights it began with, all added up or only the last."""

    def wrong(x, labels, w, b, learning_rate, batch_size, epochs):
        for _ in range(epochs):
            first_w, first_b = w, b
            for start in range(0, len(x), batch_size):
                batch, right = x[start : start + batch_size], labels[start : start + batch_size]
                moved_w, moved_b = train_softmax(
                    batch, right, first_w, first_b, learning_rate, batch_size, 1
                )
                if last_only:
                    w, b = moved_w, moved_b
                else:
                    w, b = w + moved_w - first_w, b + moved_b - first_b
        return w, b

    return wrong


def _train_on_everything(x, labels, w, b, learning_rate, batch_size, epochs):
    return train_softmax(x, labels, w, b, learning_rate, len(x), epochs)


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="The training loop",
    prompt="""Train a dense layer with softmax by gradient descent, batch by batch.

    x : (N, D) floats; labels : (N,) integers from 0 to K - 1
    w : (D, K); b : (K,)
    Each epoch goes through the examples in the order given, batch_size at a
    time; the last batch may be smaller. Each batch is one step: the gradient
    of the batch's mean cross-entropy, at the weights of that moment, times
    learning_rate, is subtracted.
    Returns w and b after all epochs; the arrays passed in stay as they are.
    """,
    reference=train_softmax,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="sum-for-mean",
            name="The gradients of a batch are added up, not averaged: 1/N is missing.",
            hint="The loss is the mean over the batch. How many examples are in yours?",
            wrong=Slip(train_softmax, "            gradient /= len(right)\n", ""),
        ),
        Misconception(
            id="divided-by-batch-size",
            name="The smaller last batch, too, is divided by batch_size.",
            hint="Seven examples in batches of three: over how many is the last mean?",
            wrong=Slip(train_softmax, "gradient /= len(right)", "gradient /= batch_size"),
        ),
        Misconception(
            id="softmax-over-everything",
            name="Softmax divides by the sum over the whole batch, not over each row.",
            hint="Each example has its own probabilities. Over which axis do they add up to 1?",
            wrong=Slip(
                train_softmax,
                "powers / powers.sum(axis=1, keepdims=True)",
                "np.exp(scores) / np.exp(scores).sum()",
            ),
        ),
        Misconception(
            id="uphill",
            name="The step goes uphill: the gradient is added.",
            hint="The gradient points to where the loss grows.",
            wrong=Slip(train_softmax, "gradient /= len(right)", "gradient /= -len(right)"),
        ),
        Misconception(
            id="bias-stays",
            name="The bias is never updated.",
            hint="b is a weight as well. What is the loss's gradient with respect to it?",
            wrong=Slip(
                train_softmax, "            b -= learning_rate * gradient.sum(axis=0)\n", ""
            ),
        ),
        Misconception(
            id="stale-weights",
            name="All gradients of an epoch are taken at the weights it began with.",
            hint="The second batch must see what the first step changed.",
            wrong=_stale(),
        ),
        Misconception(
            id="last-step-only",
            name="Only the last batch of an epoch leaves a trace in the weights.",
            hint="Does each step start from where the last one ended?",
            wrong=_stale(last_only=True),
        ),
        Misconception(
            id="last-batch-dropped",
            name="A last batch that is not full is left out.",
            hint="Seven examples in batches of three: three steps, the last with one example.",
            wrong=Slip(
                train_softmax,
                "range(0, len(x), batch_size)",
                "range(0, len(x) - batch_size + 1, batch_size)",
            ),
        ),
        Misconception(
            id="one-batch",
            name="All examples are taken at once: one step an epoch.",
            hint="The loop over batches is missing, or batch_size is not used.",
            wrong=_train_on_everything,
        ),
        Misconception(
            id="one-epoch",
            name="The training ends after one epoch.",
            hint="What does the argument epochs ask for? Look where the return is.",
            wrong=Slip(train_softmax, "range(epochs)", "range(1)"),
        ),
    ),
    hints=(
        "Two loops, one inside the other: over epochs, and over batches.",
        "range(0, len(x), batch_size) gives the start of each batch.",
        "The gradient with respect to the scores is (p - y) / n: softmax, minus 1 at the "
        "right class, divided by the number of examples in this batch.",
        "w gets batch.T @ gradient, b the sum of the gradient over axis 0.",
    ),
    points=3.0,
)
