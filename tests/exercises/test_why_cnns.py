"""Exercises of chapter 1: other ways to write them pass, and their numbers are the documents'."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import reference
from course_utils.exercises import catalog, evaluate, get
from tests.exercises.right_answers import assert_complete

# ---- Right answers, written differently ----


def index_by_numpy(row, column, channel, shape):
    return np.ravel_multi_index((row, column, channel), shape)


def index_by_counting(row, column, channel, shape):
    places = np.arange(shape[0] * shape[1] * shape[2]).reshape(shape)
    return places[row, column, channel]


def index_by_strides(row, column, channel, shape):
    strides = np.cumprod((1, *shape[:0:-1]))[::-1]
    return int(np.dot(strides, (row, column, channel)))


def index_by_loops(row, column, channel, shape):
    place = 0
    for r in range(shape[0]):
        for c in range(shape[1]):
            for k in range(shape[2]):
                if (r, c, k) == (row, column, channel):
                    return place
                place += 1
    return None


def dense_by_loops(image, weights, biases):
    outputs = [float(bias) for bias in biases]
    for i, pixel in enumerate(image.flatten()):
        for j in range(len(outputs)):
            outputs[j] += pixel * weights[i, j]
    return np.array(outputs)


def dense_by_einsum(image, weights, biases):
    return np.einsum("hwc,hwcm->m", image, weights.reshape(*image.shape, -1)) + biases


def dense_in_float32(image, weights, biases):
    x, w, b = (np.asarray(array, np.float32) for array in (image, weights, biases))
    return (x.ravel()[None] @ w + b)[0]


def dense_by_tensordot(image, weights, biases):
    return np.tensordot(image, weights.reshape(*image.shape, len(biases)), axes=3) + biases


def permuted_by_take(weights, order):
    return np.take(weights, order, axis=0)


def permuted_by_loop(weights, order):
    result = np.empty_like(weights)
    for place, pixel in enumerate(order):
        result[place] = weights[pixel]
    return result


def permuted_by_matrix(weights, order):
    return np.eye(len(order))[order] @ weights


def permuted_by_stack(weights, order):
    return np.stack([weights[pixel] for pixel in order])


def band_by_identity(weights, n):
    places = n - len(weights) + 1
    return sum(weight * np.eye(n, places, -shift) for shift, weight in enumerate(weights))


def band_by_windows(weights, n):
    places = n - len(weights) + 1
    padded = np.zeros(n + places - 1, np.float32)
    padded[places - 1 : n] = weights
    return sliding_window_view(padded, places)[:, ::-1]


def band_by_loops(weights, n):
    k = len(weights)
    rows = [[0.0] * (n - k + 1) for _ in range(n)]
    for i in range(n - k + 1):
        for j in range(k):
            rows[i + j][i] = weights[j]
    return np.array(rows)


def band_by_probing(weights, n):
    return sliding_window_view(np.eye(n), len(weights), axis=1) @ weights


def counts_by_shapes(height, width, kernel, filters):
    rows = reference_free_output_size(height, kernel)
    columns = reference_free_output_size(width, kernel)
    dense = np.zeros((height * width, rows * columns * filters), bool).size
    local = np.zeros((rows, columns, filters, kernel, kernel), bool).size
    biases = rows * columns * filters
    return dense + biases, local + biases, np.zeros((kernel, kernel, filters)).size + filters


def reference_free_output_size(n, kernel):
    return len(range(0, n - kernel + 1))


def counts_as_array(height, width, kernel, filters):
    outputs = (height - kernel + 1) * (width - kernel + 1) * filters
    return np.array([outputs, outputs, filters]) * (
        np.array([height * width, kernel**2, kernel**2]) + 1
    )


def counts_as_list(height, width, kernel, filters):
    outputs = sum(filters for _ in range(height - kernel + 1) for _ in range(width - kernel + 1))
    return [(height * width + 1) * outputs, (kernel**2 + 1) * outputs, (kernel**2 + 1) * filters]


def counts_as_floats(height, width, kernel, filters):
    return tuple(float(count) for count in counts_as_list(height, width, kernel, filters))


def shift_by_loops(image, down, right):
    height, width = image.shape
    shifted = np.zeros_like(image)
    for row in range(height):
        for column in range(width):
            if 0 <= row - down < height and 0 <= column - right < width:
                shifted[row, column] = image[row - down, column - right]
    return shifted


def shift_by_roll(image, down, right):
    shifted = np.roll(image, (down, right), axis=(0, 1))
    if down:
        shifted[slice(0, down) if down > 0 else slice(down, None)] = 0
    if right:
        shifted[:, slice(0, right) if right > 0 else slice(right, None)] = 0
    return shifted


def shift_by_pad(image, down, right):
    height, width = image.shape
    padded = np.pad(image, ((max(down, 0), max(-down, 0)), (max(right, 0), max(-right, 0))))
    top, left = max(-down, 0), max(-right, 0)
    return padded[top : top + height, left : left + width]


def shift_by_matrices(image, down, right):
    height, width = image.shape
    return np.eye(height, k=-down) @ image @ np.eye(width, k=right)


def shift_in_float32(image, down, right):
    return shift_by_pad(image.astype(np.float32), down, right)


STYLES = {
    "flatten_index": [index_by_numpy, index_by_counting, index_by_strides, index_by_loops],
    "dense_layer": [dense_by_loops, dense_by_einsum, dense_in_float32, dense_by_tensordot],
    "permute_weights": [
        permuted_by_take,
        permuted_by_loop,
        permuted_by_matrix,
        permuted_by_stack,
    ],
    "band_matrix": [band_by_identity, band_by_windows, band_by_loops, band_by_probing],
    "count_three_ways": [counts_by_shapes, counts_as_array, counts_as_list, counts_as_floats],
    "shift_image": [
        shift_by_loops,
        shift_by_roll,
        shift_by_pad,
        shift_by_matrices,
        shift_in_float32,
    ],
}


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize(
    ("id", "answer"), [(id, answer) for id, answers in STYLES.items() for answer in answers]
)
def test_right_answers_in_other_styles_pass(id, answer, seed):
    report = evaluate(id, answer, seed=seed)
    assert report.passed, report


def test_every_coding_exercise_of_the_chapter_is_among_them():
    assert_complete(STYLES, [exercise for exercise in catalog() if exercise.chapter == 1])


# ---- The documents' numbers ----


def solve(id, *arguments):
    return get(id).reference(*arguments)


def test_positions_in_the_flattened_image():
    assert solve("flatten_index", 5, 10, 0, (28, 28, 1)) == 150
    assert solve("flatten_index", 6, 10, 0, (28, 28, 1)) == 178
    assert solve("flatten_index", 1, 2, 1, (2, 4, 3)) == 19


def test_numeric_answers():
    assert solve("numbers_in_batch") == np.zeros((32, 64, 48, 3)).size
    assert solve("mlp_parameters") == 2_459_810


def test_the_same_outputs_three_ways():
    assert solve("count_three_ways", 28, 28, 3, 32) == (16_981_120, 216_320, 320)


# ---- Agreement with course_utils.reference ----


def inputs(id):
    return [arguments for seed in range(3) for arguments in get(id).draw_inputs(seed)]


@pytest.mark.parametrize("arguments", inputs("dense_layer"))
def test_dense_layer_is_the_reference(arguments):
    x = reference.flatten(arguments["image"][None])
    expected = reference.dense(x, arguments["weights"], arguments["biases"])[0]
    np.testing.assert_allclose(solve("dense_layer", *arguments.values()), expected)


@pytest.mark.parametrize("arguments", inputs("permute_weights"))
def test_permuted_weights_give_the_same_outputs(arguments):
    weights, order = arguments.values()
    x = np.random.default_rng(1).normal(size=(3, len(order)))
    result = solve("permute_weights", weights, order)
    np.testing.assert_allclose(x[:, order] @ result, x @ weights)


@pytest.mark.parametrize("arguments", inputs("band_matrix"))
def test_the_band_matrix_slides(arguments):
    weights, n = arguments.values()
    signal = np.random.default_rng(1).normal(size=n)
    expected = reference.correlate2d(signal[None], weights[None].astype(float))[0]
    np.testing.assert_allclose(signal @ solve("band_matrix", weights, n), expected)


@pytest.mark.parametrize("arguments", inputs("count_three_ways"))
def test_counts_are_the_reference(arguments):
    height, width, kernel, filters = arguments.values()
    places = reference.output_size(height, kernel) * reference.output_size(width, kernel)
    dense, local, shared = solve("count_three_ways", height, width, kernel, filters)
    assert dense == reference.parameter_count((height * width, places * filters))
    assert local == places * reference.parameter_count((kernel * kernel, filters))
    assert shared == reference.parameter_count((kernel, kernel, 1, filters))


def test_shifting_and_sliding_commute_inside_the_frame():
    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])
    image = np.zeros((9, 9), int)
    image[2:5, 2:5] = cross
    shift = get("shift_image").reference
    np.testing.assert_array_equal(
        reference.correlate2d(shift(image, 2, 1), cross),
        shift(reference.correlate2d(image, cross), 2, 1),
    )
