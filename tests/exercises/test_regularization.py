"""Regularization's exercises: right answers in several styles, the reference, numbers by hand."""

import numpy as np

from course_utils import reference
from course_utils.exercises import catalog, get, regularization
from tests.exercises.right_answers import assert_complete, assert_passes, each_of

MODULE = {exercise.id for exercise in regularization.EXERCISES}


def stop_by_counting(val_losses, patience):
    lowest, best, bad = np.inf, 0, 0
    for epoch, loss in enumerate(val_losses):
        bad += 1
        if loss < lowest:
            lowest, best, bad = loss, epoch, 0
        if bad == patience:
            break
    return epoch, best


def stop_by_prefixes(val_losses, patience):
    for epoch in range(patience, len(val_losses)):
        best = min(range(epoch + 1), key=lambda e: (val_losses[e], e))
        if epoch - best == patience:
            return [epoch, best]
    return [len(val_losses) - 1, int(val_losses.argmin())]


def stop_by_running_minimum(val_losses, patience):
    lowest = np.minimum.accumulate(val_losses)
    new = np.concatenate(([True], lowest[1:] < lowest[:-1]))
    best = np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))
    waited = np.arange(len(new)) - best
    stops = np.flatnonzero(waited >= patience)
    end = stops[0] if stops.size else len(new) - 1
    return np.int32(end), np.int32(best[end])


def stop_by_recursion(val_losses, patience, epoch=1, best=0):
    if epoch == len(val_losses):
        return epoch - 1, best
    if val_losses[epoch] < val_losses[best]:
        return stop_by_recursion(val_losses, patience, epoch + 1, epoch)
    if epoch - best == patience:
        return np.array([epoch, best])
    return stop_by_recursion(val_losses, patience, epoch + 1, best)


def drop_with_a_mask(x, rate, draws, training):
    return x * (draws >= rate) / (1 - rate) if training else x.copy()


def drop_in_loops(x, rate, draws, training):
    rate = rate if training else 0
    values = [v / (1 - rate) if d >= rate else 0.0 for v, d in zip(x.flat, draws.flat, strict=True)]
    return np.array(values).reshape(x.shape)


def drop_by_assignment(x, rate, draws, training):
    y = x.astype(np.float64)
    if training:
        y /= 1 - rate
        y[draws < rate] = 0
    return y


def drop_in_float32(x, rate, draws, training):
    if not training:
        return x.astype(np.float32)
    mask = (draws >= rate).astype(np.float32) * np.float32(1 / (1 - rate))
    return np.einsum("...,...->...", x.astype(np.float32), mask)


def adamw_by_shrinking_first(w, g, m, v, step, learning_rate, weight_decay):
    m = m + (g - m) * 0.1
    v = v + (g * g - v) * 0.001
    rate = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    return w * (1 - learning_rate * weight_decay) - rate * m / (np.sqrt(v) + 1e-7), m, v


def adamw_in_loops(w, g, m, v, step, learning_rate, weight_decay):
    w, m, v = w.copy(), m.copy(), v.copy()
    for i in np.ndindex(w.shape):
        m[i] = 0.9 * m[i] + 0.1 * g[i]
        v[i] = 0.999 * v[i] + 0.001 * g[i] ** 2
        change = m[i] / (1 - 0.9**step) / ((v[i] / (1 - 0.999**step)) ** 0.5 + 1e-7)
        w[i] -= learning_rate * (change + weight_decay * w[i])
    return w, m, v


def adamw_as_a_list(w, g, m, v, step, learning_rate, weight_decay):
    new_m = np.average([m, g], axis=0, weights=[0.9, 0.1])
    new_v = np.average([v, np.square(g)], axis=0, weights=[0.999, 0.001])
    direction = new_m / (1 - np.power(0.9, step))
    direction /= np.sqrt(new_v / (1 - np.power(0.999, step))) + 1e-7
    return [w - learning_rate * direction - learning_rate * weight_decay * w, new_m, new_v]


