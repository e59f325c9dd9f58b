import numpy as np
import pytest

from course_utils.network import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Residual,
    Sequential,
    gradient_check,
)


def examples(count=2, shape=(8, 8, 2), seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, *shape)), rng.integers(0, 4, count)


def network(*middle, shape=(8, 8, 2), **options):
    layers = [Conv2D(4, 3, activation="relu"), *middle, Flatten(), Dense(4, activation="softmax")]
    net = Sequential(layers, shape, seed=0, **options)
    net.compile("sgd", "sparse_categorical_crossentropy")
    return net


class UpsideDown(Conv2D):
    def compute_backward(self, dz, need_dx):
        return super().compute_backward(dz, need_dx)[:, ::-1]


class NoBiasGradient(Dense):
    def compute_backward(self, dz, need_dx):
        dx = super().compute_backward(dz, need_dx)
        self.gradients["bias"] = self.gradients["bias"] / len(dz)
        return dx


class ConstantStatistics(BatchNormalization):
    def compute_backward(self, dz, need_dx):
        super().compute_backward(dz, need_dx)
        variance = self.x.var(axis=(0, 1, 2))
        return dz * self.weights["gamma"] / np.sqrt(variance + self.epsilon)


def everything():
    return network(
        MaxPooling2D(),
        Residual([Conv2D(4, 3, padding="same", use_bias=False), BatchNormalization(), ReLU()]),
        Dropout(0.4),
        Residual([DepthwiseConv2D(2, padding="same")], [Conv2D(4, 1), LeakyReLU()]),
    )


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("with_loss", [True, False])
def test_a_right_network_passes(training, with_loss):
    x, labels = examples()
    net = everything()
    result = gradient_check(net, x, labels if with_loss else None, entries=5, training=training)
    assert result.passed, result
    assert result.faults == ()
    assert [row.name for row in result.rows] == [*net.trainable, "x"]
    assert all(
        row.entries == min(5, weight.size)
        for row, weight in zip(result.rows, [net.weights[path] for path in net.trainable])
    )
    assert result.worst.error < 1e-6
    # The gradients are not all zero, so that there was something to compare.
    assert sum(row.backward != 0 for row in result.rows) >= len(result.rows) - 1


def test_the_network_stays_as_it_is():
    x, labels = examples()
    net = everything()
    before = net.get_weights()
    state = net.rng.bit_generator.state
    result = gradient_check(net, x, labels, entries=2)
    assert result.passed
    assert net.rng.bit_generator.state == state
    for old, (path, new) in zip(before, net.weights.items(), strict=True):
        assert new.dtype == np.float32
        np.testing.assert_array_equal(old, new, err_msg=path)
    # A layer in the network still changes when the network's weights do.
    net.weights["conv2d/kernel"][...] = 0
    assert (net.layers[0].weights["kernel"] == 0).all()


def test_a_single_layer_passes_built_or_not():
    x, _ = examples()
    layer = Conv2D(3, 3, activation="tanh")
    assert gradient_check(layer, x).passed
    assert layer.input_shape is None
    layer.build((8, 8, 2), np.random.default_rng(0))
    result = gradient_check(layer, x)
    assert result.passed
    assert [row.name for row in result.rows] == ["conv2d/kernel", "conv2d/bias", "x"]


@pytest.mark.parametrize(
    ("layers", "fault"),
    [
        ([UpsideDown(4, 3)], "layer 'upside_down' (UpsideDown): its gradient of x."),
        (
            [Conv2D(4, 3), NoBiasGradient(5), ReLU()],
            "layer 'no_bias_gradient' (NoBiasGradient): its gradient of no_bias_gradient/bias.",
        ),
        (
            [Conv2D(3, 3), ConstantStatistics(), Activation("tanh")],
            "layer 'constant_statistics' (ConstantStatistics): its gradient of x.",
        ),
        (
            [Residual([Conv2D(4, 1), Residual([UpsideDown(4, 3, padding="same")])])],
            "layer 'upside_down' (UpsideDown), inside 'residual_1': its gradient of x.",
        ),
    ],
)
@pytest.mark.parametrize("with_loss", [True, False])
def test_the_layer_with_a_wrong_backward_is_named(layers, fault, with_loss):
    x, labels = examples()
    for layer in layers:  # the same layers serve both ways
        layer.in_a_chain = False
    result = gradient_check(network(*layers), x, labels if with_loss else None, entries=4)
    assert not result.passed
    assert result.faults == (f"The fault lies in {fault}",)
    assert "WRONG" in str(result)
    assert result.faults[0] in str(result)


def test_a_wrong_loss_is_not_put_on_a_layer():
    class NotDividedByN:
        classes = staticmethod(lambda labels, count: labels)

        def __call__(self, logits, classes):
            return net.loss(logits, classes)

        def backward(self, logits, classes):
            return net.loss.backward(logits, classes) * len(classes)

    x, labels = examples()
    net, wrong = network(), network()
    wrong.loss = NotDividedByN()
    result = gradient_check(wrong, x, labels)
    assert not result.passed
    assert result.faults == (
        "Each layer by itself is right: the fault lies in what joins them, or in the loss.",
    )


