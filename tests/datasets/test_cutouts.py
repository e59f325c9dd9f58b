"""Which pixels of a picture are garment, and the same at another size."""

import numpy as np
import pytest

from course_utils.datasets import fashion_mnist
from course_utils.datasets.cutouts import BACKGROUND, cut_out, resize_cutout


def test_a_dark_inside_belongs_to_the_garment_and_specks_do_not():
    picture = np.zeros((12, 12), np.uint8)
    picture[2:9, 3:8] = 200
    picture[4:6, 5] = 0  # a hole
    picture[3, 3] = 0  # a corner's neighbor, open to the side
    picture[11, 11] = 90  # a speck
    picture[0] = BACKGROUND  # noise
    values, mask = cut_out(picture)
    expected = np.ones((7, 5), bool)
    expected[1, 0] = False
    np.testing.assert_array_equal(mask, expected)
    np.testing.assert_array_equal(values, picture[2:9, 3:8])


def test_separate_parts_of_some_size_are_kept():
    picture = np.zeros((10, 10), np.uint8)
    picture[1:5, 1:9] = 100
    picture[6:8, 2:7] = 100  # a sole
    assert cut_out(picture)[1].shape == (7, 8)


def test_a_garment_at_the_picture_s_edge():
    picture = np.full((5, 4), 255, np.uint8)
    picture[1:4, 1:3] = 0
    assert cut_out(picture)[1].all()


def test_a_picture_without_a_garment():
    with pytest.raises(ValueError, match="no pixel is brighter than 16"):
        cut_out(np.full((28, 28), 16, np.uint8))


@pytest.mark.parametrize("split", ["train", "test"])
def test_every_garment_of_the_subset_can_be_cut_out(split):
    kept = []
    for image in fashion_mnist(split, "small")[0]:
        values, mask = cut_out(image[:, :, 0])
        assert mask[0].any()
        assert mask[-1].any()
        assert mask[:, 0].any()
        assert mask[:, -1].any()
        kept.append(values[mask].sum() / image.sum())
    assert np.median(kept) > 0.99
    assert np.mean(np.array(kept) < 0.95) < 0.01


def test_at_its_own_size_a_cutout_is_unchanged():
    values, mask = cut_out(fashion_mnist("test", "small")[0][0, :, :, 0])
    same, same_mask = resize_cutout(values, mask, max(mask.shape))
    np.testing.assert_array_equal(same_mask, mask)
    np.testing.assert_array_equal(same, np.where(mask, values, 0))


@pytest.mark.parametrize("size", [5, 14, 20, 28, 40, 56])
def test_the_size_is_that_of_the_longer_side(size):
    values, mask = np.full((28, 13), 77, np.uint8), np.ones((28, 13), bool)
    scaled, inside = resize_cutout(values, mask, size)
    assert scaled.shape == inside.shape == (size, int(size * 13 / 28 + 0.5))
    assert inside.all()
    assert (scaled == 77).all()


def test_background_leaves_no_dark_rim():
    values, mask = np.zeros((20, 20), np.uint8), np.zeros((20, 20), bool)
    values[5:15, 5:15], mask[5:15, 5:15] = 200, True
    for size in (8, 13, 20, 33, 50):
        scaled, inside = resize_cutout(values, mask, size)
        assert set(np.unique(scaled[inside])) == {200}
        assert not scaled[~inside].any()
        assert abs(inside.sum() / inside.size - 0.25) < 0.08


def test_enlarging_is_bilinear():
    values, mask = np.array([[0, 80]], np.uint8), np.ones((1, 2), bool)
    # A triangle of two old pixels: the neighbors' shares are 1/4 and 3/4, as in upsample2d.
    assert resize_cutout(values, mask, 4)[0].tolist() == [[0, 20, 60, 80]] * 2
