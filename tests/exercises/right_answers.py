"""What the tests of single exercises share: right answers pass, solutions agree."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from course_utils.exercises import evaluate, get


def each_of(answers: Sequence[Callable]) -> pytest.MarkDecorator:
    """Parametrize a test of one answer with each of these."""
    names = [
        f"{number}" if answer.__name__ == "<lambda>" else answer.__name__
        for number, answer in enumerate(answers)
    ]
    return pytest.mark.parametrize("answer", answers, ids=names)


def assert_passes(id: str, answer: Callable) -> None:
    """A right answer passes on two draws of inputs, within the time a student has."""
    for seed in (0, 7):
        report = evaluate(id, answer, seed=seed, time_limit=get(id).time_limit)
        assert report.passed, report


def assert_agrees(
    id: str, oracle: Callable, *, rtol: float, atol: float = 0.0, seed: int = 0
) -> None:
    """The model solution gives on all inputs what `oracle` gives, array by array."""
    exercise = get(id)
    for arguments in exercise.draw_inputs(seed):
        ours = exercise.reference(**arguments)
        theirs = oracle(*(arguments[name] for name in exercise.signature.parameters))
        if not isinstance(ours, tuple):
            ours, theirs = (ours,), (theirs,)
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)


def inputs_of(id: str) -> list[dict]:
    """The inputs of an exercise, from three seeds."""
    return [arguments for seed in range(3) for arguments in get(id).draw_inputs(seed)]