def test_the_worst_entry_says_what_came_and_what_was_expected():
    class OneEntryWrong(Dense):
        def compute_backward(self, dz, need_dx):
            dx = super().compute_backward(dz, need_dx)
            self.gradients["kernel"][1, 2] *= 1.5
            return dx

    x, _ = examples(shape=(3,))
    net = Sequential([OneEntryWrong(4)], (3,), seed=0)
    worst = gradient_check(net, x, entries=12).worst
    assert worst.place == "one_entry_wrong/kernel[1, 2]"
    assert worst.backward == pytest.approx(1.5 * worst.differences, rel=1e-6)
    assert worst.error == pytest.approx(1 / 3, rel=1e-6)


def test_a_gradient_that_is_not_finite_is_wrong():
    class Broken(Dense):
        def compute_backward(self, dz, need_dx):
            super().compute_backward(dz, need_dx)
            return np.full(self.x.shape, np.nan)

    x, _ = examples(shape=(3,))
    result = gradient_check(Sequential([Broken(4)], (3,)), x)
    assert not result.passed
    assert result.worst.name == "x"


def test_entries_at_a_kink_are_counted_and_not_called_wrong():
    x, labels = examples()
    x[:, :4] = 0  # a bias of 0 on black pixels: ReLU's input is exactly 0 there
    result = gradient_check(network(), x, labels)
    rows = {row.name: row for row in result.rows}
    assert rows["conv2d/bias"].kinks == rows["conv2d/bias"].entries == 4
    assert 0 < rows["x"].kinks < rows["x"].entries
    assert rows["dense/kernel"].kinks == 0
    assert result.passed
    assert "not compared" in str(result)
    assert "A little noise" in str(result)


def test_a_tie_for_a_maximum_is_a_kink():
    x = np.ones((1, 2, 2, 1))
    result = gradient_check(Sequential([MaxPooling2D()], (2, 2, 1)), x)
    assert [row.kinks for row in result.rows] == [4]
    assert not result.passed  # nothing was compared


def test_kinks_do_not_excuse_a_wrong_layer():
    x, labels = examples()
    x[:, :4] = 0
    result = gradient_check(network(UpsideDown(4, 3)), x, labels, entries=8)
    assert not result.passed
    assert "'upside_down'" in result.faults[0]


def test_a_kink_between_the_points_of_a_difference_is_left_outside():
    # ReLU's corner lies 1e-5 away: closer than the first step, not than the last.
    x = np.array([[1e-5, -1e-5, 1.0]])
    result = gradient_check(Sequential([ReLU()], (3,)), x)
    assert result.passed
    assert result.rows[0].kinks == 0


def test_gradients_that_are_zero_are_right():
    # Before batch normalization a bias changes nothing: what remains is rounding.
    x, labels = examples()
    result = gradient_check(network(Conv2D(4, 3), BatchNormalization()), x, labels)
    row = next(row for row in result.rows if row.name == "conv2d_1/bias")
    assert abs(row.backward) < 1e-12
    assert result.passed


def test_prints_as_a_table():
    x, labels = examples()
    result = gradient_check(network(), x, labels)
    lines = str(result).splitlines()
    assert lines[0].replace(" ", "") == "gradiententriesatakinklargesterrorverdict"
    assert [line.split()[0] for line in lines[1:-1]] == [row.name for row in result.rows]
    assert all(line.endswith("right") for line in lines[1:-1])
    assert lines[-1].startswith(f"Worst: {result.worst.place}: backward gives ")
    assert repr(result) == str(result)


def test_the_seed_picks_the_entries():
    x, labels = examples()
    first, same, other = (
        gradient_check(network(), x, labels, entries=3, seed=s) for s in (1, 1, 2)
    )
    assert first == same
    assert [row.index for row in first.rows] != [row.index for row in other.rows]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x, y: gradient_check(np.ones(3), x), "takes a network or a layer, got array"),
        (lambda x, y: gradient_check(network(), x, y, entries=0), "entries must be .*got 0"),
        (lambda x, y: gradient_check(network(), x, y, tolerance=0), "tolerance must be .*got 0"),
        (lambda x, y: gradient_check(network(), x[:0], y), r"x must hold examples.*\(0, 8, 8, 2\)"),
        (lambda x, y: gradient_check(network(), x * np.nan, y), "all of them finite"),
        (lambda x, y: gradient_check(Conv2D(2, 3), x, y), "compile the network"),
        (lambda x, y: gradient_check(Sequential([Flatten()]), x, y), "compile the network"),
        (lambda x, y: gradient_check(network(), x, y[:1]), "labels must have shape"),
        (lambda x, y: gradient_check(network(), x, y + 9), "is not a class of a network with 4"),
        (lambda x, y: gradient_check(network(), x[:, 1:], y), r"expects x of shape \(N, 8, 8, 2\)"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call(*examples())
