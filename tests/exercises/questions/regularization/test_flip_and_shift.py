"""Right answers to "Flip and shift" in several styles."""

import numpy as np

from tests.exercises.right_answers import assert_passes, each_of


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


RIGHT_ANSWERS = (
    flip_by_slices,
    flip_by_padding,
    flip_by_roll,
    flip_as_matrix_products,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("flip_and_shift", answer)
