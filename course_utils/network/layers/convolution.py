"""Convolution layers: weights, around the functions of `course_utils.reference`."""

import numpy as np

from course_utils.network.layers import activations
from course_utils.network.layers.arguments import (
    check_padding,
    image_shape,
    initializer_name,
)
from course_utils.network.layers.layer import Layer
from course_utils.reference import (
    conv2d,
    conv2d_backward,
    depthwise_conv2d,
    depthwise_conv2d_backward,
    separable_conv2d,
    separable_conv2d_backward,
)
from course_utils.reference.arguments import whole
from course_utils.reference.convolution import conv2d_kernel_gradient
from course_utils.reference.geometry import IntPair, pair, slide


class _Convolution(Layer):
    """What the three layers share: how the kernel slides, the bias, and the activation."""

    def __init__(self, kernel_size, strides, padding, dilation_rate, activation, use_bias):
        super().__init__()
        self.kernel_size = pair(kernel_size, "kernel_size")
        self.strides = pair(strides, "strides")
        self.padding = check_padding(padding)
        self.dilation_rate = pair(dilation_rate, "dilation_rate")
        self.activation = activations.check(activation)
        self.use_bias = bool(use_bias)

    @property
    def sliding(self):
        """Strides, padding and dilation as keyword arguments of `conv2d`."""
        return {"stride": self.strides, "padding": self.padding, "dilation": self.dilation_rate}

    def compute_output_shape(self, input_shape):
        height, width, channels = image_shape(input_shape)
        size = slide((height, width), self.kernel_size, **self.sliding).output
        return (*size, self.feature_maps(channels))


