"""Right answers to "Slide the kernel", and what its solution gives."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


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


RIGHT_ANSWERS = (
    slide_by_shifts,
    slide_by_strides,
    slide_with_four_loops,
    slide_by_fourier,
    lambda image, kernel: slide_by_shifts(image.astype(np.float32), kernel.astype(np.float32)),
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("slide_kernel", answer)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("slide_kernel", reference.correlate2d, seed=11, rtol=1e-9, atol=1e-12)


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
