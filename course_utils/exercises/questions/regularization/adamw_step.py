"""The exercise "One step of AdamW"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.regularization import CHAPTER


def adamw_step(w, g, m, v, step, learning_rate, weight_decay):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat = m / (1 - 0.9**step)
    v_hat = v / (1 - 0.999**step)
    change = m_hat / (np.sqrt(v_hat) + 1e-7) + weight_decay * w
    return w - learning_rate * change, m, v


def inputs(rng):
    yield {
        "w": np.array([10.0, 10.0, -1.0]),
        "g": np.array([0.5, -4.0, 2.0]),
        "m": np.zeros(3),
        "v": np.zeros(3),
        "step": 1,
        "learning_rate": 0.1,
        "weight_decay": 0.2,
    }
    yield {  # small gradients tell where epsilon stands, and a 0 whether it is there
        "w": np.array([0.5, -2.0, 1.0]),
        "g": np.array([0.002, -0.004, 0.0]),
        "m": np.zeros(3),
        "v": np.zeros(3),
        "step": 1,
        "learning_rate": 0.05,
        "weight_decay": 0.5,
    }
    yield {
        "w": np.array([10.0, -5.0]),
        "g": np.array([2.0, 2.0]),
        "m": np.array([1.0, -1.0]),
        "v": np.array([0.5, 0.5]),
        "step": 2,
        "learning_rate": 0.5,
        "weight_decay": 0.0,
    }
    for shape, step, learning_rate, weight_decay in [
        ((4,), 3, 0.5, 0.1),
        ((2, 3), 10, 0.2, 0.5),
        ((3, 3, 2, 4), 100, 0.1, 1.0),
    ]:
        yield {
            "w": rng.normal(scale=2, size=shape),
            "g": rng.normal(size=shape),
            "m": rng.normal(scale=0.3, size=shape),
            "v": rng.uniform(0.05, 0.5, size=shape),
            "step": step,
            "learning_rate": learning_rate,
            "weight_decay": weight_decay,
        }


def _adam(
    w, g, m, v, step, learning_rate, *, correct=True, root=np.sqrt, square=np.square, betas=None
):
    beta_1, beta_2 = betas or (0.9, 0.999)
    m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * square(g)
    m_hat, v_hat = (m / (1 - beta_1**step), v / (1 - beta_2**step)) if correct else (m, v)
    with np.errstate(invalid="ignore"):  # the root of a negative v
        return w - learning_rate * m_hat / (root(v_hat) + 1e-7), m, v


def _adam_and_decay(w, g, m, v, step, learning_rate, shrink, *, after=False, **changed):
    moved, m, v = _adam(w, g, m, v, step, learning_rate, **changed)
    return moved - shrink * (moved if after else w), m, v


def _adamw_with(**changed):
    def wrong(w, g, m, v, step, learning_rate, weight_decay):
        shrink = learning_rate * weight_decay
        return _adam_and_decay(w, g, m, v, step, learning_rate, shrink, **changed)

    return wrong


def _adamw_told(change):
    """The right step, told wrongly: change(step, old, new) of the three arrays is returned."""

    def wrong(w, g, m, v, step, learning_rate, weight_decay):
        new = adamw_step(w, g, m, v, step, learning_rate, weight_decay)
        return change(step, (w, m, v), new)

    return wrong


def _decay_divided(w, g, m, v, step, learning_rate, weight_decay):
    _, m, v = _adam(w, g, m, v, step, learning_rate)
    change = m / (1 - 0.9**step) + weight_decay * w
    return w - learning_rate * change / (np.sqrt(v / (1 - 0.999**step)) + 1e-7), m, v


def _correction_without_the_power(w, g, m, v, step, learning_rate, weight_decay):
    _, m, v = _adam(w, g, m, v, step, learning_rate)
    change = (m / 0.1) / (np.sqrt(v / 0.001) + 1e-7) + weight_decay * w
    return w - learning_rate * change, m, v


def _old_averages(w, g, m, v, step, learning_rate, weight_decay):
    _, new_m, new_v = _adam(w, g, m, v, step, learning_rate)
    change = m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-7)
    return w - learning_rate * (change + weight_decay * w), new_m, new_v


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="One step of AdamW",
    prompt="""One step of Adam with decoupled weight decay.

    w, g, m, v : arrays of one shape: weights, their gradient, and the moving
    averages of the gradient and of its square
    step : int, 1 at the first step
    m becomes 0.9 m + 0.1 g, v becomes 0.999 v + 0.001 g squared. With
    m_hat = m / (1 - 0.9**step) and v_hat = v / (1 - 0.999**step) of the new
    m and v, w becomes
    w - learning_rate * (m_hat / (sqrt(v_hat) + 1e-7) + weight_decay * w).
    Returns the new w, m and v (not the hats); the arrays that came in stay
    as they are.
    """,
    reference=adamw_step,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="decay-in-the-gradient",
            name="The decay is added to the gradient: that is Adam with an L2 penalty.",
            hint="Whatever goes into m and v is divided by sqrt(v_hat). Decay must stay out.",
            wrong=lambda w, g, m, v, step, learning_rate, weight_decay: _adam(
                w, g + weight_decay * w, m, v, step, learning_rate
            ),
        ),
        Misconception(
            id="decay-without-learning-rate",
            name="The weights decay by weight_decay * w, without the learning rate.",
            hint="Which terms stand in the brackets that learning_rate multiplies?",
            wrong=lambda w, g, m, v, step, learning_rate, weight_decay: _adam_and_decay(
                w, g, m, v, step, learning_rate, weight_decay
            ),
        ),
        Misconception(
            id="no-bias-correction",
            name="m and v are used as they are, without the correction for the first steps.",
            hint="m starts at 0, so after one step it is a tenth of g. What makes it g again?",
            wrong=_adamw_with(correct=False),
        ),
        Misconception(
            id="decay-after-the-step",
            name="The decay is taken from the weights after the gradient's step.",
            hint="The w in weight_decay * w is the old one, as everywhere on the right side.",
            wrong=_adamw_with(after=True),
        ),
        Misconception(
            id="weights-grow",
            name="The decay has the wrong sign: the weights grow.",
            hint="With g = 0, should w come closer to 0 or move away from it?",
            wrong=lambda w, g, m, v, step, learning_rate, weight_decay: _adam_and_decay(
                w, g, m, v, step, learning_rate, -learning_rate * weight_decay
            ),
        ),
        Misconception(
            id="no-decay",
            name="That is plain Adam: nothing decays.",
            hint="One term of the formula is not in your code.",
            wrong=lambda w, g, m, v, step, learning_rate, weight_decay: _adam(
                w, g, m, v, step, learning_rate
            ),
        ),
        Misconception(
            id="decay-divided-too",
            name="weight_decay * w is divided by sqrt(v_hat) as well.",
            hint="Which brackets close before + weight_decay * w?",
            wrong=_decay_divided,
        ),
        Misconception(
            id="decay-twice",
            name="The decay is in the gradient and in the last line too.",
            hint="Decoupled means that the gradient knows nothing of it.",
            wrong=lambda w, g, m, v, step, learning_rate, weight_decay: _adam_and_decay(
                w, g + weight_decay * w, m, v, step, learning_rate, learning_rate * weight_decay
            ),
        ),
        Misconception(
            id="old-averages",
            name="The step is made with the m and v that came in, not with the new ones.",
            hint="At step 1 they are 0. Which line must come first?",
            wrong=_old_averages,
        ),
        Misconception(
            id="returns-the-hats",
            name="m_hat and v_hat are returned where m and v should be.",
            hint="What does the next step need: averages with or without the correction?",
            wrong=_adamw_told(
                lambda step, old, new: (
                    new[0],
                    new[1] / (1 - 0.9**step),
                    new[2] / (1 - 0.999**step),
                )
            ),
        ),
        Misconception(
            id="averages-not-returned-new",
            name="The m and v that came in are returned.",
            hint="The next step must know this gradient too.",
            wrong=_adamw_told(lambda step, old, new: (new[0], old[1], old[2])),
        ),
        Misconception(
            id="correction-without-the-power",
            name="The correction divides by 1 - 0.9 and 1 - 0.999 at every step.",
            hint="At step 100 the start is forgotten. By what should m be divided then?",
            wrong=_correction_without_the_power,
        ),
        Misconception(
            id="step-counted-from-0",
            name="The correction counts one step too many.",
            hint="step is 1 at the first step: it needs no + 1.",
            wrong=lambda w, g, m, v, step, learning_rate, weight_decay: adamw_step(
                w, g, m, v, step + 1, learning_rate, weight_decay
            ),
        ),
        Misconception(
            id="weights-of-the-average-swapped",
            name="The new gradient weighs 0.9 and 0.999, the old averages the rest.",
            hint="An average that changes slowly keeps most of what it was.",
            wrong=_adamw_with(betas=(0.1, 0.001)),
        ),
        Misconception(
            id="square-root-missing",
            name="It divides by v_hat; the square root is missing.",
            hint="At step 1 the first term should be the sign of g. What is it in your code?",
            wrong=_adamw_with(root=lambda v: v),
        ),
        Misconception(
            id="square-missing",
            name="v averages the gradient, not its square.",
            hint="Can the v of your code be negative? Its root is taken.",
            wrong=_adamw_with(square=lambda g: g),
        ),
        Misconception(
            id="epsilon-in-the-root",
            name="1e-7 is added under the root.",
            hint="Where does the bracket of sqrt close in the prompt?",
            wrong=_adamw_with(root=lambda v: np.sqrt(v + 1e-7) - 1e-7),
        ),
        Misconception(
            id="uphill",
            name="The whole step has the wrong sign: it goes up the gradient.",
            hint="With w = 0 and g > 0, should w grow or shrink?",
            wrong=lambda w, g, m, v, step, learning_rate, weight_decay: adamw_step(
                w, g, m, v, step, -learning_rate, weight_decay
            ),
        ),
    ),
    hints=(
        "Four lines, in the order of the prompt: m, v, the two hats, then w.",
        "At step 1, m_hat is g and v_hat is g squared, so the first term is the sign of g.",
        "The gradient alone goes into m and v; weight_decay * w is added in the last line.",
    ),
    points=2.0,
)
