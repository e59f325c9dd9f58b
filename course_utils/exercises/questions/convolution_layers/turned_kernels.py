"""Kernels turned by 180 degrees, a mistake that two exercises look for."""


def rotated(kernel):
    return kernel[::-1, ::-1]
