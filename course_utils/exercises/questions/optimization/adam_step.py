"""The exercise "A step of Adam"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.optimization import CHAPTER
from course_utils.exercises.slip import Slip


def adam_step(w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon):
    m = beta_1 * m + (1 - beta_1) * gradient
    v = beta_2 * v + (1 - beta_2) * gradient**2
    m_hat = m / (1 - beta_1**step)
    v_hat = v / (1 - beta_2**step)
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


def inputs(rng):
    yield {
        "w": np.array([1.0, 1.0]),
        "m": np.zeros(2),
        "v": np.zeros(2),
        "gradient": np.array([4.0, -0.5]),
        "step": 1,
        "learning_rate": 0.1,
        "beta_1": 0.5,
        "beta_2": 0.75,
        "epsilon": 1e-8,
    }
    for shape, step, beta_1, beta_2 in [
        ((3,), 1, 0.9, 0.999),
        ((2, 3), 2, 0.9, 0.99),
        ((3, 3, 1, 2), 10, 0.8, 0.95),
        ((4,), 7, 0.9, 0.999),
    ]:
        yield {
            "w": rng.normal(size=shape),
            "m": np.zeros(shape) if step == 1 else rng.normal(size=shape),
            "v": np.zeros(shape) if step == 1 else rng.random(size=shape) + 0.1,
            "gradient": rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 3, size=shape),
            "step": step,
            "learning_rate": 0.05,
            "beta_1": beta_1,
            "beta_2": beta_2,
            "epsilon": 1e-8,  # Keras adds it elsewhere, which a larger one would show
        }


def _at_step(count):
    """The right `adam_step`, but corrected as at step count(step)."""

    def wrong(w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon):
        with np.errstate(divide="ignore", invalid="ignore"):
            return adam_step(w, m, v, gradient, count(step), learning_rate, beta_1, beta_2, epsilon)

    return wrong


def _adam(blend=lambda beta, old, new: beta * old + (1 - beta) * new, power=2, root=np.sqrt):
    """`adam_step` with another mean, of another power of the gradient, under another root."""

    def wrong(w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon):
        m = blend(beta_1, m, gradient)
        v = blend(beta_2, v, gradient**power)
        m_hat, v_hat = m / (1 - beta_1**step), v / (1 - beta_2**step)
        return w - learning_rate * m_hat / (root(v_hat) + epsilon), m, v

    return wrong


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="A step of Adam",
    prompt="""One step of Adam, as in Kingma and Ba's Algorithm 1.

    w, m, v, gradient : arrays of the same shape; m and v are zero before the
    first step
    step : int, 1 for the first step
    m becomes beta_1 * m + (1 - beta_1) * gradient, v the same with beta_2 and
    the squared gradient. Divided by 1 - beta_1**step and 1 - beta_2**step they
    are m_hat and v_hat, and w moves by
    -learning_rate * m_hat / (sqrt(v_hat) + epsilon).
    Returns w, m and v, the new ones (not m_hat, v_hat); the arrays passed in
    stay as they are.
    """,
    reference=adam_step,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="no-correction",
            name="m and v are used as they are, without the correction for the start at 0.",
            hint="After one step m is only (1 - beta_1) times the gradient.",
            wrong=Slip(
                adam_step, "m_hat / (np.sqrt(v_hat) + epsilon)", "m / (np.sqrt(v) + epsilon)"
            ),
        ),
        Misconception(
            id="step-from-zero",
            name="The correction uses step - 1; in the first step that divides by zero.",
            hint="beta**0 is 1. What is the number of the first step?",
            wrong=_at_step(lambda step: step - 1),
        ),
        Misconception(
            id="correction-without-power",
            name="The correction divides by 1 - beta at every step, without the power.",
            hint="After many steps m needs no correction any more. What goes to 1 then?",
            wrong=_at_step(lambda step: 1),
        ),
        Misconception(
            id="not-squared",
            name="v averages the gradient, not its square.",
            hint="v must not be negative: its root is taken.",
            wrong=_adam(power=1, root=lambda v: np.sqrt(np.abs(v))),
        ),
        Misconception(
            id="no-root",
            name="The step is divided by v_hat, without the root.",
            hint="Twice the gradients: should the step of Adam change?",
            wrong=Slip(adam_step, "np.sqrt(v_hat)", "v_hat"),
        ),
        Misconception(
            id="weights-swapped",
            name="The old mean gets the weight 1 - beta, and the new gradient beta.",
            hint="beta_1 = 0.9 means: nine tenths of the old mean stay.",
            wrong=_adam(blend=lambda beta, old, new: (1 - beta) * old + beta * new),
        ),
        Misconception(
            id="corrected-kept",
            name="m_hat and v_hat are returned and would be corrected again in the next step.",
            hint="The correction is for this step's move alone. What does the next step need?",
            wrong=Slip(adam_step, "epsilon), m, v", "epsilon), m_hat, v_hat"),
        ),
        Misconception(
            id="uphill",
            name="The step goes uphill.",
            hint="The move has the opposite sign of the gradient.",
            wrong=Slip(adam_step, "w - learning_rate", "w + learning_rate"),
        ),
    ),
    hints=(
        "Five lines, in the order of the text: m, v, m_hat, v_hat, w.",
        "In the first step m_hat is the gradient and v_hat its square. How long is the step?",
        "Give m_hat and v_hat their own names, and return m and v.",
    ),
    points=2.0,
)