def adamw_in_float32(w, g, m, v, step, learning_rate, weight_decay):
    w, g, m, v = (a.astype(np.float32) for a in (w, g, m, v))
    m = np.float32(0.9) * m + np.float32(0.1) * g
    v = np.float32(0.999) * v + np.float32(0.001) * g * g
    root = np.sqrt(v / np.float32(1 - 0.999**step)) + np.float32(1e-7)
    moved = m / np.float32(1 - 0.9**step) / root + np.float32(weight_decay) * w
    return w - np.float32(learning_rate) * moved, m, v


def flip_by_slices(images, flip, shifts):
    flipped = np.where(flip[:, None, None, None], images[:, :, ::-1], images)
    result = np.zeros_like(images)
    height, width = images.shape[1:3]
    for one, image, (down, right) in zip(result, flipped, shifts, strict=True):
        one[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = image[
            max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)
        ]
    return result


def flip_by_padding(images, flip, shifts):
    reach = int(np.abs(shifts).max())
    height, width = images.shape[1:3]
    result = []
    for image, mirrored, (down, right) in zip(images, flip, shifts, strict=True):
        image = image[:, ::-1] if mirrored else image
        padded = np.pad(image, [(reach, reach), (reach, reach), (0, 0)])
        top, left = reach - down, reach - right
        result.append(padded[top : top + height, left : left + width])
    return np.array(result)


def flip_by_roll(images, flip, shifts):
    result = images.copy()
    for i, (down, right) in enumerate(shifts):
        image = np.fliplr(images[i]) if flip[i] else images[i]
        image = np.roll(image, (down, right), axis=(0, 1))
        if down:
            image[slice(0, down) if down > 0 else slice(down, None)] = 0
        if right:
            image[:, slice(0, right) if right > 0 else slice(right, None)] = 0
        result[i] = image
    return result


def flip_as_matrix_products(images, flip, shifts):
    height, width = images.shape[1:3]
    result = np.empty(images.shape, np.float32)
    for i, (down, right) in enumerate(shifts):
        rows, columns = np.eye(height, k=-down), np.eye(width, k=right)
        if flip[i]:
            columns = np.eye(width)[::-1] @ columns
        result[i] = np.einsum("rh,hwc,wk->rkc", rows, images[i], columns)
    return result


RIGHT_ANSWERS = {
    "stopping_epoch": [
        stop_by_counting,
        stop_by_prefixes,
        stop_by_running_minimum,
        stop_by_recursion,
    ],
    "drop_units": [drop_with_a_mask, drop_in_loops, drop_by_assignment, drop_in_float32],
    "adamw_step": [adamw_by_shrinking_first, adamw_in_loops, adamw_as_a_list, adamw_in_float32],
    "flip_and_shift": [flip_by_slices, flip_by_padding, flip_by_roll, flip_as_matrix_products],
}


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(id, answer):
    assert_passes(id, answer)


def test_every_coding_exercise_of_the_module_is_among_them():
    assert_complete(RIGHT_ANSWERS, [exercise for exercise in catalog() if exercise.id in MODULE])


def test_dropout_is_the_reference_with_the_same_draws():
    for inputs in get("drop_units").draw_inputs():
        x, rate, training = (inputs[name] for name in ("x", "rate", "training"))
        expected = reference.dropout(x, rate, np.random.default_rng(3))[0] if training else x
        inputs["draws"] = np.random.default_rng(3).random(x.shape)
        np.testing.assert_allclose(get("drop_units").reference(**inputs), expected, rtol=1e-14)


def test_numbers_that_the_chapter_works_out_by_hand():
    w, m, v = get("adamw_step").reference(**get("adamw_step").draw_inputs()[0])
    # The first step of Adam is the sign of g: 10 - 0.1 (1 + 2) and 10 - 0.1 (-1 + 2).
    np.testing.assert_allclose(w, [9.7, 9.9, -1.08], atol=1e-6)
    np.testing.assert_allclose(m, [0.05, -0.4, 0.2])
    np.testing.assert_allclose(v, [0.00025, 0.016, 0.004])
    stop = get("stopping_epoch").reference
    # Lowest at epoch 1; epochs 2 and 3 are no better, so it ends before the 0.4 of epoch 5.
    assert stop(np.array([0.9, 0.5, 0.6, 0.55, 0.7, 0.4]), 2) == (3, 1)
