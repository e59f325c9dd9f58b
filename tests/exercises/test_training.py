"""Chapter 5's exercises: right answers in several styles, and the model solutions' own numbers."""

import numpy as np
import pytest

from course_utils import reference
from course_utils.exercises import catalog, evaluate, get
from tests.exercises.right_answers import assert_complete, assert_passes, each_of


def batch_by_shuffling_everything(images, labels, order, batch_size, k):
    images, labels = images[order], labels[order]
    return images[k * batch_size :][:batch_size], labels[k * batch_size :][:batch_size]


def batch_one_by_one(images, labels, order, batch_size, k):
    start = batch_size * k
    stop = min(start + batch_size, len(order))
    picked = [(images[order[i]], labels[order[i]]) for i in range(start, stop)]
    return np.array([image for image, _ in picked]), np.array([label for _, label in picked])


def batch_with_take(images, labels, order, batch_size, k):
    chosen = np.split(order, range(batch_size, len(order), batch_size))[k]
    return [np.take(images, chosen, axis=0).astype(np.float32), np.take(labels, chosen)]


def batch_from_a_generator(images, labels, order, batch_size, k):
    def batches():
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            yield images[chosen], labels[chosen].astype(float)

    for number, batch in enumerate(batches()):
        if number == k:
            return batch


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


def he_by_variance(noise):
    weights = noise / noise[..., 0].size ** 0.5
    return 2**0.5 * weights


def he_for_two_and_four_axes(noise):
    if noise.ndim == 2:
        fan_in = noise.shape[0]
    else:
        kernel_h, kernel_w, channels, _ = noise.shape
        fan_in = kernel_h * kernel_w * channels
    return np.sqrt(2.0 / fan_in) * noise


def he_through_a_matrix(noise):
    matrix = noise.reshape(-1, noise.shape[-1])
    return (matrix * (2 / len(matrix)) ** 0.5).reshape(noise.shape)


def he_in_float32(noise):
    return noise.astype(np.float32) * np.float32(np.sqrt(2 * noise.shape[-1] / noise.size))


def momentum_in_place_on_copies(w, velocity, gradient, learning_rate, momentum):
    w, velocity = w.copy(), velocity.copy()
    velocity *= momentum
    velocity -= learning_rate * gradient
    w += velocity
    return w, velocity


def momentum_entry_by_entry(w, velocity, gradient, learning_rate, momentum):
    new_w, new_velocity = np.empty(w.shape), np.empty(w.shape)
    for place in np.ndindex(w.shape):
        new_velocity[place] = momentum * velocity[place] - learning_rate * gradient[place]
        new_w[place] = w[place] + new_velocity[place]
    return new_w, new_velocity


def momentum_as_pytorch_keeps_it(w, velocity, gradient, learning_rate, momentum):
    buffer = momentum * (-velocity / learning_rate) + gradient
    return [w - learning_rate * buffer, -learning_rate * buffer]


def momentum_in_float32(w, velocity, gradient, learning_rate, momentum):
    w, velocity, gradient = (a.astype(np.float32) for a in (w, velocity, gradient))
    step = np.add(momentum * velocity, -learning_rate * gradient)
    return np.add(w, step), step


def adam_as_keras_orders_it(w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon):
    alpha = learning_rate * np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
    m = m + (gradient - m) * (1 - beta_1)
    v = v + (np.square(gradient) - v) * (1 - beta_2)
    return w - m * alpha / (np.sqrt(v) + epsilon), m, v


def adam_in_place_on_copies(w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon):
    w, m, v = w.copy(), m.copy(), v.copy()
    m *= beta_1
    m += (1 - beta_1) * gradient
    v *= beta_2
    v += (1 - beta_2) * gradient * gradient
    m_hat, v_hat = m / (1 - pow(beta_1, step)), v / (1 - pow(beta_2, step))
    w -= learning_rate * m_hat / (v_hat**0.5 + epsilon)
    return w, m, v


