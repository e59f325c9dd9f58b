"""Exercises of chapter 4: slopes of chains, of the loss and of a dense layer."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def slope_of_first_weight():
    x, w1, b1, w2, b2, target = 3, 2, -5, -3, 1, 1
    h = max(0, w1 * x + b1)  # 1, so ReLU is open
    y = w2 * h + b2  # -2
    dy = 2 * (y - target)  # -6
    dh = dy * w2  # 18
    return dh * x


def nudged_slopes(w, x, step):
    def loss(w):
        return np.sum((x @ w) ** 3)

    slopes = np.zeros(len(w))
    for i in range(len(w)):
        nudge = np.zeros(len(w))
        nudge[i] = step
        slopes[i] = (loss(w + nudge) - loss(w - nudge)) / (2 * step)
    return slopes


def nudged_slopes_inputs(rng):
    yield {"w": np.array([1.0, 2.0]), "x": np.array([[1.0, 0.0], [0.0, 2.0]]), "step": 1.0}
    yield {"w": np.array([2.0, -1.0, 1.0]), "x": np.array([[1.0, 1.0, 0.0]]), "step": 0.5}
    for rows, columns, step in [(3, 2, 0.5), (2, 4, 0.2), (5, 3, 0.1)]:
        yield {"w": rng.normal(size=columns), "x": rng.normal(size=(rows, columns)), "step": step}


def _slopes_by(quotient):
    """`nudged_slopes` with another difference quotient: quotient(loss, w, nudge, step)."""

    def wrong(w, x, step):
        def loss(w):
            return np.sum((x @ w) ** 3)

        nudges = step * np.eye(len(w))
        return np.array([quotient(loss, w, nudge, step) for nudge in nudges])

    return wrong


def _nudge_stays(w, x, step):
    w, slopes = w.copy(), np.zeros(len(w))
    for i in range(len(w)):
        w[i] += step
        up = np.sum((x @ w) ** 3)
        w[i] -= 2 * step
        slopes[i] = (up - np.sum((x @ w) ** 3)) / (2 * step)
    return slopes


def scores_gradient(scores, labels):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    gradient = exponentials / exponentials.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


def scores_gradient_inputs(rng):
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


def _scores_gradient_overflowing(scores, labels):
    with np.errstate(over="ignore", invalid="ignore"):
        p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return (p - np.eye(scores.shape[1])[labels]) / len(labels)


def _softmax_over_everything(scores, labels):
    exponentials = np.exp(scores - scores.max())
    return (exponentials / exponentials.sum() - np.eye(scores.shape[1])[labels]) / len(labels)


def _labels_of_all_rows(scores, labels):
    gradient = scores_gradient(scores, labels) * len(labels)
    gradient += np.eye(scores.shape[1])[labels]  # softmax again
    gradient[:, labels] -= 1  # in every row, the columns of all labels
    return gradient / len(labels)


def dense_gradients(dy, x, w):
    dx = dy @ w.T
    dw = x.T @ dy
    db = dy.sum(axis=0)
    return dx, dw, db


def dense_gradients_inputs(rng):
    yield {
        "dy": np.array([[1.0, 0.0], [2.0, -1.0]]),
        "x": np.array([[1.0, 2.0], [0.0, 3.0]]),
        "w": np.array([[1.0, 4.0], [2.0, 0.0]]),
    }
    for n, n_in, n_out in [(1, 2, 2), (3, 2, 4), (5, 4, 1), (4, 6, 3), (3, 3, 3)]:
        yield {
            "dy": rng.normal(size=(n, n_out)),
            "x": rng.normal(size=(n, n_in)),
            "w": rng.normal(size=(n_in, n_out)),
        }


EXERCISES = (
    Exercise(
        chapter=4,
        title="Two neurons in a chain",
        prompt="""Slope of the loss with respect to the first weight, w1.

        x = 3 -> z = w1 * x + b1 -> h = max(0, z) -> y = w2 * h + b2
        -> loss = (y - target)**2
        with w1 = 2, b1 = -5, w2 = -3, b2 = 1 and target = 1.
        """,
        reference=slope_of_first_weight,
        misconceptions=(
            Misconception(
                id="two-forgotten",
                name="The slope of a square is taken to be y - target, without the factor 2.",
                hint="What is the slope of u**2?",
                wrong=lambda: 27,
            ),
            Misconception(
                id="sign-lost",
                name="The size is right, the sign is not.",
                hint="Two factors on the way are negative: y - target, and one weight.",
                wrong=lambda: -54,
            ),
            Misconception(
                id="slope-of-the-bias",
                name="That is the slope with respect to b1 (or z).",
                hint="w1 reaches z multiplied by something. By what?",
                wrong=lambda: 18,
            ),
            Misconception(
                id="slope-of-the-second-weight",
                name="That is the slope with respect to w2.",
                hint="Go further back: y depends on h, h on z, and z on w1.",
                wrong=lambda: -6,
            ),
            Misconception(
                id="weight-for-input",
                name="The last factor is w1; that is the way to x, not to w1.",
                hint="z = w1 * x + b1. How much does z change if w1 changes by 1?",
                wrong=lambda: 36,
            ),
            Misconception(
                id="weight-between-forgotten",
                name="The slope passes the second neuron without being multiplied by its weight.",
                hint="y = w2 * h + b2. How much does y change if h changes by 1?",
                wrong=lambda: -18,
            ),
        ),
        hints=(
            "First all values, from x to the loss. Then the slopes, from the loss back to w1.",
            "y is -2, so the slope of the loss at y is 2 * (-2 - 1) = -6.",
            "Multiply -6 by w2, by 1 (ReLU is open, since z is 1), and by x.",
        ),
    ),
    Exercise(
        chapter=4,
        title="Slopes by nudging",
        prompt="""Slopes of a loss with respect to each weight, by central differences.

        The loss is np.sum((x @ w) ** 3).
        w : (n,) array, the weights; x : (m, n) array
        step : float, how far a weight is moved each way; all others stay
        Returns an (n,) array of what the differences give, not of the exact
        slopes.
        """,
        reference=nudged_slopes,
        inputs=nudged_slopes_inputs,
        misconceptions=(
            Misconception(
                id="one-sided",
                name="Each weight is moved in one direction only.",
                hint="A central difference needs the loss on both sides of w.",
                wrong=_slopes_by(lambda loss, w, nudge, step: (loss(w + nudge) - loss(w)) / step),
            ),
            Misconception(
                id="one-sided-downwards",
                name="Each weight is moved down only.",
                hint="A central difference needs the loss on both sides of w.",
                wrong=_slopes_by(lambda loss, w, nudge, step: (loss(w) - loss(w - nudge)) / step),
            ),
            Misconception(
                id="one-step-too-few",
                name="The difference is divided by step, though the two points are further apart.",
                hint="How far is w + step from w - step?",
                wrong=_slopes_by(
                    lambda loss, w, nudge, step: (loss(w + nudge) - loss(w - nudge)) / step
                ),
            ),
            Misconception(
                id="not-divided",
                name="That is the change of the loss, not yet a slope.",
                hint="A slope is a change divided by what caused it.",
                wrong=_slopes_by(lambda loss, w, nudge, step: loss(w + nudge) - loss(w - nudge)),
            ),
            Misconception(
                id="all-at-once",
                name="All weights are moved together.",
                hint="Every weight has a slope of its own: move one, keep the others.",
                wrong=_slopes_by(
                    lambda loss, w, nudge, step: (loss(w + step) - loss(w - step)) / (2 * step)
                ),
            ),
            Misconception(
                id="nudge-stays",
                name="A weight that was moved does not go back before the next one moves.",
                hint="After the first weight, is w what it was? Work on a fresh copy each time.",
                wrong=_nudge_stays,
            ),
            Misconception(
                id="exact-slope",
                name="These are the exact slopes, by the rules of calculus.",
                hint="Asked is what the differences give, with their small error; no derivative.",
                wrong=lambda w, x, step: 3 * (x @ w) ** 2 @ x,
            ),
        ),
        hints=(
            "Write a function loss(w) first; then a loop over the weights.",
            "In the loop: a copy of w with entry i moved up, and one with it moved down.",
            "The two points are 2 * step apart.",
        ),
    ),
    Exercise(
        chapter=4,
        title="From the loss to the scores",
        prompt="""Gradient of the mean cross-entropy loss with respect to the scores.

        scores : (N, K) float array, one row for each image, before softmax;
        also values like 1000
        labels : (N,) integer array, the right class of each image
        Returns an (N, K) array. The loss is the mean over the N images.
        """,
        reference=scores_gradient,
        inputs=scores_gradient_inputs,
        misconceptions=(
            Misconception(
                id="missing-mean",
                name="The gradient is that of the sum over the images, not of the mean.",
                hint="The loss divides by the number of images. What does that do to its slope?",
                wrong=_scores_gradient_with(lambda p, y, n: p - y),
            ),
            Misconception(
                id="sign-turned",
                name="All signs are turned: it is labels minus probabilities.",
                hint="Raise the right score, and the loss falls. Which sign has its slope?",
                wrong=_scores_gradient_with(lambda p, y, n: (y - p) / n),
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
                hint="Between the scores and the loss stands softmax.",
                wrong=_scores_gradient_with(lambda p, y, n: -y / np.maximum(p, 1e-300) / n),
            ),
            Misconception(
                id="one-hot-forgotten",
                name="The result is softmax alone; the labels are not in it.",
                hint="If the network is sure and right, the gradient must be close to 0.",
                wrong=_scores_gradient_with(lambda p, y, n: p / n),
            ),
            Misconception(
                id="sigmoid-factor",
                name="The difference is multiplied by p (1 - p) once more.",
                hint="That factor belongs to squared errors behind sigmoids. Here it cancels.",
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
                wrong=_labels_of_all_rows,
            ),
            Misconception(
                id="divided-by-all-entries",
                name="It is divided by the number of scores, N times K, not of images.",
                hint="The loss is a mean over N numbers, one for each image.",
                wrong=_scores_gradient_with(lambda p, y, n: (p - y) / p.size),
            ),
            Misconception(
                id="overflow",
                name="Large scores overflow, as exp(1000) does.",
                hint="Chapter 3: subtract each row's largest score first.",
                wrong=_scores_gradient_overflowing,
            ),
        ),
        hints=(
            "Two parts: the probabilities, and a 1 at the right class of each row.",
            "Subtract 1 from the probability of the right class: p[np.arange(N), labels] -= 1.",
            "At the end, divide by the number of images.",
        ),
    ),
    Exercise(
        chapter=4,
        title="Backward through a dense layer",
        prompt="""Gradients of a dense layer y = x @ w + b.

        dy : (N, n_out) array, gradient of the loss with respect to y
        x : (N, n_in) array, the layer's input; w : (n_in, n_out) array
        Returns dx of shape (N, n_in), dw of shape (n_in, n_out) and db of shape
        (n_out,).
        """,
        reference=dense_gradients,
        inputs=dense_gradients_inputs,
        misconceptions=(
            Misconception(
                id="dx-not-transposed",
                name="dx is computed with w as it is; forward and backward use the same matrix.",
                hint="dx must have n_in columns, dy has n_out. Which matrix leads back?",
                wrong=lambda dy, x, w: (dy @ w, x.T @ dy, dy.sum(axis=0)),
            ),
            Misconception(
                id="dw-transposed",
                name="dw comes out with rows and columns exchanged.",
                hint="dw has w's shape: a row for each input. Which factor brings the rows?",
                wrong=lambda dy, x, w: (dy @ w.T, dy.T @ x, dy.sum(axis=0)),
            ),
            Misconception(
                id="averaged",
                name="dw and db are averaged over the examples.",
                hint="The mean is in the loss, so its 1/N is in dy already. Here the examples add.",
                wrong=lambda dy, x, w: (dy @ w.T, x.T @ dy / len(x), dy.mean(axis=0)),
            ),
            Misconception(
                id="bias-summed-over-outputs",
                name="db is summed over the outputs of each example.",
                hint="Each output has one bias, and all examples use it. Over what is the sum?",
                wrong=lambda dy, x, w: (dy @ w.T, x.T @ dy, dy.sum(axis=1)),
            ),
            Misconception(
                id="bias-not-summed",
                name="db still has a row for each example.",
                hint="There is one bias for each output, however many examples there are.",
                wrong=lambda dy, x, w: (dy @ w.T, x.T @ dy, dy.copy()),
            ),
        ),
        hints=(
            "Write the three shapes down. Each gradient is as large as what it belongs to.",
            "w[i, j] multiplies x[n, i] and goes into y[n, j], for every example n.",
            "dw[i, j] = sum over n of x[n, i] * dy[n, j]: that is a matrix product.",
        ),
        points=2.0,
    ),
)
