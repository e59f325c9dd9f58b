"""Update rules: how a step changes the weights, given the gradients of the loss.

In the formulas, w is a weight, g the gradient of the loss with respect to it, t the number of the
step (the first is 1), and rate the learning rate. Names, defaults and formulas are Keras's, so
that the same gradients change the same weights in the same way.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course_utils.network.training import schedules
from course_utils.reference.arguments import is_number, number


class Optimizer:
    """What all update rules share: the learning rate, the step count, and a memory per weight.

    Parameters
    ----------
    learning_rate : float or callable
        Above 0; or a schedule, which is called with the number of finished steps and returns the
        rate of the next.
    weight_decay : float, optional
        Before each update, every weight (biases included, as in Keras) shrinks by
        ``rate * weight_decay * w``. The decay is not part of the gradient, so the rule cannot
        rescale it: it is decoupled (Loshchilov and Hutter, 2019).

    Attributes
    ----------
    iterations : int
        Finished steps.
    slots : dict
        What the rule remembers of each weight: slots["velocity"]["conv2d/kernel"] is an array of
        the kernel's shape.
    network : Sequential
        The network that was compiled with it; None before.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    slot_names = ()
    network = None

    def __init__(self, learning_rate: float | Callable[[int], float], weight_decay: float | None):
        self.learning_rate = learning_rate
        if weight_decay is not None and not (is_number(weight_decay) and weight_decay >= 0):
            raise ValueError(
                f"weight_decay must be None or a number of at least 0, got {weight_decay!r}"
            )
        self.weight_decay = None if weight_decay is None else float(weight_decay)
        self.iterations = 0
        self.slots = {name: {} for name in self.slot_names}
        self._scratch = {}

    @property
    def learning_rate(self) -> float | Callable[[int], float]:
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(
        self, value: float | Callable[[int], float]
    ) -> float | Callable[[int], float]:
        if not callable(value) and not (is_number(value) and 0 < value < np.inf):
            raise ValueError(
                "learning_rate must be a positive number or a schedule, a callable that takes the "
                f"number of the step, got {value!r}"
            )
        self._learning_rate = value if callable(value) else float(value)

    @property
    def current_learning_rate(self) -> float:
        """The learning rate of the next step, as a float."""
        if not callable(self.learning_rate):
            return self.learning_rate
        rate = float(self.learning_rate(self.iterations))
        if not 0 <= rate < np.inf:
            raise ValueError(
                f"the schedule {self.learning_rate!r} gave the learning rate {rate} for step "
                f"{self.iterations}; a rate must be a finite number of at least 0"
            )
        return rate

    def apply(self, gradients: Mapping[str, np.ndarray], weights: Mapping[str, np.ndarray]) -> None:
        """Take one step: change in place every weight that has a gradient.

        Parameters
        ----------
        gradients : dict of str to array
            By path, such as "conv2d/kernel". They are not changed.
        weights : dict of str to array of floats
            By the same paths; others are left alone.

        Raises
        ------
        ValueError
            If a gradient has no weight, or not the shape of its weight.
        """
        for path, gradient in gradients.items():
            if path not in weights:
                raise ValueError(
                    f"there is a gradient for {path!r}, but no such weight; "
                    f"the weights are {', '.join(weights)}"
                )
            if gradient.shape != weights[path].shape:
                raise ValueError(
                    f"the gradient of {path!r} must have the weight's shape "
                    f"{weights[path].shape}, got shape {gradient.shape}"
                )
        rate = self.current_learning_rate
        for path, gradient in gradients.items():
            weight = weights[path]
            if self.weight_decay:
                weight -= np.multiply(weight, rate * self.weight_decay, out=self._spare(weight))
            self._update(path, weight, gradient, rate)
        self.iterations += 1

    @property
    def config(self) -> dict[str, Any]:
        """The arguments of the constructor, with the class's name: what JSON can hold.

        Raises ValueError if the learning rate is a callable that is not from `schedules`.
        """
        config = {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}
        if callable(self.learning_rate):
            config["learning_rate"] = schedules.config_of(self.learning_rate)
        return {"name": type(self).__name__, **config}

    @property
    def state(self) -> dict[str, np.ndarray]:
        """What must be stored, besides `config`, for training to continue: a dict of arrays."""
        arrays = {"iterations": np.array(self.iterations, np.int64)}
        for slot, by_path in self.slots.items():
            arrays |= {f"{slot}/{path}": array for path, array in by_path.items()}
        return arrays

    def set_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Continue from a copy of the `state` of an optimizer of the same class."""
        slots = {name: {} for name in self.slot_names}
        for key, array in state.items():
            slot, _, path = key.partition("/")
            if slot in slots:
                slots[slot][path] = np.array(array)
            elif key != "iterations":
                raise ValueError(
                    f"{type(self).__name__} remembers {', '.join(slots) or 'nothing'} of a "
                    f"weight, but the state holds {key!r}: it belongs to another optimizer"
                )
        self.iterations = int(state["iterations"])
        self.slots = slots

    def __repr__(self):
        arguments = inspect.signature(type(self)).parameters
        return f"{type(self).__name__}({', '.join(f'{a}={getattr(self, a)!r}' for a in arguments)})"

    def _update(self, path, weight, gradient, rate):
        raise NotImplementedError

    def _slot(self, name, path, weight):
        """The array that the rule remembers for a weight: zeros at first."""
        slot = self.slots[name]
        if path not in slot:
            slot[path] = np.zeros_like(weight)
        return slot[path]

    def _spare(self, weight):
        """An array of the weight's shape to compute in, always the same memory."""
        spare = self._scratch.get(weight.dtype)
        if spare is None or spare.size < weight.size:
            spare = self._scratch[weight.dtype] = np.empty(weight.size, weight.dtype)
        return spare[: weight.size].reshape(weight.shape)


