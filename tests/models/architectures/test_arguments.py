"""What builders refuse, and what they say then."""

import pytest

from course_utils import models

LEAST = {
    models.lenet5: 16,
    models.alexnet: 67,
    models.vgg16: 32,
    models.network_in_network: 8,
    models.googlenet: 32,
    models.resnet18: 32,
    models.densenet121: 32,
    models.mobilenet: 32,
    models.mobilenet_v2: 32,
    models.shufflenet: 32,
    models.efficientnet_b0: 32,
    models.convnext_tiny: 32,
}


@pytest.mark.parametrize("build", LEAST)
def test_the_smallest_image_and_one_pixel_less(build):
    side = LEAST[build]
    assert build(classes=2, input_shape=(side, side, 3)).output_shape == (None, 2)
    message = rf"at least {side} x {side} pixels.*Got input_shape \({side}, {side - 1}, 3\)"
    with pytest.raises(ValueError, match=message):
        build(classes=2, input_shape=(side, side - 1, 3))


@pytest.mark.parametrize("classes", [0, -1, 2.5, "ten"])
def test_classes(classes):
    with pytest.raises(
        ValueError, match=f"classes must be an integer of at least 1, got {classes!r}"
    ):
        models.lenet5(classes=classes)


@pytest.mark.parametrize("shape", [(32, 32), 32, (None, None, 3), (32, 32, 0), (2, 32, 32, 3)])
def test_input_shapes(shape):
    with pytest.raises(ValueError, match=r"must be \(height, width, channels\)"):
        models.resnet18(input_shape=shape)


def test_own_arguments():
    with pytest.raises(ValueError, match="columns must be 1 or 2, got 3"):
        models.alexnet(columns=3)
    with pytest.raises(ValueError, match="width must be at least 1/32, got 0"):
        models.mobilenet(width=0)
    with pytest.raises(ValueError, match=r"one of \[1, 2, 3, 4, 8\], got 5"):
        models.shufflenet(groups=5)
