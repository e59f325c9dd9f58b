"""The Fashion-MNIST lab's exercises: right answers in several styles, numbers by hand."""

import numpy as np
import pytest

from course_utils import reference
from course_utils.exercises import evaluate, get, lab_fashion_mnist
from course_utils.exercises.model_answers import keras
from tests.exercises.right_answers import assert_complete, assert_passes, each_of


def standardize_plainly(train, other):
    m, s = np.mean(train), np.std(train)
    return [(train - m) / s, (other - m) / s]


def standardize_by_definition(train, other):
    n = train.size
    mean = sum(train.ravel().tolist()) / n
    deviation = (sum((v - mean) ** 2 for v in train.ravel().tolist()) / n) ** 0.5
    return tuple(np.subtract(part, mean) / deviation for part in (train, other))


def standardize_in_float32(train, other):
    train, other = train.astype(np.float32), other.astype(np.float32)
    center, spread = train.mean(), train.std()
    return (train - center) / spread, (other - center) / spread


def standardize_with_axes(train, other):
    axes = (0, 1, 2, 3)
    mean = train.mean(axis=axes, keepdims=True)
    spread = np.sqrt(((train - mean) ** 2).mean(axis=axes, keepdims=True))
    return np.divide(train - mean, spread), np.divide(other - mean, spread)


def error_by_loops(confidences, correct, bins):
    error = 0
    for b in range(bins):
        right, sure, count = 0, 0, 0
        for c, r in zip(confidences, correct, strict=True):
            if b / bins < c <= (b + 1) / bins:
                right, sure, count = right + r, sure + c, count + 1
        if count:
            error += abs(right / count - sure / count) * count / len(confidences)
    return error


def error_by_sums(confidences, correct, bins):
    # The share cancels: |sum of what is right - sum of confidences| / N, bin by bin.
    number = np.ceil(confidences * bins).astype(int) - 1
    gaps = np.bincount(number, weights=correct - confidences, minlength=bins)
    return np.abs(gaps).sum() / len(confidences)


def error_by_digitize(confidences, correct, bins):
    edges = np.arange(1, bins) / bins
    which = np.digitize(confidences, edges, right=True)
    groups = [which == b for b in np.unique(which)]
    return sum(abs((correct[g] - confidences[g]).mean()) * g.sum() for g in groups) / which.size


def error_in_float32(confidences, correct, bins):
    confidences = confidences.astype(np.float32)
    total = np.float32(0)
    for low, high in zip(np.arange(bins) / bins, np.arange(1, bins + 1) / bins, strict=True):
        mask = (confidences > np.float32(low)) & (confidences <= np.float32(high))
        if mask.sum() > 0:
            total += mask.mean() * np.abs(correct[mask].mean() - confidences[mask].mean())
    return total


def soften_by_powers(logits, temperature):
    # A temperature is a power of the probabilities, made to add up to 1 again.
    p = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
    return p / p.sum(axis=1)[:, None]


def soften_by_rows(logits, temperature):
    rows = []
    for row in logits:
        powers = [np.exp((score - max(row)) / temperature) for score in row]
        rows.append([p / sum(powers) for p in powers])
    return np.array(rows)


def soften_by_differences(logits, temperature):
    # 1 over the sum of exponentials of differences to every other score.
    differences = (logits[:, None, :] - logits[:, :, None]) / temperature
    with np.errstate(over="ignore"):
        return 1 / np.exp(differences).sum(axis=2)


def soften_in_float32(logits, temperature):
    z = logits.astype(np.float32) / np.float32(temperature)
    z -= z.max(axis=-1, keepdims=True)
    e = np.exp(z)
    return np.einsum("nk,n->nk", e, 1 / e.sum(axis=-1))


