"""The activations of layers: the reference's, computed by threads, and ReLU in place."""

from functools import partial

import numpy as np
import pytest

from course_utils import reference
from course_utils.network import LeakyReLU
from course_utils.network.layers import activations
from tests.reference.engine.test_threads import assert_the_same_with_threads, blas  # noqa: F401

SHAPE = (9, 12, 14, 8)


def numbers(count):
    rng = np.random.default_rng(0)
    return [rng.standard_normal(SHAPE, dtype=np.float32) for _ in range(count)]


def leaky(x):
    layer = LeakyReLU(0.1)
    layer.build(SHAPE[1:], rng=None)
    return layer.forward(x), layer.backward(x)


SHARED = {
    **{name: (partial(activations.forward, name), 1) for name in activations.ACTIVATIONS},
    **{f"{n}_backward": (partial(activations.backward, n), 2) for n in activations.ACTIVATIONS},
    "LeakyReLU": (leaky, 1),
}


@pytest.mark.parametrize("name", SHARED)
def test_results_do_not_depend_on_threads_and_blocks(blas, monkeypatch, name):  # noqa: F811
    function, count = SHARED[name]
    assert_the_same_with_threads(blas, monkeypatch, function, numbers(count))


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_they_are_those_of_the_reference(name):
    z, dy = numbers(2)
    y, dz = activations.forward(name, z), activations.backward(name, dy, z)
    assert y.dtype == dz.dtype == np.float32
    np.testing.assert_array_equal(y, getattr(reference, name)(z))
    np.testing.assert_array_equal(dz, getattr(reference, f"{name}_backward")(dy, z))


def test_relu_works_in_place_where_it_may():
    z, dy = numbers(2)
    before, dy_before = z.copy(), dy.copy()
    assert activations.forward("relu", z) is not z
    assert activations.backward("relu", dy, z) is not dy
    np.testing.assert_array_equal(z, before)
    np.testing.assert_array_equal(dy, dy_before)
    y = activations.forward("relu", z, overwrite=True)
    dz = activations.backward("relu", dy, z, overwrite=True)
    assert y is z
    assert dz is dy
    np.testing.assert_array_equal(y, reference.relu(before))
    np.testing.assert_array_equal(dz, reference.relu_backward(dy_before, before))
