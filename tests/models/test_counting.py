"""Costs of networks, against the reference's counts, papers' numbers and counts by hand."""

from math import inf

import keras
import pytest
from keras import layers

from course_utils import models, reference


def rows(network):
    return {cost.name: cost for cost in models.network_costs(network).layers}


def test_every_convolution_and_dense_layer_as_the_reference_counts_it():
    network = models.document_2()
    costs = rows(network)
    assert list(costs)[1:] == [layer.name for layer in network.layers]  # after the input
    for layer in network.layers:
        if not layer.weights:
            assert costs[layer.name].multiply_adds == costs[layer.name].parameters == 0
            continue
        shape, kernel = tuple(layer.input.shape[1:]), tuple(layer.kernel.shape)
        assert costs[layer.name].multiply_adds == reference.flop_count(shape, kernel) / 2
        assert costs[layer.name].parameters == reference.parameter_count(kernel)


def test_receptive_fields_as_the_reference_has_them():
    costs = rows(models.vgg16(input_shape=(32, 32, 3)))
    stack = [3, 3, (2, 2)]
    assert costs["block1_pool"].receptive_field == reference.receptive_field(stack)
    stack += [3, 3, (2, 2), *[3, 3, 3, (2, 2)] * 3]
    assert costs["block5_pool"].receptive_field == reference.receptive_field(stack)
    assert costs["fc1"].receptive_field == inf


# Araujo, Norris and Sim (2019), https://doi.org/10.23915/distill.00021, table of networks.
@pytest.mark.parametrize(
    ("build", "layer", "pixels"),
    [
        (models.alexnet, "pool5", 195),
        (models.vgg16, "block5_pool", 212),
        (models.resnet50, "conv5_block3_out", 483),
        (models.mobilenet, "conv_pw_13_relu", 315),
    ],
)
def test_receptive_fields_of_the_literature(build, layer, pixels):
    assert rows(build())[layer].receptive_field == pixels


# In millions, to the digits that the papers give; all at 224 x 224 but for AlexNet.
@pytest.mark.parametrize(
    ("build", "millions", "digit"),
    [
        (models.resnet18, 1800, 100),  # He et al., table 1
        (models.resnet34, 3600, 100),
        (models.resnet50, 3800, 100),
        (models.mobilenet, 569, 1),  # Howard et al., table 8
        (models.mobilenet_v2, 300, 1),  # Sandler et al., table 4
        (models.efficientnet_b0, 390, 10),  # Tan and Le, table 2
        (models.convnext_tiny, 4500, 100),  # Liu et al., table 1
    ],
)
def test_multiply_adds_of_the_papers(build, millions, digit):
    found = models.network_costs(build()).multiply_adds / 1e6
    assert found == pytest.approx(millions, abs=digit)


def test_by_hand():
    image = keras.Input((8, 6, 4))
    x = layers.Conv2D(10, 3, strides=2, padding="same", dilation_rate=1, name="conv")(image)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", name="depthwise")(x)
    x = layers.SeparableConv2D(5, 3, padding="same", use_bias=False, name="separable")(x)
    x = layers.Conv2D(6, 1, groups=1, dilation_rate=2, name="pointwise")(x)
    x = layers.Conv2D(6, 3, groups=3, dilation_rate=2, padding="same", name="grouped")(x)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    costs = models.network_costs(keras.Model(image, layers.Dense(7, name="dense")(x)))
    by_name = {cost.name: cost for cost in costs.layers}
    places = 4 * 3
    expected = {
        "conv": places * 9 * 4 * 10,
        "depthwise": places * 9 * 20,
        "separable": places * (9 * 20 + 20 * 5),
        "pointwise": places * 5 * 6,
        "grouped": places * 9 * 2 * 6,
        "norm": 0,
        "dense": 42,
    }
    assert {name: by_name[name].multiply_adds for name in expected} == expected
    assert costs.multiply_adds == sum(expected.values())
    fields = {name: by_name[name].receptive_field for name in by_name}
    # 3; two more steps of 2 pixels for each 3x3; dilation doubles the last.
    assert [fields[name] for name in expected][:5] == [3, 7, 11, 11, 19]
    assert fields["mean"] == fields["dense"] == inf
    assert by_name["norm"].parameters == 24
    assert by_name["norm"].trainable == 12
    sizes = 8 * 6 * 4 + places * (10 + 20 + 5 + 6 + 6 + 6) + 6 + 7
    assert costs.activations == sizes


