"""Chapter 4's exercises: right answers in several styles, and what the reference gives."""

import numpy as np
import pytest

from course_utils import reference
from course_utils.exercises import catalog, evaluate, get
from tests.exercises.right_answers import assert_complete, assert_passes, each_of

sliding_window_view = np.lib.stride_tricks.sliding_window_view


def slopes_by_copies(w, x, step):
    slopes = []
    for i in range(w.size):
        up, down = w.copy(), w.copy()
        up[i] += step
        down[i] -= step
        slopes.append((((x @ up) ** 3).sum() - ((x @ down) ** 3).sum()) / (step + step))
    return np.array(slopes)


def slopes_of_a_matrix_of_nudges(w, x, step):
    nudges = step * np.eye(len(w))
    up, down = ((x @ (w + sign * nudges).T) ** 3 for sign in (1, -1))
    return (up.sum(axis=0) - down.sum(axis=0)) / (2 * step)


def slopes_from_the_cube(w, x, step):
    # ((y + d)^3 - (y - d)^3) / (2 s) with d = s x, multiplied out
    y = (x @ w)[:, np.newaxis]
    return (3 * y**2 * x + step**2 * x**3).sum(axis=0)


def slopes_in_float32(w, x, step):
    w, x, step = w.astype(np.float32), x.astype(np.float32), np.float32(step)
    slopes = np.empty_like(w)
    for i, value in enumerate(w):
        moved = w.copy()
        moved[i] = value + step
        up = np.sum(np.dot(x, moved) ** 3)
        moved[i] = value - step
        slopes[i] = (up - np.sum(np.dot(x, moved) ** 3)) / step / 2
    return slopes


def scores_in_loops(scores, labels):
    gradient = np.zeros(scores.shape)
    for n, (row, label) in enumerate(zip(scores, labels)):
        powers = [np.exp(s - max(row)) for s in row]
        for k, power in enumerate(powers):
            gradient[n, k] = (power / sum(powers) - (k == label)) / len(scores)
    return gradient


def scores_with_one_hot(scores, labels):
    totals = np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return (np.exp(scores - totals) - np.eye(scores.shape[1])[labels]) / scores.shape[0]


def scores_through_the_jacobian(scores, labels):
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = shifted / shifted.sum(axis=1, keepdims=True)
    rows = []
    for row, label in zip(p, labels):
        jacobian = np.diag(row) - np.outer(row, row)
        # a small number keeps 0 / 0 out where the right class has probability 0
        rows.append(-jacobian[label] / max(row[label], 1e-300))
    return np.stack(rows) / len(labels)


def scores_in_float32(scores, labels):
    scores = (scores - scores.max(1)[:, None]).astype(np.float32)
    p = np.exp(scores) / np.exp(scores).sum(1)[:, None]
    np.subtract.at(p, (np.arange(len(p)), labels), 1)
    return p / np.float32(len(p))


def dense_in_loops(dy, x, w):
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(w.shape[1])
    for n in range(len(x)):
        for j in range(w.shape[1]):
            db[j] += dy[n, j]
            for i in range(w.shape[0]):
                dw[i, j] += x[n, i] * dy[n, j]
                dx[n, i] += w[i, j] * dy[n, j]
    return dx, dw, db


def dense_with_einsum(dy, x, w):
    return (
        np.einsum("no,io->ni", dy, w),
        np.einsum("ni,no->io", x, dy),
        np.einsum("no->o", dy),
    )


def dense_as_outer_products(dy, x, w):
    dw = sum(np.outer(row, slopes) for row, slopes in zip(x, dy))
    return [np.stack([w @ slopes for slopes in dy]), dw, sum(dy)]


def dense_with_a_column_of_ones(dy, x, w):
    x = np.hstack([x, np.ones((len(x), 1))]).astype(np.float32)
    both = np.dot(x.T, dy)
    return np.dot(w, dy.T).T, both[:-1], both[-1]


def kernel_by_windows(image, dy):
    shape = (image.shape[0] - dy.shape[0] + 1, image.shape[1] - dy.shape[1] + 1)
    dw = np.zeros(shape)
    for (r, c), slope in np.ndenumerate(dy):
        dw += slope * image[r : r + shape[0], c : c + shape[1]]
    return dw


