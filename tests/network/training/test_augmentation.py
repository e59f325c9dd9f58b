import dataclasses

import numpy as np
import pytest

from course_utils.network.training.augmentation import (
    Augmentation,
    add_noise,
    adjust_brightness,
    adjust_contrast,
    flip_images,
    rotate_images,
    shift_images,
)

EVERYTHING = Augmentation(
    flip=True, rotate=20, shift=3, contrast=0.3, brightness=0.2, noise=0.1, fill=0.5
)


def batch(dtype=np.float64, shape=(4, 6, 6, 3)):
    rng = np.random.default_rng(0)
    if dtype == np.uint8:
        return rng.integers(0, 256, shape, dtype=np.uint8)
    return rng.random(shape).astype(dtype)


def rng(seed=0):
    return np.random.default_rng(seed)


DTYPES = pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])


@DTYPES
def test_a_flip_mirrors_left_and_right_and_twice_is_none(dtype):
    images = batch(dtype)
    flipped = flip_images(images)
    np.testing.assert_array_equal(flipped[:, :, 0], images[:, :, -1])
    np.testing.assert_array_equal(flip_images(flipped), images)


def test_only_the_picked_images_are_flipped():
    images = batch()
    flipped = flip_images(images, [True, False, False, True])
    np.testing.assert_array_equal(flipped[1:3], images[1:3])
    np.testing.assert_array_equal(flipped[[0, 3]], images[[0, 3], :, ::-1])


@DTYPES
def test_a_shift_by_known_offsets(dtype):
    images = batch(dtype, (2, 5, 4, 1))
    shifted = shift_images(images, [2, -1], [-1, 3], fill=1)
    np.testing.assert_array_equal(shifted[0, 2:, :3], images[0, :3, 1:])
    np.testing.assert_array_equal(shifted[1, :4, 3:], images[1, 1:, :1])
    assert (shifted[0, :2] == 1).all()
    assert (shifted[0, :, 3:] == 1).all()
    assert (shifted[1, 4:] == 1).all()
    assert (shifted[1, :, :3] == 1).all()


def test_a_shift_out_of_sight():
    assert (shift_images(batch(), 6, 0, fill=7) == 7).all()
    assert (shift_images(batch(), 0, -50, fill=7) == 7).all()


@DTYPES
def test_turning_by_nothing_is_the_image(dtype):
    images = batch(dtype, (2, 5, 7, 3))
    np.testing.assert_array_equal(rotate_images(images, 0), images)


@DTYPES
@pytest.mark.parametrize("size", [5, 6])
@pytest.mark.parametrize("turns", [1, 2, 3, -1])
def test_quarter_turns_are_rot90(dtype, size, turns):
    images = batch(dtype, (3, size, size, 2))
    expected = np.rot90(images, turns, axes=(1, 2))
    np.testing.assert_allclose(rotate_images(images, 90 * turns), expected, atol=1e-5)


def test_each_image_has_its_own_angle():
    images = batch()
    turned = rotate_images(images, [0, 90, 180, 270])
    for image, result, turns in zip(images, turned, range(4)):
        np.testing.assert_allclose(result, np.rot90(image, turns), atol=1e-12)


def test_a_turned_ramp_is_interpolated_exactly():
    # Bilinear interpolation is exact for a linear image, wherever no fill comes in.
    down, right = np.mgrid[-7:8, -7:8].astype(float)
    angle = np.radians(10)
    turned = rotate_images((2 * down + 3 * right)[np.newaxis, :, :, np.newaxis], 10)[0, :, :, 0]
    expected = 2 * (np.cos(angle) * down + np.sin(angle) * right)
    expected += 3 * (np.cos(angle) * right - np.sin(angle) * down)
    np.testing.assert_allclose(turned[3:-3, 3:-3], expected[3:-3, 3:-3])


def test_what_comes_from_outside_a_turned_image_is_fill():
    turned = rotate_images(np.ones((1, 9, 9, 1)), 45, fill=5)[0, :, :, 0]
    assert turned[0, 0] == turned[8, 8] == 5
    assert turned[4, 4] == turned[4, 1] == 1


@DTYPES
def test_contrast_keeps_the_mean_of_each_image(dtype):
    images = batch(np.float64) * 0.5 + 0.25
    if dtype == np.uint8:
        images = np.rint(255 * images)
    changed = adjust_contrast(images.astype(dtype), [0.5, 1, 1.2, 0]).astype(float)
    accuracy = 0.6 if dtype == np.uint8 else 1e-6
    mean = images.mean(axis=(1, 2, 3), keepdims=True)
    factor = np.array([0.5, 1, 1.2, 0]).reshape(4, 1, 1, 1)
    np.testing.assert_allclose(changed, mean + factor * (images - mean), atol=accuracy)