def test_the_widest_way_through_a_network_counts():
    image = keras.Input((16, 16, 2))
    wide = layers.Conv2D(2, 5, padding="same")(layers.Conv2D(2, 5, padding="same")(image))
    for narrow in (image, layers.Conv2D(2, 1)(image)):
        total = models.network_costs(keras.Model(image, layers.Add()([narrow, wide])))
        assert total.layers[-1].receptive_field == 9


def test_channels_weighed_by_the_whole_image_see_it():
    costs = rows(models.efficientnet_b0(input_shape=(32, 32, 3)))
    assert costs["block1a_dwconv"].receptive_field == 7
    assert costs["block1a_se_excite"].receptive_field == inf


def test_a_network_in_a_network():
    inner = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.MaxPooling2D(2)], name="inner"
    )
    image = keras.Input((8, 8, 3))
    outer = keras.Model(image, layers.Conv2D(2, 3, name="last")(inner(image)))
    costs = rows(outer)
    assert costs["last"].receptive_field == reference.receptive_field([3, (2, 2), 3])
    found = models.network_costs(outer)
    assert found.parameters == outer.count_params()
    assert found.multiply_adds == 36 * 9 * 3 * 4 + 9 * 4 * 2


def test_a_layer_that_is_used_twice_costs_twice_and_has_its_weights_once():
    image = keras.Input((4, 4, 2))
    shared = layers.Conv2D(2, 3, padding="same")
    costs = models.network_costs(keras.Model(image, shared(shared(image))))
    assert [cost.receptive_field for cost in costs.layers] == [1, 3, 5]
    assert costs.parameters == 9 * 2 * 2 + 2
    assert costs.multiply_adds == 2 * 16 * 9 * 2 * 2
    network = models.document_4()
    both = models.network_costs(models.with_mirror_image(network))
    assert both.multiply_adds == 2 * models.network_costs(network).multiply_adds
    assert both.parameters == network.count_params()


def test_a_part_of_a_network_is_counted_alone():
    network = models.document_4()
    layer = network.layers[1]
    part = keras.Model(network.inputs, layer.output)
    assert [cost.name for cost in models.network_costs(part).layers][1:] == [
        layer.name for layer in network.layers[:2]
    ]


@pytest.mark.parametrize(
    "build",
    [
        models.lenet5_1998,
        models.network_in_network,
        models.googlenet,
        models.shufflenet,
        models.densenet121,
        models.pairs_of_convolutions,
        models.improved_fashion_mnist,
        models.curve_cnn,
    ],
)
def test_every_network_of_the_course_can_be_counted(build):
    network = build()
    costs = models.network_costs(network)
    assert costs.parameters == network.count_params()
    assert costs.trainable == sum(w.numpy().size for w in network.trainable_weights)
    assert costs.multiply_adds > 0


def test_the_table():
    lines = str(models.network_costs(models.lenet5())).splitlines()
    assert lines[0].split() == [
        "Layer", "(type)", "Output", "Parameters", "Multiply-adds", "Activations", "Sees"
    ]  # fmt: skip
    assert len({len(line.rstrip("\n")) for line in lines}) == 1
    assert "C3 (Conv2D)" in lines[5]
    assert lines[5].split()[-4:] == ["2,416", "240,000", "1,600", "14"]
    assert lines[-1].split() == ["Sum", "61,706", "416,520", "9,518"]


def test_what_cannot_be_counted():
    with pytest.raises(ValueError, match="takes inputs of any size"):
        models.network_costs(keras.applications.MobileNet(weights=None, include_top=False))
    image = keras.Input((4, 4, 2))
    with pytest.raises(ValueError, match="is a UpSampling2D, of which it is not known"):
        models.network_costs(keras.Model(image, layers.UpSampling2D()(image)))
    with pytest.raises(ValueError, match="has no input shape yet"):
        models.network_costs(keras.Sequential([layers.Dense(3)]))
