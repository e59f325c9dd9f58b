"""Exercises of chapter 5: batches, the training loop, the first loss."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def one_batch(images, labels, order, batch_size, k):
    # The slice of `order` says which examples are in it; the same ones of both arrays.
    chosen = order[k * batch_size : (k + 1) * batch_size]
    return images[chosen], labels[chosen]


def one_batch_inputs(rng):
    images = np.array([[0.0, 1], [10, 11], [20, 21], [30, 31], [40, 41]]).reshape(5, 1, 2, 1)
    labels = np.array([0, 1, 2, 3, 4], np.int64)
    order = np.array([3, 0, 4, 2, 1], np.int64)
    for k in (1, 2, 0):
        yield {"images": images, "labels": labels, "order": order, "batch_size": 2, "k": k}
    for n, shape, batch_size, k in [
        (7, (3, 2, 1), 3, 2),
        (8, (2, 4, 3), 4, 1),
        (10, (2, 2, 1), 16, 0),
        (9, (1, 3, 2), 2, 3),
    ]:
        yield {
            "images": rng.normal(size=(n, *shape)),
            "labels": rng.permutation(np.arange(n, dtype=np.int64) % 10),
            "order": rng.permutation(np.arange(n, dtype=np.int64)),
            "batch_size": batch_size,
            "k": k,
        }


def _batch_at(images, labels, chosen):
    return images[chosen], labels[chosen]


def _batch_filled_up(images, labels, order, batch_size, k):
    chosen = np.arange(k * batch_size, (k + 1) * batch_size) % len(order)
    return images[order[chosen]], labels[order[chosen]]


def steps_of_training():
    batches = -(-55_000 // 64)  # 859.375, and the rest is a batch too
    return 10 * batches


def loss_of_a_guess():
    # Every class gets 1/1000, whichever is right: -ln(1/1000).
    return np.log(1000)


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


def train_softmax_inputs(rng):
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


EXERCISES = (
    Exercise(
        chapter=5,
        title="One batch of a shuffled epoch",
        prompt="""Batch number k of an epoch that visits the examples in a given order.

        images : (N, H, W, C); labels : (N,), integers
        order : (N,), every number from 0 to N - 1 once: order[0] is the example
        visited first
        batch_size : int; k : int, 0 for the first batch
        The last batch of an epoch may have fewer than batch_size examples.
        Returns the batch's images and its labels, two arrays.
        """,
        reference=one_batch,
        inputs=one_batch_inputs,
        misconceptions=(
            Misconception(
                id="labels-not-shuffled",
                name="The images are taken in the new order, the labels in the old one.",
                hint="Which label belongs to the first image of your batch?",
                wrong=lambda images, labels, order, batch_size, k: (
                    images[order[k * batch_size : (k + 1) * batch_size]],
                    labels[k * batch_size : (k + 1) * batch_size],
                ),
            ),
            Misconception(
                id="order-ignored",
                name="The examples are taken as they lie; the order is not used.",
                hint="order[0] is the number of the example that comes first.",
                wrong=lambda images, labels, order, batch_size, k: _batch_at(
                    images, labels, slice(k * batch_size, (k + 1) * batch_size)
                ),
            ),
            Misconception(
                id="order-inverted",
                name="order is read as the place where each example goes, not as who comes next.",
                hint="If order begins with 3, example 3 is the first of the epoch.",
                wrong=lambda images, labels, order, batch_size, k: _batch_at(
                    images, labels, np.argsort(order)[k * batch_size : (k + 1) * batch_size]
                ),
            ),
            Misconception(
                id="counted-from-one",
                name="The batch before number k is returned.",
                hint="Batch 0 begins with order[0].",
                wrong=lambda images, labels, order, batch_size, k: _batch_at(
                    images, labels, order[max(k - 1, 0) * batch_size : max(k, 1) * batch_size]
                ),
            ),
            Misconception(
                id="k-not-scaled",
                name="The batch begins at example k, not after k whole batches.",
                hint="How many examples come before batch 1?",
                wrong=lambda images, labels, order, batch_size, k: _batch_at(
                    images, labels, order[k : k + batch_size]
                ),
            ),
            Misconception(
                id="filled-up",
                name="A short last batch is filled up with examples from the start.",
                hint="In one epoch each example comes once. What does a slice past the end give?",
                wrong=_batch_filled_up,
            ),
        ),
        hints=(
            "Which entries of order belong to batch k? Write them down for batch_size 2, k 1.",
            "order[k * batch_size : (k + 1) * batch_size]; a slice that goes too far just stops.",
            "An array of numbers in brackets picks those examples: images[chosen].",
        ),
    ),
    Exercise(
        chapter=5,
        title="How many steps?",
        prompt="""Weight updates in ten epochs over 55,000 images in batches of 64.

        The last batch of an epoch is smaller than the others; it counts as a step
        too.
        """,
        reference=steps_of_training,
        misconceptions=(
            Misconception(
                id="last-batch-dropped",
                name="The last, smaller batch of each epoch is not counted.",
                hint="859 · 64 = 54,976. What happens to the other 24 images?",
                wrong=lambda: 10 * (55_000 // 64),
            ),
            Misconception(
                id="rounded-at-the-end",
                name="The ten epochs are laid end to end and cut into batches once.",
                hint="Each epoch starts a new batch. How many steps has one epoch?",
                wrong=lambda: -(-550_000 // 64),
            ),
            Misconception(
                id="one-epoch",
                name="That is a single epoch.",
                hint="An epoch is once through the images. There are ten.",
                wrong=lambda: 860,
            ),
            Misconception(
                id="not-rounded",
                name="The smaller batch of each epoch is counted as a part of a step.",
                hint="859.375 batches: the last one is smaller, but the weights move all the same.",
                wrong=lambda: 550_000 / 64,
            ),
            Misconception(
                id="validation-images-too",
                name="That is for all 60,000 images; 5,000 of them are put aside.",
                hint="How many images does this training go through in an epoch?",
                wrong=lambda: 10 * 938,
            ),
            Misconception(
                id="one-step-an-image",
                name="That is one step an image.",
                hint="The weights move once for each batch.",
                wrong=lambda: 550_000,
            ),
        ),
        hints=(
            "How many batches does one epoch have? Divide, and think of the rest.",
            "55,000 / 64 = 859.375, so 859 full batches and one more.",
        ),
    ),
    Exercise(
        chapter=5,
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
        inputs=train_softmax_inputs,
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
    ),
    Exercise(
        chapter=5,
        title="The loss of a guess",
        prompt="""Cross-entropy of a network with 1,000 classes that learned nothing yet.

        It gives every class the same probability, whatever the image is. The
        logarithm is the natural one, as in the text.
        """,
        reference=loss_of_a_guess,
        misconceptions=(
            Misconception(
                id="ten-classes",
                name="That is the loss of a guess among ten classes.",
                hint="Which probability does each of 1,000 classes get?",
                wrong=lambda: np.log(10),
            ),
            Misconception(
                id="decimal-logarithm",
                name="The logarithm is the decimal one.",
                hint="np.log is the natural logarithm; math.log10 and np.log10 are not.",
                wrong=lambda: 3.0,
            ),
            Misconception(
                id="binary-logarithm",
                name="The logarithm is the binary one: that is the answer in bits.",
                hint="np.log is the natural logarithm, whose unit is the nat.",
                wrong=lambda: np.log2(1000),
            ),
            Misconception(
                id="sign-lost",
                name="The sign is the wrong way round: a loss is not below zero.",
                hint="The loss is minus the logarithm of a number below 1.",
                wrong=lambda: -np.log(1000),
            ),
            Misconception(
                id="probability-for-loss",
                name="That is a probability, not a loss.",
                hint="The loss is minus the logarithm of the right class's probability.",
                wrong=lambda: 1 / 1000,
            ),
        ),
        hints=(
            "Equal probabilities that add up to 1: how large is each?",
            "Minus the natural logarithm of 1/1000.",
        ),
        rtol=1e-3,
    ),
)