def test_brightness_adds_to_every_pixel():
    images = batch()
    changed = adjust_brightness(images, [0.1, -0.1, 0, 2])
    np.testing.assert_allclose(changed[0], images[0] + 0.1)
    np.testing.assert_allclose(changed[1], images[1] - 0.1)
    np.testing.assert_allclose(changed[3], images[3] + 2)  # floats are not clipped


def test_uint8_is_rounded_and_clipped_and_does_not_wrap_around():
    images = np.array([0, 100, 250], np.uint8).reshape(1, 1, 3, 1)
    assert adjust_brightness(images, 10.6).ravel().tolist() == [11, 111, 255]
    assert adjust_brightness(images, -10.6).ravel().tolist() == [0, 89, 239]


def test_noise_has_the_given_deviation_and_is_white():
    noise = add_noise(np.zeros((20, 50, 50, 2)), 0.3, rng())
    # 100,000 values: standard errors of 0.3% of the deviation for the mean, 0.2% for itself.
    assert abs(noise.mean()) < 0.005
    assert noise.std() == pytest.approx(0.3, rel=0.01)
    assert abs(np.mean(noise[:, 1:] * noise[:, :-1])) < 0.01 * 0.09
    assert abs(np.mean(noise[1:] * noise[:-1])) < 0.02 * 0.09


@DTYPES
def test_shape_and_dtype_stay_and_the_images_do_too(dtype):
    images = batch(dtype)
    before = images.copy()
    changed = EVERYTHING(images, rng())
    assert changed.shape == images.shape
    assert changed.dtype == dtype
    assert (changed != images).any()
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize("amount", [f.name for f in dataclasses.fields(Augmentation)][:-1])
def test_each_change_by_itself_does_something_and_leaves_the_images(amount):
    images = batch(shape=(32, 6, 6, 3))
    before = images.copy()
    value = {"flip": True, "rotate": 10.0, "shift": 2}.get(amount, 0.1)
    changed = Augmentation(**{amount: value})(images, rng())
    assert (changed != images).any()
    np.testing.assert_array_equal(images, before)


def test_nothing_asked_nothing_done():
    np.testing.assert_array_equal(Augmentation()(batch(), rng()), batch())


def test_the_seed_decides():
    first, same, other = (EVERYTHING(batch(), rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_images_of_a_batch_are_changed_differently():
    ramp = np.arange(36.0).reshape(1, 6, 6, 1).repeat(400, axis=0)
    flipped = Augmentation(flip=True)(ramp, rng())
    share = (flipped[:, 0, 0, 0] != 0).mean()
    assert 0.4 < share < 0.6  # four standard errors
    shifted = Augmentation(shift=2, fill=-1)(ramp, rng())
    tops = (shifted == -1).all(axis=2).argmin(axis=1).ravel()
    assert set(tops.tolist()) == {0, 1, 2}
    brighter = Augmentation(brightness=0.5)(ramp, rng()) - ramp
    assert brighter.min() < -0.45
    assert brighter.max() > 0.45
    assert np.abs(brighter).max() <= 0.5
    assert len(np.unique(brighter[:, 0, 0, 0])) == 400


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(rotate=-1), "rotate must be a number of at least 0, got -1"),
        (dict(noise=np.nan), "noise .*got nan"),
        (dict(contrast=1), "contrast must be a number of at least 0 and below 1, got 1"),
        (dict(shift=1.5), "shift must be an integer of at least 0, got 1.5"),
        (dict(flip=0.5), "flip must be True or False, got 0.5"),
        (dict(brightness="a"), "brightness .*got 'a'"),
    ],
)
def test_bad_amounts(arguments, message):
    with pytest.raises(ValueError, match=message):
        Augmentation(**arguments)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: EVERYTHING(batch()[0], rng()), r"must have shape \(N, H, W, C\), got shape \(6,"),
        (lambda: EVERYTHING(batch().astype(int), rng()), "uint8 or floats, got dtype int"),
        (lambda: EVERYTHING(batch(), 0), r"rng must be a numpy\.random\.Generator.*got 0"),
        (lambda: rotate_images(batch(), [1, 2]), r"degrees .* each of the 4 images.*\(2,\)"),
        (lambda: shift_images(np.ones((1, 0, 3, 1)), 1, 1), "must have pixels, got shape"),
    ],
)
def test_bad_calls(call, message):
    with pytest.raises(ValueError, match=message):
        call()
