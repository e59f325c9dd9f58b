"""Weight decay for the kernels alone."""

import keras


def decay_kernels_only(optimizer: keras.optimizers.Optimizer, network: keras.Model) -> None:
    """Keep weight decay away from biases, and from a normalization's gamma and beta.

    These are few, and hardly fit noise. Source: Jia et al. (2018),
    https://doi.org/10.48550/arXiv.1807.11205, section 3.2.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer
        Made with a `weight_decay`, and not yet used.
    network : keras.Model
        Built: it has its weights.
    """
    others = [weight for weight in network.trainable_variables if len(weight.shape) < 2]
    optimizer.exclude_from_weight_decay(var_list=others)
