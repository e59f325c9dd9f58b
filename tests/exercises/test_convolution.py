"""Exercises of chapter 2: other ways to write them pass, and they agree with the reference."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from course_utils import reference
from course_utils.exercises import catalog, evaluate, get

# ---- Right answers, written differently ----


def patch_with_python_sum(patch, kernel):
    total = 0
    for pixels, weights in zip(patch, kernel):
        total += sum(pixel * weight for pixel, weight in zip(pixels, weights))
    return total


def slide_by_shifts(image, kernel):
    height, width = (image.shape[axis] - kernel.shape[axis] + 1 for axis in (0, 1))
    output = 0
    for (i, j), weight in np.ndenumerate(kernel):
        output = output + weight * image[i : i + height, j : j + width]
    return output


def slide_by_strides(image, kernel):
    height, width = (image.shape[axis] - kernel.shape[axis] + 1 for axis in (0, 1))
    windows = as_strided(image, (height, width, *kernel.shape), image.strides * 2)
    return np.tensordot(windows, kernel, axes=2)


def slide_with_four_loops(image, kernel):
    height, width = (image.shape[axis] - kernel.shape[axis] + 1 for axis in (0, 1))
    rows = []
    for r in range(height):
        row = []
        for c in range(width):
            total = 0.0
            for i in range(kernel.shape[0]):
                for j in range(kernel.shape[1]):
                    total += image[r + i][c + j] * kernel[i][j]
            row.append(total)
        rows.append(row)
    return np.array(rows)


def slide_by_fourier(image, kernel):
    shape = [image.shape[axis] + kernel.shape[axis] - 1 for axis in (0, 1)]
    product = np.fft.rfft2(image, shape) * np.fft.rfft2(kernel[::-1, ::-1], shape)
    full = np.fft.irfft2(product, shape)
    return full[kernel.shape[0] - 1 : image.shape[0], kernel.shape[1] - 1 : image.shape[1]]


def convolve_as_defined(image, kernel):
    (height, width), (kernel_height, kernel_width) = image.shape, kernel.shape
    output = np.zeros((height - kernel_height + 1, width - kernel_width + 1))
    for r in range(output.shape[0]):
        for c in range(output.shape[1]):
            for i in range(kernel_height):
                for j in range(kernel_width):
                    pixel = image[r + kernel_height - 1 - i, c + kernel_width - 1 - j]
                    output[r, c] += pixel * kernel[i, j]
    return output


def size_by_counting(n, kernel, stride, padding):
    return len(range(-padding, n + padding - kernel + 1, stride))


def size_by_walking(n, kernel, stride, padding):
    places, end = 0, kernel
    while end <= n + 2 * padding:
        places, end = places + 1, end + stride
    return places


def padded_by_hand(image, kernel, stride, padding):
    height, width = image.shape
    padded = np.zeros((height + 2 * padding, width + 2 * padding), image.dtype)
    padded[padding : padding + height, padding : padding + width] = image
    windows = sliding_window_view(padded, kernel.shape)[::stride, ::stride]
    return (windows * kernel).sum(axis=(2, 3))


def padded_without_padding(image, kernel, stride, padding):
    """Skips what lies outside instead of adding zeros."""
    (height, width), (kernel_height, kernel_width) = image.shape, kernel.shape
    rows = range(-padding, height + padding - kernel_height + 1, stride)
    columns = range(-padding, width + padding - kernel_width + 1, stride)
    output = np.zeros((len(rows), len(columns)), np.float32)
    for r, top in enumerate(rows):
        for c, left in enumerate(columns):
            for i in range(kernel_height):
                for j in range(kernel_width):
                    if 0 <= top + i < height and 0 <= left + j < width:
                        output[r, c] += image[top + i, left + j] * kernel[i, j]
    return output


def same_by_search(n, kernel, stride):
    total = 0
    while len(range(0, n + total - kernel + 1, stride)) < np.ceil(n / stride):
        total += 1
    return np.array([total // 2, (total + 1) // 2])


def same_by_remainder(n, kernel, stride):
    total = max(kernel - (n % stride or stride), 0)
    before = total // 2
    return before, total - before


def dilate_by_loops(kernel, dilation):
    height, width = kernel.shape
    dilated = np.zeros((1 + dilation * (height - 1), 1 + dilation * (width - 1)))
    for i in range(height):
        for j in range(width):
            dilated[i * dilation, j * dilation] = kernel[i, j]
    return dilated


def dilate_by_kronecker(kernel, dilation):
    hole = np.zeros((dilation, dilation))
    hole[0, 0] = 1
    height, width = ((side - 1) * dilation + 1 for side in kernel.shape)
    return np.kron(kernel, hole)[:height, :width]


def dilate_by_insert(kernel, dilation):
    for axis in (0, 1):
        gaps = np.repeat(np.arange(1, kernel.shape[axis]), dilation - 1)
        kernel = np.insert(kernel, gaps, 0, axis=axis)
    return kernel


def layer_by_einsum(x, w, b):
    windows = sliding_window_view(x, w.shape[:2], axis=(0, 1))
    return np.einsum("rcmij,ijmf->rcf", windows, w) + b


def layer_by_matrix_product(x, w, b):
    kh, kw, channels, filters = w.shape
    height, width = x.shape[0] - kh + 1, x.shape[1] - kw + 1
    places = [(r, c) for r in range(height) for c in range(width)]
    rows = [x[r : r + kh, c : c + kw].ravel() for r, c in places]
    return (np.array(rows) @ w.reshape(-1, filters) + b).reshape(height, width, filters)


def layer_channel_by_channel(x, w, b):
    height, width = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1
    y = np.tile(np.asarray(b, float), (height, width, 1))
    for m in range(x.shape[2]):
        for f in range(w.shape[3]):
            y[:, :, f] += slide_by_shifts(x[:, :, m], w[:, :, m, f])
    return y


def layer_in_float32(x, w, b):
    return layer_by_einsum(x.astype(np.float32), w.astype(np.float32), b.astype(np.float32))


def cost_by_loops(height, width, channels, filters, kernel, stride):
    places = len(range(0, height, stride)) * len(range(0, width, stride))
    return places * channels * filters * kernel**2


def cost_as_float(height, width, channels, filters, kernel, stride):
    return np.ceil(height / stride) * np.ceil(width / stride) * channels * filters * kernel**2


def depthwise_by_einsum(x, w):
    return np.einsum("rcmij,ijm->rcm", sliding_window_view(x, w.shape[:2], axis=(0, 1)), w)


def depthwise_by_channels(x, w):
    return np.dstack([slide_by_shifts(x[..., c], w[..., c]) for c in range(x.shape[2])])


def field_backwards(layers):
    side = 1
    for kernel, stride in reversed(layers):
        side = (side - 1) * stride + kernel
    return side


def field_by_products(layers):
    strides = [stride for _, stride in layers]
    return 1 + sum((kernel - 1) * np.prod(strides[:i]) for i, (kernel, _) in enumerate(layers))


def field_by_intervals(layers):
    low, high = 0, 0
    for kernel, stride in layers[::-1]:
        low, high = low * stride, high * stride + kernel - 1
    return high - low + 1


def field_by_recursion(layers):
    if not layers:
        return 1
    *before, (kernel, _) = layers
    return field_by_recursion(before) + (kernel - 1) * int(np.prod([s for _, s in before]))


def patches_as_view(image, kernel_height, kernel_width):
    windows = sliding_window_view(image, (kernel_height, kernel_width))
    return windows.reshape(-1, kernel_height * kernel_width)


def patches_pixel_by_pixel(image, kernel_height, kernel_width):
    height, width = image.shape[0] - kernel_height + 1, image.shape[1] - kernel_width + 1
    columns = [
        image[i : i + height, j : j + width].ravel()
        for i in range(kernel_height)
        for j in range(kernel_width)
    ]
    return np.stack(columns, axis=1)


def patches_by_index(image, kernel_height, kernel_width):
    height, width = image.shape[0] - kernel_height + 1, image.shape[1] - kernel_width + 1
    corner = (np.arange(height)[:, None] * image.shape[1] + np.arange(width)).reshape(-1, 1)
    within = (np.arange(kernel_height)[:, None] * image.shape[1] + np.arange(kernel_width)).ravel()
    return image.ravel()[corner + within]


def patches_in_float32(image, kernel_height, kernel_width):
    return patches_as_view(image, kernel_height, kernel_width).astype(np.float32)


RIGHT = {
    "correlate_patch": [
        patch_with_python_sum,
        lambda patch, kernel: np.einsum("ij,ij->", patch, kernel),
        lambda patch, kernel: patch.ravel() @ kernel.ravel(),
        lambda patch, kernel: np.trace(patch @ kernel.T),
        lambda patch, kernel: np.vdot(patch.astype(np.float32), kernel.astype(np.float32)),
    ],
    "slide_kernel": [
        slide_by_shifts,
        slide_by_strides,
        slide_with_four_loops,
        slide_by_fourier,
        lambda image, kernel: slide_by_shifts(image.astype(np.float32), kernel.astype(np.float32)),
    ],
    "true_convolution": [
        convolve_as_defined,
        lambda image, kernel: slide_by_shifts(image, np.rot90(kernel, 2)),
        lambda image, kernel: slide_by_strides(image, np.flip(kernel)),
        lambda image, kernel: slide_by_shifts(np.flip(image), kernel)[::-1, ::-1],
    ],
    "feature_map_size": [
        size_by_counting,
        size_by_walking,
        lambda n, kernel, stride, padding: int((n + 2 * padding - kernel) / stride) + 1,
        lambda n, kernel, stride, padding: np.floor((n + 2 * padding - kernel) / stride + 1),
    ],
    "slide_padded": [
        padded_by_hand,
        padded_without_padding,
        lambda image, kernel, stride, padding: slide_by_shifts(np.pad(image, padding), kernel)[
            ::stride, ::stride
        ],
        lambda image, kernel, stride, padding: np.einsum(
            "rcij,ij->rc",
            sliding_window_view(np.pad(image, padding), kernel.shape)[::stride, ::stride],
            kernel,
        ),
    ],
    "same_padding": [
        same_by_search,
        same_by_remainder,
        lambda n, kernel, stride: list(same_by_remainder(n, kernel, stride)),
        lambda n, kernel, stride: tuple(
            float(zeros) for zeros in same_by_search(n, kernel, stride)
        ),
    ],
    "dilate_kernel": [
        dilate_by_loops,
        dilate_by_kronecker,
        dilate_by_insert,
        lambda kernel, dilation: dilate_by_loops(kernel, dilation).astype(np.float32),
    ],
    "convolve_channels": [
        layer_by_einsum,
        layer_by_matrix_product,
        layer_channel_by_channel,
        layer_in_float32,
    ],
    "second_layer_parameters": [
        lambda: 73856,
        lambda: 73856.0,
        lambda: np.prod([3, 3, 64, 128]) + 128,
        lambda: (3 * 3 * 64 + 1) * 128,
    ],
    "multiply_adds": [
        cost_by_loops,
        cost_as_float,
        lambda height, width, channels, filters, kernel, stride: (
            ((height - 1) // stride + 1)
            * ((width - 1) // stride + 1)
            * (kernel * kernel * channels * filters)
        ),
        lambda height, width, channels, filters, kernel, stride: (
            sum(kernel**2 for _ in range(0, height, stride) for _ in range(0, width, stride))
            * (channels * filters)
        ),
    ],
    "filter_each_channel": [
        depthwise_by_einsum,
        depthwise_by_channels,
        lambda x, w: layer_by_einsum(
            x, w[..., np.newaxis] * np.eye(x.shape[2]), np.zeros(x.shape[2])
        ),
        lambda x, w: depthwise_by_einsum(x.astype(np.float32), w.astype(np.float32)),
    ],
    "receptive_side": [field_backwards, field_by_products, field_by_intervals, field_by_recursion],
    "patch_matrix": [
        patches_as_view,
        patches_pixel_by_pixel,
        patches_by_index,
        patches_in_float32,
    ],
}


@pytest.mark.parametrize(
    ("id", "answer"),
    [
        pytest.param(id, answer, id=f"{id}-{number}")
        for id, answers in RIGHT.items()
        for number, answer in enumerate(answers)
    ],
)
def test_right_answers_pass(id, answer):
    for seed in (0, 7):
        report = evaluate(id, answer, seed=seed, time_limit=10)
        assert report.passed, report


def test_every_exercise_of_the_chapter_is_here():
    assert {exercise.id for exercise in catalog() if exercise.chapter == 2} == set(RIGHT)
    assert all(len(answers) >= 4 for answers in RIGHT.values())


# ---- The model solutions agree with course_utils.reference ----


def one_layer(x, w, b):
    return reference.conv2d(x[np.newaxis].astype(float), w, b)[0]


def one_depthwise(x, w):
    return reference.depthwise_conv2d(x[np.newaxis].astype(float), w[..., np.newaxis])[0]


def by_flop_count(height, width, channels, filters, kernel, stride):
    shapes = (height, width, channels), (kernel, kernel, channels, filters)
    return reference.flop_count(*shapes, stride=stride, padding="same") // 2


def sees_the_same(kernel, dilation):
    """A dilated kernel read back from the map of a single bright pixel."""
    height, width = ((side - 1) * dilation + 1 for side in kernel.shape)
    dot = np.zeros((1, 2 * height - 1, 2 * width - 1, 1))
    dot[0, height - 1, width - 1, 0] = 1
    answer = reference.conv2d(dot, kernel[:, :, np.newaxis, np.newaxis], dilation=dilation)
    return answer[0, ::-1, ::-1, 0]


REFERENCE = {
    "correlate_patch": lambda patch, kernel: reference.correlate2d(patch, kernel)[0, 0],
    "slide_kernel": reference.correlate2d,
    "true_convolution": lambda image, kernel: reference.correlate2d(image, kernel[::-1, ::-1]),
    "feature_map_size": reference.output_size,
    "slide_padded": lambda image, kernel, stride, padding: reference.correlate2d(
        image, kernel, stride=stride, padding=padding
    ),
    "dilate_kernel": sees_the_same,
    "convolve_channels": one_layer,
    "multiply_adds": by_flop_count,
    "filter_each_channel": one_depthwise,
    "receptive_side": reference.receptive_field,
}


@pytest.mark.parametrize("id", REFERENCE)
def test_model_solution_agrees_with_the_reference(id):
    exercise = get(id)
    for arguments in exercise.draw_inputs(seed=11):
        np.testing.assert_allclose(
            exercise.reference(**arguments), REFERENCE[id](**arguments), rtol=1e-9, atol=1e-12
        )


def test_same_padding_agrees_with_padding_same():
    exercise = get("same_padding")
    for arguments in exercise.draw_inputs(seed=11):
        n, kernel, stride = arguments["n"], arguments["kernel"], arguments["stride"]
        row = np.arange(1, n + 1.0)[np.newaxis]
        weights = np.arange(1, kernel + 1.0)[np.newaxis]
        before, after = exercise.reference(**arguments)
        np.testing.assert_array_equal(
            reference.correlate2d(row, weights, stride=stride, padding=((0, 0), (before, after))),
            reference.correlate2d(row, weights, stride=stride, padding="same"),
        )


def test_patch_matrix_makes_correlation_a_product():
    exercise = get("patch_matrix")
    for arguments in exercise.draw_inputs(seed=11):
        kernel = np.arange(arguments["kernel_height"] * arguments["kernel_width"]) - 2.0
        product = exercise.reference(**arguments) @ kernel
        shape = arguments["kernel_height"], arguments["kernel_width"]
        np.testing.assert_allclose(
            product,
            reference.correlate2d(arguments["image"], kernel.reshape(shape)).ravel(),
            atol=1e-12,
        )


# ---- Numbers that the course's source documents print ----


def test_the_cross_on_the_five_by_five_image():
    image = np.array(
        [[1, 0, 2, 1, 0], [0, 1, 0, 1, 1], [1, 0, 1, 0, 0], [0, 0, 1, 1, 0], [1, 1, 0, 0, 1]]
    )
    cross = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
    expected = [[6, 1, 4], [1, 4, 2], [3, 2, 3]]
    np.testing.assert_array_equal(get("slide_kernel").reference(image, cross), expected)


def test_sharpening_a_slope_gives_its_own_middle():
    slope = np.arange(1, 26).reshape(5, 5)
    sharpen = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
    result = get("slide_kernel").reference(slope, sharpen)
    assert result[0, 0] == 7
    assert result[1, 1] == 13
    np.testing.assert_array_equal(result, slope[1:-1, 1:-1])


def test_an_edge_kernel_on_a_slope_is_constant():
    result = get("slide_kernel").reference(
        np.arange(1, 17).reshape(4, 4), np.array([[-1, 0, 1]] * 3)
    )
    np.testing.assert_array_equal(result, np.full((2, 2), 6))


def test_sizes_parameters_and_fields():
    assert get("feature_map_size").reference(7, 3, 1, 0) == 5
    assert get("feature_map_size").reference(224, 3, 1, 1) == 224
    assert get("second_layer_parameters").reference() == 73_856
    field = get("receptive_side").reference
    assert [field([(3, 1)] * depth) for depth in (1, 2, 3)] == [3, 5, 7]
    assert field([(3, 1)] * 3 + [(2, 2)]) == 8  # not 14
