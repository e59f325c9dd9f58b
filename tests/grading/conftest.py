"""Sandboxes for the tests, each opened once, and skipped where this machine has none."""

import contextlib

import numpy as np
import pytest

from course_utils.exercises import Exercise, Misconception
from course_utils.grading import Limits, SandboxUnavailableError, open_sandbox
from course_utils.grading.sandbox.walls.container import ContainerError
from tests.grading.containers import no_download

LIMITS = Limits(cells=0.5, memory=768 * 2**20, reply=2**20, output=200)


def sandbox_or_skip(kind, limits=LIMITS):
    try:
        with no_download() if kind == "container" else contextlib.nullcontext():
            return open_sandbox(kind, limits)
    except (ContainerError, SandboxUnavailableError) as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def sandbox():
    """The best one that this machine has."""
    with sandbox_or_skip(None) as opened:
        yield opened


def row_means(image, weights):
    return image @ weights


def _inputs(rng):
    yield {"image": np.array([[1.0, 2.0], [3.0, 5.0], [0.0, 1.0]]), "weights": np.array([0.5, 0.5])}
    for _ in range(3):
        yield {"image": rng.normal(size=(5, 4)), "weights": rng.normal(size=4)}


def shape_after(shape, stride):
    return tuple(side // stride for side in shape)


def answer_to_everything():
    return 42


def exercise(reference, inputs=None, **fields):
    return Exercise(
        chapter=0,
        title=reference.__name__,
        prompt="Think.",
        reference=reference,
        inputs=inputs,
        hints=("Think.",),
        points=2,
        time_limit=0.5,
        **{"misconceptions": (), **fields},
    )


ROW_MEANS = exercise(
    row_means,
    _inputs,
    misconceptions=(
        Misconception(
            id="weights-ignored",
            name="The weights are not used.",
            hint="Multiply before you add.",
            wrong=lambda image, weights: image.sum(1),
        ),
    ),
)
SHAPE_AFTER = exercise(
    shape_after,
    lambda rng: [{"shape": (8, 6), "stride": 2}, {"shape": (9, 7, 3), "stride": 3}],
)
NUMBER = exercise(answer_to_everything)
RIGHT = {
    "row_means": "import numpy as np\ndef row_means(image, weights):\n    return image @ weights",
    "shape_after": "def shape_after(shape, stride):\n    return tuple(n // stride for n in shape)",
    "answer_to_everything": "def answer_to_everything():\n    return 6 * 7",
}
