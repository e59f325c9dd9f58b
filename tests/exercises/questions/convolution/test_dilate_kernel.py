"""Right answers to "A kernel with holes", and what its solution gives."""

import numpy as np

from course_utils import reference
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


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


RIGHT_ANSWERS = (
    dilate_by_loops,
    dilate_by_kronecker,
    dilate_by_insert,
    lambda kernel, dilation: dilate_by_loops(kernel, dilation).astype(np.float32),
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("dilate_kernel", answer)


def sees_the_same(kernel, dilation):
    """A dilated kernel read back from the map of a single bright pixel."""
    height, width = ((side - 1) * dilation + 1 for side in kernel.shape)
    dot = np.zeros((1, 2 * height - 1, 2 * width - 1, 1))
    dot[0, height - 1, width - 1, 0] = 1
    answer = reference.conv2d(dot, kernel[:, :, np.newaxis, np.newaxis], dilation=dilation)
    return answer[0, ::-1, ::-1, 0]


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("dilate_kernel", sees_the_same, seed=11, rtol=1e-9, atol=1e-12)
