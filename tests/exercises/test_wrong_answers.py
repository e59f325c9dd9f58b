"""A bank of wrong answers: every model solution with one slip in it, hundreds of them.

A slip that passes is a hole in the exercise's inputs, unless the changed function returns the same.
Those stand in HARMLESS, each with its reason. The misconceptions, which are wrong answers written
by hand, have their tests in test_all_exercises.py.
"""

import numpy as np
import pytest

from course_utils.exercises import catalog, evaluate
from course_utils.exercises.model_answers import ModelExercise
from tests.exercises.mutations import mutations

CODING = [e for e in catalog() if e.inputs is not None and not isinstance(e, ModelExercise)]

OVERWRITTEN = "every entry is written afterwards"
UNKNOWN_SIDE = "numpy takes any negative number for the side that it is to find"
NEVER_EQUAL = "no input has the two sides equal, or both branches agree there"
TINY = "far below the tolerance"
SMALL_SCORES = "about training, not about scores that overflow"
SHIFTED = "scores - scores.max(axis=1, keepdims=True)"
SQUARES = "((curves[:, np.newaxis] - templates) ** 2)"
HARMLESS = {
    "dense_layer": {"line 2: 1 to 2": UNKNOWN_SIDE},
    "shift_image": {"line 3: 3 to 4": "a larger canvas"},
    "slide_kernel": {"line 4: np.zeros to np.ones": OVERWRITTEN},
    "true_convolution": {"line 5: np.zeros to np.ones": OVERWRITTEN},
    "slide_padded": {"line 6: np.zeros to np.ones": OVERWRITTEN},
    "convolve_channels": {"line 4: np.zeros to np.ones": OVERWRITTEN},
    "filter_each_channel": {"line 4: np.zeros to np.ones": OVERWRITTEN},
    "leaky": {"line 2: x > 0 to x >= 0": NEVER_EQUAL},
    "cnn_scores": {"line 9: 1 to 2": UNKNOWN_SIDE},
    "nudged_slopes": {"line 5: np.zeros to np.ones": OVERWRITTEN},
    "kernel_gradient": {"line 4: np.zeros to np.ones": OVERWRITTEN},
    "layer_gradients": {"line 4: np.zeros to np.ones": OVERWRITTEN},
    "cnn_gradients": {
        f"line 7: {SHIFTED} to {SHIFTED.replace('-', '+')}": SMALL_SCORES,
        "line 7: scores.max to scores.min": SMALL_SCORES,
        "line 13: maps > 0 to maps >= 0": NEVER_EQUAL,
        "line 5: 1 to 2": UNKNOWN_SIDE,
    },
    "train_softmax": {
        f"line 7: {SHIFTED} to {SHIFTED.replace('-', '+')}": SMALL_SCORES,
        "line 7: scores.max to scores.min": SMALL_SCORES,
    },
    "warm_up_and_cosine": {"line 2: step < warm_up to step <= warm_up": NEVER_EQUAL},
    "adam_step": {"line 6: np.sqrt(v_hat) + epsilon to np.sqrt(v_hat) - epsilon": TINY},
    "adamw_step": {"line 6: np.sqrt(v_hat) + 1e-07 to np.sqrt(v_hat) - 1e-07": TINY},
    "peak_separation": {"line 3: 1 to 2": "no curve has its peak at the turning point"},
    "nearest_template": {
        f"line 3: {SQUARES}.sum to {SQUARES}.mean": "the nearest by the sum is so by the mean"
    },
    "held_out_by_class": {"line 3: 1 to 2": "one counter more than there are classes"},
}


@pytest.mark.parametrize("exercise", CODING, ids=lambda exercise: exercise.id)
def test_one_slip_makes_a_model_solution_wrong(exercise):
    passed = []
    for change, source in mutations(exercise.reference):
        namespace = {"np": np}
        exec(source, namespace)
        with np.errstate(all="ignore"):
            report = evaluate(exercise.id, namespace[exercise.id], time_limit=10)
        if report.passed and change not in HARMLESS.get(exercise.id, ()):
            passed.append(change)
    assert not passed, passed


def test_the_bank_is_large():
    assert sum(1 for exercise in CODING for _ in mutations(exercise.reference)) >= 700
