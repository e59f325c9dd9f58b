"""Exercises of chapter 6: batch normalization, forward, at inference and backward."""

CHAPTER = 6
ORDER = (
    "normalize_channels",
    "steps_until_ninety_percent",
    "normalize_for_inference",
    "normalize_channels_gradient",
)
