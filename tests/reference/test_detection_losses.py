"""Focal loss and smooth L1 against Keras, TensorFlow and differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import (
    focal_loss,
    focal_loss_backward,
    smooth_l1,
    smooth_l1_backward,
)
from tests.reference.cases import CASES, FEWER_CASES, assert_close, seeds
from tests.reference.gradients import assert_matches_differences


@st.composite
def classifications(draw, dtype="float64"):
    """(logits, targets, options)"""
    shape = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    rng = np.random.default_rng(draw(seeds))
    options = {
        "alpha": draw(st.sampled_from([0.1, 0.25, 0.5, 0.75])),
        "gamma": draw(st.sampled_from([0, 0.5, 1, 2, 5])),
    }
    return 3 * rng.normal(size=shape).astype(dtype), rng.integers(0, 2, shape), options


@CASES
@given(classifications("float32"))
def test_focal_loss_agrees_with_keras(case):
    from keras import losses

    logits, targets, options = case
    theirs = losses.BinaryFocalCrossentropy(
        apply_class_balancing=True, from_logits=True, reduction="sum", **options
    )
    # Keras takes the mean over the last axis.
    expected = np.array(theirs(targets.astype(np.float32), logits)) * logits.shape[-1]
    loss = focal_loss(logits, targets, **options)
    assert loss.dtype == np.float32
    assert_close(loss, expected)


@FEWER_CASES
@given(classifications(), seeds)
def test_the_gradient_of_the_focal_loss_agrees_with_differences(case, seed):
    logits, targets, options = case
    dy = np.random.default_rng(seed).normal()
    gradient = dy * focal_loss_backward(logits, targets, **options)
    assert_matches_differences(
        lambda logits: focal_loss(logits, targets, **options), (logits,), [gradient], dy
    )


@CASES
@given(classifications("float32"))
def test_the_gradient_of_the_focal_loss_agrees_with_tensorflow(case):
    import tensorflow as tf

    logits, targets, options = case
    x = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(x)
        p = tf.where(targets == 1, tf.sigmoid(x), tf.sigmoid(-x))
        weight = tf.where(targets == 1, options["alpha"], 1 - options["alpha"])
        log_p = tf.where(targets == 1, tf.math.log_sigmoid(x), tf.math.log_sigmoid(-x))
        loss = tf.reduce_sum(-weight * (1 - p) ** options["gamma"] * log_p)
    expected = tape.gradient(loss, x).numpy()
    assert_close(focal_loss_backward(logits, targets, **options), expected, size=0.1)


def test_focal_loss_by_hand():
    """A right answer of probability 0.9 costs a hundredth of its cross-entropy."""
    logit = np.log(9.0)
    half = {"alpha": 0.5}
    assert focal_loss([logit], [1], gamma=0, **half) == pytest.approx(-np.log(0.9) / 2)
    assert focal_loss([logit], [1], **half) == pytest.approx(0.01 * -np.log(0.9) / 2)
    assert focal_loss([-logit], [0]) == pytest.approx(0.01 * -np.log(0.9) * 0.75)
    assert focal_loss([logit], [0]) == pytest.approx(0.81 * -np.log(0.1) * 0.75)


def test_focal_loss_of_hopeless_logits():
    logits, targets = np.array([1e4, -1e4, 1e4, -1e4]), np.array([1, 0, 0, 1])
    assert focal_loss(logits, targets) == pytest.approx(1e4)
    gradient = focal_loss_backward(logits, targets)
    np.testing.assert_allclose(gradient, [0, 0, 0.75, -0.25])


@st.composite
def regressions(draw):
    """(predictions, targets, beta), with differences on both sides of beta."""
    rng = np.random.default_rng(draw(seeds))
    shape = (draw(st.integers(1, 5)), 4)
    beta = draw(st.sampled_from([0.11, 0.5, 1.0, 2.0]))
    targets = rng.normal(size=shape)
    distance = rng.choice([0.2, 0.5, 0.9, 1.1, 3], shape) * rng.choice([-1, 1], shape)
    return targets + beta * distance, targets, beta


@CASES
@given(regressions())
def test_smooth_l1_agrees_with_keras(case):
    from keras import losses

    predictions, targets, beta = case
    theirs = losses.Huber(delta=beta, reduction="sum", dtype="float64")
    expected = np.array(theirs(targets, predictions)) * 4 / beta
    assert_close(smooth_l1(predictions, targets, beta=beta), expected, "float64")


@FEWER_CASES
@given(regressions(), seeds)
def test_the_gradient_of_smooth_l1_agrees_with_differences(case, seed):
    predictions, targets, beta = case
    dy = np.random.default_rng(seed).normal()
    gradient = dy * smooth_l1_backward(predictions, targets, beta=beta)
    assert_matches_differences(
        lambda predictions: smooth_l1(predictions, targets, beta=beta),
        (predictions,),
        [gradient],
        dy,
    )


def test_smooth_l1_by_hand():
    assert smooth_l1([0.5, -3.0], [0, 0]) == 0.125 + 2.5
    assert smooth_l1_backward([0.5, -3.0], [0, 0]).tolist() == [0.5, -1]
    assert smooth_l1([1.0], [0]) == 0.5
    assert smooth_l1([0.5], [0], beta=0.5) == 0.25


def test_dtypes_and_nothing():
    for dtype in ("float16", "float32"):
        x = np.ones(3, dtype)
        assert focal_loss(x, [0, 1, 1]).dtype == focal_loss_backward(x, [0, 1, 1]).dtype == dtype
        assert smooth_l1(x, [0, 1, 1]).dtype == smooth_l1_backward(x, [0, 1, 1]).dtype == dtype
    assert focal_loss([], []) == smooth_l1([], []) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: focal_loss([1.0], [1, 0]), r"targets must have the shape of logits, \(1,\)"),
        (lambda: focal_loss([1.0], [2]), "targets must be 0 or 1"),
        (lambda: focal_loss([1.0], [1], alpha=2), "alpha .* got 2"),
        (lambda: focal_loss_backward([1.0], [1], gamma=-1), "gamma .* got -1"),
        (lambda: smooth_l1([1.0], [1, 0]), r"targets must have the shape of predictions"),
        (lambda: smooth_l1_backward([1.0], [1], beta=0), "beta .* got 0"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
