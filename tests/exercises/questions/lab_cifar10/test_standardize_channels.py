"""Right answers to "Standardize by channel", and what its solution gives."""

import numpy as np

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def standardize_by_reshaping(train, images):
    pixels = train.reshape(-1, train.shape[-1]).astype(np.float64)
    return (images - pixels.mean(axis=0)) / pixels.std(axis=0)


def standardize_channel_by_channel(train, images):
    result = np.empty(images.shape)
    for c in range(images.shape[-1]):
        result[..., c] = (images[..., c] - np.mean(train[..., c])) / np.std(train[..., c])
    return result


def standardize_in_float32(train, images):
    train, images = np.float32(train), np.float32(images)
    return (images - train.mean((0, 1, 2))) / train.std((0, 1, 2))


def standardize_by_moments(train, images):
    train = train.astype(float)
    count = train[..., 0].size
    mean = np.einsum("nhwc->c", train) / count
    square = np.einsum("nhwc,nhwc->c", train, train) / count
    return (images - mean) / np.sqrt(square - mean**2)


RIGHT_ANSWERS = (
    standardize_by_reshaping,
    standardize_channel_by_channel,
    standardize_in_float32,
    standardize_by_moments,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("standardize_channels", answer)


def test_the_number_that_the_chapter_works_out_by_hand():
    standardize = get("standardize_channels")
    # Red has mean 20 and deviation 10, green 120 and 20.
    np.testing.assert_allclose(
        standardize.reference(**standardize.draw_inputs()[0]), [[[[0, 2], [2, -1]]]]
    )