def kernel_of_views(image, dy):
    return (sliding_window_view(image, dy.shape) * dy).sum(axis=(2, 3))


def kernel_with_einsum(image, dy):
    return np.einsum("ijrc,rc->ij", sliding_window_view(image, dy.shape), dy).astype(np.float32)


def kernel_as_patches(image, dy):
    shape = (image.shape[0] - dy.shape[0] + 1, image.shape[1] - dy.shape[1] + 1)
    patches = sliding_window_view(image, shape).reshape(dy.size, -1)
    return (dy.reshape(1, -1) @ patches).reshape(shape)


def image_by_collecting(dy, kernel):
    (height, width), (kh, kw) = dy.shape, kernel.shape
    dx = np.zeros((height + kh - 1, width + kw - 1), np.float32)
    for r in range(dx.shape[0]):
        for c in range(dx.shape[1]):
            for i in range(kh):
                for j in range(kw):
                    if 0 <= r - i < height and 0 <= c - j < width:
                        dx[r, c] += dy[r - i, c - j] * kernel[i, j]
    return dx


def image_as_full_correlation(dy, kernel):
    border = [(side - 1, side - 1) for side in kernel.shape]
    windows = sliding_window_view(np.pad(dy, border), kernel.shape)
    return np.einsum("rcij,ij->rc", windows, np.flip(kernel))


def image_by_weights(dy, kernel):
    dx = np.zeros((dy.shape[0] + kernel.shape[0] - 1, dy.shape[1] + kernel.shape[1] - 1))
    for (i, j), weight in np.ndenumerate(kernel):
        dx[i : i + dy.shape[0], j : j + dy.shape[1]] += weight * dy
    return dx


def image_by_fourier(dy, kernel):
    shape = tuple(a + b - 1 for a, b in zip(dy.shape, kernel.shape))
    return np.fft.irfft2(np.fft.rfft2(dy, shape) * np.fft.rfft2(kernel, shape), shape)


def layer_by_windows(dy, x, w, stride):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[3])
    for n, r, c, f in np.ndindex(dy.shape):
        top, left = r * stride, c * stride
        window = np.s_[n, top : top + w.shape[0], left : left + w.shape[1]]
        dx[window] += dy[n, r, c, f] * w[:, :, :, f]
        dw[:, :, :, f] += dy[n, r, c, f] * x[window]
        db[f] += dy[n, r, c, f]
    return dx, dw, db


