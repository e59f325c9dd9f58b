"""The exercise "A gain and its error"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_cifar10 import CHAPTER
from course_utils.exercises.slip import Slip


def gain_and_error(first, second):
    variances = [np.var(scores, ddof=1) / len(scores) for scores in (first, second)]
    return np.mean(second) - np.mean(first), np.sqrt(sum(variances))


def inputs(rng):
    yield {"first": np.array([0.70, 0.74]), "second": np.array([0.76, 0.80])}
    yield {"first": np.array([0.5, 0.5, 0.5]), "second": np.array([0.25, 0.75])}
    for starts, others in [(3, 3), (2, 5), (6, 3), (4, 10)]:
        yield {
            "first": rng.normal(0.7, 0.02, size=starts).round(4),
            "second": rng.normal(0.68, 0.04, size=others).round(4),
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="A gain and its error",
    prompt="""How much better a second network is than a first, and how far chance moves that.

    first : (n,), accuracies of the first network, one for each start; n is at least 2
    second : (m,), those of the second network, from starts of its own; m is at least 2
    The gain is how far the mean of the second lies above that of the first. The variance of
    n starts is the sum of their squared distances from their mean, divided by n - 1; that of
    their mean is n times smaller. Variances of the two means add up to that of the gain, and
    its root is the gain's standard error.
    Returns two numbers: gain, standard error.
    """,
    reference=gain_and_error,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="first-minus-second",
            name="The gain is negative where the second network is better.",
            hint="Which of the two is taken away from which?",
            wrong=Slip(
                gain_and_error,
                "np.mean(second) - np.mean(first)",
                "np.mean(first) - np.mean(second)",
            ),
        ),
        Misconception(
            id="best-starts",
            name="The best start of one network is compared with the best of the other.",
            hint="Who has more starts has a better best one. What does not grow with them?",
            wrong=Slip(
                gain_and_error, "np.mean(second) - np.mean(first)", "np.max(second) - np.max(first)"
            ),
        ),
        Misconception(
            id="divided-by-n",
            name="The variance of the starts is divided by n, not by n - 1.",
            hint="Your starts lie nearer to their own mean than to the true one. np.var has "
            "an argument for it.",
            wrong=Slip(gain_and_error, ", ddof=1", ""),
        ),
        Misconception(
            id="spread-of-one-start",
            name="The error is that of single starts; it does not shrink with their number.",
            hint="With four times as many starts, how much less does their mean move?",
            wrong=Slip(gain_and_error, " / len(scores)", ""),
        ),
        Misconception(
            id="errors-added",
            name="The errors of the two means are added, not their squares.",
            hint="Chance seldom moves both means apart at the same time. What adds up?",
            wrong=Slip(gain_and_error, "np.sqrt(sum(variances))", "sum(np.sqrt(variances))"),
        ),
        Misconception(
            id="variance-not-error",
            name="It is the variance of the gain, not its standard error.",
            hint="An error has the unit of an accuracy, and not of its square.",
            wrong=Slip(gain_and_error, "np.sqrt(sum(variances))", "sum(variances)"),
        ),
        Misconception(
            id="in-pairs",
            name="The starts are compared in pairs.",
            hint="Start 3 of one network has nothing to do with start 3 of the other, and "
            "there may be more of one than of the other.",
            wrong=Slip(
                gain_and_error,
                "in (first, second)",
                "in [second[: len(first)] - first[: len(second)]]",
            ),
        ),
        Misconception(
            id="all-together",
            name="The starts of both networks are taken for starts of one.",
            hint="If the second network is far better, should the error grow? Take each "
            "network's spread around its own mean.",
            wrong=Slip(
                gain_and_error, "in (first, second)", "in [np.concatenate([first, second])]"
            ),
        ),
    ),
    hints=(
        "np.var(first, ddof=1) is the variance of the first network's starts.",
        "Divide each variance by its number of starts, add the two, and take the root.",
    ),
)