def adam_entry_by_entry(w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon):
    result = np.empty((3, w.size))
    columns = zip(w.ravel(), m.ravel(), v.ravel(), gradient.ravel(), strict=True)
    for i, (w_i, m_i, v_i, g_i) in enumerate(columns):
        m_i = beta_1 * m_i + (1 - beta_1) * g_i
        v_i = beta_2 * v_i + (1 - beta_2) * g_i**2
        size = (m_i / (1 - beta_1**step)) / ((v_i / (1 - beta_2**step)) ** 0.5 + epsilon)
        result[:, i] = w_i - learning_rate * size, m_i, v_i
    return result.reshape(3, *w.shape)


def adam_in_float32(w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon):
    w, m, v, gradient = (np.float32(array) for array in (w, m, v, gradient))
    m = np.float32(beta_1) * m + np.float32(1 - beta_1) * gradient
    v = np.float32(beta_2) * v + np.float32(1 - beta_2) * gradient**2
    root = np.sqrt(v / np.float32(1 - beta_2**step))
    return w - learning_rate * (m / np.float32(1 - beta_1**step)) / (root + epsilon), m, v


def rate_by_half_angle(step, steps, warm_up, peak):
    if warm_up and step <= warm_up:
        return step / warm_up * peak
    return peak * np.cos(np.pi / 2 * (step - warm_up) / (steps - warm_up)) ** 2


def rate_from_a_table(step, steps, warm_up, peak):
    rise = np.linspace(0, peak, warm_up, endpoint=False)
    fall = 0.5 * peak * (1 + np.cos(np.linspace(0, np.pi, steps - warm_up + 1)))
    return np.concatenate([rise, fall])[step]


def rate_in_one_expression(step, steps, warm_up, peak):
    angle = np.pi * max(step - warm_up, 0) / (steps - warm_up)
    return min(step / max(warm_up, 1e-9), 1.0) * peak * 0.5 * (1 + np.cos(angle))


def rate_in_float32(step, steps, warm_up, peak):
    x = np.float32(step)
    low, high = np.float32(warm_up), np.float32(steps)
    falling = np.float32(0.5) + np.cos(np.float32(np.pi) * (x - low) / (high - low)) / 2
    return np.float32(peak) * (x / low if x < low else falling)


def confusion_with_add_at(labels, predictions, classes):
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (labels, predictions), 1)
    return counts


def confusion_with_bincount(labels, predictions, classes):
    return np.bincount(labels * classes + predictions, minlength=classes**2).reshape(classes, -1)


def confusion_as_a_product(labels, predictions, classes):
    one_hot = np.eye(classes, dtype=np.float32)
    return one_hot[labels].T @ one_hot[predictions]


def confusion_by_masks(labels, predictions, classes):
    return np.array(
        [
            [np.sum((labels == i) & (predictions == j)) for j in range(classes)]
            for i in range(classes)
        ]
    )


def mistakes_by_sorting_pairs(probabilities, labels, count):
    wrong = []
    for place, (row, label) in enumerate(zip(probabilities, labels, strict=True)):
        if row.argmax() != label:
            wrong.append((-row.max(), place))
    return np.array([place for _, place in sorted(wrong)[:count]])


def mistakes_by_hiding_the_right_ones(probabilities, labels, count):
    wrong = probabilities.argmax(1) != labels
    confidence = np.where(wrong, probabilities.max(1), -1)
    return np.argsort(confidence)[::-1][: min(count, wrong.sum())]


def mistakes_after_sorting_all(probabilities, labels, count):
    order = np.argsort(probabilities.max(axis=1))[::-1]
    return np.array([i for i in order if np.argmax(probabilities[i]) != labels[i]])[:count]


def mistakes_in_float32(probabilities, labels, count):
    probabilities = probabilities.astype(np.float32)
    (wrong,) = np.nonzero(np.argmax(probabilities, axis=1) != labels)
    order = np.lexsort((wrong, -np.max(probabilities[wrong], axis=1)))
    return wrong[order][:count].astype(float)


