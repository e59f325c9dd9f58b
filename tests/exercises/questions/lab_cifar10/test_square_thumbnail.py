"""Right answers to "A photo becomes a square of 32", and what its solution gives."""

import numpy as np

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def thumbnail_in_loops(photo, side):
    height, width, channels = photo.shape
    block = min(height, width) // side
    top, left = (height - block * side) // 2, (width - block * side) // 2
    result = np.zeros((side, side, channels))
    for row in range(side):
        for column in range(side):
            y, x = top + row * block, left + column * block
            result[row, column] = photo[y : y + block, x : x + block].mean(axis=(0, 1))
    return result


def thumbnail_by_matrix_products(photo, side):
    height, width = photo.shape[:2]
    block = min(height, width) // side
    means = np.kron(np.eye(side), np.ones((1, block))) / block

    def along(length):
        before = (length - block * side) // 2
        return np.pad(means, ((0, 0), (before, length - block * side - before)))

    return np.einsum("ih,hwc,jw->ijc", along(height), photo.astype(float), along(width))


def thumbnail_by_adding_offsets(photo, side):
    height, width = photo.shape[:2]
    block = min(height, width) // side
    spare = height - block * side, width - block * side
    middle = photo[spare[0] // 2 :, spare[1] // 2 :][: block * side, : block * side]
    parts = [middle[i::block, j::block] for i in range(block) for j in range(block)]
    return np.mean(np.float32(parts), axis=0)


def thumbnail_by_running_sums(photo, side):
    height, width = photo.shape[:2]
    block = min(height, width) // side
    rows = (height - block * side) // 2 + block * np.arange(side)
    columns = (width - block * side) // 2 + block * np.arange(side)
    sums = np.add.reduceat(photo.astype(np.int64)[: rows[-1] + block], rows, axis=0)
    return np.add.reduceat(sums[:, : columns[-1] + block], columns, axis=1) / block**2


RIGHT_ANSWERS = (
    thumbnail_in_loops,
    thumbnail_by_matrix_products,
    thumbnail_by_adding_offsets,
    thumbnail_by_running_sums,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("square_thumbnail", answer)


def test_the_number_that_the_chapter_works_out_by_hand():
    thumbnail = get("square_thumbnail")
    assert thumbnail.reference(**thumbnail.draw_inputs()[0]).item() == 4.5  # (4 + 8 + 6 + 0) / 4
