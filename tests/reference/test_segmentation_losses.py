"""Per-pixel cross-entropy and Dice loss against Keras, TensorFlow and differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import (
    cross_entropy,
    cross_entropy_backward,
    dice_loss,
    dice_loss_backward,
    pixel_cross_entropy,
    pixel_cross_entropy_backward,
)
from tests.reference.cases import CASES, FEWER_CASES, assert_close, seeds
from tests.reference.gradients import (
    assert_matches_differences,
    assert_matches_tensorflow,
    tensorflow_gradients,
)


@st.composite
def segmentations(draw, dtype="float64"):
    """(logits, labels, options)"""
    *size, classes = draw(st.tuples(*[st.integers(1, 4)] * 4))
    rng = np.random.default_rng(draw(seeds))
    labels = rng.integers(0, classes, size)
    options = {}
    if draw(st.booleans()):
        options["class_weights"] = rng.integers(1, 5, classes) / 2
    if draw(st.booleans()):
        options["ignored"] = 255
        labels[rng.random(size) < 0.3] = 255
    return 2 * rng.normal(size=(*size, classes)).astype(dtype), labels, options


def tensorflow_loss(logits, labels, options):
    import tensorflow as tf

    counts = labels != 255
    weights = options.get("class_weights", np.ones(logits.shape[-1]))
    weights = (counts * weights[np.where(counts, labels, 0)]).astype(np.float32)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(np.where(counts, labels, 0), logits)
    return tf.reduce_sum(weights * losses) / max(weights.sum(), 1e-9)


@CASES
@given(segmentations("float32"))
def test_cross_entropy_and_its_gradient_agree_with_tensorflow(case):
    logits, labels, options = case
    loss = pixel_cross_entropy(logits, labels, **options)
    assert loss.dtype == np.float32
    assert_close(loss, tensorflow_loss(logits, labels, options).numpy(), size=0.1)
    expected = tensorflow_gradients(
        lambda logits: tensorflow_loss(logits, labels, options), (logits,), np.float32(1)
    )
    actual = [pixel_cross_entropy_backward(logits, labels, **options)]
    assert_matches_tensorflow(actual, expected)


@FEWER_CASES
@given(segmentations(), seeds)
def test_the_gradient_of_cross_entropy_agrees_with_differences(case, seed):
    logits, labels, options = case
    dy = np.random.default_rng(seed).normal()
    gradient = dy * pixel_cross_entropy_backward(logits, labels, **options)
    assert_matches_differences(
        lambda logits: pixel_cross_entropy(logits, labels, **options), (logits,), [gradient], dy
    )


def test_plain_cross_entropy_is_that_of_all_pixels_in_a_row():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(2, 3, 4, 5)), rng.integers(0, 5, (2, 3, 4))
    rows = logits.reshape(-1, 5), labels.ravel()
    assert pixel_cross_entropy(logits, labels) == pytest.approx(cross_entropy(*rows))
    gradient = pixel_cross_entropy_backward(logits, labels)
    np.testing.assert_allclose(gradient.reshape(-1, 5), cross_entropy_backward(*rows))


def test_cross_entropy_by_hand():
    """Two pixels, one hopeless, one undecided between two classes."""
    logits = np.array([[[[1e4, 0], [0, 0]]]])
    labels = np.array([[[1, 0]]])
    assert pixel_cross_entropy(logits, labels) == pytest.approx((1e4 + np.log(2)) / 2)
    weighted = pixel_cross_entropy(logits, labels, class_weights=[3, 1])
    assert weighted == pytest.approx((1e4 + 3 * np.log(2)) / 4)
    assert pixel_cross_entropy(logits, labels, ignored=1) == pytest.approx(np.log(2))
    np.testing.assert_allclose(
        pixel_cross_entropy_backward(logits, labels, ignored=1), [[[[0, 0], [-0.5, 0.5]]]]
    )
    nothing = np.full((1, 1, 2), 255)
    assert pixel_cross_entropy(logits, nothing, ignored=255) == 0
    assert not pixel_cross_entropy_backward(logits, nothing, ignored=255).any()


@st.composite
def masks(draw, dtype="float64"):
    """(probabilities, targets, smooth)"""
    shape = draw(st.tuples(*[st.integers(1, 4)] * 4))
    rng = np.random.default_rng(draw(seeds))
    targets = (rng.random(shape) < draw(st.sampled_from([0, 0.1, 0.5, 1]))).astype(int)
    return rng.random(shape).astype(dtype), targets, draw(st.sampled_from([1e-3, 0.5, 1.0]))


@CASES
@given(masks("float32"))
def test_dice_agrees_with_keras(case):
    from keras import losses

    """Where no mask is empty: Keras smooths the denominator alone."""
    p, t, _ = case
    plain = [
        float(losses.Dice(axis=None)(t[n, :, :, c].astype(np.float32), p[n, :, :, c]))
        for n, c in np.ndindex(p.shape[0], p.shape[3])
        if t[n, :, :, c].any()
    ]
    if len(plain) == p.shape[0] * p.shape[3]:
        assert_close(dice_loss(p, t, smooth=1e-7), np.mean(plain), size=1)


@CASES
@given(masks("float32"))
def test_the_gradient_of_dice_agrees_with_tensorflow(case):
    import tensorflow as tf

    p, t, smooth = case

    def forward(p):
        def pixels(masks):
            return tf.reduce_sum(masks, (1, 2))

        wanted = tf.constant(t, tf.float32)
        dice = (2 * pixels(p * wanted) + smooth) / (pixels(p) + pixels(wanted) + smooth)
        return tf.reduce_mean(1 - dice)

    expected = tensorflow_gradients(forward, (p,), np.float32(1))
    assert_matches_tensorflow([dice_loss_backward(p, t, smooth=smooth)], expected)


@FEWER_CASES
@given(masks(), seeds)
def test_the_gradient_of_dice_agrees_with_differences(case, seed):
    p, t, _ = case
    dy = np.random.default_rng(seed).normal()
    gradient = dy * dice_loss_backward(p, t)
    assert_matches_differences(lambda p: dice_loss(p, t), (p,), [gradient], dy)


def test_dice_by_hand():
    t = np.array([1, 1, 0, 0]).reshape(1, 2, 2, 1)
    assert dice_loss(t, t) == 0
    assert dice_loss(1 - t, t, smooth=1e-9) == pytest.approx(1)
    half = np.array([1, 0, 1, 0]).reshape(t.shape)  # one pixel of two shared
    assert dice_loss(half, t, smooth=1e-9) == pytest.approx(1 - 2 / 4)
    assert dice_loss(half, t) == pytest.approx(1 - 3 / 5)
    assert dice_loss(0 * t, 0 * t) == 0  # empty, and found empty


def test_a_small_mask_counts_as_much_as_a_large_one():
    t = np.zeros((1, 8, 8, 2))
    t[0, :, :, 0], t[0, 0, 0, 1] = 1, 1
    missed = t.copy()
    missed[0, 0, 0, 1] = 0
    assert dice_loss(missed, t, smooth=1e-9) == pytest.approx(0.5)


def test_dtypes():
    for dtype in ("float16", "float32"):
        logits, labels = np.ones((1, 2, 2, 3), dtype), np.zeros((1, 2, 2), int)
        assert pixel_cross_entropy(logits, labels).dtype == dtype
        assert pixel_cross_entropy_backward(logits, labels).dtype == dtype
        assert dice_loss(logits, logits).dtype == dice_loss_backward(logits, logits).dtype == dtype


LOGITS, LABELS = np.ones((1, 2, 3, 4)), np.zeros((1, 2, 3), int)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pixel_cross_entropy(LOGITS[0], LABELS), r"logits must have shape \(N, H, W, K\)"),
        (lambda: pixel_cross_entropy(LOGITS, LABELS[0]), r"labels must have shape \(1, 2, 3\)"),
        (lambda: pixel_cross_entropy(LOGITS, LABELS * 1.0), "integer class numbers, got dtype"),
        (lambda: pixel_cross_entropy(LOGITS, LABELS + 4), "between 0 and 3 .* got label 4"),
        (lambda: pixel_cross_entropy(LOGITS, LABELS - 1), "between 0 and 3 .* got label -1"),
        (lambda: pixel_cross_entropy(LOGITS[:0], LABELS[:0]), "at least one pixel"),
        (
            lambda: pixel_cross_entropy(LOGITS, LABELS, class_weights=[1, 1, 1]),
            "class_weights must be 4 numbers",
        ),
        (
            lambda: pixel_cross_entropy_backward(LOGITS, LABELS, class_weights=[1, 1, 1, -1]),
            "class_weights must be 4 numbers that are not negative",
        ),
        (lambda: dice_loss(LOGITS[0], LOGITS[0]), r"probabilities must have shape \(N, H, W, C\)"),
        (lambda: dice_loss(LOGITS, LABELS), r"targets must have the shape .* one channel for each"),
        (lambda: dice_loss(LOGITS, LOGITS, smooth=0), "smooth .* got 0"),
        (lambda: dice_loss_backward(LOGITS[:0], LOGITS[:0]), "at least one pixel"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
