"""Networks with the weights of keras.applications say what keras.applications' say."""

import keras
import numpy as np
import pytest
from keras import layers

from course_utils import models

# Without ResNet-101 and 152, which are ResNet-50 with more blocks, and take long to build: their
# parameters are counted in test_parameters.
PAIRS = {
    "vgg16": (models.vgg16, keras.applications.VGG16),
    "resnet50": (models.resnet50, keras.applications.ResNet50),
    "densenet121": (models.densenet121, keras.applications.DenseNet121),
    "mobilenet": (models.mobilenet, keras.applications.MobileNet),
    "mobilenet_v2": (models.mobilenet_v2, keras.applications.MobileNetV2),
    "efficientnet_b0": (models.efficientnet_b0, keras.applications.EfficientNetB0),
    "convnext_tiny": (models.convnext_tiny, keras.applications.ConvNeXtTiny),
}
CLASSES, SHAPE = 5, (32, 32, 3)


def images(n, seed, name, shape=SHAPE):
    low, high = (0, 255) if name in ("efficientnet_b0", "convnext_tiny") else (-1, 1)
    return np.random.default_rng(seed).uniform(low, high, (n, *shape)).astype(np.float32)


def every_layer(network):
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            yield from every_layer(layer)
        else:
            yield layer


def with_random_weights(twin, name, seed=0):
    """Random numbers everywhere, such that signals neither die out nor blow up."""
    rng = np.random.default_rng(seed)

    def numbers(weight):
        shape, kind = weight.shape, weight.path.split("/")[-1]
        if kind == "kernel":
            return rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape)
        if kind in ("gamma", "variable"):  # "variable": layer scale
            return rng.uniform(0.5, 1.5, shape)
        if kind in ("moving_variance", "variance"):
            return rng.uniform(0.5, 1.5, shape)
        if kind == "count":
            return np.zeros(shape)
        return rng.normal(0, 0.2, shape)

    norms = []
    for layer in every_layer(twin):
        layer.set_weights([numbers(weight) for weight in layer.weights])
        if isinstance(layer, layers.Normalization):
            layer.finalize_state()
        if isinstance(layer, layers.BatchNormalization):
            norms.append((layer, layer.momentum))
            layer.momentum = 0.0  # then one batch's statistics are the moving averages
    if norms:
        twin(images(16, 1, name, twin.input_shape[1:]), training=True)
    for layer, momentum in norms:
        layer.momentum = momentum
    return twin


def new_twin(name, **arguments):
    keras.utils.set_random_seed(0)
    arguments = dict(weights=None, classes=CLASSES, input_shape=SHAPE) | arguments
    return with_random_weights(PAIRS[name][1](**arguments), name)


def features(network):
    """The values that the classifier gets."""
    kinds = (layers.GlobalAveragePooling2D, layers.Flatten)
    place = [layer for layer in network.layers if isinstance(layer, kinds)][-1]
    return keras.Model(network.inputs[0], [place.output, network.output])


def assert_same(ours, theirs, x):
    seen, said = (np.asarray(a) for a in features(theirs)(x, training=False))
    ours_seen, ours_said = (np.asarray(a) for a in features(ours)(x, training=False))
    seen = seen.reshape(ours_seen.shape)
    # Answers that vary from image to image: a network that ignores them would agree with itself.
    assert seen.std(axis=0).max() > 0.01
    assert said.std(axis=0).max() > 0.01
    np.testing.assert_allclose(ours_said, said, atol=1e-4)
    np.testing.assert_allclose(ours_seen, seen, atol=1e-4 * np.abs(seen).max())


@pytest.mark.parametrize("name", PAIRS)
def test_same_answers(name):
    theirs = new_twin(name)
    ours = PAIRS[name][0](classes=CLASSES, input_shape=SHAPE)
    assert models.load_keras_weights(ours, theirs) is ours
    assert_same(ours, theirs, images(4, 2, name))


