"""Exercises of chapter 2: layers with channels, what they cost, and what they see."""

CHAPTER = 2
ORDER = (
    "convolve_channels",
    "second_layer_parameters",
    "multiply_adds",
    "filter_each_channel",
    "receptive_side",
    "patch_matrix",
)
