"""Update rules against their formulas, written once more by hand. Against Keras: test_keras.py."""

import json

import numpy as np
import pytest

from course_utils.network.training import optimizers
from course_utils.network.training.optimizers import SGD, Adam, AdamW, Momentum, RMSProp
from course_utils.network.training.schedules import cosine_decay

EVERY = [SGD, Momentum, RMSProp, Adam, AdamW]


def steps(optimizer, gradients, weight=1.0):
    """The weight after each step, for one weight and these gradients."""
    weights = {"w": np.array([weight])}
    seen = []
    for gradient in gradients:
        optimizer.apply({"w": np.array([gradient])}, weights)
        seen.append(float(weights["w"][0]))
    return seen


def test_sgd_goes_downhill():
    assert steps(SGD(0.1), [2, -1]) == pytest.approx([0.8, 0.9])


def test_momentum_by_hand():
    # v = -0.2, then 0.5 * -0.2 - 0.2 = -0.3, then -0.15 + 0.1 = -0.05
    assert steps(Momentum(0.1, 0.5), [2, 2, -1]) == pytest.approx([0.8, 0.5, 0.45])


def test_nesterov_by_hand():
    # The same v; the step is 0.5 * v - 0.1 * g.
    expected = np.cumsum([1, -0.1 - 0.2, -0.15 - 0.2, -0.025 + 0.1])[1:]
    assert steps(Momentum(0.1, 0.5, nesterov=True), [2, 2, -1]) == pytest.approx(expected)


def test_rmsprop_by_hand():
    v1 = 0.1 * 4
    v2 = 0.9 * v1 + 0.1 * 1
    first = 1 - 0.1 * 2 / np.sqrt(v1 + 0.5)
    second = first + 0.1 * 1 / np.sqrt(v2 + 0.5)
    assert steps(RMSProp(0.1, 0.9, epsilon=0.5), [2, -1]) == pytest.approx([first, second])


def test_adam_by_hand():
    m1, v1 = 0.1 * 2, 0.01 * 4
    m2, v2 = 0.9 * m1 - 0.1 * 1, 0.99 * v1 + 0.01 * 1
    first = 1 - 0.1 * np.sqrt(0.01) / 0.1 * m1 / (np.sqrt(v1) + 0.5)
    second = first - 0.1 * np.sqrt(1 - 0.99**2) / (1 - 0.9**2) * m2 / (np.sqrt(v2) + 0.5)
    seen = steps(Adam(0.1, 0.9, 0.99, epsilon=0.5), [2, -1])
    assert seen == pytest.approx([first, second])


@pytest.mark.parametrize("gradient", [1e-3, 1.0, 1e3])
def test_the_first_step_of_adam_has_the_length_of_the_rate(gradient):
    assert steps(Adam(0.01), [gradient]) == pytest.approx([0.99], abs=1e-4)


@pytest.mark.parametrize("cls", EVERY)
def test_weight_decay_does_not_pass_through_the_gradient(cls):
    # Without a gradient nothing happens but the decay, alike in every rule.
    decayed = steps(cls(0.1, weight_decay=0.5), [0, 0], weight=3.0)
    assert decayed == pytest.approx([3 * 0.95, 3 * 0.95**2])


def test_adamw_decays_by_default_and_adam_does_not():
    assert steps(AdamW(0.5), [0]) == pytest.approx([1 - 0.5 * 0.004])
    assert steps(Adam(0.5), [0]) == [1]


def test_a_schedule_is_asked_with_the_number_of_finished_steps():
    asked = []

    def schedule(step):
        asked.append(step)
        return 0.1 * (step + 1)

    assert steps(SGD(schedule), [1, 1, 1]) == pytest.approx([0.9, 0.7, 0.4])
    assert asked == [0, 1, 2]


@pytest.mark.parametrize("cls", EVERY)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_change_in_place_and_gradients_do_not(cls, dtype):
    rng = np.random.default_rng(0)
    weights = {name: rng.normal(size=shape).astype(dtype) for name, shape in SHAPES.items()}
    before = {name: weight.copy() for name, weight in weights.items()}
    gradients = {name: np.ones(shape, dtype) for name, shape in SHAPES.items()}
    same = dict(weights)
    cls().apply(gradients, weights)
    for name in SHAPES:
        assert weights[name] is same[name]
        assert weights[name].dtype == dtype
        assert (weights[name] < before[name]).all()
        assert (gradients[name] == 1).all()


SHAPES = {"small": (3,), "large": (4, 5), "last": (2, 2, 2)}


