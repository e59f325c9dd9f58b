"""Figures of the Fashion-MNIST lab: how far a confidence, or a chosen winner, can be believed."""

from collections.abc import Mapping

import numpy as np
from matplotlib.ticker import NullFormatter

from course_utils.figures import style
from course_utils.figures.drawing import Drawing, course_style


@course_style()
def reliability_diagram(
    networks: Mapping[str, tuple[np.ndarray, np.ndarray]], *, bins: int = 10
) -> Drawing:
    """Share of right answers over confidence, and below it how many images have that confidence.

    Bin b holds the images whose confidence is above b / bins and at most (b + 1) / bins; a point
    stands at their mean confidence. Bins of fewer than 5 images are left out of the upper panel.

    Parameters
    ----------
    networks : mapping
        From a label to (confidences, correct): float array (N,), and array (N,) of 0 and 1.
    bins : int
    """
    summaries = {label: _bins(*answers, bins) for label, answers in networks.items()}
    drawing = Drawing(
        alt="Share of right answers over confidence. "
        + " ".join(
            f"{label}: "
            + ", ".join(
                f"{confidence:.2f} and {share:.2f} right ({count} images)"
                for confidence, share, count in summary
                if count
            )
            + "."
            for label, summary in summaries.items()
        ),
        figsize=(5.2, 5.6),
    )
    upper, lower = drawing.subplots(2, 1, sharex=True, height_ratios=(2.4, 1))
    upper.plot([0, 1], [0, 1], color=style.GREY, ls=":", zorder=0)
    upper.text(0.45, 0.16, "below the line: too sure", color=style.GREY)
    width = 1 / bins / len(summaries)
    for number, (label, summary) in enumerate(summaries.items()):
        color = style.CYCLE[number]
        shown = [row for row in summary if row[2] >= 5]
        upper.plot(
            [row[0] for row in shown],
            [row[1] for row in shown],
            marker="os^D"[number % 4],
            color=color,
            label=label,
        )
        left = np.arange(bins) / bins + number * width
        lower.bar(left, [row[2] for row in summary], width, align="edge", color=color)
    upper.set(ylabel="share that is right", xlim=(0, 1), ylim=(0, 1.03))
    upper.legend(frameon=False)
    lower.set(xlabel="confidence", ylabel="images", yscale="log")
    lower.yaxis.set_major_formatter("{x:,.0f}")
    lower.yaxis.set_minor_formatter(NullFormatter())
    return drawing


def _bins(confidences, correct, bins):
    """(mean confidence, share that is right, count) of each bin; the first two None if empty."""
    summary = []
    for number in range(bins):
        inside = (confidences > number / bins) & (confidences <= (number + 1) / bins)
        count = int(inside.sum())
        means = (confidences[inside].mean(), correct[inside].mean()) if count else (None, None)
        summary.append((*means, count))
    return summary


@course_style()
def chosen_and_fresh(chosen_on: np.ndarray, fresh: np.ndarray) -> Drawing:
    """Many networks, each a dot: accuracy on the images that chose, and on fresh ones.

    Parameters
    ----------
    chosen_on : array (n,)
        Accuracy of each network on the images by which the best is picked.
    fresh : array (n,)
        Accuracy of the same networks on images that had no part in the choice.
    """
    best = int(np.argmax(chosen_on))
    drawing = Drawing(
        alt=f"{len(fresh)} networks as dots. On the images that choose, the mean is "
        f"{chosen_on.mean():.4f} and the best has {chosen_on[best]:.4f}; on fresh images the mean "
        f"is {fresh.mean():.4f} and that network has {fresh[best]:.4f}.",
        figsize=(5.2, 4),
    )
    axes = drawing.subplots()
    axes.plot(chosen_on, fresh, "o", color=style.SKY, ms=4, alpha=0.5)
    axes.plot(chosen_on[best], fresh[best], "o", color=style.VERMILLION, ms=9)
    axes.axvline(chosen_on.mean(), color=style.GREY, ls=":", zorder=0)
    axes.axhline(fresh.mean(), color=style.GREY, ls=":", zorder=0)
    axes.set(xlabel="accuracy on the images that choose", ylabel="accuracy on fresh images")
    axes.set_title("the chosen one is the red dot; dotted: means", fontsize=10, loc="left")
    return drawing
