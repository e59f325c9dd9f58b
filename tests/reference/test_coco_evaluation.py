"""coco_evaluate against pycocotools, on generated scenes full of special cases, and by hand."""

import contextlib
import io
from copy import deepcopy

import numpy as np
import pytest

from course_utils.reference import box_iou, coco_evaluate
from course_utils.reference.coco_evaluation import THRESHOLDS

NUMBERS = [
    *("AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge"),
    *("AR1", "AR10", "AR100", "ARsmall", "ARmedium", "ARlarge"),
]


def pycocotools_evaluate(truths, detections, classes):
    """The same twelve numbers from COCO's evaluator."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    data = {
        "info": {},
        "images": [{"id": i + 1} for i in range(len(truths))],
        "categories": [{"id": int(label)} for label in classes],
    }
    objects, found = [], []
    for i, (truth, detection) in enumerate(zip(truths, detections)):
        areas = truth.get("areas", (truth["boxes"][:, 2:] - truth["boxes"][:, :2]).prod(axis=1))
        crowds = truth.get("crowd", np.zeros(len(areas), bool))
        for box, label, area, crowd in zip(truth["boxes"], truth["labels"], areas, crowds):
            about = {"id": len(objects) + 1, "area": float(area), "iscrowd": int(crowd)}
            objects.append({"image_id": i + 1, "category_id": int(label)} | about | corner(box))
        for box, label, score in zip(*(detection[k] for k in ("boxes", "labels", "scores"))):
            about = {"image_id": i + 1, "category_id": int(label), "score": float(score)}
            found.append(about | corner(box))
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = data | {"annotations": objects}
        coco.createIndex()
        if found:
            results = coco.loadRes(found)
        else:  # loadRes does not take an empty list
            results = COCO()
            results.dataset = data | {"annotations": []}
            results.createIndex()
        evaluation = COCOeval(coco, results, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return dict(zip(NUMBERS, evaluation.stats.tolist()))


def corner(box):
    x0, y0, x1, y1 = (float(edge) for edge in box)
    return {"bbox": [x0, y0, x1 - x0, y1 - y0]}


def scene(rng):
    """(truths, detections, classes) of some images: ties, empty images, crowds, missing classes.

    Edges are multiples of 1/4, so that overlaps which equal a threshold exactly, or each other,
    are frequent and computed alike.
    """
    classes = np.arange(1, rng.integers(1, 5) + 1)
    largest = rng.choice([24, 60, 300])
    many = rng.random() < 0.08  # more than 100 detections of a class in an image
    truths, detections = [], []
    for _ in range(rng.integers(1, 6)):
        n = 0 if rng.random() < 0.2 else rng.integers(1, 9)
        # The last class may have detections only.
        truth = {
            "boxes": boxes(n, largest, rng),
            "labels": rng.choice(classes[: max(1, len(classes) - 1)], n),
        }
        if n > 1 and rng.random() < 0.3:
            # Two alike, one beside the other, so that a box between them overlaps both equally.
            truth["boxes"][1] = truth["boxes"][0] + [rng.integers(1, 9) / 2, 0] * 2
            truth["labels"][1] = truth["labels"][0]
        if rng.random() < 0.7:
            truth["crowd"] = rng.random(n) < 0.3
        if rng.random() < 0.3:
            truth["areas"] = rng.integers(1, largest**2, n).astype(float)
        truths.append(truth)
        m = 0 if rng.random() < 0.15 else rng.integers(1, 30)
        m = 250 if many else m
        detections.append(near(truth, m, largest, classes, rng))
    return truths, detections, classes


def boxes(n, largest, rng):
    corners = rng.integers(0, 4 * largest, (n, 2)) / 4
    sizes = rng.integers(1, 4 * largest, (n, 2)) / 4
    if rng.random() < 0.7:
        sizes = 5 * np.ceil(sizes / 5)  # of which twentieths are multiples of 1/4
    if rng.random() < 0.2 and n:
        sizes[0] = rng.choice([32, 96])  # on the border of two ranges of areas
    return np.concatenate([corners, corners + sizes], axis=1)


def changed(box, rng):
    """A box moved, made narrower by some twentieths, or left as it is."""
    kind = rng.random()
    if kind < 0.3:
        width = (box[2] - box[0]) * rng.integers(10, 20) / 20
        return [*box[:2], box[0] + width, box[3]]
    moved = box + rng.integers(-8, 9, 4) / 4 * (kind < 0.8)
    return [*moved[:2], *np.maximum(moved[2:], moved[:2] + 0.25)]


def near(truth, m, largest, classes, rng):
    """Detections: objects moved a little, some of them not at all, and boxes out of nowhere."""
    found, labels = boxes(m, largest, rng), rng.choice(classes, m)
    for i in range(m):
        if len(truth["boxes"]) and rng.random() < 0.7:
            j = rng.integers(len(truth["boxes"]))
            found[i] = changed(truth["boxes"][j], rng)
            if j == 1 and rng.random() < 0.5:
                found[i] = truth["boxes"][:2].mean(axis=0)
            labels[i] = truth["labels"][j] if rng.random() < 0.8 else labels[i]
    # Few different scores: ties within images and between them.
    scores = rng.integers(0, 12, m) / 12 if rng.random() < 0.6 else rng.random(m)
    return {"boxes": found, "labels": labels, "scores": scores}


@pytest.mark.parametrize("hundred", range(10))
def test_agrees_with_pycocotools_on_a_hundred_scenes(hundred):
    for number in range(100 * hundred, 100 * (hundred + 1)):
        truths, detections, classes = scene(np.random.default_rng([18, number]))
        expected = pycocotools_evaluate(truths, detections, classes)
        found = coco_evaluate(truths, detections)
        assert list(found) == NUMBERS
        for name in NUMBERS:
            assert found[name] == pytest.approx(expected[name], abs=1e-9), (number, name)


@pytest.mark.parametrize("hundred", range(10))
def test_overlaps_agree_with_pycocotools_on_a_hundred_scenes(hundred):
    from pycocotools import mask

    for number in range(100 * hundred, 100 * (hundred + 1)):
        truths, detections, _ = scene(np.random.default_rng([18, number]))
        for truth, detection in zip(truths, detections):
            if not len(truth["boxes"]) or not len(detection["boxes"]):
                continue
            theirs = [
                np.array([corner(box)["bbox"] for box in one["boxes"]])
                for one in (detection, truth)
            ]
            expected = mask.iou(*theirs, np.zeros(len(truth["boxes"]), np.uint8))
            overlaps = box_iou(detection["boxes"], truth["boxes"])
            np.testing.assert_allclose(overlaps, expected, rtol=0, atol=1e-9)


def test_the_generated_scenes_have_what_they_promise():
    scenes = [scene(np.random.default_rng([18, number])) for number in range(1000)]
    images = [image for truths, found, _ in scenes for image in zip(truths, found)]
    assert sum(not len(truth["boxes"]) for truth, _ in images) > 200
    assert sum(not len(found["boxes"]) for _, found in images) > 200
    assert sum(truth["crowd"].any() for truth, _ in images if "crowd" in truth) > 500
    assert sum(len(np.unique(f["scores"])) < len(f["scores"]) for _, f in images) > 1000
    crowded = [np.bincount(found["labels"], minlength=1).max() > 100 for _, found in images]
    assert sum(crowded) > 50
    missing = [
        set(classes) - {label for truth in truths for label in truth["labels"]}
        for truths, _, classes in scenes
    ]
    assert sum(map(bool, missing)) > 300
    overlaps = [box_iou(found["boxes"], truth["boxes"]).ravel() for truth, found in images]
    assert np.isin(np.concatenate(overlaps), THRESHOLDS).sum() > 500
    assert sum(map(two_equally_good, images)) > 50
    results = [coco_evaluate(truths, found)["AP"] for truths, found, _ in scenes[:200]]
    assert 0.05 < np.mean(results) < 0.95
    assert len(set(results)) > 100


def two_equally_good(image):
    """Whether a detection overlaps two different objects equally, and well enough."""
    truth, found = image
    objects = np.unique(truth["boxes"], axis=0) if len(truth["boxes"]) else truth["boxes"]
    overlaps = np.sort(box_iou(found["boxes"], objects), axis=1)
    return (
        overlaps.shape[1] > 1
        and ((overlaps[:, -1] == overlaps[:, -2]) & (overlaps[:, -1] >= 0.5)).any()
    )


def test_of_two_equally_good_objects_the_last_is_taken():
    """As COCO does: the first object is then left for the second detection."""
    truth = {"boxes": np.array([[0, 0, 10, 10], [4, 0, 14, 10]]), "labels": np.array([1, 1])}
    found = {"boxes": np.array([[2, 0, 12, 10], [0, 0, 10, 10]]), "labels": np.array([1, 1])}
    found["scores"] = np.array([0.9, 0.8])
    expected = pycocotools_evaluate([truth], [found], [1])
    assert coco_evaluate([truth], [found]) == pytest.approx(expected, abs=1e-9)
    assert expected["AR100"] == pytest.approx((4 * 1 + 6 * 0.5) / 10)  # 2/3 is above 4 thresholds


TRUTH = {"boxes": [[0, 0, 10, 10], [20, 0, 30, 10]], "labels": [1, 1]}


def test_a_wrong_detection_between_two_right_ones_by_hand():
    """Right, wrong, right: precision 1 up to recall 1/2, 2/3 beyond; 51 and 50 of 101 levels."""
    found = {
        "boxes": [[0, 0, 10, 10], [50, 50, 60, 60], [20, 0, 30, 10]],
        "labels": [1, 1, 1],
        "scores": [0.9, 0.8, 0.7],
    }
    numbers = coco_evaluate([TRUTH], [found])
    assert numbers["AP"] == pytest.approx((51 + 50 * 2 / 3) / 101)
    assert numbers["AR100"] == 1
    assert numbers["AR1"] == 0.5
    assert numbers["APlarge"] == -1


def test_a_second_detection_of_one_object_is_wrong():
    once = {"boxes": [[0, 0, 10, 10]], "labels": [1], "scores": [0.9]}
    twice = {"boxes": [[0, 0, 10, 10]] * 2, "labels": [1, 1], "scores": [0.95, 0.9]}
    truths = [TRUTH, TRUTH]
    assert coco_evaluate(truths, [once, once])["AP"] > coco_evaluate(truths, [twice, once])["AP"]


def test_ten_thresholds_are_averaged():
    """Overlap 0.8 counts at 0.5, 0.55, ..., 0.8: seven of ten thresholds."""
    truth = {"boxes": [[0, 0, 10, 10]], "labels": [1]}
    found = {"boxes": [[0, 0, 8, 10]], "labels": [1], "scores": [1.0]}
    numbers = coco_evaluate([truth], [found])
    assert numbers["AP"] == pytest.approx(0.7)
    assert numbers["AP50"] == numbers["AP75"] == 1


def test_nothing_to_find():
    empty = {"boxes": [], "labels": []}
    assert set(coco_evaluate([empty], [empty | {"scores": []}]).values()) == {-1.0}
    assert set(coco_evaluate([], []).values()) == {-1.0}


def test_does_not_change_its_input():
    truths, detections, _ = scene(np.random.default_rng(5))
    copies = deepcopy((truths, detections))
    coco_evaluate(truths, detections)
    for record, copy in zip(truths + detections, copies[0] + copies[1]):
        for key in copy:
            np.testing.assert_array_equal(record[key], copy[key])


FOUND = {"boxes": [[0, 0, 1, 1]], "labels": [1], "scores": [0.5]}


@pytest.mark.parametrize(
    ("truths", "detections", "message"),
    [
        ([TRUTH], [], "of one length; got 1 and 0"),
        ([[0, 0, 1, 1]], [FOUND], r"truths\[0\] must be a dict with boxes, labels"),
        ([TRUTH], [TRUTH], r"detections\[0\] must be a dict with boxes, labels, scores"),
        ([TRUTH | {"labels": [1]}], [FOUND], r"truths\[0\], labels must have shape \(2,\).*\(1,\)"),
        ([TRUTH | {"crowd": [1]}], [FOUND], r"truths\[0\], crowd must have shape \(2,\)"),
        ([TRUTH], [FOUND | {"scores": [np.nan]}], r"detections\[0\], scores must be .* NaN"),
        ([TRUTH], [FOUND | {"boxes": [[5, 5, 1, 1]]}], r"detections\[0\], boxes \[5"),
    ],
)
def test_bad_input(truths, detections, message):
    with pytest.raises(ValueError, match=message):
        coco_evaluate(truths, detections)
