"""The wiring of a network says which layer takes what."""

import keras
import pytest
from keras import layers

from course_utils import models


def test_a_chain():
    boxes = models.wiring(models.lenet5())
    assert [box.inputs for box in boxes] == [(), *[(i,) for i in range(len(boxes) - 1)]]
    assert boxes[0].kind == "Input"
    assert boxes[1].details == "5×5, 6 filters, relu"
    assert boxes[1].shape == (28, 28, 6)
    assert [box.details for box in boxes if box.kind == "MaxPooling2D"] == ["2×2, stride 2"] * 2
    assert boxes[-1].details == "10 units, softmax"


def test_a_part_of_a_network_gets_its_input_from_outside():
    network = models.resnet18(input_shape=(32, 32, 3))
    boxes = models.wiring(network, "conv3_block1")
    assert boxes[0].kind == "Input"
    assert boxes[0].name == "conv2_block2_out"
    assert boxes[0].shape == (8, 8, 64)
    (add,) = (box for box in boxes if box.kind == "Add")
    assert [boxes[i].name for i in add.inputs] == ["conv3_block1_0_bn", "conv3_block1_2_bn"]
    assert sum(box.kind == "Input" for box in boxes) == 1
    inside = [layer.name for layer in network.layers if layer.name.startswith("conv3_block1")]
    assert sorted(box.name for box in boxes[1:]) == sorted(inside)
    with pytest.raises(ValueError, match="begins with 'conv9'"):
        models.wiring(network, "conv9")


def test_groups_strides_and_layers_used_twice():
    image = keras.Input((8, 8, 4))
    shared = layers.Conv2D(4, 3, padding="same", groups=2, name="shared")
    boxes = models.wiring(keras.Model(image, layers.Add()([shared(image), shared(shared(image))])))
    assert [box.name for box in boxes].count("shared") == 3
    assert boxes[1].details == "3×3, 4 filters, 2 groups"
    assert boxes[-1].inputs == (1, 3)
