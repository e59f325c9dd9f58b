"""Exercises of chapter 3: activations and pooling."""

CHAPTER = 3
ORDER = (
    "collapse_dense",
    "leaky",
    "slope_after_ten_sigmoids",
    "max_pool_map",
    "average_with_border",
    "shifts_that_survive",
)
