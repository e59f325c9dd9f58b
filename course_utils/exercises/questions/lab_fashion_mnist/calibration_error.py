"""The exercise "Expected calibration error"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_fashion_mnist import CHAPTER
from course_utils.exercises.slip import Slip


def calibration_error(confidences, correct, bins):
    total = 0.0
    for number in range(bins):
        inside = (confidences > number / bins) & (confidences <= (number + 1) / bins)
        if inside.any():
            gap = abs(correct[inside].mean() - confidences[inside].mean())
            total += inside.mean() * gap
    return total


def inputs(rng):
    yield {
        "confidences": np.array([0.6, 0.7, 0.8, 0.9, 1.0]),
        "correct": np.array([1, 0, 1, 1, 0], np.int64),
        "bins": 4,
    }
    yield {
        "confidences": np.array([0.25, 0.5, 0.5, 0.4, 0.75]),  # on the edges of bins
        "correct": np.array([1, 1, 0, 0, 0], np.int64),
        "bins": 4,
    }
    yield {
        "confidences": np.array([0.55, 0.65, 0.95, 1.0]),
        "correct": np.array([1, 1, 0, 0], np.int64),
        "bins": 2,
    }
    for count, bins in [(40, 5), (200, 10), (60, 15), (30, 8)]:
        confidences = rng.uniform(0.15, 1.0, size=count)
        yield {
            "confidences": confidences,
            "correct": (rng.uniform(size=count) < 1.4 * confidences - 0.35).astype(np.int64),
            "bins": bins,
        }


def _binned(combine):
    """A wrong `calibration_error`: combine(shares, gaps) of the bins, with the gaps' signs."""

    def wrong(confidences, correct, bins):
        shares, gaps = [], []
        for number in range(bins):
            inside = (confidences > number / bins) & (confidences <= (number + 1) / bins)
            if inside.any():
                shares.append(inside.mean())
                gaps.append(correct[inside].mean() - confidences[inside].mean())
        return combine(np.array(shares), np.array(gaps))

    return wrong


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Expected calibration error",
    prompt="""Expected calibration error: how far confidence and accuracy lie apart.

    confidences : (N,) float array, the probability of each prediction, above 0, at most 1
    correct : (N,) integers, 1 where the prediction is right, else 0
    bins : int. Bin b = 0, 1, ..., bins - 1 holds the images whose confidence is above
        b / bins and at most (b + 1) / bins
    In each bin that holds images: the distance between the share that is right and the mean
    confidence. Returns the mean of these distances, each weighted by the bin's share of the
    N images: a number.
    """,
    reference=calibration_error,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="bins-weigh-the-same",
            name="Every bin weighs the same, however few images it holds.",
            hint="A bin with 3 of 1,000 images should hardly count. Weight by its share.",
            wrong=_binned(lambda shares, gaps: abs(gaps).mean()),
        ),
        Misconception(
            id="gaps-cancel",
            name="Being too sure in one bin cancels being too modest in another.",
            hint="A distance has no sign. Where does the absolute value belong?",
            wrong=_binned(lambda shares, gaps: abs(shares @ gaps)),
        ),
        Misconception(
            id="largest-gap",
            name="This is the largest distance of any bin, the maximum calibration error.",
            hint="Asked for is a weighted mean over the bins.",
            wrong=Slip(
                calibration_error, "total += inside.mean() * gap", "total = max(total, gap)"
            ),
        ),
        Misconception(
            id="middle-of-the-bin",
            name="The middle of a bin stands in for the mean confidence in it.",
            hint="The images of a bin need not lie evenly in it. Average their confidences.",
            wrong=Slip(calibration_error, "confidences[inside].mean()", "(number + 0.5) / bins"),
        ),
        Misconception(
            id="image-by-image",
            name="The distance is taken for each image, without bins.",
            hint="One image is right or wrong, 1 or 0; only a group has a share that is right.",
            wrong=lambda confidences, correct, bins: np.abs(correct - confidences).mean(),
        ),
        Misconception(
            id="upper-edge-left-out",
            name="A confidence on the upper edge of a bin is not in it; one of exactly 1 is in "
            "no bin at all.",
            hint="Above the lower edge, at most the upper one. Try a confidence of 1.0.",
            wrong=Slip(
                calibration_error,
                "(confidences > number / bins) & (confidences <= (number + 1) / bins)",
                "(confidences >= number / bins) & (confidences < (number + 1) / bins)",
            ),
        ),
    ),
    hints=(
        "For each bin make a mask of the images in it; skip the bin if the mask is all False.",
        "With a mask m: m.mean() is the bin's share, correct[m].mean() the share that is "
        "right, confidences[m].mean() the mean confidence.",
    ),
)