def prepare_by_padding(picture, side):
    light = (255.0 - picture) / 255
    gap_h, gap_w = (max(picture.shape) - s for s in picture.shape)
    square = np.pad(light, ((gap_h // 2, gap_h - gap_h // 2), (gap_w // 2, gap_w - gap_w // 2)))
    k = len(square) // side
    return square.reshape(side, k, side, k).mean((1, 3))


def prepare_by_loops(picture, side):
    height, width = picture.shape
    longer = max(height, width)
    block = longer // side
    top, left = (longer - height) // 2, (longer - width) // 2
    small = np.zeros((side, side))
    for i in range(height):
        for j in range(width):
            value = 1 - int(picture[i, j]) / 255
            small[(i + top) // block, (j + left) // block] += value / block**2
    return small


def prepare_by_matrices(picture, side):
    longer = max(picture.shape)
    averaging = np.kron(np.eye(side), np.full((1, longer // side), side / longer))
    white = np.full((longer, longer), 255)
    top, left = ((longer - s) // 2 for s in picture.shape)
    white[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return 1 - averaging @ white @ averaging.T / 255


def prepare_in_float32(picture, side):
    light = 1 - picture.astype(np.float32) / 255
    longer = max(light.shape)
    canvas = np.zeros((longer, longer), np.float32)
    offsets = [(longer - s) // 2 for s in light.shape]
    canvas[offsets[0] :, offsets[1] :][: light.shape[0], : light.shape[1]] = light
    step = longer // side
    sums = np.add.reduceat(
        np.add.reduceat(canvas, np.arange(0, longer, step), 0), np.arange(0, longer, step), 1
    )
    return sums / step**2


def block_with_add(height, width, channels, filters):
    model = keras.Sequential()
    model.add(keras.Input(shape=(height, width, channels)))
    for _ in range(2):
        model.add(keras.layers.Conv2D(filters, (3, 3), padding="same", use_bias=False))
        model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.Activation("relu"))
    model.add(keras.layers.MaxPooling2D())
    return model


def block_functional(height, width, channels, filters):
    x = inputs = keras.Input((height, width, channels), name="picture")
    for number in ("first", "second"):
        x = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False, name=number)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    return keras.Model(inputs, keras.layers.MaxPooling2D((2, 2), strides=2)(x))


def block_of_blocks(height, width, channels, filters):
    def normalized():
        return keras.Sequential(
            [
                keras.layers.Conv2D(filters, 3, padding="same", use_bias=False),
                keras.layers.BatchNormalization(),
                keras.layers.ReLU(),
            ]
        )

    layers = [keras.Input((height, width, channels)), normalized(), normalized()]
    return keras.Sequential([*layers, keras.layers.MaxPooling2D(2)])


def block_compiled(height, width, channels, filters):
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((height, width, channels)),
            layers.Conv2D(filters, 3, 1, "same", use_bias=False, kernel_initializer="he_normal"),
            layers.BatchNormalization(momentum=0.99, epsilon=1e-3),
            layers.ReLU(),
            layers.Conv2D(filters, 3, 1, "same", use_bias=False, kernel_initializer="he_normal"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPool2D(),
        ]
    )
    model.compile("adam", "mse")
    return model


def lean_with_logits():
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.002), loss)
    return model


def lean_with_strides():
    model = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in (16, 24, 32):
        convolution = keras.layers.Conv2D(filters, 3, strides=2, padding="same")
        model.add(convolution)
        model.add(keras.layers.ReLU())
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(10, "softmax"))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def lean_and_normalized():
    x = inputs = keras.Input((28, 28, 1))
    for filters in (16, 32, 32):
        x = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
        x = keras.layers.MaxPooling2D(2)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(x))
    optimizer = keras.optimizers.Adam(0.002)
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    return model


def lean_and_separable():
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.SeparableConv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy")
    return model


RIGHT_ANSWERS = {
    "standardize_like_training": (
        standardize_plainly,
        standardize_by_definition,
        standardize_in_float32,
        standardize_with_axes,
    ),
    "calibration_error": (error_by_loops, error_by_sums, error_by_digitize, error_in_float32),
    "soften": (soften_by_powers, soften_by_rows, soften_by_differences, soften_in_float32),
    "picture_like_training": (
        prepare_by_padding,
        prepare_by_loops,
        prepare_by_matrices,
        prepare_in_float32,
    ),
    "normalized_block": (block_with_add, block_functional, block_of_blocks, block_compiled),
    "lean_network": (lean_with_logits, lean_with_strides, lean_and_normalized, lean_and_separable),
}


@each_of(RIGHT_ANSWERS)
def test_right_answers_pass(id, answer):
    assert_passes(id, answer)


def test_there_are_four_for_each_exercise():
    assert_complete(RIGHT_ANSWERS, lab_fashion_mnist.EXERCISES)


def test_calibration_error_by_hand():
    # Bins (0.5, 0.75]: half right at 0.65, gap 0.15. (0.75, 1]: two of three at 0.9, gap 0.2333.
    error = get("calibration_error").reference(
        np.array([0.6, 0.7, 0.8, 0.9, 1.0]), np.array([1, 0, 1, 1, 0]), 4
    )
    assert error == pytest.approx(2 / 5 * 0.15 + 3 / 5 * (0.9 - 2 / 3))


def test_a_temperature_of_one_is_softmax():
    logits = np.random.default_rng(0).normal(size=(5, 4))
    np.testing.assert_allclose(get("soften").reference(logits, 1.0), reference.softmax(logits))


@pytest.mark.parametrize("id", ["normalized_block", "lean_network"])
def test_a_wrong_model_gets_its_diagnosis(id):
    for misconception in get(id).misconceptions:
        report = evaluate(id, misconception.wrong, seed=0)
        assert not report.passed
        assert report.misconception == misconception.id, report


def test_a_mistaken_model_is_recognized_whatever_its_layers():
    def wide():
        layers = [keras.Input((28, 28, 1)), keras.layers.Conv2D(8, 5), keras.layers.Flatten()]
        model = keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    assert evaluate("lean_network", wide).misconception == "dense-layer-too-wide"