class SGD(Optimizer):
    """Stochastic gradient descent, without momentum: ``w -= rate * g``.

    Parameters and errors as in `Optimizer`. For Keras's ``SGD(momentum=...)``, see `Momentum`.
    """

    def __init__(
        self,
        learning_rate: float | Callable[[int], float] = 0.01,
        weight_decay: float | None = None,
    ):
        super().__init__(learning_rate, weight_decay)

    def _update(self, path, weight, gradient, rate):
        weight -= np.multiply(gradient, rate, out=self._spare(weight))


class Momentum(Optimizer):
    """Gradient descent with a memory of earlier steps (Polyak, 1964); Keras's ``SGD(momentum=)``.

    ``v = momentum * v - rate * g``, then ``w += v``.

    With nesterov=True (Nesterov, 1983, as written by Sutskever et al., 2013, and Bengio et al.,
    2013), the step looks ahead: ``w += momentum * v - rate * g``, with the new v.

    Parameters
    ----------
    learning_rate, weight_decay
        As in `Optimizer`.
    momentum : float
        What remains of a step in the next: at least 0 and below 1.
    nesterov : bool
    """

    slot_names = ("momentum",)

    def __init__(
        self,
        learning_rate: float | Callable[[int], float] = 0.01,
        momentum: float = 0.9,
        nesterov: bool = False,
        weight_decay: float | None = None,
    ):
        super().__init__(learning_rate, weight_decay)
        self.momentum = number(momentum, "momentum", least=0, below=1)
        self.nesterov = bool(nesterov)

    def _update(self, path, weight, gradient, rate):
        v = self._slot("momentum", path, weight)
        downhill = np.multiply(gradient, rate, out=self._spare(weight))
        v *= self.momentum
        v -= downhill
        if self.nesterov:
            weight -= downhill
            weight += np.multiply(v, self.momentum, out=downhill)
        else:
            weight += v


