"""What each operation of a convolutional network is, in numpy alone.

Images are NHWC, kernels are HWIO, as in Keras. Every function is pure: it takes what it uses and
returns a new array. How operations are computed fast is in `engine`; layers, which keep weights,
belong in `course_utils.network`.

`f_backward(dy, ...)` takes the gradient of a loss with respect to f's output, then f's own
arguments, and returns the gradients with respect to them.
"""

from course_utils.reference.activations import (
    leaky_relu,
    leaky_relu_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    tanh,
    tanh_backward,
)
from course_utils.reference.arithmetic import (
    flop_count,
    output_size,
    parameter_count,
    receptive_field,
)
from course_utils.reference.convolution import conv2d, conv2d_backward
from course_utils.reference.correlation import correlate2d
from course_utils.reference.depthwise import (
    depthwise_conv2d,
    depthwise_conv2d_backward,
    separable_conv2d,
    separable_conv2d_backward,
)
from course_utils.reference.fully_connected import dense, dense_backward, flatten, flatten_backward
from course_utils.reference.loops import (
    avg_pool2d_loops,
    conv2d_loops,
    correlate2d_loops,
    max_pool2d_loops,
)
from course_utils.reference.losses import cross_entropy, cross_entropy_backward
from course_utils.reference.normalization import (
    batch_norm,
    batch_norm_backward,
    batch_norm_inference,
)
from course_utils.reference.pooling import (
    avg_pool2d,
    avg_pool2d_backward,
    global_avg_pool2d,
    global_avg_pool2d_backward,
    global_max_pool2d,
    global_max_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from course_utils.reference.regularization import dropout, dropout_backward

__all__ = [
    "avg_pool2d",
    "avg_pool2d_backward",
    "avg_pool2d_loops",
    "batch_norm",
    "batch_norm_backward",
    "batch_norm_inference",
    "conv2d",
    "conv2d_backward",
    "conv2d_loops",
    "correlate2d",
    "correlate2d_loops",
    "cross_entropy",
    "cross_entropy_backward",
    "dense",
    "dense_backward",
    "depthwise_conv2d",
    "depthwise_conv2d_backward",
    "dropout",
    "dropout_backward",
    "flatten",
    "flatten_backward",
    "flop_count",
    "global_avg_pool2d",
    "global_avg_pool2d_backward",
    "global_max_pool2d",
    "global_max_pool2d_backward",
    "leaky_relu",
    "leaky_relu_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "max_pool2d_loops",
    "output_size",
    "parameter_count",
    "receptive_field",
    "relu",
    "relu_backward",
    "separable_conv2d",
    "separable_conv2d_backward",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "tanh",
    "tanh_backward",
]
