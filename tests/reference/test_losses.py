"""cross_entropy against Keras, and for logits that overflow the plain formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import (
    cross_entropy,
    cross_entropy_backward,
    softmax,
)
from tests.reference.cases import CASES, assert_close, float_dtypes, numbers, seeds
from tests.reference.gradients import (
    assert_matches_differences,
    assert_matches_tensorflow,
    tensorflow_gradients,
)


@CASES
@given(
    st.integers(1, 6),
    st.integers(1, 12),
    float_dtypes,
    st.sampled_from(["int64", "uint8"]),
    st.sampled_from([1, 30, 1e4]),
    seeds,
)
def test_agrees_with_keras(examples, classes, dtype, label_dtype, scale, seed):
    from keras import ops

    rng = np.random.default_rng(seed)
    logits = np.clip(
        numbers((examples, classes), dtype, rng) * np.dtype(dtype).type(scale), -6e4, 6e4
    )
    labels = rng.integers(classes, size=examples).astype(label_dtype)
    loss = cross_entropy(logits, labels)
    # float32 is the least Keras's loss is stable in.
    wide = logits.astype(np.result_type(dtype, np.float32))
    expected = ops.mean(ops.sparse_categorical_crossentropy(labels, wide, from_logits=True))
    assert loss.dtype == dtype
    assert_close(loss, expected, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_logits_of_ten_thousand(dtype):
    logits = np.array([[1e4, -1e4], [1e4, -1e4]], dtype)
    with np.errstate(all="raise", under="ignore"):
        assert cross_entropy(logits, [0, 0]) == 0
        assert cross_entropy(logits, [0, 1]) == 1e4
        assert cross_entropy(logits, [1, 1]) == 2e4


def test_is_the_mean_of_minus_log_probability():
    logits, labels = np.random.default_rng(0).normal(size=(5, 3)), np.array([0, 2, 1, 1, 0])
    expected = -np.log(softmax(logits)[range(5), labels]).mean()
    np.testing.assert_allclose(cross_entropy(logits, labels), expected, rtol=1e-12)


def test_equal_scores_cost_log_of_the_number_of_classes():
    np.testing.assert_allclose(cross_entropy(np.zeros((4, 10)), [0, 3, 7, 9]), np.log(10))


LOGITS = np.zeros((3, 4))


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (LOGITS[0], [0], r"logits must have shape \(N, K\), got shape \(4,\)"),
        (LOGITS[:0], [], r"at least one example and one class, got shape \(0, 4\)"),
        (LOGITS, [0, 1], r"labels must have shape \(3,\).*got shape \(2,\)$"),
        (LOGITS, np.eye(4)[:3], r"got shape \(3, 4\); for one-hot labels pass .*argmax"),
        (LOGITS, [0, 1, 4], "between 0 and 3 .* got label 4 at position 2"),
        (LOGITS, [0, -1, 9], "between 0 and 3 .* got label -1 at position 1"),
        (LOGITS, [0.0, 1.0, 2.0], "integer class numbers, got dtype float64"),
        (LOGITS, [True, False, True], "integer class numbers, got dtype bool"),
        (LOGITS, ["a", "b", "c"], "labels must hold real numbers"),
        ([["a"]], [0], "logits must hold real numbers"),
    ],
)
def test_bad_input(logits, labels, message):
    with pytest.raises(ValueError, match=message):
        cross_entropy(logits, labels)


batches = st.tuples(st.integers(1, 6), st.integers(1, 12), seeds)


@CASES
@given(batches, st.sampled_from([1, 5]))
def test_gradient_agrees_with_differences(batch, scale):
    examples, classes, seed = batch
    rng = np.random.default_rng(seed)
    logits, labels = rng.normal(0, scale, (examples, classes)), rng.integers(classes, size=examples)
    gradient = cross_entropy_backward(logits, labels)
    assert_matches_differences(lambda x: cross_entropy(x, labels), (logits,), [gradient], 1)


@CASES
@given(batches, st.sampled_from([1, 30, 1e4]))
def test_gradient_agrees_with_tensorflow(batch, scale):
    import tensorflow as tf

    examples, classes, seed = batch
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, scale, (examples, classes)).astype(np.float32)
    labels = rng.integers(classes, size=examples)

    def forward(logits):
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        return tf.reduce_mean(losses)

    expected = tensorflow_gradients(forward, (logits,), 1)
    assert_matches_tensorflow([cross_entropy_backward(logits, labels)], expected)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_gradient_of_logits_of_ten_thousand(dtype):
    logits = np.array([[1e4, -1e4], [1e4, -1e4]], dtype)
    with np.errstate(all="raise", under="ignore"):
        gradient = cross_entropy_backward(logits, [0, 1])
    assert gradient.dtype == dtype
    assert gradient.tolist() == [[0, 0], [0.5, -0.5]]


def test_gradient_by_hand():
    gradient = cross_entropy_backward(np.log([[1.0, 3.0], [4.0, 1.0]]), [0, 0])
    np.testing.assert_allclose(gradient, [[-0.375, 0.375], [-0.1, 0.1]])


def test_gradient_changes_neither_logits_nor_labels():
    logits, labels = np.zeros((2, 3)), np.array([0, 2])
    cross_entropy_backward(logits, labels)
    assert not logits.any()
    assert labels.tolist() == [0, 2]


@pytest.mark.parametrize(
    ("labels", "message"), [([0, 1], r"labels must have shape \(3,\)"), ([0, 1, 4], "got label 4")]
)
def test_bad_labels_on_the_way_back(labels, message):
    with pytest.raises(ValueError, match=message):
        cross_entropy_backward(LOGITS, labels)
