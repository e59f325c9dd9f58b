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
from course_utils.reference.anchors import anchor_grid, anchor_shapes, cluster_shapes
from course_utils.reference.arithmetic import (
    flop_count,
    output_size,
    parameter_count,
    receptive_field,
)
from course_utils.reference.average_precision import average_precision, precision_and_recall
from course_utils.reference.boxes import (
    box_area,
    box_centers,
    box_corners,
    box_intersection,
    box_iou,
    clip_boxes,
    decode_boxes,
    encode_boxes,
)
from course_utils.reference.coco_evaluation import coco_evaluate
from course_utils.reference.convolution import conv2d, conv2d_backward
from course_utils.reference.correlation import correlate2d
from course_utils.reference.depthwise import (
    depthwise_conv2d,
    depthwise_conv2d_backward,
    separable_conv2d,
    separable_conv2d_backward,
)
from course_utils.reference.detection_losses import (
    focal_loss,
    focal_loss_backward,
    smooth_l1,
    smooth_l1_backward,
)
from course_utils.reference.fully_connected import dense, dense_backward, flatten, flatten_backward
from course_utils.reference.loops import (
    avg_pool2d_loops,
    conv2d_loops,
    correlate2d_loops,
    max_pool2d_loops,
)
from course_utils.reference.losses import cross_entropy, cross_entropy_backward
from course_utils.reference.matching import match_anchors
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
from course_utils.reference.segmentation_losses import (
    dice_loss,
    dice_loss_backward,
    pixel_cross_entropy,
    pixel_cross_entropy_backward,
)
from course_utils.reference.segmentation_metrics import class_iou
from course_utils.reference.suppression import non_max_suppression, soft_non_max_suppression
from course_utils.reference.transposed_convolution import (
    conv2d_transpose,
    conv2d_transpose_backward,
    transposed_output_size,
)
from course_utils.reference.upsampling import upsample2d, upsample2d_backward
from course_utils.reference.voc_evaluation import voc_evaluate

__all__ = [
    "anchor_grid",
    "anchor_shapes",
    "average_precision",
    "avg_pool2d",
    "avg_pool2d_backward",
    "avg_pool2d_loops",
    "batch_norm",
    "batch_norm_backward",
    "batch_norm_inference",
    "box_area",
    "box_centers",
    "box_corners",
    "box_intersection",
    "box_iou",
    "class_iou",
    "clip_boxes",
    "cluster_shapes",
    "coco_evaluate",
    "conv2d",
    "conv2d_backward",
    "conv2d_loops",
    "conv2d_transpose",
    "conv2d_transpose_backward",
    "correlate2d",
    "correlate2d_loops",
    "cross_entropy",
    "cross_entropy_backward",
    "decode_boxes",
    "dense",
    "dense_backward",
    "depthwise_conv2d",
    "depthwise_conv2d_backward",
    "dice_loss",
    "dice_loss_backward",
    "dropout",
    "dropout_backward",
    "encode_boxes",
    "flatten",
    "flatten_backward",
    "flop_count",
    "focal_loss",
    "focal_loss_backward",
    "global_avg_pool2d",
    "global_avg_pool2d_backward",
    "global_max_pool2d",
    "global_max_pool2d_backward",
    "leaky_relu",
    "leaky_relu_backward",
    "match_anchors",
    "max_pool2d",
    "max_pool2d_backward",
    "max_pool2d_loops",
    "non_max_suppression",
    "output_size",
    "parameter_count",
    "pixel_cross_entropy",
    "pixel_cross_entropy_backward",
    "precision_and_recall",
    "receptive_field",
    "relu",
    "relu_backward",
    "separable_conv2d",
    "separable_conv2d_backward",
    "sigmoid",
    "sigmoid_backward",
    "smooth_l1",
    "smooth_l1_backward",
    "soft_non_max_suppression",
    "softmax",
    "softmax_backward",
    "tanh",
    "tanh_backward",
    "transposed_output_size",
    "upsample2d",
    "upsample2d_backward",
    "voc_evaluate",
]
