"""Figures of the chapters: one function a figure, each returns a Drawing or an Animation."""

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
    "channel_connections",
    "channel_sum",
    "coverage",
    "dilated_windows",
    "feature_maps",
    "filtered_photograph",
    "filters_to_maps",
    "influence",
    "one_window",
    "patches_times_kernel",
    "pictures",
    "receptive_field_growth",
    "same_padding_windows",
    "sliding_window",
    "stride_and_padding",
]
