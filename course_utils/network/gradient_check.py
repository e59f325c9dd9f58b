"""Checking gradients: what backward computes against what a small change to a weight does."""

import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course_utils.network.layers.chain import Chain
from course_utils.network.layers.layer import Layer
from course_utils.reference.arguments import number, whole
from course_utils.reference.checks import as_numbers

# If a kink lies between the two points of a difference, a smaller step may leave it outside.
STEPS = (3e-5, 3e-6, 3e-7)
# The error of a tiny entry is relative to this fraction of the largest entry of its array.
SMALL = 1e-3
# Rounding makes a computed loss wrong by about this fraction of itself.
ROUNDING = 8 * np.finfo(np.float64).eps


@dataclass(frozen=True)
class CheckedArray:
    """How the gradient of one array compares; `index` is the entry with the largest error."""

    name: str
    entries: int
    kinks: int
    error: float
    index: tuple
    backward: float
    differences: float

    @property
    def place(self) -> str:
        return f"{self.name}[{', '.join(map(str, self.index))}]"


@dataclass(frozen=True)
class GradientCheck:
    """The result of `gradient_check`; prints as a table.

    Attributes
    ----------
    rows : tuple of CheckedArray
        One for each trainable weight, then one for the input, "x".
    tolerance : float
    faults : tuple of str
        Where the gradients go wrong, layer by layer.
    """

    rows: tuple
    tolerance: float
    faults: tuple

    @property
    def passed(self) -> bool:
        """Whether no gradient is wrong, and at least one entry could be compared."""
        compared = any(row.kinks < row.entries for row in self.rows)
        return compared and all(row.error <= self.tolerance for row in self.rows)

    @property
    def worst(self) -> CheckedArray:
        """The row with the largest error."""
        return max(self.rows, key=lambda row: row.error)

    def __str__(self):
        width = max(len("gradient"), *(len(row.name) for row in self.rows))
        lines = [f"{'gradient':{width}}  entries  at a kink  largest error  verdict"]
        for row in self.rows:
            error = f"{row.error:.1e}" if row.kinks < row.entries else "-"
            lines.append(
                f"{row.name:{width}}  {row.entries:7}  {row.kinks or '':>9}  {error:>13}  "
                f"{self._verdict(row)}"
            )
        worst = self.worst
        if worst.index:
            lines.append(
                f"Worst: {worst.place}: backward gives {worst.backward:.9g}, "
                f"differences give {worst.differences:.9g}."
            )
        if any(row.kinks for row in self.rows):
            lines.append(
                "At a kink the slopes to the left and to the right differ: nothing to compare.\n"
                "An input of ReLU is exactly 0 (black pixels, a bias of 0), or a maximum is tied.\n"
                "A little noise on x or on the weights moves away from it."
            )
        return "\n".join([*lines, *self.faults])

    __repr__ = __str__

    def _verdict(self, row):
        if row.kinks == row.entries:
            return "not compared"
        return "right" if row.error <= self.tolerance else "WRONG"


def gradient_check(
    network: Chain | Layer,
    x: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    entries: int = 10,
    tolerance: float = 1e-6,
    training: bool = True,
    seed: int = 0,
) -> GradientCheck:
    """Compare the gradients of a network, or of a layer, with central differences in float64.

    The difference (f(w + h) - f(w - h)) / 2h for one entry w of a weight is close to the slope
    that `backward` computes. The relative error of an entry is::

        |backward - difference| / max(|backward|, |difference|, s)

    where s is a thousandth of the array's largest gradient, or what rounding leaves of a
    difference if that is more: below it, differences are noise.

    Everything happens in a float64 copy; the network does not change. Dropout drops the same
    values every time. Where a difference straddles a kink of ReLU or of max pooling, h is made
    smaller; where the point itself is a kink, the entry is counted and not compared.

    Parameters
    ----------
    network : Sequential or Layer
        If it is not built yet, only the copy is built.
    x : array (N, ...)
        A few examples are enough; many examples have many kinks.
    labels : array, optional
        The function is then the loss that the network was compiled with. Otherwise it is the sum
        of the outputs, each multiplied by a fixed random number.
    entries : int
        How many entries of each array to compare, picked at random.
    tolerance : float
        The largest relative error that counts as right.
    training : bool
        As in `forward`: with True, batch normalization uses the statistics of the batch.
    seed : int
        For the picks, for dropout, and for the random numbers.

    Returns
    -------
    GradientCheck
        `.passed`; prints as a table. If a gradient is wrong, `.faults` names the layer to blame:
        each layer is then checked by itself, with the input that it has in the network.

    Raises
    ------
    ValueError
        If an argument is invalid, or there are labels but the network was not compiled.

    Notes
    -----
    CS231n's notes, "Neural Networks Part 3", section "Gradient checks", name the pitfalls: float32,
    kinks, differences without a scale, dropout.
    """
    if not isinstance(network, (Chain, Layer)):
        raise ValueError(f"gradient_check takes a network or a layer, got {network!r}")
    whole(entries, "entries")
    number(tolerance, "tolerance", above=0, below=1)
    x = np.array(as_numbers(x, "x"), np.float64)
    if not x.size or not np.isfinite(x).all():
        raise ValueError(f"x must hold examples, all of them finite numbers; its shape: {x.shape}")
    loss = None
    if labels is not None:
        loss = getattr(network, "loss", None)
        if loss is None:
            raise ValueError("to check the gradients of a loss, compile the network with it first")
    options = _Options(entries, tolerance, training, seed)
    chain = _float64_copy(network, x.shape[1:], seed)
    if loss is None:
        objective = _weighted_sum(chain, x, options)
    else:
        classes = loss.classes(as_numbers(labels, "labels"), chain.layers[-1].output_shape[0])
        objective = _loss(chain, loss, classes, options)
    rows = _compare(chain, x, objective, options)
    faults = ()
    if any(row.error > tolerance for row in rows):
        chain.forward(x, training, np.random.default_rng(seed))
        inputs = {id(layer): layer.x.copy() for layer in chain.every_layer()}
        faults = tuple(_faults(chain.layers, inputs, options)) or (
            "Each layer by itself is right: the fault lies in what joins them, or in the loss.",
        )
    return GradientCheck(rows, tolerance, faults)


