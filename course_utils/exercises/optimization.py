"""Exercises of chapter 5: where the weights begin, and the rules that move them."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def he_scaled(noise):
    fan_in = np.prod(noise.shape[:-1])
    return noise * np.sqrt(2 / fan_in)


def he_scaled_inputs(rng):
    yield {"noise": np.array([[1.0, -1, 2], [0, 2, -2]])}
    yield {"noise": np.array([1.0, -2, 0, 3, 0, -1, 2, 1]).reshape(2, 2, 2, 1)}
    for shape in [(3, 3, 1, 4), (8, 3), (3, 3, 5, 2), (1, 1, 6, 3), (2, 3, 4, 7)]:
        yield {"noise": rng.normal(size=shape)}


def _scaled_by(spread):
    return lambda noise: noise * spread(noise.shape)


def momentum_step(w, velocity, gradient, learning_rate, momentum):
    velocity = momentum * velocity - learning_rate * gradient
    return w + velocity, velocity


def momentum_step_inputs(rng):
    yield {
        "w": np.array([10.0, 1.0]),
        "velocity": np.array([-2.0, 1.0]),
        "gradient": np.array([10.0, 20.0]),
        "learning_rate": 0.1,
        "momentum": 0.5,
    }
    for shape, rate, momentum in [
        ((3,), 0.1, 0.9),
        ((2, 4), 0.01, 0.99),
        ((3, 3, 1, 2), 0.5, 0.0),
        ((5, 2), 0.05, 0.9),
    ]:
        yield {
            "w": rng.normal(size=shape),
            "velocity": rng.normal(size=shape),
            "gradient": rng.normal(scale=3, size=shape),
            "learning_rate": rate,
            "momentum": momentum,
        }


def _momentum(new_velocity, move=lambda velocity, old, gradient, rate, momentum: velocity):
    """A wrong `momentum_step`: how the velocity changes, and what is added to w."""

    def wrong(w, velocity, gradient, learning_rate, momentum):
        changed = new_velocity(velocity, gradient, learning_rate, momentum)
        return w + move(changed, velocity, gradient, learning_rate, momentum), changed

    return wrong


def _right_velocity(velocity, gradient, rate, momentum):
    return momentum * velocity - rate * gradient


def adam_step(w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon):
    m = beta_1 * m + (1 - beta_1) * gradient
    v = beta_2 * v + (1 - beta_2) * gradient**2
    m_hat = m / (1 - beta_1**step)
    v_hat = v / (1 - beta_2**step)
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


def adam_step_inputs(rng):
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


def _adam(correct=lambda beta, step: 1 - beta**step, power=2, root=np.sqrt, blend=None, sign=-1):
    """`adam_step` with one of its parts done differently."""
    blend = blend or (lambda beta, old, new: beta * old + (1 - beta) * new)

    def wrong(w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon):
        m = blend(beta_1, m, gradient)
        v = blend(beta_2, v, gradient**power)
        with np.errstate(divide="ignore", invalid="ignore"):
            m_hat, v_hat = m / correct(beta_1, step), v / correct(beta_2, step)
            move = m_hat / (root(v_hat) + epsilon)
        return w + sign * learning_rate * move, m, v

    return wrong


def warm_up_and_cosine(step, steps, warm_up, peak):
    if step < warm_up:
        return peak * step / warm_up
    progress = (step - warm_up) / (steps - warm_up)
    return peak * (1 + np.cos(np.pi * progress)) / 2


def warm_up_and_cosine_inputs(rng):
    for step in (2, 0, 4, 5, 7, 12):
        yield {"step": step, "steps": 12, "warm_up": 4, "peak": 0.1}
    yield {"step": 3, "steps": 10, "warm_up": 0, "peak": 1.0}
    for _ in range(6):
        warm_up = int(rng.integers(5, 50))
        steps = warm_up + int(rng.integers(50, 500))
        yield {
            "step": int(rng.integers(0, steps)),
            "steps": steps,
            "warm_up": warm_up,
            "peak": float(rng.uniform(0.001, 1)),
        }


def _schedule(rising=None, falling=None, start=None):
    """A wrong `warm_up_and_cosine`: what it does while rising, while falling, from where."""
    rising = rising or (lambda share: share)
    falling = falling or (lambda progress: (1 + np.cos(np.pi * progress)) / 2)
    start = start or (lambda step, steps, warm_up: (step - warm_up) / (steps - warm_up))

    def wrong(step, steps, warm_up, peak):
        if step < warm_up:
            return peak * rising(step / warm_up)
        return peak * falling(start(step, steps, warm_up))

    return wrong


def _rise_a_step_early(step, steps, warm_up, peak):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return warm_up_and_cosine(step, steps, warm_up, peak)


EXERCISES = (
    Exercise(
        chapter=5,
        title="He's scale",
        prompt="""Give random weights the spread of He initialization, sqrt(2 / fan_in).

        noise : random numbers of spread 1, a kernel (kh, kw, C, F) or a dense
        layer's (n_in, n_out)
        The fan-in is the number of inputs that go into one output.
        Returns the noise, scaled: an array of the same shape.
        """,
        reference=he_scaled,
        inputs=he_scaled_inputs,
        misconceptions=(
            Misconception(
                id="channels-only",
                name="Only the input channels are counted as fan-in, not the kernel's pixels.",
                hint="A 3x3 kernel over 5 channels: how many products make one output?",
                wrong=_scaled_by(lambda shape: np.sqrt(2 / shape[-2])),
            ),
            Misconception(
                id="pixels-only",
                name="Only the kernel's pixels are counted as fan-in, not the input channels.",
                hint="A 3x3 kernel over 5 channels: how many products make one output?",
                wrong=_scaled_by(
                    lambda shape: np.sqrt(2 / np.prod(shape[:2] if len(shape) == 4 else shape[:1]))
                ),
            ),
            Misconception(
                id="fan-out",
                name="The outputs are counted, not the inputs.",
                hint="The last axis counts filters or units. How many inputs does each one see?",
                wrong=_scaled_by(lambda shape: np.sqrt(2 / (np.prod(shape[:-2]) * shape[-1]))),
            ),
            Misconception(
                id="all-weights",
                name="All weights are counted, those of other outputs too.",
                hint="The fan-in belongs to one output. Which axis must not be counted?",
                wrong=_scaled_by(lambda shape: np.sqrt(2 / np.prod(shape))),
            ),
            Misconception(
                id="variance-for-spread",
                name="The noise is multiplied by the variance, 2 / fan_in, without the root.",
                hint="Scaling by s multiplies the spread by s and the variance by s squared.",
                wrong=_scaled_by(lambda shape: 2 / np.prod(shape[:-1])),
            ),
            Misconception(
                id="without-the-two",
                name="The 2 for ReLU is missing: that is the spread 1 / sqrt(fan_in).",
                hint="ReLU takes half of the signal's mean square away. What makes up for it?",
                wrong=_scaled_by(lambda shape: np.sqrt(1 / np.prod(shape[:-1]))),
            ),
            Misconception(
                id="glorot",
                name="That is Glorot's scale, from fan-in and fan-out together.",
                hint="He's rule counts the inputs alone, and has a 2 for ReLU.",
                wrong=_scaled_by(
                    lambda shape: np.sqrt(2 / (np.prod(shape[:-2]) * (shape[-2] + shape[-1])))
                ),
            ),
        ),
        hints=(
            "How many products are added up for one output of a kernel (3, 3, 5, 2)?",
            "3 * 3 * 5 = 45: every axis but the last.",
            "noise.shape[:-1] leaves the last axis out; np.prod multiplies what is left.",
        ),
    ),
    Exercise(
        chapter=5,
        title="A step with momentum",
        prompt="""One step of gradient descent with momentum.

        w, velocity, gradient : arrays of the same shape
        The velocity is multiplied by momentum, and learning_rate times the
        gradient is subtracted from it. Then the new velocity is added to w.
        Returns the new w and the new velocity; the arrays passed in stay as they
        are.
        """,
        reference=momentum_step,
        inputs=momentum_step_inputs,
        misconceptions=(
            Misconception(
                id="no-momentum",
                name="The old velocity is forgotten: that is plain gradient descent.",
                hint="How much of the last step should be in this one?",
                wrong=_momentum(lambda v, g, rate, momentum: -rate * g),
            ),
            Misconception(
                id="old-velocity",
                name="w moves by the old velocity, before the gradient has changed it.",
                hint="Which comes first, the new velocity or the move?",
                wrong=_momentum(_right_velocity, lambda new, old, g, rate, momentum: old),
            ),
            Misconception(
                id="uphill",
                name="The gradient is added to the velocity: the step goes uphill.",
                hint="With velocity 0 the step must be minus learning_rate times the gradient.",
                wrong=_momentum(lambda v, g, rate, momentum: momentum * v + rate * g),
            ),
            Misconception(
                id="weighted-mean",
                name="The gradient is weighted with 1 - momentum, as in a running mean.",
                hint="In this rule the whole gradient enters the velocity.",
                wrong=_momentum(
                    lambda v, g, rate, momentum: momentum * v - (1 - momentum) * rate * g
                ),
            ),
            Misconception(
                id="rate-outside",
                name="The velocity is kept without the learning rate, as PyTorch does it.",
                hint="A fair rule, but another velocity. Here the rate is inside it.",
                wrong=lambda w, velocity, gradient, learning_rate, momentum: (
                    w - learning_rate * (momentum * velocity + gradient),
                    momentum * velocity + gradient,
                ),
            ),
            Misconception(
                id="nesterov",
                name="w moves once more with the new velocity: that is Nesterov's rule.",
                hint="Here w moves by the new velocity, and by nothing else.",
                wrong=_momentum(
                    _right_velocity,
                    lambda new, old, g, rate, momentum: momentum * new - rate * g,
                ),
            ),
        ),
        hints=(
            "Two lines: first the new velocity, then the new w.",
            "velocity = momentum * velocity - ...; do not write -=, it changes the array you got.",
        ),
    ),
    Exercise(
        chapter=5,
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
        inputs=adam_step_inputs,
        misconceptions=(
            Misconception(
                id="no-correction",
                name="m and v are used as they are, without the correction for the start at 0.",
                hint="After one step m is only (1 - beta_1) times the gradient.",
                wrong=_adam(correct=lambda beta, step: 1.0),
            ),
            Misconception(
                id="step-from-zero",
                name="The correction uses step - 1; in the first step that divides by zero.",
                hint="beta**0 is 1. Which number has the first step?",
                wrong=_adam(correct=lambda beta, step: 1 - beta ** (step - 1)),
            ),
            Misconception(
                id="correction-without-power",
                name="The correction divides by 1 - beta at every step, without the power.",
                hint="After many steps m needs no correction any more. What goes to 1 then?",
                wrong=_adam(correct=lambda beta, step: 1 - beta),
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
                wrong=_adam(root=lambda v: v),
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
                wrong=lambda w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon: (
                    adam_step(w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon)[0],
                    (beta_1 * m + (1 - beta_1) * gradient) / (1 - beta_1**step),
                    (beta_2 * v + (1 - beta_2) * gradient**2) / (1 - beta_2**step),
                ),
            ),
            Misconception(
                id="uphill",
                name="The step goes uphill.",
                hint="The move has the opposite sign of the gradient.",
                wrong=_adam(sign=1),
            ),
        ),
        hints=(
            "Five lines, in the order of the text: m, v, m_hat, v_hat, w.",
            "In the first step m_hat is the gradient and v_hat its square. How long is the step?",
            "Give m_hat and v_hat their own names, and return m and v.",
        ),
        points=2.0,
    ),
    Exercise(
        chapter=5,
        title="Warm-up, then a cosine",
        prompt="""Learning rate: a straight rise to the peak, then half a cosine to 0.

        step : int, 0 for the first one; steps : int, all of them together
        warm_up : int, number of steps of the rise, possibly 0; less than steps
        peak : float
        At step 0 the rate is 0 (if there is a warm-up), at step warm_up it is
        peak, at step steps it is 0. In the middle between warm_up and steps it is
        half of peak.
        Returns the learning rate, a number.
        """,
        reference=warm_up_and_cosine,
        inputs=warm_up_and_cosine_inputs,
        misconceptions=(
            Misconception(
                id="no-warm-up",
                name="There is no warm-up: the rate is the peak from the start.",
                hint="What should the rate be at step 0?",
                wrong=_schedule(rising=lambda share: 1.0),
            ),
            Misconception(
                id="cosine-from-step-0",
                name="The cosine runs from step 0: after the warm-up the rate jumps down.",
                hint="The fall begins at step warm_up. How far is it through the fall then?",
                wrong=_schedule(start=lambda step, steps, warm_up: step / steps),
            ),
            Misconception(
                id="divided-by-all-steps",
                name="The fall is divided by all steps: it does not get to 0.",
                hint="How many steps are left for the fall after the warm-up?",
                wrong=_schedule(start=lambda step, steps, warm_up: (step - warm_up) / steps),
            ),
            Misconception(
                id="rise-a-step-early",
                name="The rise is a step ahead: at step 0 the rate is not 0.",
                hint="Steps are counted from 0. At which step must the rise end?",
                wrong=_rise_a_step_early,
            ),
            Misconception(
                id="not-halved",
                name="The fall begins at twice the peak.",
                hint="1 + cos(0) is 2.",
                wrong=_schedule(falling=lambda progress: 1 + np.cos(np.pi * progress)),
            ),
            Misconception(
                id="straight-fall",
                name="The rate falls in a straight line.",
                hint="Halfway down both are the same. What about a quarter of the way?",
                wrong=_schedule(falling=lambda progress: 1 - progress),
            ),
            Misconception(
                id="quarter-cosine",
                name="It falls along a quarter of a cosine, which ends steeply.",
                hint="At the end the curve must be flat. Which angle has the cosine -1?",
                wrong=_schedule(falling=lambda progress: np.cos(np.pi * progress / 2)),
            ),
            Misconception(
                id="whole-cosine",
                name="It runs through a whole cosine and comes back up to the peak.",
                hint="cos goes from 1 to -1 between 0 and pi.",
                wrong=_schedule(falling=lambda progress: (1 + np.cos(2 * np.pi * progress)) / 2),
            ),
            Misconception(
                id="negative-half",
                name="Half of the cosine is below zero, and so is the rate.",
                hint="Shift the cosine up by 1, and halve it.",
                wrong=_schedule(falling=lambda progress: np.cos(np.pi * progress)),
            ),
        ),
        hints=(
            "Two cases: step < warm_up, and the rest.",
            "For the fall, compute how far it is: 0 at step warm_up, 1 at step steps.",
            "(1 + cos(pi * progress)) / 2 goes from 1 to 0.",
        ),
    ),
)
