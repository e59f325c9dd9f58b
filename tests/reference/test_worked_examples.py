"""The worked examples of the course's source documents, as literals."""

import numpy as np
import pytest

from course_utils.reference import (
    avg_pool2d,
    conv2d,
    conv2d_loops,
    correlate2d,
    correlate2d_loops,
    dense,
    flatten,
    flop_count,
    max_pool2d,
    max_pool2d_loops,
    output_size,
    parameter_count,
    receptive_field,
    relu,
)


@pytest.mark.parametrize("correlate", [correlate2d, correlate2d_loops])
def test_cross_shaped_filter(correlate):
    """Document 3, example 1."""
    image = [[1, 0, 2, 1, 0], [0, 1, 0, 1, 1], [1, 0, 1, 0, 0], [0, 0, 1, 1, 0], [1, 1, 0, 0, 1]]
    cross = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
    assert correlate(image, cross).tolist() == [[6, 1, 4], [1, 4, 2], [3, 2, 3]]


@pytest.mark.parametrize("correlate", [correlate2d, correlate2d_loops])
def test_sharpening_filter(correlate):
    """Document 5: 7 and 13 at the two places it computes. The image is a plain ramp, so every
    output is its own center pixel: the larger value is no stronger edge, as the document says."""
    image = np.arange(1, 26).reshape(5, 5)
    sharpen = [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
    assert correlate(image, sharpen).tolist() == [[7, 8, 9], [12, 13, 14], [17, 18, 19]]


@pytest.mark.parametrize("correlate", [correlate2d, correlate2d_loops])
def test_vertical_edge_detector(correlate):
    """Document 5's listing convolve2d, run."""
    image = np.arange(1, 17).reshape(4, 4)
    assert correlate(image, [[-1, 0, 1]] * 3).tolist() == [[6, 6], [6, 6]]


@pytest.mark.parametrize("pool", [max_pool2d, max_pool2d_loops])
def test_max_pooling(pool):
    """Document 5, and document 3's four regions."""
    fives = [[1, 3, 2, 4], [5, 7, 6, 8], [9, 11, 10, 12], [13, 15, 14, 16]]
    threes = [[1, 3, 0, 2], [2, 4, 1, 3], [5, 1, 3, 1], [0, 2, 4, 0]]
    assert pool(_image(fives))[0, :, :, 0].tolist() == [[7, 8], [15, 16]]
    assert pool(_image(threes))[0, :, :, 0].tolist() == [[4, 3], [5, 4]]


def test_average_pooling_of_the_same_map():
    threes = [[1, 3, 0, 2], [2, 4, 1, 3], [5, 1, 3, 1], [0, 2, 4, 0]]
    assert avg_pool2d(_image(threes))[0, :, :, 0].tolist() == [[2.5, 1.5], [2, 2]]


def test_receptive_fields():
    """Document 3: two and three 3x3 layers are right; a 2x2 pool after them makes 8, not 14."""
    assert receptive_field([3, 3]) == 5
    assert receptive_field([3, 3, 3]) == 7
    assert receptive_field([3, 3, 3, (2, 2)]) == 8


def test_sizes_and_parameters_through_a_network():
    """Document 3, example 2, whose table leaves the parameters out."""
    assert output_size(224, 3, stride=1, padding=1) == 224
    assert output_size(224, 2, stride=2) == 112
    assert output_size(112, 3, stride=1, padding=1) == 112
    assert parameter_count((3, 3, 3, 64)) == 1_792
    assert parameter_count((3, 3, 64, 128)) == 73_856


def test_seven_by_seven_image():
    """Document 2, figure 2."""
    assert output_size(7, 3) == 5


def test_parameter_explosion():
    """Documents 1, 3 and 5."""
    assert parameter_count((32 * 32 * 3, 1000), bias=False) == 3_072_000
    assert parameter_count((224 * 224 * 3, 1000), bias=False) == 150_528_000
    assert parameter_count((28 * 28, 100)) == 78_500
    assert parameter_count((3, 3, 1, 32), bias=False) == 288


def test_lenet_5():
    """Document 5's sizes, and the parameters of that network."""
    sizes = [32]
    for kernel, stride in [(5, 1), (2, 2), (5, 1), (2, 2)]:
        sizes.append(output_size(sizes[-1], kernel, stride))
    assert sizes == [32, 28, 14, 10, 5]
    assert sizes[-1] ** 2 * 16 == 400
    shapes = [(5, 5, 1, 6), (5, 5, 6, 16), (400, 120), (120, 84), (84, 10)]
    assert sum(map(parameter_count, shapes)) == 61_706


def test_fashion_mnist_network():
    """Document 4's model summary."""
    sizes = [28]
    for kernel, stride in [(3, 1), (2, 2), (3, 1), (2, 2)]:
        sizes.append(output_size(sizes[-1], kernel, stride))
    assert sizes == [28, 26, 13, 11, 5]
    shapes = [(3, 3, 1, 32), (3, 3, 32, 64), (5 * 5 * 64, 128), (128, 10)]
    assert list(map(parameter_count, shapes)) == [320, 18_496, 204_928, 1_290]
    assert sum(map(parameter_count, shapes)) == 225_034


def test_two_small_filters_against_one_large():
    """Document 1, section 4.2: same field, fewer parameters; here for 64 channels."""
    assert receptive_field([3, 3]) == receptive_field([5])
    assert 2 * parameter_count((3, 3, 64, 64), bias=False) == 73_728
    assert parameter_count((5, 5, 64, 64), bias=False) == 102_400


def test_depthwise_separable_costs():
    """Document 1, section 4.1: 1 / F + 1 / 9 of the operations of a 3x3 convolution."""
    standard = flop_count((14, 14, 512), (3, 3, 512, 512), padding="same")
    depthwise = flop_count((14, 14, 512), (3, 3, 512, 1), padding="same", depthwise=True)
    pointwise = flop_count((14, 14, 512), (1, 1, 512, 512))
    assert (depthwise + pointwise) / standard == pytest.approx(1 / 512 + 1 / 9)


@pytest.mark.parametrize("conv", [conv2d, conv2d_loops])
def test_numpy_network_in_nchw(conv):
    """Document 5's last listing, (1, 1, 28, 28) -> (1, 16, 7, 7), transposed to NHWC and back.

    Its loops are repeated here for one output value of the first layer.
    """
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1, 1, 28, 28))
    w1, w2 = rng.normal(size=(8, 1, 3, 3)), rng.normal(size=(16, 8, 3, 3))
    to_hwio = (2, 3, 1, 0)
    first = conv(x.transpose(0, 2, 3, 1), w1.transpose(to_hwio), padding=1)
    patch = np.pad(x[0, 0], 1)[5:8, 9:12]
    np.testing.assert_allclose(first[0, 5, 9], [(patch * w[0]).sum() for w in w1])
    maps = max_pool2d(relu(first))
    maps = max_pool2d(relu(conv(maps, w2.transpose(to_hwio), padding=1)))
    assert maps.transpose(0, 3, 1, 2).shape == (1, 16, 7, 7)


def test_fully_connected_layer_after_pooling():
    """Document 5's SimpleCNN has fc_weights (128, 8*26*26), but pools before it: 8*13*13 fit."""
    pooled = max_pool2d(np.zeros((1, 26, 26, 8)))
    assert flatten(pooled).shape == (1, 1_352)
    assert dense(flatten(pooled), np.zeros((8 * 13 * 13, 128))).shape == (1, 128)
    with pytest.raises(ValueError, match=r"\(1, 1352\) and w of shape \(5408, 128\)"):
        dense(flatten(pooled), np.zeros((8 * 26 * 26, 128)))


def test_residual_block_without_weights_is_the_identity():
    """Document 3, example 3: with F(x) = 0 a skip connection returns a non-negative x."""
    x = np.array([[1.0, 2.0]])
    np.testing.assert_array_equal(
        relu(dense(relu(dense(x, np.zeros((2, 2)))), np.zeros((2, 2))) + x), x
    )


def _image(values):
    return np.array(values)[np.newaxis, :, :, np.newaxis]