class Conv2D(_Convolution):
    """2-D convolution: each of `filters` kernels slides over the images and makes a feature map.

    Weights: kernel (kh, kw, C / groups, filters), bias (filters,).

    Parameters
    ----------
    filters : int
    kernel_size, strides, dilation_rate : int or (int, int)
    padding : "valid" or "same"
    groups : int
        Must divide the channels and the filters; a filter sees only the channels of its group.
    activation : str, optional
        As in `Activation`.
    use_bias : bool
    kernel_initializer : str
    """

    def __init__(
        self,
        filters: int,
        kernel_size: IntPair,
        strides: IntPair = (1, 1),
        padding: str = "valid",
        *,
        dilation_rate: IntPair = (1, 1),
        groups: int = 1,
        activation: str | None = None,
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
    ):
        super().__init__(kernel_size, strides, padding, dilation_rate, activation, use_bias)
        self.filters = whole(filters, "filters")
        self.groups = whole(groups, "groups")
        self.kernel_initializer = initializer_name(kernel_initializer)

    def feature_maps(self, channels: int) -> int:
        if channels % self.groups or self.filters % self.groups:
            raise ValueError(
                "groups must divide the number of channels and of filters, got "
                f"groups={self.groups} with {channels} channels and {self.filters} filters"
            )
        return self.filters

    def create_weights(self, rng: np.random.Generator) -> None:
        shape = (*self.kernel_size, self.input_shape[2] // self.groups, self.filters)
        self.add_weight("kernel", shape, self.kernel_initializer, rng)
        if self.use_bias:
            self.add_weight("bias", (self.filters,), "zeros")

    def compute(self, x: np.ndarray, training: bool, rng: np.random.Generator) -> np.ndarray:
        kernel, bias = self.weights["kernel"], self.weights.get("bias")
        return conv2d(x, kernel, bias, groups=self.groups, **self.sliding)

    def compute_backward(self, dz: np.ndarray, need_dx: bool) -> np.ndarray | None:
        arguments = (dz, self.x, self.weights["kernel"])
        options = {"groups": self.groups, **self.sliding}
        if need_dx:
            dx, dkernel, dbias = conv2d_backward(*arguments, **options)
        else:
            dx, (dkernel, dbias) = None, conv2d_kernel_gradient(*arguments, **options)
        self.set_gradients(kernel=dkernel, bias=dbias)
        return dx


class DepthwiseConv2D(_Convolution):
    """Convolution of each channel with its own filters; channels are not mixed.

    Weights: kernel (kh, kw, C, depth_multiplier), bias (C * depth_multiplier,).

    Parameters
    ----------
    kernel_size, strides, padding, dilation_rate, activation, use_bias
        As in `Conv2D`.
    depth_multiplier : int
        Feature maps for each channel.
    depthwise_initializer : str
    """

    def __init__(
        self,
        kernel_size: IntPair,
        strides: IntPair = (1, 1),
        padding: str = "valid",
        depth_multiplier: int = 1,
        *,
        dilation_rate: IntPair = (1, 1),
        activation: str | None = None,
        use_bias: bool = True,
        depthwise_initializer: str = "glorot_uniform",
    ):
        super().__init__(kernel_size, strides, padding, dilation_rate, activation, use_bias)
        self.depth_multiplier = whole(depth_multiplier, "depth_multiplier")
        self.depthwise_initializer = initializer_name(depthwise_initializer)

    def feature_maps(self, channels: int) -> int:
        return channels * self.depth_multiplier

    def create_weights(self, rng: np.random.Generator) -> None:
        channels = self.input_shape[2]
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.add_weight("kernel", shape, self.depthwise_initializer, rng)
        if self.use_bias:
            self.add_weight("bias", (channels * self.depth_multiplier,), "zeros")

    def compute(self, x: np.ndarray, training: bool, rng: np.random.Generator) -> np.ndarray:
        return depthwise_conv2d(x, self.weights["kernel"], self.weights.get("bias"), **self.sliding)

    def compute_backward(self, dz: np.ndarray, need_dx: bool) -> np.ndarray | None:
        kernel = self.weights["kernel"]
        dx, dkernel, dbias = depthwise_conv2d_backward(dz, self.x, kernel, **self.sliding)
        self.set_gradients(kernel=dkernel, bias=dbias)
        return dx


class SeparableConv2D(_Convolution):
    """A depthwise convolution, then a 1 by 1 convolution that mixes the channels.

    Weights: depthwise_kernel (kh, kw, C, depth_multiplier), pointwise_kernel
    (1, 1, C * depth_multiplier, filters), bias (filters,).

    Parameters
    ----------
    filters, kernel_size, strides, padding, dilation_rate, activation, use_bias
        As in `Conv2D`.
    depth_multiplier : int
        Feature maps of the depthwise step for each channel.
    depthwise_initializer, pointwise_initializer : str
    """

    def __init__(
        self,
        filters: int,
        kernel_size: IntPair,
        strides: IntPair = (1, 1),
        padding: str = "valid",
        *,
        dilation_rate: IntPair = (1, 1),
        depth_multiplier: int = 1,
        activation: str | None = None,
        use_bias: bool = True,
        depthwise_initializer: str = "glorot_uniform",
        pointwise_initializer: str = "glorot_uniform",
    ):
        super().__init__(kernel_size, strides, padding, dilation_rate, activation, use_bias)
        self.filters = whole(filters, "filters")
        self.depth_multiplier = whole(depth_multiplier, "depth_multiplier")
        self.depthwise_initializer = initializer_name(depthwise_initializer)
        self.pointwise_initializer = initializer_name(pointwise_initializer)

    def feature_maps(self, channels: int) -> int:
        return self.filters

    def create_weights(self, rng: np.random.Generator) -> None:
        channels, multiplier = self.input_shape[2], self.depth_multiplier
        depthwise = (*self.kernel_size, channels, multiplier)
        pointwise = (1, 1, channels * multiplier, self.filters)
        self.add_weight("depthwise_kernel", depthwise, self.depthwise_initializer, rng)
        self.add_weight("pointwise_kernel", pointwise, self.pointwise_initializer, rng)
        if self.use_bias:
            self.add_weight("bias", (self.filters,), "zeros")

    def compute(self, x: np.ndarray, training: bool, rng: np.random.Generator) -> np.ndarray:
        return separable_conv2d(x, *self._kernels(), self.weights.get("bias"), **self.sliding)

    def compute_backward(self, dz: np.ndarray, need_dx: bool) -> np.ndarray | None:
        dx, ddepthwise, dpointwise, dbias = separable_conv2d_backward(
            dz, self.x, *self._kernels(), **self.sliding
        )
        self.set_gradients(depthwise_kernel=ddepthwise, pointwise_kernel=dpointwise, bias=dbias)
        return dx

    def _kernels(self):
        return self.weights["depthwise_kernel"], self.weights["pointwise_kernel"]
