"""Scenes: everything said of them is true, dials do what they say, and splits share nothing."""

import hashlib

import numpy as np
import pytest

from course_utils.datasets import cifar10, compose_scenes, mask_boxes, scene_garments
from course_utils.datasets.cutouts import cut_out, resize_cutout
from course_utils.reference import coco_evaluate
from tests.datasets.test_small import full_or_skip

HARD = {"count": (3, 6), "garment_sizes": (20, 44), "occlusion": 0.6}


def small(n, split="train", **dials):
    return compose_scenes(n, split, size="small", **dials)


def same(one, other):
    return all(
        np.array_equal(getattr(one, field), getattr(other, field))
        for field in one.__dataclass_fields__
    )


@pytest.mark.parametrize("dials", [{}, HARD, {"clutter": 4, "background": "cifar10"}])
def test_everything_said_of_a_scene_is_true(dials):
    for scene in small(25, **dials):
        n = len(scene.labels)
        assert scene.image.shape == (96, 96, 1)
        assert scene.image.dtype == np.uint8
        assert scene.masks.shape == scene.full_masks.shape == (n, 96, 96)
        assert scene.masks.sum(axis=0).max() <= 1  # no pixel has two owners
        assert not (scene.masks & ~scene.full_masks).any()
        for i in range(n):
            # Visible is what is not under a later garment.
            above = scene.full_masks[i + 1 :].any(axis=0)
            np.testing.assert_array_equal(scene.masks[i], scene.full_masks[i] & ~above)
            hidden = (scene.full_masks[i] & above).sum() / scene.full_masks[i].sum()
            assert scene.hidden[i] == pytest.approx(hidden)


@pytest.mark.parametrize("dials", [{}, HARD])
def test_boxes_enclose_masks_tightly(dials):
    for scene in small(25, **dials):
        for boxes, masks in ((scene.boxes, scene.masks), (scene.full_boxes, scene.full_masks)):
            for (x0, y0, x1, y1), mask in zip(boxes, masks):
                rows, columns = np.nonzero(mask)
                expected = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
                assert (x0, y0, x1, y1) == expected


def test_pixels_are_those_of_the_garment_that_owns_them():
    images, labels = scene_garments("train", "small")
    for scene in small(25, **HARD):
        np.testing.assert_array_equal(scene.labels, labels[scene.garments])
        outside = ~scene.masks.any(axis=0)
        assert not scene.image[outside].any()
        for garment, mask, full in zip(scene.garments, scene.masks, scene.full_masks):
            x0, y0, x1, y1 = mask_boxes(full[np.newaxis])[0].astype(int)
            values, silhouette = cut_out(images[garment, :, :, 0])
            # Scaling may take the last row or column off: look for the size that fits.
            for size in range(max(x1 - x0, y1 - y0), max(x1 - x0, y1 - y0) + 4):
                scaled, inside = resize_cutout(values, silhouette, size)
                left, top, right, bottom = mask_boxes(inside[np.newaxis])[0].astype(int)
                if np.array_equal(inside[top:bottom, left:right], full[y0:y1, x0:x1]):
                    break
            else:
                pytest.fail("the mask is not the garment's at any size")
            seen = mask[y0:y1, x0:x1]
            pixels = scene.image[y0:y1, x0:x1, 0]
            np.testing.assert_array_equal(pixels[seen], scaled[top:bottom, left:right][seen])


def test_the_same_seed_gives_the_same_scene():
    for one, other in zip(small(4, seed=3, **HARD), small(8, seed=3, **HARD)):
        assert same(one, other)
    for one, other in zip(small(4, seed=3), small(4, seed=4)):
        assert not same(one, other)
    # Not even the layout is that of another split.
    train, test = small(10), small(10, "test")
    assert [len(scene.labels) for scene in train] != [len(scene.labels) for scene in test]


def test_scenes_stay_what_they_are():
    """Chapters cite numbers measured on them. numpy may change its Generator: then renew this."""
    digest = hashlib.sha256()
    for scene in small(3, clutter=2, background="cifar10", **HARD):
        digest.update(scene.image.tobytes() + scene.masks.tobytes() + scene.garments.tobytes())
    assert digest.hexdigest() == "9360aaf322e69a748847e75932e45b7323a54a5c3f63142fa8031203667c0842"


def test_a_scene_of_the_other_scenes_is_not_affected_by_changing_one():
    first, second = small(2, background="cifar10")
    before = second.image.copy()
    first.image[...] = 0
    np.testing.assert_array_equal(second.image, before)


@pytest.mark.parametrize("size", ["small", "full"])
def test_no_garment_is_in_two_splits(size):
    if size == "full":
        for split in ("train", "test"):
            from course_utils.datasets import fashion_mnist

            full_or_skip(fashion_mnist, split)
    splits = [
        {image.tobytes() for image in scene_garments(split, size).images}
        for split in ("train", "validation", "test")
    ]
    assert [len(split) for split in splits] == {
        "small": [3600, 400, 1000],
        "full": [54_000, 6_000, 10_000],
    }[size]
    for i in range(3):
        assert not splits[i] & splits[i - 1]


def test_every_split_has_all_classes_about_equally():
    for split in ("train", "validation", "test"):
        counts = np.bincount(scene_garments(split, "small").labels)
        assert len(counts) == 10
        assert counts.min() == counts.max()