@pytest.mark.parametrize("cls", EVERY)
def test_each_weight_has_a_memory_of_its_own(cls):
    gradients = {"a": np.array([2.0]), "b": np.array([-3.0])}
    together = {"a": np.array([1.0]), "b": np.array([1.0])}
    optimizer = cls(0.1)
    for _ in range(3):
        optimizer.apply(gradients, together)
    for name, gradient in gradients.items():
        assert together[name][0] == pytest.approx(steps(cls(0.1), 3 * [gradient[0]])[-1])


def test_a_weight_without_a_gradient_is_left_alone():
    weights = {"kernel": np.ones(2), "moving_mean": np.ones(2)}
    AdamW(0.1).apply({"kernel": np.ones(2)}, weights)
    assert (weights["moving_mean"] == 1).all()


@pytest.mark.parametrize("cls", EVERY)
def test_goes_on_from_config_and_state_as_if_never_stopped(cls):
    gradients = [3, -1, 2, 2]
    schedule = cosine_decay(0.1, 10, warmup_steps=2)
    whole = steps(cls(schedule), gradients)
    first = cls(schedule)
    start = steps(first, gradients[:2])
    second = optimizers.get(json.loads(json.dumps(first.config)))
    second.set_state(first.state)
    assert type(second) is cls
    assert start + steps(second, gradients[2:], start[-1]) == whole


def test_the_state_is_taken_over_as_a_copy():
    first, second = Momentum(), Momentum()
    steps(first, [1])
    second.set_state(first.state)
    kept = second.state["momentum/w"].copy()
    steps(first, [1])
    assert (second.state["momentum/w"] == kept).all()


def test_the_state_of_another_optimizer_is_refused():
    adam = Adam()
    steps(adam, [1])
    with pytest.raises(ValueError, match=r"RMSProp remembers velocity .* 'momentum/w'"):
        RMSProp().set_state(adam.state)


def test_a_rate_that_was_set_is_used():
    optimizer = SGD(0.1)
    optimizer.learning_rate = 0.2
    assert optimizer.current_learning_rate == 0.2
    assert steps(optimizer, [1]) == pytest.approx([0.8])


@pytest.mark.parametrize("name", ["sgd", "momentum", "rmsprop", "adam", "adamw", "Adam"])
def test_by_name(name):
    assert type(optimizers.get(name)).__name__.lower() == name.lower()


def test_repr_is_the_call_that_makes_it():
    optimizer = Momentum(0.2, nesterov=True)
    assert repr(eval(repr(optimizer))) == repr(optimizer)
    assert "nesterov=True" in repr(optimizer)


def test_a_function_as_rate_works_but_cannot_be_stored():
    optimizer = SGD(lambda step: 0.1)
    assert steps(optimizer, [1]) == pytest.approx([0.9])
    with pytest.raises(ValueError, match=r"cannot be stored; use step_decay"):
        optimizer.config  # noqa: B018


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(0), "learning_rate must be a positive number or a schedule.*got 0"),
        (lambda: SGD(-0.1), "learning_rate .*got -0.1"),
        (lambda: SGD(np.nan), "learning_rate .*got nan"),
        (lambda: SGD("0.1"), "learning_rate .*got '0.1'"),
        (lambda: SGD(0.1, weight_decay=-1), "weight_decay must be None or a number .*got -1"),
        (lambda: Momentum(momentum=1), "momentum must be a number .* below 1, got 1"),
        (lambda: RMSProp(rho=-0.1), "rho must be a number .*got -0.1"),
        (lambda: RMSProp(epsilon=0), "epsilon must be a positive number, got 0"),
        (lambda: Adam(beta_1=1.0), "beta_1 must be .*got 1.0"),
        (lambda: Adam(beta_2=2), "beta_2 must be .*got 2"),
        (lambda: optimizers.get("adamm"), "optimizer must be one of 'sgd', .*got 'adamm'"),
        (lambda: optimizers.get(None), "optimizer must be one of .*got None"),
        (lambda: steps(SGD(lambda step: np.nan), [1]), "gave the learning rate nan for step 0"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_bad_gradients():
    weights = {"conv2d/kernel": np.ones((2, 3))}
    with pytest.raises(ValueError, match=r"'dense/bias', but no such weight.*conv2d/kernel"):
        SGD().apply({"dense/bias": np.ones(2)}, weights)
    with pytest.raises(ValueError, match=r"weight's shape \(2, 3\), got shape \(3, 2\)"):
        SGD().apply({"conv2d/kernel": np.ones((3, 2))}, weights)
    assert (weights["conv2d/kernel"] == 1).all()
