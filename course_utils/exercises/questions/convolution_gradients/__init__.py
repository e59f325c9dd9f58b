"""Exercises of chapter 4: what a convolution's kernel and its image get of the gradient."""

CHAPTER = 4
ORDER = (
    "kernel_gradient",
    "image_gradient",
    "layer_gradients",
)