RIGHT_ANSWERS = {
    "one_batch": [
        batch_by_shuffling_everything,
        batch_one_by_one,
        batch_with_take,
        batch_from_a_generator,
    ],
    "train_softmax": [
        train_with_one_hot,
        train_example_by_example,
        train_with_the_bias_as_a_row,
        train_in_float32,
    ],
    "he_scaled": [he_by_variance, he_for_two_and_four_axes, he_through_a_matrix, he_in_float32],
    "momentum_step": [
        momentum_in_place_on_copies,
        momentum_entry_by_entry,
        momentum_as_pytorch_keeps_it,
        momentum_in_float32,
    ],
    "adam_step": [
        adam_as_keras_orders_it,
        adam_in_place_on_copies,
        adam_entry_by_entry,
        adam_in_float32,
    ],
    "warm_up_and_cosine": [
        rate_by_half_angle,
        rate_from_a_table,
        rate_in_one_expression,
        rate_in_float32,
    ],
    "confusion_counts": [
        confusion_with_add_at,
        confusion_with_bincount,
        confusion_as_a_product,
        confusion_by_masks,
    ],
    "surest_mistakes": [
        mistakes_by_sorting_pairs,
        mistakes_by_hiding_the_right_ones,
        mistakes_after_sorting_all,
        mistakes_in_float32,
    ],
}


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(id, answer):
    assert_passes(id, answer)


def test_every_coding_exercise_of_the_chapter_is_among_them():
    assert_complete(RIGHT_ANSWERS, [exercise for exercise in catalog() if exercise.chapter == 5])


def test_the_batches_of_an_epoch_hold_every_example_once():
    rng = np.random.default_rng(0)
    images, labels, order = rng.random((11, 2, 3, 1)), np.arange(11), rng.permutation(11)
    batches = [get("one_batch").reference(images, labels, order, 4, k) for k in range(3)]
    assert [len(part) for part, _ in batches] == [4, 4, 3]
    assert np.concatenate([part for _, part in batches]).tolist() == order.tolist()


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


def test_the_loss_of_a_guess_is_the_references():
    guess = reference.cross_entropy(np.zeros((3, 1000)), np.array([0, 7, 999]))
    assert get("loss_of_a_guess").reference() == pytest.approx(float(guess))
    assert evaluate("loss_of_a_guess", 6.91).passed, "two digits of a loss are enough"


def test_hes_scale_keeps_the_mean_square_through_a_relu_layer():
    rng = np.random.default_rng(0)
    x = reference.relu(rng.normal(size=(1, 40, 40, 20)))
    kernel = get("he_scaled").reference(rng.normal(size=(3, 3, 20, 60)))
    y = reference.relu(reference.conv2d(x, kernel))
    assert np.mean(y**2) == pytest.approx(np.mean(x**2), rel=0.1)


def test_the_first_step_of_adam_is_as_long_as_the_rate():
    first = get("adam_step").draw_inputs()[0]
    w, _, _ = get("adam_step").reference(**first)
    np.testing.assert_allclose(w, first["w"] - first["learning_rate"] * np.sign(first["gradient"]))


def test_the_schedule_has_its_four_corners():
    rate = get("warm_up_and_cosine").reference
    assert [rate(step, 100, 20, 0.3) for step in (0, 10, 20)] == pytest.approx([0, 0.15, 0.3])
    assert [rate(step, 100, 20, 0.3) for step in (60, 100)] == pytest.approx([0.15, 0])


def test_confusion_and_mistakes_count_the_same_errors():
    arguments = get("surest_mistakes").draw_inputs()[3]
    probabilities, labels = arguments["probabilities"], arguments["labels"]
    counts = get("confusion_counts").reference(labels, probabilities.argmax(axis=1), 5)
    mistakes = get("surest_mistakes").reference(probabilities, labels, count=len(labels))
    assert counts.sum() - np.trace(counts) == len(mistakes)
    assert np.all(np.diff(probabilities.max(axis=1)[mistakes]) <= 0)


def test_steps_of_training_by_counting_them():
    starts = [start for _ in range(10) for start in range(0, 55_000, 64)]
    assert get("steps_of_training").reference() == len(starts)
