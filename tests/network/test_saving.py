"""A network comes back from its file, and goes on training as if nothing had happened."""

import json

import numpy as np
import pytest

from course_utils.network import (
    Activation,
    Adam,
    AdamW,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    LeakyReLU,
    MaxPooling2D,
    Momentum,
    ReLU,
    Residual,
    RMSProp,
    SeparableConv2D,
    Sequential,
    SparseCategoricalCrossentropy,
    cosine_decay,
    load,
    saving,
)
from tests.network.small import compiled, images, residual_network


def every_layer():
    return Sequential(
        [
            Conv2D(4, (3, 2), (2, 1), "same", dilation_rate=(1, 2), groups=2, use_bias=False),
            BatchNormalization(momentum=0.9, epsilon=1e-2),
            ReLU(),
            DepthwiseConv2D(3, 1, "same", 2, activation="tanh"),
            SeparableConv2D(6, 3, depth_multiplier=2, pointwise_initializer="he_uniform"),
            Activation("sigmoid"),
            MaxPooling2D(2, 1, "same"),
            LeakyReLU(0.1),
            Residual([Conv2D(3, 1)], shortcut=[AveragePooling2D(1), Conv2D(3, 1)]),
            Residual([GlobalAveragePooling2D()], shortcut=[Flatten(), Dense(3)]),
            Dropout(0.25),
            Dense(3, kernel_initializer="he_normal"),
        ],
        input_shape=(6, 6, 2),
        seed=0,
        dtype="float64",
    )


def test_every_layer_comes_back(tmp_path):
    network = every_layer()
    for weight in network.weights.values():
        weight += 0.1
    network.save(tmp_path / "net.npz")
    again = load(tmp_path / "net.npz")
    assert [layer.config for layer in again.layers] == [layer.config for layer in network.layers]
    assert {type(layer) for layer in network.layers} == {type(layer) for layer in again.layers}
    assert list(again.weights) == list(network.weights)
    assert again.trainable == network.trainable
    assert again.dtype == np.float64
    assert again.optimizer is None
    np.testing.assert_array_equal(again.predict(images(3)), network.predict(images(3)))


def test_the_table_of_layers_is_complete():
    classes, waiting = set(), [Layer]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("course_utils.") and not kind.__name__.startswith("_"):
                classes.add(kind)
    assert set(saving.LAYERS.values()) == classes


@pytest.mark.parametrize(
    "make_optimizer",
    [
        lambda: "sgd",
        lambda: Momentum(0.1, nesterov=True),
        lambda: RMSProp(1e-2),
        lambda: Adam(cosine_decay(1e-2, 10, warmup_steps=2)),
        lambda: AdamW(1e-2),
    ],
)
def test_training_goes_on_bit_for_bit(tmp_path, make_optimizer):
    x, labels = images(20), np.random.default_rng(0).integers(0, 3, 20)

    def start():
        network = residual_network("float32")
        network.compile(make_optimizer(), "sparse_categorical_crossentropy", ["accuracy"])
        return network

    uninterrupted = start()
    whole = uninterrupted.fit(x, labels, batch_size=8, epochs=4, verbose=0).history

    network = start()
    first = network.fit(x, labels, batch_size=8, epochs=2, verbose=0).history
    network.save(tmp_path / "half.npz")
    network = load(tmp_path / "half.npz")
    options = dict(batch_size=8, epochs=4, initial_epoch=network.epoch, verbose=0)
    second = network.fit(x, labels, **options).history
    assert {name: first[name] + second[name] for name in first} == whole
    assert all(map(np.array_equal, network.get_weights(), uninterrupted.get_weights()))


def test_names_come_back(tmp_path):
    network = Sequential([Residual([Dense(2)]), Dense(2)])
    network.layers[0].name = "block"
    network.layers[0].layers[0].name = "inside"
    network.build((2,))
    network.save(tmp_path / "net.npz")
    assert list(load(tmp_path / "net.npz").weights) == [
        "block/inside/kernel",
        "block/inside/bias",
        "dense_1/kernel",
        "dense_1/bias",
    ]


def test_the_loss_comes_back(tmp_path):
    network = every_layer()
    network.compile("adam", SparseCategoricalCrossentropy(from_logits=True))
    expected = network.evaluate(images(3), [0, 1, 2])
    network.save(tmp_path / "net.npz")
    assert load(tmp_path / "net.npz").evaluate(images(3), [0, 1, 2]) == expected


