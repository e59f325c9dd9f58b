"""Boxes: overlap, corners and centers, offsets from anchors. (pycocotools: test_coco_evaluation)"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import (
    box_area,
    box_centers,
    box_corners,
    box_intersection,
    box_iou,
    clip_boxes,
    decode_boxes,
    encode_boxes,
)
from tests.reference.cases import CASES, seeds


@st.composite
def pixel_boxes(draw, largest=12):
    """A handful of boxes with whole corners, some without area."""
    rng = np.random.default_rng(draw(seeds))
    start = rng.integers(-2, largest, (draw(st.integers(0, 6)), 2))
    return np.concatenate([start, start + rng.integers(0, largest, start.shape)], axis=1)


def pixels(box):
    """The pixels inside a box, as a set."""
    x0, y0, x1, y1 = box
    return {(x, y) for x in range(x0, x1) for y in range(y0, y1)}


@CASES
@given(pixel_boxes(), pixel_boxes())
def test_overlap_counts_pixels(a, b):
    overlaps, shared = box_iou(a, b), box_intersection(a, b)
    assert overlaps.shape == shared.shape == (len(a), len(b))
    for i, j in np.ndindex(overlaps.shape):
        both, either = pixels(a[i]) & pixels(b[j]), pixels(a[i]) | pixels(b[j])
        assert shared[i, j] == len(both)
        assert overlaps[i, j] == pytest.approx(len(both) / len(either) if either else 0)
    assert box_area(a).tolist() == [len(pixels(box)) for box in a]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ([0, 0, 10, 10], 1),
        ([10, 0, 20, 10], 0),  # touching: no extra pixel
        ([10, 10, 20, 20], 0),
        ([2, 2, 7, 7], 25 / 100),  # inside
        ([5, 0, 15, 10], 50 / 150),
        ([5, 5, 5, 5], 0),
    ],
)
def test_overlap_by_hand(other, expected):
    assert box_iou([[0, 0, 10, 10]], [other]).item() == pytest.approx(expected)
    assert box_iou([other], [[0, 0, 10, 10]]).item() == pytest.approx(expected)


@CASES
@given(seeds)
def test_corners_and_centers_undo_each_other(seed):
    rng = np.random.default_rng(seed)
    start = rng.normal(size=(5, 2)) * 50
    corners = np.concatenate([start, start + rng.exponential(20, (5, 2))], axis=1)
    centers = box_centers(corners)
    np.testing.assert_allclose(box_corners(centers), corners, atol=1e-10)
    np.testing.assert_allclose(centers[:, :2], (corners[:, :2] + corners[:, 2:]) / 2, atol=1e-10)


@CASES
@given(seeds, st.sampled_from([(0.1, 0.1, 0.2, 0.2), (1, 1, 1, 1)]))
def test_decoding_undoes_encoding(seed, variances):
    rng = np.random.default_rng(seed)
    start = rng.normal(size=(2, 5, 2)) * 50
    boxes, anchors = np.concatenate([start, start + rng.exponential(20, start.shape) + 1], axis=2)
    offsets = encode_boxes(boxes, anchors, variances=variances)
    np.testing.assert_allclose(decode_boxes(offsets, anchors, variances=variances), boxes)
    moved, shift = boxes * 3, np.array([10, 20, 10, 20])
    scaled = encode_boxes(moved + shift, anchors * 3 + shift, variances=variances)
    np.testing.assert_allclose(scaled, offsets, atol=1e-9)


def test_encoding_by_hand():
    anchors, boxes = [[0, 0, 10, 20]], [[3, 1, 23, 11]]  # centers (5, 10) and (13, 6)
    plain = encode_boxes(boxes, anchors, variances=(1, 1, 1, 1))
    np.testing.assert_allclose(plain, [[0.8, -0.2, np.log(2), np.log(0.5)]])
    np.testing.assert_allclose(
        encode_boxes(boxes, anchors), [[8, -2, np.log(2) / 0.2, np.log(0.5) / 0.2]]
    )
    np.testing.assert_allclose(decode_boxes([[0, 0, 0, 0]], anchors), anchors)


def test_clipping():
    boxes = [[-5, -5, 5, 5], [90, 40, 120, 70], [200, 200, 300, 300]]
    expected = [[0, 0, 5, 5], [90, 40, 100, 50], [100, 50, 100, 50]]
    assert clip_boxes(boxes, height=50, width=100).tolist() == expected


def test_dtypes_and_no_boxes():
    boxes = np.array([[0, 0, 1, 2]], np.float32)
    for result in (
        box_iou(boxes, boxes),
        box_centers(boxes),
        box_corners(boxes),
        clip_boxes(boxes, 5, 5),
        encode_boxes(boxes, boxes),
        decode_boxes(boxes, boxes),
    ):
        assert result.dtype == np.float32
    assert box_iou([], boxes).shape == (0, 1)
    assert box_iou(boxes, []).shape == (1, 0)
    assert encode_boxes([], []).shape == decode_boxes([], []).shape == (0, 4)


GOOD, BACKWARD = [[0, 0, 2, 2]], [[0, 0, 2, 2], [5, 0, 4, 2]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: box_iou(BACKWARD, GOOD), r"not end before it begins, got a \[5\.0, .*position 1"),
        (lambda: box_iou(GOOD, [[0, np.nan, 1, 1]]), "not end before it begins, got b"),
        (lambda: box_iou([0, 0, 1, 1], GOOD), r"a must have shape \(n, 4\).*got shape \(4,\)"),
        (lambda: box_corners([[1, 1, 2, -2]]), r"not be negative, got \[1\.0, 1\.0, 2\.0, -2\.0\]"),
        (lambda: encode_boxes(GOOD, GOOD * 2), "got 1 boxes and 2 anchors"),
        (lambda: decode_boxes(GOOD, GOOD * 2), "got 1 offsets and 2 anchors"),
        (lambda: encode_boxes([[1, 1, 1, 5]], GOOD), r"boxes must have an area, .*\[0\.0, 4\.0\]"),
        (lambda: decode_boxes(GOOD, [[1, 1, 1, 5]]), "anchors must have an area"),
        (lambda: encode_boxes(GOOD, GOOD, variances=(1, 1)), "four positive numbers"),
        (lambda: encode_boxes(GOOD, GOOD, variances=(1, 1, 1, 0)), "four positive numbers"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