def layer_with_spread_gradient(dy, x, w, stride):
    n, height, width, _ = x.shape
    kh, kw, _, filters = w.shape
    spread = np.zeros((n, height - kh + 1, width - kw + 1, filters))
    spread[:, ::stride, ::stride] = dy
    windows = sliding_window_view(x, spread.shape[1:3], axis=(1, 2))
    dw = np.einsum("nijcrs,nrsf->ijcf", windows, spread)
    padded = np.pad(spread, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
    windows = sliding_window_view(padded, (kh, kw), axis=(1, 2))
    return np.einsum("nrsfij,ijcf->nrsc", windows, w[::-1, ::-1]), dw, dy.sum((0, 1, 2))


def layer_as_matrix_products(dy, x, w, stride):
    kh, kw, channels, filters = w.shape
    windows = sliding_window_view(x, (kh, kw, channels), axis=(1, 2, 3))[:, ::stride, ::stride]
    flat = dy.reshape(-1, filters)
    dw = windows.reshape(len(flat), -1).T @ flat
    patches = (flat @ w.reshape(-1, filters).T).reshape(*dy.shape[:3], kh, kw, channels)
    dx = np.zeros(x.shape)
    for r in range(dy.shape[1]):
        for c in range(dy.shape[2]):
            top, left = r * stride, c * stride
            dx[:, top : top + kh, left : left + kw] += patches[:, r, c]
    return dx, dw.reshape(w.shape), flat.sum(axis=0)


def layer_by_entries_in_float32(dy, x, w, stride):
    dy, x, w = (array.astype(np.float32) for array in (dy, x, w))
    dx, dw = np.zeros_like(x), np.empty_like(w)
    for i, j in np.ndindex(w.shape[:2]):
        rows, columns = (np.arange(k) * stride for k in dy.shape[1:3])
        met = np.ix_(np.arange(len(x)), rows + i, columns + j, np.arange(x.shape[3]))
        dw[i, j] = np.tensordot(x[met], dy, axes=((0, 1, 2), (0, 1, 2)))
        dx[met] += np.matmul(dy, w[i, j].T)
    return dx, dw, np.einsum("nrcf->f", dy)


def route_by_comparing(dy, feature_map, size, stride):
    dx = np.zeros(feature_map.shape)
    for r, c in np.ndindex(dy.shape):
        best = None
        for i in range(r * stride, r * stride + size):
            for j in range(c * stride, c * stride + size):
                if best is None or feature_map[i, j] > feature_map[best]:
                    best = (i, j)
        dx[best] += dy[r, c]
    return dx


def route_with_unravel_index(dy, feature_map, size, stride):
    windows = sliding_window_view(feature_map, (size, size))[::stride, ::stride]
    winners = windows.reshape(*dy.shape, size * size).argmax(axis=2)
    down, right = np.unravel_index(winners, (size, size))
    rows, columns = np.indices(dy.shape) * stride
    dx = np.zeros(feature_map.shape, np.float32)
    np.add.at(dx, (rows + down, columns + right), dy)
    return dx


def route_by_taps(dy, feature_map, size, stride):
    windows = sliding_window_view(feature_map, (size, size))[::stride, ::stride]
    pooled = windows.max(axis=(2, 3))
    dx, free = np.zeros_like(feature_map), np.ones(dy.shape, bool)
    rows, columns = dy.shape
    for i in range(size):
        for j in range(size):
            met = np.s_[i : i + rows * stride : stride, j : j + columns * stride : stride]
            wins = free & (feature_map[met] == pooled)
            dx[met] += np.where(wins, dy, 0)
            free &= ~wins
    return dx


def route_to_the_first_of_argwhere(dy, feature_map, size, stride):
    dx = feature_map * 0
    for r in range(len(dy)):
        for c in range(len(dy[0])):
            view = dx[r * stride :, c * stride :]
            window = feature_map[r * stride :, c * stride :][:size, :size]
            i, j = np.argwhere(window == window.max())[0]
            view[i, j] = view[i, j] + dy[r, c]
    return dx


def network_in_loops(images, labels, w_conv, b_conv, w_dense, b_dense):
    kh, kw, _, filters = w_conv.shape
    height, width = images.shape[1] - kh + 1, images.shape[2] - kw + 1
    gradients = [np.zeros(array.shape) for array in (w_conv, b_conv, w_dense, b_dense)]
    for image, label in zip(images, labels):
        maps = np.zeros((height, width, filters))
        for r, c, f in np.ndindex(maps.shape):
            maps[r, c, f] = (image[r : r + kh, c : c + kw] * w_conv[..., f]).sum() + b_conv[f]
        row = np.maximum(maps, 0).ravel()
        scores = row @ w_dense + b_dense
        p = np.exp(scores - scores.max())
        p /= p.sum()
        p[label] -= 1
        p /= len(images)
        gradients[2] += np.outer(row, p)
        gradients[3] += p
        dmaps = (w_dense @ p).reshape(maps.shape)
        for r, c, f in np.ndindex(maps.shape):
            if maps[r, c, f] > 0:
                gradients[0][..., f] += dmaps[r, c, f] * image[r : r + kh, c : c + kw]
                gradients[1][f] += dmaps[r, c, f]
    return tuple(gradients)


def network_as_matrix_products(images, labels, w_conv, b_conv, w_dense, b_dense):
    kh, kw, channels, filters = w_conv.shape
    windows = sliding_window_view(images, (kh, kw, channels), axis=(1, 2, 3))
    patches = windows.reshape(-1, kh * kw * channels)
    maps = patches @ w_conv.reshape(-1, filters) + b_conv
    rows = maps.clip(min=0).reshape(len(images), -1)
    scores = rows @ w_dense + b_dense
    totals = np.logaddexp.reduce(scores, axis=1, keepdims=True)
    d = (np.exp(scores - totals) - np.eye(scores.shape[1])[labels]) / len(images)
    dmaps = (d @ w_dense.T).reshape(maps.shape)
    dmaps[maps <= 0] = 0
    return (patches.T @ dmaps).reshape(w_conv.shape), dmaps.sum(0), rows.T @ d, d.sum(0)


def network_by_taps_in_float32(images, labels, w_conv, b_conv, w_dense, b_dense):
    images, w_conv = images.astype(np.float32), w_conv.astype(np.float32)
    kh, kw = w_conv.shape[:2]
    height, width = images.shape[1] - kh + 1, images.shape[2] - kw + 1
    taps = {(i, j): images[:, i : i + height, j : j + width] for i, j in np.ndindex(kh, kw)}
    maps = sum(tap @ w_conv[place] for place, tap in taps.items()) + b_conv
    rows = np.where(maps > 0, maps, 0).reshape(len(images), -1)
    scores = rows @ w_dense + b_dense
    d = np.exp(scores - scores.max(1)[:, None])
    d /= d.sum(1)[:, None]
    d[range(len(labels)), labels] -= 1
    d /= len(labels)
    dmaps = np.where(maps > 0, (d @ w_dense.T).reshape(maps.shape), 0)
    dw = np.zeros(w_conv.shape)
    for place, tap in taps.items():
        dw[place] = np.tensordot(tap, dmaps, ((0, 1, 2), (0, 1, 2)))
    return [dw, np.einsum("nrcf->f", dmaps), np.dot(rows.T, d), np.ones(len(d)) @ d]


def network_image_by_image(images, labels, w_conv, b_conv, w_dense, b_dense):
    total = None
    for image, label in zip(images, labels):
        one = network_as_matrix_products(
            image[np.newaxis], np.array([label]), w_conv, b_conv, w_dense, b_dense
        )
        total = one if total is None else [a + b for a, b in zip(total, one)]
    return tuple(array / len(images) for array in total)


RIGHT_ANSWERS = {
    "nudged_slopes": [
        slopes_by_copies,
        slopes_of_a_matrix_of_nudges,
        slopes_from_the_cube,
        slopes_in_float32,
    ],
    "scores_gradient": [
        scores_in_loops,
        scores_with_one_hot,
        scores_through_the_jacobian,
        scores_in_float32,
    ],
    "dense_gradients": [
        dense_in_loops,
        dense_with_einsum,
        dense_as_outer_products,
        dense_with_a_column_of_ones,
    ],
    "kernel_gradient": [
        kernel_by_windows,
        kernel_of_views,
        kernel_with_einsum,
        kernel_as_patches,
    ],
    "image_gradient": [
        image_by_collecting,
        image_as_full_correlation,
        image_by_weights,
        image_by_fourier,
    ],
    "layer_gradients": [
        layer_by_windows,
        layer_with_spread_gradient,
        layer_as_matrix_products,
        layer_by_entries_in_float32,
    ],
    "route_gradient": [
        route_by_comparing,
        route_with_unravel_index,
        route_by_taps,
        route_to_the_first_of_argwhere,
    ],
    "cnn_gradients": [
        network_in_loops,
        network_as_matrix_products,
        network_by_taps_in_float32,
        network_image_by_image,
    ],
}


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(id, answer):
    assert_passes(id, answer)


def test_every_coding_exercise_of_the_chapter_is_among_them():
    assert_complete(RIGHT_ANSWERS, [exercise for exercise in catalog() if exercise.chapter == 4])


def one_map(array):
    return array[np.newaxis, :, :, np.newaxis]


def reference_kernel(image, dy):
    return reference.correlate2d(image, dy)


def reference_image(dy, kernel):
    shape = (dy.shape[0] + kernel.shape[0] - 1, dy.shape[1] + kernel.shape[1] - 1)
    kernels = kernel[:, :, np.newaxis, np.newaxis]
    return reference.conv2d_backward(one_map(dy), one_map(np.zeros(shape)), kernels)[0][0, :, :, 0]


def reference_layer(dy, x, w, stride):
    return reference.conv2d_backward(dy, x, w, stride=stride)


def reference_route(dy, feature_map, size, stride):
    dx = reference.max_pool2d_backward(one_map(dy), one_map(feature_map), size, stride=stride)
    return dx[0, :, :, 0]


def reference_network(images, labels, w_conv, b_conv, w_dense, b_dense):
    maps = reference.conv2d(images, w_conv, b_conv)
    rows = reference.flatten(reference.relu(maps))
    dscores = reference.cross_entropy_backward(reference.dense(rows, w_dense, b_dense), labels)
    drows, dw_dense, db_dense = reference.dense_backward(dscores, rows, w_dense)
    dmaps = reference.relu_backward(reference.flatten_backward(drows, maps), maps)
    _, dw_conv, db_conv = reference.conv2d_backward(dmaps, images, w_conv)
    return dw_conv, db_conv, dw_dense, db_dense


@pytest.mark.parametrize(
    ("id", "oracle"),
    [
        ("scores_gradient", reference.cross_entropy_backward),
        ("dense_gradients", reference.dense_backward),
        ("kernel_gradient", reference_kernel),
        ("image_gradient", reference_image),
        ("layer_gradients", reference_layer),
        ("route_gradient", reference_route),
        ("cnn_gradients", reference_network),
    ],
)
def test_the_model_solution_agrees_with_the_reference(id, oracle):
    exercise = get(id)
    for inputs in exercise.draw_inputs():
        mine, expected = exercise.reference(**inputs), oracle(*inputs.values())
        if not isinstance(mine, tuple):
            mine, expected = (mine,), (expected,)
        for one, other in zip(mine, expected, strict=True):
            np.testing.assert_allclose(one, other, 1e-12, 1e-13)


def test_the_slope_of_the_first_weight_by_nudging():
    def loss(w1):
        return (-3 * max(0, w1 * 3 - 5) + 1 - 1) ** 2

    nudged = (loss(2 + 1e-6) - loss(2 - 1e-6)) / 2e-6
    assert get("slope_of_first_weight").reference() == pytest.approx(nudged, 1e-6) == 54


def test_nudged_slopes_by_hand():
    slopes = get("nudged_slopes").reference
    # (2^3 - 0^3) / 2 and (6^3 - 2^3) / 2
    assert slopes(np.array([1.0, 2.0]), np.array([[1.0, 0], [0, 2]]), 1.0).tolist() == [4, 104]


def test_no_input_of_the_network_sits_on_the_bend_of_relu():
    # There an answer in float32 might open a gate that one in float64 keeps closed.
    for inputs in get("cnn_gradients").draw_inputs():
        maps = reference.conv2d(inputs["images"], inputs["w_conv"], inputs["b_conv"])
        assert np.abs(maps).min() > 1e-5


def test_some_pixels_win_twice_some_windows_are_tied_and_some_pixels_are_out_of_reach():
    twice = tied = beyond = False
    for inputs in get("route_gradient").draw_inputs():
        dy, feature_map, size, stride = inputs.values()
        wins = reference_route(np.ones_like(dy), feature_map, size, stride)
        twice |= wins.max() > 1
        windows = sliding_window_view(feature_map, (size, size))[::stride, ::stride]
        tied |= ((windows == windows.max((2, 3), keepdims=True)).sum((2, 3)) > 1).any()
        beyond |= (dy.shape[0] - 1) * stride + size < feature_map.shape[0]
    assert twice
    assert tied
    assert beyond


def test_a_report_on_dw_shows_rows_and_columns_of_the_kernel():
    def signs_turned(dy, x, w, stride):
        dx, dw, db = get("layer_gradients").reference(dy, x, w, stride)
        return dx, -dw, db

    text = str(evaluate("layer_gradients", signs_turned))
    assert "Item 1 of the returned tuple is wrong" in text
    assert "expected[:, :, 0, 0], shape (2, 2, 1, 1)" in text
