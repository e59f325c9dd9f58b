import numpy as np
import pytest

from course_utils.network.layers import initializers

KERNEL = (3, 5, 16, 64)  # 240 inputs, 960 outputs
VARIANCES = {
    "glorot_uniform": 2 / (240 + 960),
    "glorot_normal": 2 / (240 + 960),
    "he_uniform": 2 / 240,
    "he_normal": 2 / 240,
}


def test_fans_of_each_kind_of_kernel():
    assert initializers.fans((20, 30)) == (20, 30)
    assert initializers.fans(KERNEL) == (240, 960)
    assert initializers.fans((3, 3, 8, 2)) == (72, 18)  # depthwise, two outputs a channel


@pytest.mark.parametrize("shape", [(20, 30), KERNEL, (3, 3, 8, 1)])
def test_fans_are_keras(shape):
    from keras.src.initializers.random_initializers import compute_fans

    assert initializers.fans(shape) == compute_fans(shape)


@pytest.mark.parametrize("name", VARIANCES)
def test_mean_and_variance(name):
    values = initializers.get(name)(KERNEL, np.random.default_rng(0), np.float64)
    variance = VARIANCES[name]
    # 15,360 values: the standard error of the mean is 0.008 standard deviations, that of the
    # variance 1.1% at most.
    assert abs(values.mean()) < 0.03 * np.sqrt(variance)
    assert values.var() == pytest.approx(variance, rel=0.04)


@pytest.mark.parametrize("name", VARIANCES)
def test_range_is_that_of_keras(name):
    import keras

    ours = initializers.get(name)(KERNEL, np.random.default_rng(0))
    theirs = np.array(keras.initializers.get(name)(KERNEL))
    # Uniform values end at a limit, normal ones are cut off: with so many, the largest is near.
    assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.01)
    shares = np.quantile(ours, [0.1, 0.25, 0.75, 0.9])
    np.testing.assert_allclose(shares, np.quantile(theirs, [0.1, 0.25, 0.75, 0.9]), rtol=0.06)


def test_same_seed_same_values_and_dtype():
    draw = initializers.get("he_normal")
    first, second, other = (draw((9, 9), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.dtype == np.float32
    assert (first == second).all()
    assert (first != other).any()


def test_constants():
    assert initializers.get("zeros")((2, 3)).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert initializers.get("ones")((2,), dtype=np.float64).tolist() == [1, 1]


@pytest.mark.parametrize("name", ["he", None, 3, "lecun_normal"])
def test_unknown_name(name):
    with pytest.raises(ValueError, match=r"must be one of 'glorot_uniform', .*got"):
        initializers.get(name)


def test_no_fan_of_a_vector():
    with pytest.raises(ValueError, match=r"kernel must have shape .* got shape \(3,\)"):
        initializers.get("he_normal")((3,), np.random.default_rng(0))
