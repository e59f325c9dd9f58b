"""Softmax along the wrong axis, for two exercises."""

import numpy as np


def softmax_along(scores, axis):
    exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
