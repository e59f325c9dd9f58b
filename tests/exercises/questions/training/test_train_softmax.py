"""Right answers to "The training loop", and what its solution gives."""

import numpy as np

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def train_with_one_hot(x, labels, w, b, learning_rate, batch_size, epochs):
    one_hot = np.eye(len(b))[labels]
    for _ in range(epochs):
        for i in range(0, len(x), batch_size):
            xb, yb = x[i : i + batch_size], one_hot[i : i + batch_size]
            p = np.exp(xb @ w + b)
            p = p / p.sum(1, keepdims=True)
            w = w - learning_rate * xb.T @ (p - yb) / len(xb)
            b = b - learning_rate * (p - yb).mean(axis=0)
    return w, b


def train_example_by_example(x, labels, w, b, learning_rate, batch_size, epochs):
    w, b = np.array(w), np.array(b)
    n = len(x)
    for _ in range(epochs):
        start = 0
        while start < n:
            stop = min(start + batch_size, n)
            dw, db = np.zeros_like(w), np.zeros_like(b)
            for i in range(start, stop):
                scores = x[i] @ w + b
                p = np.exp(scores - np.logaddexp.reduce(scores))
                p[labels[i]] -= 1
                dw += np.outer(x[i], p)
                db += p
            w -= learning_rate / (stop - start) * dw
            b -= learning_rate / (stop - start) * db
            start = stop
    return w, b


def train_with_the_bias_as_a_row(x, labels, w, b, learning_rate, batch_size, epochs):
    weights = np.vstack([w, b])
    rows = np.hstack([x, np.ones((len(x), 1))])
    starts = list(range(0, len(x), batch_size)) * epochs
    for start in starts:
        part, right = rows[start : start + batch_size], labels[start : start + batch_size]
        p = reference_free_softmax(part @ weights)
        p -= right[:, None] == np.arange(len(b))
        weights = weights - learning_rate * np.einsum("nd,nk->dk", part, p) / len(part)
    return weights[:-1], weights[-1]


def reference_free_softmax(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def train_in_float32(x, labels, w, b, learning_rate, batch_size, epochs):
    x, w, b = (array.astype(np.float32) for array in (x, w, b))
    for step in range(epochs * -(-len(x) // batch_size)):
        k = step % -(-len(x) // batch_size)
        part = slice(k * batch_size, (k + 1) * batch_size)
        p = reference_free_softmax(x[part] @ w + b)
        p[range(len(p)), labels[part]] -= 1
        p = np.float32(learning_rate) * p / np.float32(len(p))
        w, b = w - x[part].T @ p, b - p.sum(0)
    return w, b


RIGHT_ANSWERS = (
    train_with_one_hot,
    train_example_by_example,
    train_with_the_bias_as_a_row,
    train_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("train_softmax", answer)


def test_the_training_loop_goes_down_the_reference_gradient():
    arguments = get("train_softmax").draw_inputs()[3]
    x, labels, w, b = (arguments[name] for name in ("x", "labels", "w", "b"))
    rate, size = arguments["learning_rate"], arguments["batch_size"]
    for start in range(0, len(x), size):
        part, right = x[start : start + size], labels[start : start + size]
        dscores = reference.cross_entropy_backward(reference.dense(part, w, b), right)
        _, dw, db = reference.dense_backward(dscores, part, w)
        w, b = w - rate * dw, b - rate * db
    new_w, new_b = get("train_softmax").reference(**arguments | {"epochs": 1})
    np.testing.assert_allclose(new_w, w, rtol=1e-12)
    np.testing.assert_allclose(new_b, b, rtol=1e-12)
