"""Exercises of the Fashion-MNIST lab: no leaks, calibration, a picture, better networks."""

CHAPTER = 20
ORDER = (
    "standardize_like_training",
    "calibration_error",
    "soften",
    "picture_like_training",
    "normalized_block",
    "lean_network",
)
