"""Right answers to "One window", and what its solution gives."""

import numpy as np

from course_utils import reference
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def patch_with_python_sum(patch, kernel):
    total = 0
    for pixels, weights in zip(patch, kernel):
        total += sum(pixel * weight for pixel, weight in zip(pixels, weights))
    return total


RIGHT_ANSWERS = (
    patch_with_python_sum,
    lambda patch, kernel: np.einsum("ij,ij->", patch, kernel),
    lambda patch, kernel: patch.ravel() @ kernel.ravel(),
    lambda patch, kernel: np.trace(patch @ kernel.T),
    lambda patch, kernel: np.vdot(patch.astype(np.float32), kernel.astype(np.float32)),
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("correlate_patch", answer)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees(
        "correlate_patch",
        lambda patch, kernel: reference.correlate2d(patch, kernel)[0, 0],
        seed=11,
        rtol=1e-9,
        atol=1e-12,
    )
