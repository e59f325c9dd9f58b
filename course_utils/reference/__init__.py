"""What each operation of a convolutional network is, in numpy alone.

Images are NHWC, kernels are HWIO, as in Keras. Every function is pure: it takes what it uses and
returns a new array.
"""

from .activations import leaky_relu, relu, sigmoid, softmax, tanh
from .arithmetic import flop_count, output_size, parameter_count, receptive_field
from .convolution import conv2d, conv2d_backward
from .correlation import correlate2d
from .depthwise import depthwise_conv2d, separable_conv2d
from .fully_connected import dense, flatten
from .loops import avg_pool2d_loops, conv2d_loops, correlate2d_loops, max_pool2d_loops
from .losses import cross_entropy
from .normalization import batch_norm, batch_norm_inference
from .pooling import avg_pool2d, global_avg_pool2d, global_max_pool2d, max_pool2d
from .regularization import dropout

__all__ = [
    "avg_pool2d",
    "avg_pool2d_loops",
    "batch_norm",
    "batch_norm_inference",
    "conv2d",
    "conv2d_backward",
    "conv2d_loops",
    "correlate2d",
    "correlate2d_loops",
    "cross_entropy",
    "dense",
    "depthwise_conv2d",
    "dropout",
    "flatten",
    "flop_count",
    "global_avg_pool2d",
    "global_max_pool2d",
    "leaky_relu",
    "max_pool2d",
    "max_pool2d_loops",
    "output_size",
    "parameter_count",
    "receptive_field",
    "relu",
    "separable_conv2d",
    "sigmoid",
    "softmax",
    "tanh",
]
