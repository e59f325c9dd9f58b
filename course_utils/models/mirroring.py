"""Asking a trained network about an image and about its mirror image."""

import keras


def with_mirror_image(network: keras.Model) -> keras.Model:
    """A network that averages the answers of `network` to an image and to its mirror image.

    It shares the weights, and takes twice the time. It helps where both show the same class, and
    where flips were part of the training. The idea is in Krizhevsky et al. (2012), section 4.1,
    https://doi.org/10.1145/3065386, with crops in addition to mirror images.

    Parameters
    ----------
    network : keras.Model
        From images (n, H, W, C) to probabilities (n, K).

    Returns
    -------
    keras.Model
        With the same shapes; not compiled.
    """
    image = keras.Input(network.input_shape[1:])
    mirrored = keras.ops.flip(image, axis=2)
    return keras.Model(image, keras.layers.Average()([network(image), network(mirrored)]))
