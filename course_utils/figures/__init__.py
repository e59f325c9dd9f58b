"""Figures of the chapters: one function a figure, each returns a Drawing or an Animation."""

from course_utils.figures.activation_and_pooling import (
    activation_curves,
    aliasing,
    before_and_after_relu,
    change_under_shift,
    forward_pass,
    max_and_average_pooling,
    nudges_through_depth,
    parameters_by_layer,
    pooling_a_moving_pixel,
)
from course_utils.figures.animation import Animation
from course_utils.figures.drawing import Drawing
from course_utils.figures.filtering import (
    channel_sum,
    feature_maps,
    filtered_photograph,
    filters_to_maps,
    pictures,
)
from course_utils.figures.layers import channel_connections, patches_times_kernel
from course_utils.figures.receptive_field import influence, receptive_field_growth
from course_utils.figures.sliding import (
    coverage,
    dilated_windows,
    one_window,
    same_padding_windows,
    sliding_window,
    stride_and_padding,
)

__all__ = [
    "Animation",
    "Drawing",
    "activation_curves",
    "aliasing",
    "before_and_after_relu",
    "change_under_shift",
    "channel_connections",
    "channel_sum",
    "coverage",
    "dilated_windows",
    "feature_maps",
    "filtered_photograph",
    "filters_to_maps",
    "forward_pass",
    "influence",
    "max_and_average_pooling",
    "nudges_through_depth",
    "one_window",
    "parameters_by_layer",
    "patches_times_kernel",
    "pictures",
    "pooling_a_moving_pixel",
    "receptive_field_growth",
    "same_padding_windows",
    "sliding_window",
    "stride_and_padding",
]
