"""Exercises of chapter 4: slopes of chains, of the loss and of a dense layer."""

CHAPTER = 4
ORDER = (
    "slope_of_first_weight",
    "nudged_slopes",
    "scores_gradient",
    "dense_gradients",
)