def test_a_swapped_pair_of_layers_would_be_seen():
    # Both have kernels of one shape: only their names tell them apart.
    theirs = new_twin("resnet50")
    ours = models.resnet50(classes=CLASSES, input_shape=SHAPE)
    models.load_keras_weights(ours, theirs)
    first, second = (ours.get_layer(f"conv2_block1_{i}_conv") for i in (0, 3))
    swapped = second.get_weights(), first.get_weights()
    first.set_weights(swapped[0])
    second.set_weights(swapped[1])
    with pytest.raises(AssertionError):
        assert_same(ours, theirs, images(4, 2, "resnet50"))


@pytest.mark.parametrize(
    ("name", "ending"),
    [("mobilenet", ".weights.h5"), ("convnext_tiny", ".keras")],
)
def test_weights_from_a_file(name, ending, tmp_path):
    theirs = new_twin(name)
    path = tmp_path / f"twin{ending}"
    theirs.save(path) if ending == ".keras" else theirs.save_weights(path)
    ours = PAIRS[name][0](classes=CLASSES, input_shape=SHAPE)
    models.load_keras_weights(ours, path)
    assert_same(ours, theirs, images(4, 2, name))


def test_other_classes_keep_the_body_and_their_own_last_layer():
    theirs = new_twin("mobilenet_v2")
    ours = models.mobilenet_v2(classes=3, input_shape=SHAPE)
    before = ours.get_layer("predictions").get_weights()
    with pytest.raises(ValueError, match=r"'predictions'.*\(1280, 3\).*\(1280, 5\)"):
        models.load_keras_weights(ours, theirs)
    models.load_keras_weights(ours, theirs, head=False)
    for old, new in zip(before, ours.get_layer("predictions").get_weights()):
        np.testing.assert_array_equal(old, new)
    x = images(4, 2, "mobilenet_v2")
    seen = [np.asarray(features(network)(x)[0]) for network in (ours, theirs)]
    np.testing.assert_allclose(*seen, atol=1e-4)


def test_a_refused_source_changes_nothing():
    ours = models.resnet50(classes=CLASSES, input_shape=SHAPE)
    before = ours.get_weights()
    with pytest.raises(ValueError, match="has no weights for the layer"):
        models.load_keras_weights(ours, new_twin("mobilenet"))
    for old, new in zip(before, ours.get_weights()):
        np.testing.assert_array_equal(old, new)


def test_what_cannot_be_loaded():
    with pytest.raises(ValueError, match=r"no twin of the network 'resnet18'.*resnet50"):
        models.load_keras_weights(models.resnet18(input_shape=SHAPE))
    with pytest.raises(ValueError, match=r"a file or a keras\.Model, got 'nowhere\.h5'"):
        models.load_keras_weights(models.resnet50(input_shape=SHAPE), "nowhere.h5")


def test_imagenets_weights_bring_efficientnets_second_rescaling(tmp_path, monkeypatch):
    # Keras adds it with weights="imagenet" alone. The download is what this test leaves out: in
    # its place stands a file of random weights.
    shape = dict(classes=1000, input_shape=(224, 224, 3))
    path = tmp_path / "stand_in.weights.h5"
    new_twin("efficientnet_b0", **shape).save_weights(path)
    download = "keras.src.applications.efficientnet.file_utils.get_file"
    monkeypatch.setattr(download, lambda *arguments, **settings: str(path))
    theirs = keras.applications.EfficientNetB0(weights="imagenet")
    assert sum(isinstance(layer, layers.Rescaling) for layer in theirs.layers) == 2

    ours = models.load_keras_weights(models.efficientnet_b0(), "imagenet")
    plain = models.load_keras_weights(models.efficientnet_b0(), path)
    x = images(1, 2, "efficientnet_b0", (224, 224, 3))

    def begin(network):
        # Later blocks would blow up: the random weights were made for images that are not rescaled.
        return np.asarray(
            keras.Model(network.inputs[0], network.get_layer("block2b_add").output)(x)
        )

    expected = begin(theirs)
    np.testing.assert_allclose(begin(ours), expected, atol=1e-5 * np.abs(expected).max())
    assert np.abs(begin(plain) - expected).max() > 0.1 * np.abs(expected).max()
