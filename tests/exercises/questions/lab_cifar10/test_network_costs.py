"""Right answers to "What a network costs", and what its solution gives."""

import itertools

import numpy as np

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


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


RIGHT_ANSWERS = (
    costs_layer_by_layer,
    costs_by_sums,
    costs_by_recursion,
    costs_in_an_array,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("network_costs", answer)


def test_the_number_that_the_chapter_works_out_by_hand():
    costs = get("network_costs").reference
    # Document 1's network.
    assert costs(32, 3, (32, 64, 128), 128, 10) == (1_143_242, 11_371_776)
