"""The CIFAR-10 lab's exercises: right answers in several styles, the reference, by hand."""

import itertools

import numpy as np
import pytest

from course_utils.exercises import catalog, get, lab_cifar10
from tests.exercises.right_answers import assert_complete, assert_passes, each_of

MODULE = {exercise.id for exercise in lab_cifar10.EXERCISES}


def standardize_by_reshaping(train, images):
    pixels = train.reshape(-1, train.shape[-1]).astype(np.float64)
    return (images - pixels.mean(axis=0)) / pixels.std(axis=0)


def standardize_channel_by_channel(train, images):
    result = np.empty(images.shape)
    for c in range(images.shape[-1]):
        result[..., c] = (images[..., c] - np.mean(train[..., c])) / np.std(train[..., c])
    return result


def standardize_in_float32(train, images):
    train, images = np.float32(train), np.float32(images)
    return (images - train.mean((0, 1, 2))) / train.std((0, 1, 2))


def standardize_by_moments(train, images):
    train = train.astype(float)
    count = train[..., 0].size
    mean = np.einsum("nhwc->c", train) / count
    square = np.einsum("nhwc,nhwc->c", train, train) / count
    return (images - mean) / np.sqrt(square - mean**2)


def costs_layer_by_layer(side, channels, filters, units, classes):
    layers = []  # shape of the weights, places where they are used
    for maps in filters:
        layers.append(((3, 3, channels, maps), side**2))
        last, side, channels = side, side // 2, maps
    layers += [((last**2 * channels, units), 1), ((units, classes), 1)]
    parameters = sum(np.prod(shape, dtype=np.int64) + shape[-1] for shape, _ in layers)
    return parameters, sum(np.prod(shape, dtype=np.int64) * places for shape, places in layers)


