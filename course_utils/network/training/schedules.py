"""Schedules: the learning rate as a function of the number of finished steps (batches).

Each function returns a `Schedule`, which an optimizer takes as its learning_rate.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from course_utils.reference.arguments import is_whole, number, whole


@dataclass(frozen=True)
class Schedule:
    """A learning rate that changes: call it with the number of finished steps."""

    name: str
    arguments: dict
    rate: Callable

    def __call__(self, step: int) -> float:
        return float(self.rate(step))

    def __repr__(self):
        return f"{self.name}({', '.join(f'{k}={v!r}' for k, v in self.arguments.items())})"


def step_decay(
    learning_rate: float, drop_steps: int | Sequence[int], factor: float = 0.1
) -> Schedule:
    """The rate times `factor` after every `drop_steps` steps (He et al., 2016, section 3.4).

    ``learning_rate * factor ** (step // drop_steps)``; a sequence of drop_steps lists the steps
    at which the rate drops, such as (32_000, 48_000).

    Parameters
    ----------
    learning_rate : float
        The rate at step 0.
    drop_steps : int or sequence of int
        Steps between two drops; or the numbers of the first steps with a lower rate.
    factor : float
        Above 0, at most 1.

    Returns
    -------
    Schedule

    Raises
    ------
    ValueError
        If an argument is out of range, as in the other schedules.
    """
    learning_rate = number(learning_rate, "learning_rate", above=0)
    factor = number(factor, "factor", above=0, most=1)
    if is_whole(drop_steps):
        drop_steps = whole(drop_steps, "drop_steps")

        def drops(step):
            return step // drop_steps

    else:
        drop_steps = _increasing(drop_steps)

        def drops(step):
            return sum(step >= drop for drop in drop_steps)

    return Schedule(
        "step_decay",
        dict(learning_rate=learning_rate, drop_steps=drop_steps, factor=factor),
        lambda step: learning_rate * factor ** drops(step),
    )


def exponential_decay(learning_rate: float, decay_steps: int, decay_rate: float) -> Schedule:
    """``learning_rate * decay_rate ** (step / decay_steps)``; Keras's ExponentialDecay.

    Parameters
    ----------
    learning_rate : float
        The rate at step 0.
    decay_steps : int
        Steps after which the rate has been multiplied by decay_rate once.
    decay_rate : float
        Above 0, at most 1.
    """
    learning_rate = number(learning_rate, "learning_rate", above=0)
    decay_steps = whole(decay_steps, "decay_steps")
    decay_rate = number(decay_rate, "decay_rate", above=0, most=1)
    return Schedule(
        "exponential_decay",
        dict(learning_rate=learning_rate, decay_steps=decay_steps, decay_rate=decay_rate),
        lambda step: learning_rate * decay_rate ** (step / decay_steps),
    )


def cosine_decay(
    learning_rate: float,
    decay_steps: int,
    *,
    alpha: float = 0.0,
    warmup_steps: int = 0,
    warmup_start: float = 0.0,
) -> Schedule:
    """Half a cosine, from the rate down to alpha times the rate; before it, a linear warm-up.

    For ``step < warmup_steps`` (Goyal et al., 2017, section 2.2)::

        warmup_start + (learning_rate - warmup_start) * step / warmup_steps

    then, with p = (step - warmup_steps) / decay_steps, at most 1 (Loshchilov and Hutter, 2017,
    equation 5)::

        learning_rate * (alpha + (1 - alpha) * (1 + cos(pi * p)) / 2)

    This is ``keras.optimizers.schedules.CosineDecay(warmup_start, decay_steps, alpha,
    warmup_target=learning_rate, warmup_steps=warmup_steps)``.

    Parameters
    ----------
    learning_rate : float
        The largest rate, at which the cosine starts.
    decay_steps : int
        Steps from the largest rate to the last; the warm-up does not count.
    alpha : float
        The last rate, as a fraction of the largest: 0 to 1.
    warmup_steps : int
        Steps until the largest rate is reached.
    warmup_start : float
        The rate at step 0 if there is a warm-up; at least 0.
    """
    learning_rate = number(learning_rate, "learning_rate", above=0)
    decay_steps = whole(decay_steps, "decay_steps")
    alpha = number(alpha, "alpha", least=0, most=1)
    warmup_steps = whole(warmup_steps, "warmup_steps", least=0)
    warmup_start = number(warmup_start, "warmup_start", least=0)

    def rate(step):
        if step < warmup_steps:
            return warmup_start + (learning_rate - warmup_start) * step / warmup_steps
        progress = min((step - warmup_steps) / decay_steps, 1)
        return learning_rate * (alpha + (1 - alpha) * (1 + math.cos(math.pi * progress)) / 2)

    return Schedule(
        "cosine_decay",
        dict(
            learning_rate=learning_rate,
            decay_steps=decay_steps,
            alpha=alpha,
            warmup_steps=warmup_steps,
            warmup_start=warmup_start,
        ),
        rate,
    )


SCHEDULES = {f.__name__: f for f in (step_decay, exponential_decay, cosine_decay)}


def config_of(schedule: Callable[[int], float]) -> dict[str, Any]:
    """Return a schedule's name and arguments, to be saved; ValueError if it is a plain function."""
    if not isinstance(schedule, Schedule):
        raise ValueError(
            f"the learning rate {schedule!r} is a function, which cannot be stored; use "
            f"{', '.join(SCHEDULES)}, or set a number before saving"
        )
    return {"name": schedule.name, **schedule.arguments}


def from_config(config: dict[str, Any]) -> Schedule:
    """Return the schedule that `config_of` described."""
    arguments = dict(config)
    return SCHEDULES[arguments.pop("name")](**arguments)


def _increasing(steps):
    try:
        listed = list(steps)
    except TypeError:
        listed = []
    whole = all(is_whole(step) and step >= 1 for step in listed)
    if not listed or not whole or listed != sorted(set(listed)):
        raise ValueError(
            "drop_steps must be an integer of at least 1 or an increasing sequence of them, "
            f"got {steps!r}"
        )
    return [int(step) for step in listed]
