import math

import pytest

from course_utils.network.training.schedules import cosine_decay, exponential_decay, step_decay

STEPS = [0, 1, 2, 3, 7, 9, 10, 11, 29, 30, 31, 100]


def test_step_decay_drops_after_every_so_many_steps():
    rate = step_decay(0.8, 10, factor=0.5)
    assert [rate(step) for step in (0, 9, 10, 19, 20)] == pytest.approx([0.8, 0.8, 0.4, 0.4, 0.2])


def test_step_decay_at_listed_steps():
    rate = step_decay(1.0, (3, 10))
    assert [rate(step) for step in (2, 3, 9, 10, 50)] == pytest.approx([1, 0.1, 0.1, 0.01, 0.01])


def test_cosine_decay_passes_its_landmarks():
    rate = cosine_decay(0.4, 100, alpha=0.1, warmup_steps=20, warmup_start=0.2)
    assert rate(0) == pytest.approx(0.2)
    assert rate(10) == pytest.approx(0.3)
    assert rate(20) == pytest.approx(0.4)
    assert rate(70) == pytest.approx(0.4 * 0.55)
    assert rate(120) == rate(500) == pytest.approx(0.04)


@pytest.mark.parametrize("staircase", [False, True])
def test_exponential_decay_is_keras(staircase):
    from keras.optimizers.schedules import ExponentialDecay

    ours = step_decay(0.1, 10, 0.5) if staircase else exponential_decay(0.1, 10, 0.5)
    keras = ExponentialDecay(0.1, 10, 0.5, staircase=staircase)
    assert [ours(step) for step in STEPS] == pytest.approx([float(keras(s)) for s in STEPS])


def test_listed_drops_are_keras_piecewise_constant_but_for_the_boundary():
    from keras.optimizers.schedules import PiecewiseConstantDecay

    ours = step_decay(0.1, (3, 10))
    # Keras counts a boundary to the piece before it.
    keras = PiecewiseConstantDecay([2, 9], [0.1, 0.01, 0.001])
    assert [ours(step) for step in STEPS] == pytest.approx([float(keras(s)) for s in STEPS])


@pytest.mark.parametrize("alpha", [0, 0.25])
@pytest.mark.parametrize("warmup", [dict(), dict(warmup_steps=10, warmup_start=0.02)])
def test_cosine_decay_is_keras(alpha, warmup):
    from keras.optimizers.schedules import CosineDecay

    ours = cosine_decay(0.1, 20, alpha=alpha, **warmup)
    keras = CosineDecay(0.1, 20, alpha)
    if warmup:
        keras = CosineDecay(0.02, 20, alpha, warmup_target=0.1, warmup_steps=10)
    expected = [float(keras(step)) for step in STEPS]
    assert [ours(step) for step in STEPS] == pytest.approx(expected, abs=1e-8)


def test_repr_is_the_call_that_makes_it():
    assert (
        repr(step_decay(0.1, (3, 10)))
        == "step_decay(learning_rate=0.1, drop_steps=[3, 10], factor=0.1)"
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: step_decay(0, 10), "learning_rate must be a positive number, got 0"),
        (lambda: step_decay(0.1, 0), "drop_steps must be an integer of at least 1, got 0"),
        (lambda: step_decay(0.1, 2.5), "drop_steps must be .*increasing sequence.*got 2.5"),
        (lambda: step_decay(0.1, (10, 3)), r"increasing sequence.*got \(10, 3\)"),
        (lambda: step_decay(0.1, []), r"got \[\]"),
        (lambda: step_decay(0.1, 10, 1.5), "factor must be .* at most 1, got 1.5"),
        (lambda: exponential_decay(0.1, 1.5, 0.9), "decay_steps must be an integer.*got 1.5"),
        (lambda: exponential_decay(0.1, 10, 0), "decay_rate must be .*got 0"),
        (lambda: cosine_decay(math.inf, 10), "learning_rate .*got inf"),
        (lambda: cosine_decay(0.1, 0), "decay_steps .*got 0"),
        (lambda: cosine_decay(0.1, 10, alpha=2), "alpha must be a number from 0 to 1, got 2"),
        (lambda: cosine_decay(0.1, 10, warmup_steps=-1), "warmup_steps .*got -1"),
        (lambda: cosine_decay(0.1, 10, warmup_start=-1), "warmup_start .*got -1"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
