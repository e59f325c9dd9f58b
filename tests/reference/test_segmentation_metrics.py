"""Intersection over union of classes against Keras, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import class_iou
from tests.reference.cases import CASES, seeds


@CASES
@given(seeds, st.integers(1, 6), st.booleans())
def test_its_mean_agrees_with_keras(seed, classes, with_ignored):
    from keras import metrics

    rng = np.random.default_rng(seed)
    # Not every class is there.
    labels = rng.integers(0, rng.integers(1, classes + 1), (2, 3, 4))
    predictions = rng.integers(0, rng.integers(1, classes + 1), labels.shape)
    # Keras wants an ignored label to be one of the classes: then leave these pixels out.
    ignored = rng.random(labels.shape) < 0.3 if with_ignored else np.zeros(labels.shape, bool)
    ignored[0, 0, 0] = False
    theirs = metrics.MeanIoU(classes, dtype="float64")
    theirs.update_state(labels[~ignored], predictions[~ignored])
    marked = np.where(ignored, 255, labels)
    found = class_iou(predictions, marked, classes, ignored=255)
    assert found.shape == (classes,)
    assert np.nanmean(found) == pytest.approx(float(theirs.result()), abs=1e-6)


def test_by_hand():
    labels = np.array([[0, 0, 0, 1], [0, 0, 1, 1]])
    predictions = np.array([[0, 0, 1, 1], [0, 0, 0, 1]])
    # Background: 4 right, 1 too many, 1 too few. Class 1: 2 right, 1 and 1. Class 2: nothing.
    np.testing.assert_allclose(class_iou(predictions, labels, 3), [4 / 6, 2 / 4, np.nan])
    labels[0, 2] = 9
    found = class_iou(predictions, labels, 3, ignored=9)
    np.testing.assert_allclose(found, [4 / 5, 2 / 3, np.nan])
    assert np.isnan(class_iou(predictions[:0], labels[:0], 2)).all()
    small = class_iou(predictions.astype(np.uint8), predictions.astype(np.uint8), 2)
    assert small.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("predictions", "labels", "classes", "message"),
    [
        ([0, 1], [0], 2, r"predictions must have the shape of labels, \(1,\), got shape \(2,\)"),
        ([0, 2], [0, 1], 2, "predictions must be integers from 0 to 1, got int64 from 0 to 2"),
        ([0, 1], [0, -1], 2, "labels must be integers from 0 to 1, got int64 from -1 to 0"),
        ([0.0, 1.0], [0, 1], 2, "predictions must be integers .* got float64"),
        ([0], [0], 0, "classes must be"),
    ],
)
def test_bad_input(predictions, labels, classes, message):
    with pytest.raises(ValueError, match=message):
        class_iou(predictions, labels, classes)
