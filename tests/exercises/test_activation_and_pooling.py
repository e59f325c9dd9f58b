"""Chapter 3's exercises: right answers in several styles, the reference, the documents' numbers."""

import numpy as np
import pytest

from course_utils import reference
from course_utils.exercises import catalog, evaluate, get
from tests.exercises.right_answers import assert_complete, assert_passes, each_of

sliding_window_view = np.lib.stride_tricks.sliding_window_view


def collapse_by_multiplying_out(w1, b1, w2, b2):
    w = np.zeros((len(w1), w2.shape[1]))
    for i in range(len(w1)):
        for j in range(w2.shape[1]):
            w[i, j] = sum(w1[i, k] * w2[k, j] for k in range(len(w2)))
    return w, np.dot(b1, w2) + b2


def collapse_by_probing(w1, b1, w2, b2):
    def layers(x):
        return (x @ w1 + b1) @ w2 + b2

    b = layers(np.zeros(len(w1)))
    return layers(np.eye(len(w1))) - b, b


def collapse_with_einsum(w1, b1, w2, b2):
    return [np.einsum("ih,ho->io", w1, w2), np.einsum("h,ho->o", b1, w2) + b2]


def collapse_with_a_row_of_ones(w1, b1, w2, b2):
    first = np.block([[w1, np.zeros((len(w1), 1))], [b1[np.newaxis], np.ones((1, 1))]])
    both = first.astype(np.float32) @ np.vstack([w2, b2])
    return both[:-1], both[-1]


def leaky_by_mask(x, slope):
    y = x.copy()
    y[y < 0] *= slope
    return y


def leaky_in_loops(x, slope):
    return np.array([v if v > 0 else slope * v for v in x.ravel()]).reshape(x.shape)


def leaky_as_maximum(x, slope):
    return np.maximum(x, slope * x)


def leaky_as_two_relus(x, slope):
    x = x.astype(np.float32)
    return np.maximum(x, 0) - slope * np.maximum(-x, 0)


def max_pool_of_views(feature_map, size, stride):
    return sliding_window_view(feature_map, (size, size))[::stride, ::stride].max(axis=(2, 3))


def max_pool_by_taps(feature_map, size, stride):
    rows = (feature_map.shape[0] - size) // stride + 1
    columns = (feature_map.shape[1] - size) // stride + 1
    pooled = np.full((rows, columns), -np.inf, np.float32)
    for i in range(size):
        for j in range(size):
            tap = feature_map[i : i + rows * stride : stride, j : j + columns * stride : stride]
            pooled = np.maximum(pooled, tap[:rows, :columns])
    return pooled


def max_pool_from_lists(feature_map, size, stride):
    height, width = feature_map.shape
    return np.array(
        [
            [
                max(feature_map[r + i, c + j] for i in range(size) for j in range(size))
                for c in range(0, width - size + 1, stride)
            ]
            for r in range(0, height - size + 1, stride)
        ]
    )


def max_pool_one_axis_at_a_time(feature_map, size, stride):
    tall = sliding_window_view(feature_map, size, axis=0)[::stride].max(axis=-1)
    return sliding_window_view(tall, size, axis=1)[:, ::stride].max(axis=-1)