def test_the_name_stays_as_given(tmp_path):
    residual_network().save(str(tmp_path / "weights.of.mine"))
    assert [file.name for file in tmp_path.iterdir()] == ["weights.of.mine"]
    assert load(str(tmp_path / "weights.of.mine")).output_shape == (3,)


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_save_that_fails_leaves_the_old_file(tmp_path, monkeypatch, error):
    path = tmp_path / "net.npz"
    network = residual_network()
    network.save(path)
    before = path.read_bytes()

    def half_way(file, **arrays):
        file.write(b"PK")
        raise error

    monkeypatch.setattr(saving.np, "savez", half_way)
    network.weights["dense/bias"][...] = 1
    with pytest.raises(error):
        network.save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def saved(tmp_path):
    """A file of a network, and its arrays."""
    path = tmp_path / "net.npz"
    compiled(residual_network()).save(path)
    with np.load(path) as file:
        return path, dict(file)


def test_a_file_cut_short(tmp_path):
    path, _ = saved(tmp_path)
    whole = path.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"net.npz is not a network that .* truncated"):
            load(path)


def test_a_file_with_a_flipped_bit(tmp_path):
    path, arrays = saved(tmp_path)
    damaged = bytearray(path.read_bytes())
    damaged[damaged.index(arrays["weights/residual/conv2d_2/kernel"].tobytes()) + 5] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ValueError, match=r"is not a network .* damaged"):
        load(path)


def test_files_that_are_something_else(tmp_path):
    path = tmp_path / "net.npz"
    path.write_text("Not an archive at all.")
    with pytest.raises(
        ValueError, match=r"is not a network that Sequential\.save .* not an npz file"
    ):
        load(path)
    np.savez(path, images=np.zeros(3))
    with pytest.raises(ValueError, match=r"is not a network that Sequential\.save wrote"):
        load(path)
    np.save(tmp_path / "one.npy", np.zeros(3))
    with pytest.raises(ValueError, match=r"is not a network that Sequential\.save wrote"):
        load(tmp_path / "one.npy")
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nowhere.npz")


def test_a_pickle_is_not_opened(tmp_path):
    path = tmp_path / "net.npz"

    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "opened"), "w"))

    np.savez(path, description=np.array([Evil()], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"is not a network that Sequential\.save wrote"):
        load(path)
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(format="course_utils.network 9"), "its format is '.* 9', expected"),
        (lambda d: d.pop("layers"), "KeyError: 'layers'"),
        (lambda d: d["layers"][0].update(filters=5), r"'conv2d/kernel' has shape \(3, 3, 2, 4\)"),
        (lambda d: d["layers"].pop(0), "zip"),
        (lambda d: d["layers"][0].update({"class": "Exec"}), "'Exec' is not a layer"),
        (lambda d: d["layers"][0].update(filter=5), "unexpected keyword argument 'filter'"),
        (lambda d: d["compiled"].update(loss="mse"), "got 'mse'"),
    ],
)
def test_a_description_of_another_network(tmp_path, change, message):
    path, arrays = saved(tmp_path)
    description = json.loads(str(arrays["description"]))
    change(description)
    arrays["description"] = json.dumps(description)
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=message):
        load(path)


def test_weights_of_another_network(tmp_path):
    path, arrays = saved(tmp_path)
    without = {key: array for key, array in arrays.items() if key != "weights/dense/bias"}
    np.savez(path, **without)
    with pytest.raises(ValueError, match=r"'dense/bias' has shape None, expected \(3,\)"):
        load(path)
    arrays["weights/dense/kernel"] = arrays["weights/dense/kernel"].T
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=r"'dense/kernel' has shape \(3, 6\), expected \(6, 3\)"):
        load(path)


def test_a_layer_of_ones_own_cannot_be_saved(tmp_path):
    class Square(Layer):
        pass

    network = Sequential([Square(), Dense(1)], input_shape=(2,))
    with pytest.raises(ValueError, match=r"'Square' is not a layer of course_utils\.network"):
        network.save(tmp_path / "net.npz")
    assert not list(tmp_path.iterdir())