class _Options(NamedTuple):
    entries: int
    tolerance: float
    training: bool
    seed: int


def _float64_copy(network, input_shape, seed):
    """A copy of the layers in float64, as a chain."""
    layers = network.layers if isinstance(network, Chain) else [network]
    # deepcopy takes these float64 arrays in place of the originals. A layer and the residual
    # block around it share theirs.
    doubled = {id(w): w.astype(np.float64) for layer in layers for w in layer.weights.values()}
    chain = _chain(copy.deepcopy(layers, doubled))
    if network.input_shape is None:
        chain.build(input_shape, np.random.default_rng(seed), "float64")
    for layer in chain.every_layer():
        layer.dtype = np.dtype(np.float64)
    return chain


def _chain(layers):
    """Layers as a chain, although they are already in another."""
    chain = Chain([])
    chain.layers = layers
    return chain


def _loss(chain, loss, classes, options):
    """Return two functions: x -> loss, and () -> dx, which fills the gradients as well."""

    def value(x):
        chain.forward(x, options.training, np.random.default_rng(options.seed))
        return loss(chain.layers[-1].z, classes)

    def backward():
        dlogits = loss.backward(chain.layers[-1].z, classes)
        return chain.backward(dlogits, before_activation=True)

    return value, backward


def _weighted_sum(chain, x, options):
    """The same for the sum of the outputs times fixed random numbers."""
    shape = (len(x), *chain.layers[-1].output_shape)
    dy = np.random.default_rng([options.seed, 1]).normal(size=shape)

    def value(x):
        y = chain.forward(x, options.training, np.random.default_rng(options.seed))
        return float(np.sum(dy * y))

    return value, lambda: chain.backward(dy)


def _compare(chain, x, objective, options):
    """Compare the gradients of all trainable weights and of x; return the rows."""
    value, backward = objective
    at_point = value(x)
    dx = backward()
    arrays = {path: chain.weights[path] for path in chain.trainable} | {"x": x}
    gradients = {path: chain.gradients.get(path) for path in chain.trainable} | {"x": dx}
    rng = np.random.default_rng([options.seed, 2])
    rows = []
    for name, array in arrays.items():
        gradient = gradients[name]
        if gradient is None or gradient.shape != array.shape:
            got = "none" if gradient is None else f"one of shape {gradient.shape}"
            raise ValueError(f"{name!r} needs a gradient of shape {array.shape}, got {got}")
        gradient = gradient.copy()  # backward may write into the same memory again
        least = SMALL * np.abs(gradient).max()
        picked = rng.permutation(array.size)[: options.entries]
        compared = []
        for entry in picked:
            index = tuple(map(int, np.unravel_index(entry, array.shape)))
            slope = float(gradient[index])
            found = _compare_entry(
                lambda: value(x), at_point, array, index, slope, least, options.tolerance
            )
            if found is not None:
                error, difference = found
                compared.append((error, index, slope, difference))
        worst = max(compared, default=(0.0, (), 0.0, 0.0))
        rows.append(CheckedArray(name, len(picked), len(picked) - len(compared), *worst))
    return tuple(rows)


def _compare_entry(value, at_point, array, index, gradient, least, tolerance):
    """Return (relative error, difference) for one entry, None if it lies at a kink."""
    before = array[index]
    errors = []
    for step in STEPS:
        array[index] = before + step
        above = value()
        array[index] = before - step
        below = value()
        array[index] = before
        difference = (above - below) / (2 * step)
        noise = ROUNDING * max(abs(above), abs(below), 1) / step
        scale = max(abs(gradient), abs(difference), least, noise / tolerance)
        error = abs(gradient - difference) / scale
        errors.append((error if np.isfinite(error) else np.inf, difference))
        if error <= tolerance:
            return errors[-1]
    bend = abs(above - 2 * at_point + below) / step  # difference of the slopes on the two sides
    if bend > max(4 * noise, 0.01 * abs(gradient - difference)):
        return None
    return min(errors)


def _faults(layers, inputs, options, block=""):
    """Check each layer by itself, those inside a block first; say which gradients are wrong."""
    for layer in layers:
        inside = []
        for chain in layer.chains:
            inside += _faults(chain.layers, inputs, options, f", inside {layer.name!r}")
        if inside:
            yield from inside
            continue
        x, chain = inputs[id(layer)], _chain([layer])
        rows = _compare(chain, x, _weighted_sum(chain, x, options), options)
        wrong = [row.name for row in rows if row.error > options.tolerance]
        if wrong:
            yield f"The fault lies in {layer}{block}: its gradient of {' and '.join(wrong)}."
