"""Exercises of chapter 1: why convolutional networks."""

CHAPTER = 1
ORDER = (
    "numbers_in_batch",
    "flatten_index",
    "dense_layer",
    "mlp_parameters",
    "permute_weights",
    "band_matrix",
    "count_three_ways",
    "shift_image",
)
