"""Right answers to "Make a picture look like the training data" in several styles."""

import numpy as np

from tests.exercises.right_answers import assert_passes, each_of


def prepare_by_padding(picture, side):
    light = (255.0 - picture) / 255
    gap_h, gap_w = (max(picture.shape) - s for s in picture.shape)
    square = np.pad(light, ((gap_h // 2, gap_h - gap_h // 2), (gap_w // 2, gap_w - gap_w // 2)))
    k = len(square) // side
    return square.reshape(side, k, side, k).mean((1, 3))


def prepare_by_loops(picture, side):
    height, width = picture.shape
    longer = max(height, width)
    block = longer // side
    top, left = (longer - height) // 2, (longer - width) // 2
    small = np.zeros((side, side))
    for i in range(height):
        for j in range(width):
            value = 1 - int(picture[i, j]) / 255
            small[(i + top) // block, (j + left) // block] += value / block**2
    return small


def prepare_by_matrices(picture, side):
    longer = max(picture.shape)
    averaging = np.kron(np.eye(side), np.full((1, longer // side), side / longer))
    white = np.full((longer, longer), 255)
    top, left = ((longer - s) // 2 for s in picture.shape)
    white[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return 1 - averaging @ white @ averaging.T / 255


def prepare_in_float32(picture, side):
    light = 1 - picture.astype(np.float32) / 255
    longer = max(light.shape)
    canvas = np.zeros((longer, longer), np.float32)
    offsets = [(longer - s) // 2 for s in light.shape]
    canvas[offsets[0] :, offsets[1] :][: light.shape[0], : light.shape[1]] = light
    step = longer // side
    sums = np.add.reduceat(
        np.add.reduceat(canvas, np.arange(0, longer, step), 0), np.arange(0, longer, step), 1
    )
    return sums / step**2


RIGHT_ANSWERS = (
    prepare_by_padding,
    prepare_by_loops,
    prepare_by_matrices,
    prepare_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("picture_like_training", answer)
