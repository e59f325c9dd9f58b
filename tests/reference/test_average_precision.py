"""Average precision by hand, and VOC's metric against a transcription of its development kit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import (
    average_precision,
    coco_evaluate,
    precision_and_recall,
    voc_evaluate,
)
from tests.reference.cases import CASES, seeds


def test_a_ranking_by_hand():
    """Right, wrong, right, of four objects."""
    precision, recall = precision_and_recall([True, False, True], 4)
    assert precision.tolist() == [1, 1 / 2, 2 / 3]
    assert recall.tolist() == [1 / 4, 1 / 4, 2 / 4]
    assert average_precision(precision, recall) == pytest.approx(1 / 4 + 1 / 4 * 2 / 3)
    # Recall 0, 0.1, 0.2 have precision 1, then 0.3, 0.4, 0.5 have 2/3, then nothing.
    assert average_precision(precision, recall, points=11) == pytest.approx((3 + 3 * 2 / 3) / 11)
    expected = (26 + 25 * 2 / 3) / 101
    assert average_precision(precision, recall, points=101) == pytest.approx(expected)


def test_extremes():
    for points in (None, 11, 101):
        assert average_precision(*precision_and_recall([1] * 5, 5), points=points) == 1
        assert average_precision(*precision_and_recall([0] * 5, 5), points=points) == 0
        assert average_precision([], [], points=points) == 0


@CASES
@given(st.lists(st.booleans(), max_size=30), st.integers(0, 10), st.sampled_from([11, 101]))
def test_averages_are_what_their_definitions_say(correct, missed, points):
    objects = max(sum(correct) + missed, 1)
    precision, recall = precision_and_recall(np.array(correct, bool), objects)

    def best_from(level):
        return max((p for p, r in zip(precision, recall) if r >= level), default=0)

    sampled = np.mean([best_from(level) for level in np.linspace(0, 1, points)])
    assert average_precision(precision, recall, points=points) == pytest.approx(sampled)
    area = sum(best_from(k / objects) for k in range(1, objects + 1)) / objects
    assert average_precision(precision, recall) == pytest.approx(area)


@st.composite
def images(draw):
    """(truths, detections) with ties, difficult objects and several classes."""
    rng = np.random.default_rng(draw(seeds))
    truths, detections = [], []
    for _ in range(rng.integers(1, 5)):
        n, m = rng.integers(0, 6, 2)
        boxes = rng.integers(0, 30, (n, 2))
        boxes = np.concatenate([boxes, boxes + rng.integers(0, 12, (n, 2))], axis=1)
        truths.append({"boxes": boxes, "labels": rng.integers(0, 3, n)})
        if rng.random() < 0.6:
            truths[-1]["difficult"] = rng.random(n) < 0.3
        near = boxes[rng.integers(0, n, m)] if n else np.zeros((m, 4), int)
        near = near + rng.integers(-2, 3, near.shape)
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2])
        scores = rng.integers(0, 5, m) / 4
        detections.append({"boxes": near, "labels": rng.integers(0, 3, m), "scores": scores})
    return truths, detections


def development_kit(truths, detections, label, threshold, extra):
    """VOCevaldet.m, line by line: (AP over all points, AP over eleven), or None without objects."""
    hard = [truth.get("difficult", np.zeros(len(truth["labels"]), bool)) for truth in truths]
    rows = [
        (one["scores"][k], i, one["boxes"][k])
        for i, one in enumerate(detections)
        for k in np.argsort(-one["scores"], kind="stable")
        if one["labels"][k] == label
    ]
    npos = sum(int(((t["labels"] == label) & ~h).sum()) for t, h in zip(truths, hard))
    if not npos:
        return None
    found, tp, fp = set(), [], []
    for _, i, bb in sorted(rows, key=lambda row: -row[0]):
        ovmax, jmax = -np.inf, None
        for j, (gt, its_label) in enumerate(zip(truths[i]["boxes"], truths[i]["labels"])):
            if its_label != label:
                continue
            iw = min(bb[2], gt[2]) - max(bb[0], gt[0]) + extra
            ih = min(bb[3], gt[3]) - max(bb[1], gt[1]) + extra
            if iw > 0 and ih > 0:
                ua = (bb[2] - bb[0] + extra) * (bb[3] - bb[1] + extra)
                ua += (gt[2] - gt[0] + extra) * (gt[3] - gt[1] + extra) - iw * ih
                if iw * ih / ua > ovmax:
                    ovmax, jmax = iw * ih / ua, j
        tp.append(0)
        fp.append(0)
        if ovmax >= threshold:
            if not hard[i][jmax]:
                (fp if (i, jmax) in found else tp)[-1] = 1
                found.add((i, jmax))
        else:
            fp[-1] = 1
    tp, fp = np.cumsum(tp), np.cumsum(fp)
    rec, prec = tp / npos, tp / np.maximum(tp + fp, 1)
    mrec, mpre = np.r_[0, rec, 1], np.r_[0, prec, 0]
    for k in range(len(mpre) - 2, -1, -1):
        mpre[k] = max(mpre[k], mpre[k + 1])
    steps = np.flatnonzero(mrec[1:] != mrec[:-1]) + 1
    area = np.sum((mrec[steps] - mrec[steps - 1]) * mpre[steps])
    eleven = np.mean([max(prec[rec >= t], default=0) for t in np.linspace(0, 1, 11)])
    return area, eleven


@CASES
@given(images(), st.sampled_from([0.25, 0.5, 0.75]), st.booleans())
def test_voc_agrees_with_its_development_kit(case, threshold, pixel_corners):
    truths, detections = case
    options = {"threshold": threshold, "pixel_corners": pixel_corners}
    for which, points in ((0, None), (1, 11)):
        result = voc_evaluate(truths, detections, points=points, **options)
        expected = {}
        for label in range(3):
            kit = development_kit(truths, detections, label, threshold, int(pixel_corners))
            if kit is not None:
                expected[label] = kit[which]
        assert result["AP"] == pytest.approx(expected, abs=1e-12)
        if expected:
            assert result["mAP"] == pytest.approx(np.mean(list(expected.values())))
        else:
            assert np.isnan(result["mAP"])


def test_the_extra_pixel_decides():
    """Boxes of 4 by 4 pixels, one column apart, share 3 of 5 columns; without, 2 of 4."""
    truth = {"boxes": [[0, 0, 3, 3]], "labels": [0]}
    found = {"boxes": [[1, 0, 4, 3]], "labels": [0], "scores": [1.0]}
    assert voc_evaluate([truth], [found], threshold=0.6)["mAP"] == 1
    assert voc_evaluate([truth], [found], threshold=0.6, pixel_corners=False)["mAP"] == 0
    assert voc_evaluate([truth], [found], threshold=0.5, pixel_corners=False)["mAP"] == 1


def test_a_taken_object_is_where_coco_and_voc_differ():
    """Two objects; both detections are nearest to the first. COCO gives the second what is left."""
    truth = {"boxes": [[0, 0, 9, 9], [3, 0, 12, 9]], "labels": [0, 0]}
    found = {"boxes": [[0, 0, 9, 9], [1, 0, 10, 9]], "labels": [0, 0], "scores": [0.9, 0.8]}
    assert voc_evaluate([truth], [found])["mAP"] == 0.5
    assert coco_evaluate([truth], [found])["AP50"] == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: precision_and_recall([2], 1), "row of booleans"),
        (lambda: precision_and_recall([[1]], 1), "row of booleans"),
        (lambda: precision_and_recall([1, 1], 1), "objects must be .* got 1 with 2 correct"),
        (lambda: precision_and_recall([], 0), "objects must be .* got 0"),
        (lambda: average_precision([1], [1, 1]), r"got shapes \(1,\) and \(2,\)"),
        (lambda: average_precision([1, 1], [1, 0.5]), "recall must not fall"),
        (lambda: average_precision([1], [1], points=1), "points .* got 1"),
        (lambda: voc_evaluate([], [], threshold=0), "threshold .* got 0"),
        (lambda: voc_evaluate([{}], [{}]), r"truths\[0\] must be a dict with boxes, labels"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
