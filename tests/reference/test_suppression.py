"""Non-maximum suppression against TensorFlow, and against its rule with pycocotools' overlaps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import non_max_suppression, soft_non_max_suppression
from tests.reference.cases import CASES, seeds


@st.composite
def detections(draw, ties=True):
    """(boxes, scores, labels) with overlaps that equal thresholds, and equal scores."""
    rng = np.random.default_rng(draw(seeds))
    n = draw(st.integers(0, 40))
    start = rng.integers(0, 20, (n, 2)) / 2
    sizes = 5 * rng.integers(1, 4, (n, 2))
    boxes = np.concatenate([start, start + sizes], axis=1)
    scores = rng.integers(1, 9, n) / 8 if ties else rng.permutation(n) / max(n, 1) + 0.01
    return boxes, scores, rng.integers(0, 3, n)


def by_the_rule(boxes, scores, labels, threshold):
    """One box after the other, best first: kept unless a kept one of its class overlaps it."""
    from pycocotools import mask

    kept = []
    for i in sorted(range(len(boxes)), key=lambda i: (-scores[i], i)):
        rivals = [j for j in kept if labels[j] == labels[i]]
        corners = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
        overlaps = mask.iou(corners[[i]], corners[rivals], [0] * len(rivals)) if rivals else [[]]
        if all(overlap <= threshold for overlap in overlaps[0]):
            kept.append(i)
    return kept


@CASES
@given(detections(), st.sampled_from([0, 0.25, 1 / 3, 0.5, 0.75, 1]))
def test_follows_its_rule(case, threshold):
    boxes, scores, labels = case
    expected = by_the_rule(boxes, scores, labels, threshold)
    kept = non_max_suppression(boxes, scores, threshold=threshold, labels=labels)
    assert kept.tolist() == expected
    expected = by_the_rule(boxes, scores, np.zeros(len(boxes)), threshold)
    assert non_max_suppression(boxes, scores, threshold=threshold).tolist() == expected


@CASES
@given(detections(ties=False), st.sampled_from([0.25, 0.5, 0.75]))
def test_agrees_with_tensorflow(case, threshold):
    import tensorflow as tf

    boxes, scores, _ = case
    expected = tf.image.non_max_suppression(
        boxes.astype(np.float32), scores.astype(np.float32), len(boxes) + 1, threshold
    )
    kept = non_max_suppression(boxes, scores, threshold=threshold)
    assert kept.tolist() == expected.numpy().tolist()


@CASES
@given(detections(ties=False), st.sampled_from([0.2, 0.5, 1.5]))
def test_soft_agrees_with_tensorflow(case, sigma):
    import tensorflow as tf

    boxes, scores, _ = case
    # TensorFlow's weight is exp(-o² / (2 sigma)), the paper's and ours exp(-o² / sigma).
    expected, lowered = tf.image.non_max_suppression_with_scores(
        boxes.astype(np.float32),
        scores.astype(np.float32),
        len(boxes) + 1,
        iou_threshold=1.0,
        score_threshold=1e-3,
        soft_nms_sigma=sigma / 2,
    )
    kept, ours = soft_non_max_suppression(boxes, scores, sigma=sigma)
    np.testing.assert_allclose(ours, lowered.numpy(), rtol=1e-4)
    # Where two scores are within float32's rounding, either may come first.
    apart = np.abs(np.diff(ours, append=0)) > 1e-5
    if apart.all():
        assert kept.tolist() == expected.numpy().tolist()


@CASES
@given(detections(), st.sampled_from([0.25, 0.5, 1]))
def test_linear_soft_suppression_follows_its_rule(case, threshold):
    from pycocotools import mask

    boxes, scores, labels = case
    corners = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    left, expected = dict(enumerate(scores)), []
    while left:
        best = max(left, key=lambda i: (left[i], -i))
        expected.append((best, left.pop(best)))
        for i in left:
            overlap = mask.iou(corners[[best]], corners[[i]], [0])[0, 0]
            if labels[i] == labels[best] and overlap > threshold:
                left[i] *= 1 - overlap
        left = {i: score for i, score in left.items() if score >= 1e-3}
    kept, lowered = soft_non_max_suppression(
        boxes, scores, method="linear", threshold=threshold, labels=labels
    )
    np.testing.assert_allclose(lowered, [score for _, score in expected])
    assert (np.diff(lowered) <= 0).all()
    if len(np.unique(lowered.round(9))) == len(lowered):
        assert kept.tolist() == [i for i, _ in expected]


BOXES = np.array([[0, 0, 10, 10], [0, 0, 10, 8], [20, 0, 30, 10], [0, 0, 10, 5]])


def test_by_hand():
    assert non_max_suppression(BOXES, [0.6, 0.9, 0.5, 0.8]).tolist() == [1, 2]
    # Against the second box, the last one's overlap is 5/8.
    assert non_max_suppression(BOXES, [0.6, 0.9, 0.5, 0.8], threshold=0.7).tolist() == [1, 3, 2]
    # An overlap that equals the threshold does not drop the box.
    assert non_max_suppression(BOXES[[0, 3]], [0.9, 0.8], threshold=0.5).tolist() == [0, 1]
    kept = non_max_suppression(BOXES, [0.6, 0.9, 0.5, 0.8], labels=[0, 1, 1, 0])
    assert kept.tolist() == [1, 3, 0, 2]  # the box of overlap 1/2 stays, those of class 1 apart


def test_soft_by_hand():
    boxes, scores = BOXES[[0, 3]], [0.9, 0.8]  # overlap 1/2
    kept, lowered = soft_non_max_suppression(boxes, scores, method="linear")
    assert kept.tolist() == [0, 1]
    np.testing.assert_allclose(lowered, [0.9, 0.4])
    _, lowered = soft_non_max_suppression(boxes, scores, sigma=0.5)
    np.testing.assert_allclose(lowered, [0.9, 0.8 * np.exp(-0.5)])
    kept, lowered = soft_non_max_suppression(boxes, scores, method="linear", smallest=0.41)
    assert kept.tolist() == [0]


def test_does_not_change_its_input_and_takes_no_boxes():
    scores = np.array([0.9, 0.8, 0.7, 0.6])
    for suppress in (non_max_suppression, soft_non_max_suppression):
        suppress(BOXES, scores)
        assert scores.tolist() == [0.9, 0.8, 0.7, 0.6]
    assert non_max_suppression([], []).shape == (0,)
    assert [part.shape for part in soft_non_max_suppression([], [])] == [(0,), (0,)]


@pytest.mark.parametrize(
    ("suppress", "boxes", "scores", "options", "message"),
    [
        (non_max_suppression, BOXES, [1.0], {}, r"scores must have shape \(4,\).*got shape \(1,\)"),
        (non_max_suppression, BOXES[0], [1.0], {}, r"boxes must have shape \(n, 4\)"),
        (non_max_suppression, BOXES, [1, 1, np.nan, 1], {}, "got NaN at position 2"),
        (non_max_suppression, BOXES, [1.0] * 4, {"threshold": 1.5}, "threshold .* got 1.5"),
        (non_max_suppression, BOXES, [1.0] * 4, {"labels": [1]}, r"labels must have shape \(4,\)"),
        (soft_non_max_suppression, BOXES, [1.0] * 4, {"method": "hard"}, "method .* got 'hard'"),
        (soft_non_max_suppression, BOXES, [1.0] * 4, {"sigma": 0}, "sigma .* got 0"),
        (soft_non_max_suppression, BOXES, [1.0] * 4, {"threshold": -1}, "threshold .* got -1"),
        (soft_non_max_suppression, BOXES, [1, 1, 1, -1], {}, "scores must not be negative, got -1"),
    ],
)
def test_bad_input(suppress, boxes, scores, options, message):
    with pytest.raises(ValueError, match=message):
        suppress(boxes, scores, **options)
