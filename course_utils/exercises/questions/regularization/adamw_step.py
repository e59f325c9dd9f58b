"""The exercise "One step of AdamW"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.regularization import CHAPTER
from course_utils.exercises.slip import Slip


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
    yield {  # small gradients tell where epsilon is, and a 0 whether it is there
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


def _old_and_new_swapped(w, g, m, v, step, learning_rate, weight_decay):
    m = 0.1 * m + 0.9 * g
    v = 0.001 * v + 0.999 * g**2
    m_hat = m / (1 - 0.1**step)
    v_hat = v / (1 - 0.001**step)
    change = m_hat / (np.sqrt(v_hat) + 1e-7) + weight_decay * w
    return w - learning_rate * change, m, v


def _old_averages(w, g, m, v, step, learning_rate, weight_decay):
    _, new_m, new_v = adamw_step(w, g, m, v, step, learning_rate, weight_decay)
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
            wrong=lambda w, g, m, v, step, learning_rate, weight_decay: adamw_step(
                w, g + weight_decay * w, m, v, step, learning_rate, 0
            ),
        ),
        Misconception(
            id="decay-without-learning-rate",
            name="The weights decay by weight_decay * w, without the learning rate.",
            hint="Which terms are in the brackets that learning_rate multiplies?",
            wrong=Slip(
                adamw_step, " + weight_decay * w\n    return w", "\n    return w - weight_decay * w"
            ),
        ),
        Misconception(
            id="no-bias-correction",
            name="m and v are used as they are, without the correction for the first steps.",
            hint="m starts at 0, so after one step it is a tenth of g. What makes it g again?",
            wrong=Slip(adamw_step, "m_hat / (np.sqrt(v_hat) + 1e-7)", "m / (np.sqrt(v) + 1e-7)"),
        ),
        Misconception(
            id="decay-after-the-step",
            name="The decay is taken from the weights after the gradient's step.",
            hint="The w in weight_decay * w is the old one, as everywhere on the right side.",
            wrong=Slip(
                adamw_step,
                " + weight_decay * w\n    return w - learning_rate * change",
                "\n    w = w - learning_rate * change"
                "\n    return w - learning_rate * weight_decay * w",
            ),
        ),
        Misconception(
            id="weights-grow",
            name="The decay has the wrong sign: the weights grow.",
            hint="With g = 0, should w come closer to 0 or move away from it?",
            wrong=Slip(adamw_step, "+ weight_decay", "- weight_decay"),
        ),
        Misconception(
            id="no-decay",
            name="That is plain Adam: nothing decays.",
            hint="One term of the formula is not in your code.",
            wrong=Slip(adamw_step, " + weight_decay * w", ""),
        ),
        Misconception(
            id="decay-divided-too",
            name="weight_decay * w is divided by sqrt(v_hat) as well.",
            hint="Which brackets close before + weight_decay * w?",
            wrong=Slip(
                adamw_step,
                "m_hat / (np.sqrt(v_hat) + 1e-7) + weight_decay * w",
                "(m_hat + weight_decay * w) / (np.sqrt(v_hat) + 1e-7)",
            ),
        ),
        Misconception(
            id="decay-twice",
            name="The decay is in the gradient and in the last line too.",
            hint="Decoupled means that the gradient knows nothing of it.",
            wrong=Slip(adamw_step, "    m = 0.9", "    g = g + weight_decay * w\n    m = 0.9"),
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
            wrong=Slip(adamw_step, "change, m, v", "change, m_hat, v_hat"),
        ),
        Misconception(
            id="averages-not-returned-new",
            name="The m and v that came in are returned.",
            hint="The next step must know this gradient too.",
            wrong=lambda w, g, m, v, step, learning_rate, weight_decay: (
                adamw_step(w, g, m, v, step, learning_rate, weight_decay)[0],
                m,
                v,
            ),
        ),
        Misconception(
            id="correction-without-the-power",
            name="The correction divides by 1 - 0.9 and 1 - 0.999 at every step.",
            hint="At step 100 the start is forgotten. By what should m be divided then?",
            wrong=lambda w, g, m, v, step, learning_rate, weight_decay: adamw_step(
                w, g, m, v, 1, learning_rate, weight_decay
            ),
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
            wrong=_old_and_new_swapped,
        ),
        Misconception(
            id="square-root-missing",
            name="It divides by v_hat; the square root is missing.",
            hint="At step 1 the first term should be the sign of g. What is it in your code?",
            wrong=Slip(adamw_step, "np.sqrt(v_hat)", "v_hat"),
        ),
        Misconception(
            id="square-missing",
            name="v averages the gradient, not its square.",
            hint="Can the v of your code be negative? Its root is taken.",
            wrong=Slip(adamw_step, "g**2", "g"),
        ),
        Misconception(
            id="epsilon-in-the-root",
            name="1e-7 is added under the root.",
            hint="Where does the bracket of sqrt close in the prompt?",
            wrong=Slip(adamw_step, "(np.sqrt(v_hat) + 1e-7)", "np.sqrt(v_hat + 1e-7)"),
        ),
        Misconception(
            id="uphill",
            name="The whole step has the wrong sign: it goes up the gradient.",
            hint="With w = 0 and g > 0, should w grow or shrink?",
            wrong=Slip(adamw_step, "w - learning_rate", "w + learning_rate"),
        ),
    ),
    hints=(
        "Four lines, in the order of the prompt: m, v, the two hats, then w.",
        "At step 1, m_hat is g and v_hat is g squared, so the first term is the sign of g.",
        "The gradient alone goes into m and v; weight_decay * w is added in the last line.",
    ),
    points=2.0,
)
