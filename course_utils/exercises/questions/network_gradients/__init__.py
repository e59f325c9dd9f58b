"""Exercises of chapter 4: gradients through max pooling, and through a whole network."""

CHAPTER = 4
ORDER = (
    "route_gradient",
    "cnn_gradients",
)
