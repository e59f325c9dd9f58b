"""Parameters, to the unit, as the papers and the libraries count them."""

import keras
import numpy as np
import pytest

from course_utils import models


def trainable(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


# All, and what training changes. All: keras.applications' documentation and papers. Trainable:
# torchvision's counts where it has the network, which keeps moving averages apart.
COUNTS = [
    (models.lenet5, 61_706, 61_706),
    (models.lenet5_1998, 60_000 + 840, 60_000),
    (models.alexnet, 60_965_224, 60_965_224),
    (models.network_in_network, 966_986, 966_986),
    (models.vgg16, 138_357_544, 138_357_544),
    (models.googlenet, 6_998_552, 6_998_552),
    (models.resnet18, 11_699_112, 11_689_512),
    (models.resnet34, 21_814_696, 21_797_672),
    # torchvision's 25,557,032, 44,549,160 and 60,192,808, and a bias for each convolution.
    (models.resnet50, 25_636_712, 25_557_032 + 26_560),
    (models.resnet101, 44_707_176, 44_549_160 + 52_672),
    (models.resnet152, 60_419_944, 60_192_808 + 75_712),
    (models.densenet121, 8_062_504, 7_978_856),
    (models.mobilenet, 4_253_864, 4_231_976),
    (models.mobilenet_v2, 3_538_984, 3_504_872),
    (models.efficientnet_b0, 5_330_571, 5_288_548),
    (models.convnext_tiny, 28_589_128, 28_589_128),
]


@pytest.mark.parametrize(("build", "everything", "changed"), COUNTS)
def test_parameters(build, everything, changed):
    network = build()
    assert (network.count_params(), trainable(network)) == (everything, changed)


def test_alexnet_by_hand():
    def convolution(size, channels, filters):
        return (size**2 * channels + 1) * filters

    dense = 9217 * 4096 + 4097 * 4096 + 4097 * 1000
    ends = convolution(11, 3, 96) + convolution(3, 256, 384) + dense
    split = convolution(5, 48, 256) + convolution(3, 192, 384) + convolution(3, 192, 256)
    whole = convolution(5, 96, 256) + convolution(3, 384, 384) + convolution(3, 384, 256)
    assert models.alexnet().count_params() == ends + split
    assert models.alexnet(columns=1).count_params() == ends + whole == 62_378_344


def test_shufflenet_by_hand():
    def block(channels, filters, first_groups, new):
        narrow = filters // 4
        norms = 2 * (narrow + narrow + new)
        return channels * narrow // first_groups + 9 * narrow + narrow * new // 3 + norms

    expected = 9 * 3 * 24 + 2 * 24  # the first convolution
    channels = 24
    for filters, blocks in ((240, 4), (480, 8), (960, 4)):
        expected += block(channels, filters, 1 if channels == 24 else 3, filters - channels)
        expected += (blocks - 1) * block(filters, filters, 3, filters)
        channels = filters
    assert trainable(models.shufflenet()) == expected + 961 * 1000


def test_the_papers_numbers_are_the_defaults():
    for build in (models.resnet50, models.mobilenet, models.efficientnet_b0):
        network = build()
        assert network.input_shape == (None, 224, 224, 3)
        assert network.output_shape == (None, 1000)
    assert models.alexnet().get_layer("conv1").output.shape[1:] == (55, 55, 96)
    assert models.cifar_resnet(20).input_shape == (None, 32, 32, 3)
    assert models.lenet5().input_shape == (None, 32, 32, 1)


def test_classes_and_sizes_can_be_others():
    network = models.mobilenet(classes=7, input_shape=(64, 32, 1))
    assert network.input_shape == (None, 64, 32, 1)
    assert network.output_shape == (None, 7)
    halves = models.mobilenet(width=0.25)
    assert (
        halves.count_params()
        == keras.applications.MobileNet(alpha=0.25, weights=None).count_params()
    )
