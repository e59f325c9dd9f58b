"""Exercises of chapter 2: a kernel on one channel."""

CHAPTER = 2
ORDER = (
    "correlate_patch",
    "slide_kernel",
    "true_convolution",
    "feature_map_size",
    "slide_padded",
    "same_padding",
    "dilate_kernel",
)
