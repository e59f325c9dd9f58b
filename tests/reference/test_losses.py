"""cross_entropy against Keras, and for logits that overflow the plain formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import cross_entropy, softmax
from tests.reference.cases import CASES, assert_close, float_dtypes, numbers, seeds


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
