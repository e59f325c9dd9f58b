"""Exercises of chapter 3: from feature maps to probabilities, and a whole network."""

CHAPTER = 3
ORDER = (
    "flatten_length",
    "dense_head_parameters",
    "stable_softmax",
    "cnn_scores",
)
