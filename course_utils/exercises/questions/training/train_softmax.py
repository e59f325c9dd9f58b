"""The exercise "The training loop"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.training import CHAPTER


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


def _train(
    mean="batch", sign=-1, bias=True, stale=False, one_update=False, drop_last=False, softmax_axis=1
):
    """`train_softmax` with one of its parts done differently."""

    def wrong(x, labels, w, b, learning_rate, batch_size, epochs):
        w, b = w.copy(), b.copy()
        for _ in range(epochs):
            first_w, first_b = w.copy(), b.copy()
            for start in range(0, len(x), batch_size):
                batch, right = x[start : start + batch_size], labels[start : start + batch_size]
                if drop_last and len(right) < batch_size:
                    break
                scores = batch @ first_w + first_b if stale else batch @ w + b
                powers = np.exp(scores - scores.max(axis=softmax_axis, keepdims=True))
                gradient = powers / powers.sum(axis=softmax_axis, keepdims=True)
                gradient[np.arange(len(right)), right] -= 1
                gradient /= {"batch": len(right), "batch_size": batch_size, "none": 1}[mean]
                if one_update:
                    w, b = first_w.copy(), first_b.copy()
                w += sign * learning_rate * (batch.T @ gradient)
                if bias:
                    b += sign * learning_rate * gradient.sum(axis=0)
        return w, b

    return wrong


def _train_on_everything(x, labels, w, b, learning_rate, batch_size, epochs):
    return train_softmax(x, labels, w, b, learning_rate, len(x), epochs)


def _train_one_epoch(x, labels, w, b, learning_rate, batch_size, epochs):
    return train_softmax(x, labels, w, b, learning_rate, batch_size, 1)


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
            wrong=_train(mean="none"),
        ),
        Misconception(
            id="divided-by-batch-size",
            name="The smaller last batch, too, is divided by batch_size.",
            hint="Seven examples in batches of three: over how many is the last mean?",
            wrong=_train(mean="batch_size"),
        ),
        Misconception(
            id="softmax-over-everything",
            name="Softmax divides by the sum over the whole batch, not over each row.",
            hint="Each example has its own probabilities. Over which axis do they add up to 1?",
            wrong=_train(softmax_axis=None),
        ),
        Misconception(
            id="uphill",
            name="The step goes uphill: the gradient is added.",
            hint="The gradient points to where the loss grows.",
            wrong=_train(sign=1),
        ),
        Misconception(
            id="bias-stays",
            name="The bias is never updated.",
            hint="b is a weight as well. What is the loss's gradient with respect to it?",
            wrong=_train(bias=False),
        ),
        Misconception(
            id="stale-weights",
            name="All gradients of an epoch are taken at the weights it began with.",
            hint="The second batch must see what the first step changed.",
            wrong=_train(stale=True),
        ),
        Misconception(
            id="last-step-only",
            name="Only the last batch of an epoch leaves a trace in the weights.",
            hint="Does each step start from where the last one ended?",
            wrong=_train(stale=True, one_update=True),
        ),
        Misconception(
            id="last-batch-dropped",
            name="A last batch that is not full is left out.",
            hint="Seven examples in batches of three: three steps, the last with one example.",
            wrong=_train(drop_last=True),
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
            hint="What does the argument epochs ask for? Look where return stands.",
            wrong=_train_one_epoch,
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