class RMSProp(Optimizer):
    """Steps divided by the root mean square of recent gradients (Hinton, 2012, lecture 6e).

    ``v = rho * v + (1 - rho) * g**2``, then ``w -= rate * g / sqrt(v + epsilon)``.

    Parameters
    ----------
    learning_rate, weight_decay
        As in `Optimizer`.
    rho : float
        What remains of the mean square in the next step: at least 0 and below 1.
    epsilon : float
        Above 0; it is added under the root, as in Keras.
    """

    slot_names = ("velocity",)

    def __init__(
        self,
        learning_rate: float | Callable[[int], float] = 0.001,
        rho: float = 0.9,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
    ):
        super().__init__(learning_rate, weight_decay)
        self.rho = number(rho, "rho", least=0, below=1)
        self.epsilon = number(epsilon, "epsilon", above=0)

    def _update(self, path, weight, gradient, rate):
        v = self._slot("velocity", path, weight)
        spare = self._spare(weight)
        _move_towards_square(v, gradient, self.rho, spare)
        np.add(v, self.epsilon, out=spare)
        np.sqrt(spare, out=spare)
        np.divide(gradient, spare, out=spare)
        spare *= rate
        weight -= spare


class Adam(Optimizer):
    """Momentum and RMSProp together, corrected for their start at zero (Kingma and Ba, 2015).

    ``m = beta_1 * m + (1 - beta_1) * g`` and ``v = beta_2 * v + (1 - beta_2) * g**2``, then
    ``w -= rate * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (sqrt(v) + epsilon)``.

    This is the paper's form "just before section 2.1", which Keras uses: its epsilon is added to a
    root that has not been corrected for the start.

    Parameters
    ----------
    learning_rate, weight_decay
        As in `Optimizer`.
    beta_1, beta_2 : float
        What remains of the mean gradient and of its mean square: at least 0 and below 1.
    epsilon : float
        Above 0.
    """

    slot_names = ("momentum", "velocity")

    def __init__(
        self,
        learning_rate: float | Callable[[int], float] = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
    ):
        super().__init__(learning_rate, weight_decay)
        self.beta_1 = number(beta_1, "beta_1", least=0, below=1)
        self.beta_2 = number(beta_2, "beta_2", least=0, below=1)
        self.epsilon = number(epsilon, "epsilon", above=0)

    def _update(self, path, weight, gradient, rate):
        m = self._slot("momentum", path, weight)
        v = self._slot("velocity", path, weight)
        spare = self._spare(weight)
        m *= self.beta_1
        m += np.multiply(gradient, 1 - self.beta_1, out=spare)
        _move_towards_square(v, gradient, self.beta_2, spare)
        t = self.iterations + 1
        rate *= np.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        np.sqrt(v, out=spare)
        spare += self.epsilon
        np.divide(m, spare, out=spare)
        spare *= float(rate)
        weight -= spare


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019).

    Before Adam's update, ``w -= rate * weight_decay * w``. An L2 penalty would add weight_decay * w
    to g instead, and Adam would divide it by sqrt(v): large gradients would decay less.

    Parameters as in `Adam`.
    """

    def __init__(
        self,
        learning_rate: float | Callable[[int], float] = 0.001,
        weight_decay: float | None = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, weight_decay)


OPTIMIZERS = {cls.__name__.lower(): cls for cls in (SGD, Momentum, RMSProp, Adam, AdamW)}


def get(optimizer: str | dict[str, Any] | Optimizer) -> Optimizer:
    """Return an optimizer from its name ("adam"), its `config`, or itself.

    Raises ValueError if it is none of these.
    """
    if isinstance(optimizer, Optimizer):
        return optimizer
    name, arguments = optimizer, {}
    if isinstance(optimizer, dict):
        arguments = dict(optimizer)
        name = arguments.pop("name")
    if not isinstance(name, str) or name.lower() not in OPTIMIZERS:
        raise ValueError(
            f"optimizer must be one of {', '.join(map(repr, OPTIMIZERS))} or an object such as "
            f"Adam(learning_rate=1e-3), got {optimizer!r}"
        )
    if isinstance(arguments.get("learning_rate"), dict):
        arguments["learning_rate"] = schedules.from_config(arguments["learning_rate"])
    return OPTIMIZERS[name.lower()](**arguments)


def _move_towards_square(v, gradient, rho, spare):
    """v = rho * v + (1 - rho) * gradient**2, in place."""
    v *= rho
    np.multiply(gradient, gradient, out=spare)
    spare *= 1 - rho
    v += spare