def average_with_nan(feature_map, size):
    padded = np.pad(feature_map, size // 2, constant_values=np.nan)
    return np.nanmean(sliding_window_view(padded, (size, size)), axis=(2, 3))


def average_by_counting(feature_map, size):
    def sums(a):
        return sliding_window_view(np.pad(a, size // 2), (size, size)).sum(axis=(2, 3))

    return sums(feature_map) / sums(np.ones(feature_map.shape))


def average_in_pixel_loops(feature_map, size):
    height, width = feature_map.shape
    reach = size // 2
    out = np.zeros(feature_map.shape, np.float32)
    for r in range(height):
        for c in range(width):
            total = count = 0
            for i in range(r - reach, r + reach + 1):
                for j in range(c - reach, c + reach + 1):
                    if 0 <= i < height and 0 <= j < width:
                        total += feature_map[i, j]
                        count += 1
            out[r, c] = total / count
    return out


def average_as_matrix_products(feature_map, size):
    def band(n):
        near = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= size // 2
        return near / near.sum(axis=1, keepdims=True)

    return band(feature_map.shape[0]) @ feature_map @ band(feature_map.shape[1]).T


def flatten_by_loop(height, width, filters):
    for _ in range(len(filters)):
        height = int((height - 3 + 1) / 2)
        width = int((width - 3 + 1) / 2)
    return height * width * filters[len(filters) - 1]


def flatten_by_recursion(height, width, filters):
    if len(filters) == 1:
        return ((height - 2) // 2) * ((width - 2) // 2) * filters[0]
    return flatten_by_recursion((height - 2) // 2, (width - 2) // 2, filters[1:])


def flatten_by_shapes(height, width, filters):
    maps = np.zeros((height, width))
    for _ in filters:
        maps = maps[2:, 2:]
        maps = maps[1::2, 1::2]
    return np.int32(maps.size * filters[-1])


def flatten_as_float(height, width, filters):
    sides = np.array([height, width], np.float64)
    for _ in filters:
        sides = np.floor(sides / 2 - 1)
    return sides.prod() * filters[-1]


def softmax_in_loops(scores):
    rows = []
    for row in scores:
        row = np.exp(row - max(row))
        rows.append(row / sum(row))
    return np.array(rows)


def softmax_through_logarithms(scores):
    totals = np.logaddexp.reduce(scores, axis=1)
    return np.exp(scores - totals[:, np.newaxis])


def softmax_from_differences(scores):
    differences = scores[:, np.newaxis, :] - scores[:, :, np.newaxis]
    return 1 / np.exp(np.minimum(differences, 700)).sum(axis=2)


def softmax_in_float32(scores):
    shifted = (scores - np.max(scores, 1)[:, None]).astype(np.float32)
    return (np.exp(shifted).T / np.exp(shifted).sum(1)).T


def cnn_in_loops(images, w_conv, b_conv, w_dense, b_dense):
    kernel_h, kernel_w, _, filters = w_conv.shape
    rows = (images.shape[1] - kernel_h + 1) // 2
    columns = (images.shape[2] - kernel_w + 1) // 2
    scores = []
    for image in images:
        pooled = np.zeros((rows, columns, filters))  # zeros: ReLU and maximum in one
        for r in range(2 * rows):
            for c in range(2 * columns):
                window = image[r : r + kernel_h, c : c + kernel_w]
                for f in range(filters):
                    value = (window * w_conv[..., f]).sum() + b_conv[f]
                    pooled[r // 2, c // 2, f] = max(pooled[r // 2, c // 2, f], value)
        scores.append(pooled.ravel() @ w_dense + b_dense)
    return np.array(scores)


def cnn_by_taps_with_relu_after_pooling(images, w_conv, b_conv, w_dense, b_dense):
    # ReLU never decreases, so it may come before or after the maximum.
    kernel_h, kernel_w = w_conv.shape[:2]
    height, width = images.shape[1] - kernel_h + 1, images.shape[2] - kernel_w + 1
    maps = b_conv + sum(
        images[:, i : i + height, j : j + width] @ w_conv[i, j]
        for i in range(kernel_h)
        for j in range(kernel_w)
    )
    maps = maps[:, : height // 2 * 2, : width // 2 * 2]
    pooled = np.max([maps[:, i::2, j::2] for i in (0, 1) for j in (0, 1)], axis=0)
    return np.maximum(pooled, 0).reshape(len(images), -1) @ w_dense + b_dense


def cnn_as_matrix_products(images, w_conv, b_conv, w_dense, b_dense):
    kernel_h, kernel_w, channels, filters = w_conv.shape
    windows = sliding_window_view(images, (kernel_h, kernel_w, channels), axis=(1, 2, 3))
    n, height, width = windows.shape[:3]
    patches = windows.reshape(n * height * width, -1)
    maps = (patches @ w_conv.reshape(-1, filters) + b_conv).clip(min=0)
    maps = maps.reshape(n, height, width, filters)
    pooled = sliding_window_view(maps, (2, 2), axis=(1, 2))[:, ::2, ::2].max(axis=(-1, -2))
    return np.dot(pooled.reshape(n, -1), w_dense) + b_dense


def cnn_in_float32(images, w_conv, b_conv, w_dense, b_dense):
    images, w_conv = images.astype(np.float32), w_conv.astype(np.float32)
    windows = sliding_window_view(images, w_conv.shape[:2], axis=(1, 2))
    maps = np.tensordot(windows, w_conv, axes=((4, 5, 3), (0, 1, 2))) + b_conv
    maps = np.where(maps > 0, maps, 0)
    rows, columns = maps.shape[1] // 2, maps.shape[2] // 2
    pooled = np.stack(
        [
            np.stack(
                [maps[:, 2 * r : 2 * r + 2, 2 * c : 2 * c + 2].max((1, 2)) for c in range(columns)],
                1,
            )
            for r in range(rows)
        ],
        1,
    )
    return np.einsum("nd,dk->nk", pooled.reshape(len(images), -1), w_dense) + b_dense


RIGHT_ANSWERS = {
    "collapse_dense": [
        collapse_by_multiplying_out,
        collapse_by_probing,
        collapse_with_einsum,
        collapse_with_a_row_of_ones,
    ],
    "leaky": [leaky_by_mask, leaky_in_loops, leaky_as_maximum, leaky_as_two_relus],
    "max_pool_map": [
        max_pool_of_views,
        max_pool_by_taps,
        max_pool_from_lists,
        max_pool_one_axis_at_a_time,
    ],
    "average_with_border": [
        average_with_nan,
        average_by_counting,
        average_in_pixel_loops,
        average_as_matrix_products,
    ],
    "flatten_length": [
        flatten_by_loop,
        flatten_by_recursion,
        flatten_by_shapes,
        flatten_as_float,
    ],
    "stable_softmax": [
        softmax_in_loops,
        softmax_through_logarithms,
        softmax_from_differences,
        softmax_in_float32,
    ],
    "cnn_scores": [
        cnn_in_loops,
        cnn_by_taps_with_relu_after_pooling,
        cnn_as_matrix_products,
        cnn_in_float32,
    ],
}


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(id, answer):
    assert_passes(id, answer)


def test_every_coding_exercise_of_the_chapter_is_among_them():
    assert_complete(RIGHT_ANSWERS, [exercise for exercise in catalog() if exercise.chapter == 3])


def reference_max_pool(feature_map, size, stride):
    return reference.max_pool2d(feature_map[None, :, :, None], size, stride=stride)[0, :, :, 0]


def reference_average(feature_map, size):
    maps = feature_map[None, :, :, None]
    return reference.avg_pool2d(maps, size, stride=1, padding="same")[0, :, :, 0]


def reference_flatten_length(height, width, filters):
    for _ in filters:
        height, width = (
            reference.output_size(reference.output_size(n, 3), 2, stride=2) for n in (height, width)
        )
    return height * width * filters[-1]


def reference_cnn(images, w_conv, b_conv, w_dense, b_dense):
    maps = reference.relu(reference.conv2d(images, w_conv, b_conv))
    return reference.dense(reference.flatten(reference.max_pool2d(maps)), w_dense, b_dense)


@pytest.mark.parametrize(
    ("id", "oracle"),
    [
        ("leaky", reference.leaky_relu),
        ("max_pool_map", reference_max_pool),
        ("average_with_border", reference_average),
        ("flatten_length", reference_flatten_length),
        ("stable_softmax", reference.softmax),
        ("cnn_scores", reference_cnn),
    ],
)
def test_the_model_solution_agrees_with_the_reference(id, oracle):
    exercise = get(id)
    for inputs in exercise.draw_inputs():
        np.testing.assert_allclose(exercise.reference(**inputs), oracle(*inputs.values()), 1e-12)


def test_the_collapsed_layer_gives_what_the_two_give():
    exercise = get("collapse_dense")
    for inputs in exercise.draw_inputs():
        x = np.random.default_rng(0).normal(size=(6, len(inputs["w1"])))
        two = reference.dense(
            reference.dense(x, inputs["w1"], inputs["b1"]), inputs["w2"], inputs["b2"]
        )
        np.testing.assert_allclose(reference.dense(x, *exercise.reference(**inputs)), two)


def test_the_documents_numbers():
    pool = get("max_pool_map").reference
    feature_map = np.array([[1, 3, 2, 4], [5, 7, 6, 8], [9, 11, 10, 12], [13, 15, 14, 16]])
    assert pool(feature_map, 2, 2).tolist() == [[7, 8], [15, 16]]
    regions = np.array([[1, 3, 0, 2], [2, 4, 1, 3], [5, 1, 3, 1], [0, 2, 4, 0]])
    assert pool(regions, 2, 2).tolist() == [[4, 3], [5, 4]]
    length = get("flatten_length").reference
    assert length(28, 28, (32, 64)) == 1600
    assert length(28, 28, (8,)) == 8 * 13 * 13
    assert get("dense_head_parameters").reference() == 65_600
    assert get("dense_head_parameters").reference() == reference.parameter_count((1024, 64))


def test_shifts_that_survive_by_trying_all_nine():
    def pooled(row, column):
        feature_map = np.zeros((1, 10, 10, 1))
        feature_map[0, row, column, 0] = 1
        return reference.max_pool2d(feature_map, 2)

    same = [
        np.array_equal(pooled(5, 5), pooled(5 + down, 5 + right))
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
    ]
    assert get("shifts_that_survive").reference() == sum(same)


def test_ten_sigmoids_never_exceed_the_bound_and_one_reaches_a_tenth_of_it():
    bound = get("slope_after_ten_sigmoids").reference()
    x, slope = np.linspace(-20, 20, 4001), np.ones(4001)
    assert reference.sigmoid(0.0) * (1 - reference.sigmoid(0.0)) == 0.25
    for _ in range(10):
        value = reference.sigmoid(x)
        slope, x = slope * value * (1 - value), value
    assert 0.1 * bound < slope.max() <= bound
    assert not evaluate("slope_after_ten_sigmoids", 0.0).passed, "the tolerance must not take 0"
    assert evaluate("slope_after_ten_sigmoids", 9.54e-7).passed