def test_scenes_are_made_of_their_split():
    for split in ("train", "validation", "test"):
        n = len(scene_garments(split, "small").images)
        used = np.concatenate([scene.garments for scene in small(40, split)])
        assert used.max() < n
        assert len(set(used)) > 60


OCCLUSIONS = [0, 0.1, 0.3, 0.5, 0.7]


def test_occlusion_is_a_limit_and_more_of_it_hides_more():
    means = []
    for occlusion in OCCLUSIONS:
        hidden = np.concatenate([s.hidden for s in small(60, **HARD | {"occlusion": occlusion})])
        assert hidden.max() <= occlusion
        means.append(hidden.mean())
    assert means[0] == 0
    assert (np.diff(means) > 0.01).all()
    assert means[-1] > 0.1


def test_another_occlusion_shows_the_same_garments():
    little, much = (small(20, occlusion=occlusion) for occlusion in (0, 0.7))
    for one, other in zip(little, much):
        np.testing.assert_array_equal(one.garments, other.garments)
        sizes = [(s.full_boxes[:, 2:] - s.full_boxes[:, :2]).tolist() for s in (one, other)]
        assert sizes[0] == sizes[1]


def test_sizes_are_those_of_the_longer_side():
    for low, high in ((8, 8), (24, 40), (60, 60)):
        boxes = np.concatenate([s.full_boxes for s in small(30, garment_sizes=(low, high))])
        sides = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
        assert sides.max() <= high
        assert sides.min() >= low - 2  # a pointed end may be less than half a pixel
        assert np.median(sides) == pytest.approx((low + high) / 2, abs=2.5)


def test_count_has_both_ends():
    counts = [len(scene.labels) for scene in small(60, count=(1, 3), garment_sizes=(10, 20))]
    assert set(counts) == {1, 2, 3}


def test_a_crowded_scene_leaves_garments_out():
    counts = [len(s.labels) for s in small(5, count=(30, 30), occlusion=0)]
    assert min(counts) >= 1
    assert max(counts) < 20


def test_clutter_and_background_lie_below():
    plain = small(10, **HARD)
    for dials in ({"clutter": 5}, {"background": "cifar10"}):
        for scene, before in zip(small(10, **HARD, **dials), plain):
            np.testing.assert_array_equal(scene.masks, before.masks)
            owned = before.masks.any(axis=0)
            np.testing.assert_array_equal(scene.image[owned], before.image[owned])
            assert scene.image[~owned].any()


def test_backgrounds_are_dark_photographs_of_the_split():
    scene = small(1, "test", background="cifar10", count=(1, 1), garment_sizes=(8, 8))[0]
    outside = scene.image[~scene.masks.any(axis=0)]
    assert 0 < outside.max() <= 128
    grays = cifar10("test", "small")[0] @ np.array([0.299, 0.587, 0.114]) / 2
    shrunk = scene.image[::3, ::3, 0].astype(float)
    away = ~scene.masks.any(axis=0)[::3, ::3]
    errors = np.abs(grays - shrunk)[:, away].mean(axis=1)
    assert np.sort(errors)[0] < 0.6 * np.sort(errors)[1]


def test_truth_is_what_coco_evaluate_takes():
    scenes = small(10, **HARD)
    truths = [scene.truth() for scene in scenes]
    perfect = [truth | {"scores": np.ones(len(truth["labels"]))} for truth in truths]
    numbers = coco_evaluate(truths, perfect)
    assert numbers["AP"] == numbers["AR100"] == 1
    assert truths[0]["areas"].tolist() == scenes[0].masks.sum(axis=(1, 2)).tolist()


def test_label_maps():
    for scene in small(10, **HARD):
        classes = scene.label_map()
        assert classes.shape == (96, 96)
        for label, mask in zip(scene.labels, scene.masks):
            assert (classes[mask] == 1 + label).all()
        assert not classes[~scene.masks.any(axis=0)].any()


def test_the_full_sets():
    from course_utils.datasets import fashion_mnist

    full_or_skip(fashion_mnist, "test")
    full_or_skip(cifar10, "test")
    scenes = compose_scenes(5, "test", background="cifar10", size="full")
    assert max(scene.garments.max() for scene in scenes) > 1000


def test_an_empty_mask_has_no_box():
    with pytest.raises(ValueError, match="an empty mask has no box"):
        mask_boxes(np.zeros((1, 4, 4), bool))
    assert mask_boxes(np.zeros((0, 4, 4), bool)).shape == (0, 4)


@pytest.mark.parametrize(
    ("dials", "message"),
    [
        ({"split": "valid"}, "split is 'valid'; expected one of train, validation, test"),
        ({"n": -1}, "n must be an integer of at least 0, got -1"),
        ({"seed": 1.5}, "seed must be an integer of at least 0, got 1.5"),
        ({"clutter": -1}, "clutter must be"),
        ({"count": (0, 3)}, r"count must be two integers .* of at least 1, got \(0, 3\)"),
        ({"count": 3}, "count must be two integers .* got 3"),
        ({"garment_sizes": (40, 20)}, r"garment_sizes must be .* at least 4, got \(40, 20\)"),
        ({"garment_sizes": (20, 100)}, "garment_sizes go up to 100, but a scene's side is 96"),
        ({"occlusion": 1}, "occlusion must be a number from 0 to below 1, got 1"),
        ({"background": "white"}, 'background must be "black" or "cifar10", got \'white\''),
    ],
)
def test_bad_dials(dials, message):
    with pytest.raises(ValueError, match=message):
        small(**{"n": 1} | dials)
