"""Anchors on a grid, and which of them is to find what."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import (
    anchor_grid,
    anchor_shapes,
    box_centers,
    box_iou,
    cluster_shapes,
    match_anchors,
)
from course_utils.reference.anchors import shape_iou
from tests.reference.cases import CASES, seeds


def test_shapes_of_one_size_have_one_area():
    shapes = anchor_shapes([16, 32], [0.5, 1, 2])
    np.testing.assert_allclose(shapes.prod(axis=1), [256] * 3 + [1024] * 3)
    np.testing.assert_allclose(shapes[:, 1] / shapes[:, 0], [0.5, 1, 2] * 2)
    assert anchor_shapes([10]).tolist() == [[10, 10]]


def test_the_grid_is_laid_out_like_a_feature_map():
    shapes = [[8, 8], [4, 12]]
    grid = anchor_grid((2, 3), (10, 20), shapes)
    centers = box_centers(grid).reshape(2, 3, 2, 4)
    for r, c in np.ndindex(2, 3):
        assert centers[r, c, :, :2].tolist() == [[20 * c + 10, 10 * r + 5]] * 2
        assert centers[r, c, :, 2:].tolist() == shapes


def test_the_grid_of_a_whole_image_covers_it():
    grid = anchor_grid(4, 8, [[8, 8]])
    assert grid.min() == 0
    assert grid.max() == 32
    assert box_iou(grid, grid).sum() == pytest.approx(16)  # side by side


def test_shapes_that_stand_apart_are_found():
    rng = np.random.default_rng(0)
    true = np.array([[10, 10], [12, 40], [60, 50]])
    sizes = np.concatenate([shape + rng.uniform(-1, 1, (30, 2)) for shape in true])
    # Some starts end in a worse optimum, as with every k-means: the best of a few is meant.
    found = [cluster_shapes(sizes, 3, np.random.default_rng(seed)) for seed in range(8)]
    best = max(found, key=lambda shapes: shape_iou(sizes, shapes).max(axis=1).mean())
    np.testing.assert_allclose(best, true, atol=0.6)


@CASES
@given(seeds, st.integers(1, 5))
def test_clusters_are_where_k_means_stops(seed, k):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 30, (20, 2))
    shapes = cluster_shapes(sizes, k, np.random.default_rng(seed))
    assert shapes.shape == (k, 2)
    assert (np.diff(shapes.prod(axis=1)) >= 0).all()
    corner = np.zeros((20, 2))
    overlaps = box_iou(np.hstack([corner, sizes]), np.hstack([corner[:k], shapes]))
    np.testing.assert_allclose(shape_iou(sizes, shapes), overlaps)
    best = overlaps.max(axis=1, keepdims=True) - 1e-12 <= overlaps
    if (best.sum(axis=1) == 1).all():
        for i in range(k):
            if best[:, i].any():
                np.testing.assert_allclose(shapes[i], sizes[best[:, i]].mean(axis=0))
    assert k > 1 or shapes.tolist() == [sizes.mean(axis=0).tolist()]


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: anchor_shapes([]), "sizes must be positive numbers, at least one"),
        (lambda: anchor_shapes([8], [0]), "ratios must be positive"),
        (lambda: anchor_grid(0, 8, [[8, 8]]), "map_size must be"),
        (lambda: anchor_grid(4, 8, [[8, 8, 8]]), r"shapes must be \(n, 2\)"),
        (lambda: anchor_grid(4, 8, [[8, -8]]), r"shapes must be \(n, 2\)"),
        (lambda: cluster_shapes([[8, 8]], 2, RNG), "k must be an integer from 1 to the 1 boxes"),
        (lambda: cluster_shapes([[8, 0]], 1, RNG), r"sizes must be \(n, 2\), positive"),
        (lambda: match_anchors([], [], positive=0.3), "0 < negative <= positive <= 1.*0.3"),
        (lambda: match_anchors([], [], negative=0), "0 < negative <= positive <= 1"),
        (lambda: match_anchors([[0, 0, 1]], []), r"b must have shape \(n, 4\)"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_matching_by_hand():
    truths = [[0, 0, 10, 10], [100, 100, 104, 104], [300, 300, 310, 310]]
    anchors = [
        [0, 0, 10, 10],  # the first object's best
        [0, 0, 10, 6],  # 0.6: the first object's too
        [0, 0, 10, 4.5],  # 0.45: neither
        [0, 0, 10, 2],  # 0.2: background
        [100, 100, 108, 108],  # 0.25, but the second object has no better one
        [100, 100, 110, 110],  # 0.16
        [200, 200, 210, 210],  # meets nothing, as does the third object
    ]
    assert match_anchors(anchors, truths).tolist() == [0, 0, -2, -1, 1, -1, -1]
    assert match_anchors(anchors, truths, positive=0.7).tolist() == [0, -2, -2, -1, 1, -1, -1]
    assert match_anchors(anchors, []).tolist() == [-1] * 7
    assert match_anchors([], truths).shape == (0,)


def test_two_objects_with_one_best_anchor_get_one_each():
    truths = [[0, 0, 10, 8], [0, 0, 10, 10]]
    anchors = [[0, 0, 10, 10], [0, 0, 10, 3]]
    # The second object takes its equal; the first one is left with the anchor at 3/8.
    assert match_anchors(anchors, truths).tolist() == [1, 0]


@st.composite
def scenes(draw):
    rng = np.random.default_rng(draw(seeds))
    sets = []
    for most in (20, 6):
        start = rng.integers(0, 12, (draw(st.integers(0, most)), 2))
        sets.append(np.concatenate([start, start + rng.integers(1, 9, start.shape)], axis=1))
    return sets


@CASES
@given(scenes())
def test_rules_hold(scene):
    anchors, truths = scene
    matches = match_anchors(anchors, truths, positive=0.6, negative=0.3)
    overlaps = box_iou(truths, anchors)
    best = overlaps.max(axis=0, initial=0)
    for truth, row in enumerate(overlaps):
        got = np.flatnonzero(matches == truth)
        if not got.size:  # then whatever it overlaps is taken by others
            assert (matches[row > 0] >= 0).all()
    for anchor, match in enumerate(matches):
        if match >= 0:
            best_for_it = best[anchor] >= 0.6 and overlaps[match, anchor] == best[anchor]
            chosen = overlaps[match, anchor] == overlaps[match, matches == match].max()
            assert overlaps[match, anchor] > 0
            assert best_for_it or chosen
        else:
            assert best[anchor] < 0.6
            assert match == (-2 if best[anchor] >= 0.3 else -1)