def costs_by_sums(side, channels, filters, units, classes):
    depths = [channels, *filters]
    sides = [side // 2**i for i in range(len(filters))]
    weights = [9 * a * b for a, b in itertools.pairwise(depths)]
    values = sides[-1] ** 2 * filters[-1]
    dense = values * units + units * classes
    work = sum(s * s * w for s, w in zip(sides, weights, strict=True)) + dense
    return sum(weights) + dense + sum(filters) + units + classes, work


def costs_by_recursion(side, channels, filters, units, classes):
    first, *others = filters
    parameters, work = first * (channels * 9 + 1), side**2 * first * channels * 9
    if others:
        below = costs_by_recursion(side // 2, first, others, units, classes)
    else:
        dense = side**2 * first * units + units * classes
        below = dense + units + classes, dense
    return [parameters + below[0], work + below[1]]


def costs_in_an_array(side, channels, filters, units, classes):
    maps = np.array(filters, np.int64)
    depths = np.concatenate([[channels], maps[:-1]])
    sides = side // 2 ** np.arange(len(maps))
    values = sides[-1] ** 2 * maps[-1]
    parameters = (maps * (9 * depths + 1)).sum() + values * units + units
    work = (maps * 9 * depths * sides**2).sum() + values * units
    return np.array([parameters + units * classes + classes, work + units * classes])


def hold_out_with_a_mask(labels, order, per_class):
    held = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        held[order[labels[order] == label][:per_class]] = True
    return order[~held[order]], order[held[order]]


def hold_out_by_ranks(labels, order, per_class):
    sorted_labels = labels[order]
    ranks = np.array([(sorted_labels[:i] == label).sum() for i, label in enumerate(sorted_labels)])
    return order[ranks >= per_class], order[ranks < per_class]


def hold_out_with_one_hot_sums(labels, order, per_class):
    one_hot = np.eye(labels.max() + 1)[labels[order]]
    seen = (np.cumsum(one_hot, axis=0) * one_hot).sum(axis=1)
    return order[seen > per_class], order[seen <= per_class]


def hold_out_with_a_dictionary(labels, order, per_class):
    left = {}
    parts = [], []
    for place in order.tolist():
        label = int(labels[place])
        left.setdefault(label, per_class)
        parts[left[label] > 0].append(place)
        left[label] -= 1
    return [np.array(part, np.int32) for part in parts]


def gain_in_loops(first, second):
    def mean_and_variance(scores):
        mean = sum(scores) / len(scores)
        spread = sum((score - mean) ** 2 for score in scores) / (len(scores) - 1)
        return mean, spread / len(scores)

    (before, a), (after, b) = mean_and_variance(first.tolist()), mean_and_variance(second.tolist())
    return after - before, (a + b) ** 0.5


def gain_from_the_errors_of_the_means(first, second):
    errors = [scores.std(ddof=1) / len(scores) ** 0.5 for scores in (first, second)]
    return np.array([second.mean() - first.mean(), np.hypot(*errors)])


def gain_by_cov(first, second):
    variance = np.cov(first) / first.size + np.cov(second) / second.size
    return [np.average(second) - np.average(first), np.sqrt(variance)]


def gain_over_all_differences(first, second):
    gain = np.subtract.outer(second, first).mean()
    squares = [((x - x.mean()) @ (x - x.mean())) / (x.size * (x.size - 1)) for x in (first, second)]
    return np.float32(gain), np.float32(np.sqrt(squares[0] + squares[1]))


def top_k_in_loops(probabilities, labels, k):
    hits = 0
    for row, label in zip(probabilities.tolist(), labels.tolist(), strict=True):
        hits += label in sorted(range(len(row)), key=row.__getitem__)[-k:]
    return hits / len(labels)


def top_k_by_rank_of_the_label(probabilities, labels, k):
    own = probabilities[np.arange(len(labels)), labels]
    return np.mean((probabilities > own[:, None]).sum(axis=1) < k)


def top_k_by_partition(probabilities, labels, k):
    top = np.argpartition(probabilities, -k, axis=1)[:, -k:]
    is_top = np.zeros(probabilities.shape, bool)
    np.put_along_axis(is_top, top, True, axis=1)
    return is_top[np.arange(len(labels)), labels].mean()


def top_k_in_float32(probabilities, labels, k):
    order = probabilities.astype(np.float32).argsort(axis=1)[:, ::-1]
    places = np.where(order == labels.reshape(-1, 1))[1]
    return np.float32((places < k).sum() / np.float32(len(places)))


def thumbnail_in_loops(photo, side):
    height, width, channels = photo.shape
    block = min(height, width) // side
    top, left = (height - block * side) // 2, (width - block * side) // 2
    result = np.zeros((side, side, channels))
    for row in range(side):
        for column in range(side):
            y, x = top + row * block, left + column * block
            result[row, column] = photo[y : y + block, x : x + block].mean(axis=(0, 1))
    return result


def thumbnail_by_matrix_products(photo, side):
    height, width = photo.shape[:2]
    block = min(height, width) // side
    means = np.kron(np.eye(side), np.ones((1, block))) / block

    def along(length):
        before = (length - block * side) // 2
        return np.pad(means, ((0, 0), (before, length - block * side - before)))

    return np.einsum("ih,hwc,jw->ijc", along(height), photo.astype(float), along(width))


def thumbnail_by_adding_offsets(photo, side):
    height, width = photo.shape[:2]
    block = min(height, width) // side
    spare = height - block * side, width - block * side
    middle = photo[spare[0] // 2 :, spare[1] // 2 :][: block * side, : block * side]
    parts = [middle[i::block, j::block] for i in range(block) for j in range(block)]
    return np.mean(np.float32(parts), axis=0)


def thumbnail_by_running_sums(photo, side):
    height, width = photo.shape[:2]
    block = min(height, width) // side
    rows = (height - block * side) // 2 + block * np.arange(side)
    columns = (width - block * side) // 2 + block * np.arange(side)
    sums = np.add.reduceat(photo.astype(np.int64)[: rows[-1] + block], rows, axis=0)
    return np.add.reduceat(sums[:, : columns[-1] + block], columns, axis=1) / block**2


RIGHT_ANSWERS = {
    "standardize_channels": [
        standardize_by_reshaping,
        standardize_channel_by_channel,
        standardize_in_float32,
        standardize_by_moments,
    ],
    "network_costs": [
        costs_layer_by_layer,
        costs_by_sums,
        costs_by_recursion,
        costs_in_an_array,
    ],
    "held_out_by_class": [
        hold_out_with_a_mask,
        hold_out_by_ranks,
        hold_out_with_one_hot_sums,
        hold_out_with_a_dictionary,
    ],
    "gain_and_error": [
        gain_in_loops,
        gain_from_the_errors_of_the_means,
        gain_by_cov,
        gain_over_all_differences,
    ],
    "top_k_accuracy": [
        top_k_in_loops,
        top_k_by_rank_of_the_label,
        top_k_by_partition,
        top_k_in_float32,
    ],
    "square_thumbnail": [
        thumbnail_in_loops,
        thumbnail_by_matrix_products,
        thumbnail_by_adding_offsets,
        thumbnail_by_running_sums,
    ],
}


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(id, answer):
    assert_passes(id, answer)


def test_every_coding_exercise_of_the_module_is_among_them():
    assert_complete(RIGHT_ANSWERS, [exercise for exercise in catalog() if exercise.id in MODULE])


def test_numbers_that_the_chapter_works_out_by_hand():
    costs = get("network_costs").reference
    # Document 1's network.
    assert costs(32, 3, (32, 64, 128), 128, 10) == (1_143_242, 11_371_776)
    gain = get("gain_and_error")
    np.testing.assert_allclose(
        gain.reference(**gain.draw_inputs()[0]), (0.06, 0.0008**0.5), rtol=1e-9
    )
    thumbnail = get("square_thumbnail")
    assert thumbnail.reference(**thumbnail.draw_inputs()[0]).item() == 4.5  # (4 + 8 + 6 + 0) / 4
    hits = get("top_k_accuracy")
    assert hits.reference(**hits.draw_inputs()[0]) == pytest.approx(2 / 3)
    standardize = get("standardize_channels")
    # Red has mean 20 and deviation 10, green 120 and 20.
    np.testing.assert_allclose(
        standardize.reference(**standardize.draw_inputs()[0]), [[[[0, 2], [2, -1]]]]
    )
