import socket
import sys

import numpy as np
import pytest

from course_utils.datasets import cat


def test_cat_needs_no_network(monkeypatch):
    def refuse(*args):
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    image = cat()
    assert image.shape == (300, 451, 3)
    assert image.dtype == np.uint8
    red, _, blue = image.mean((0, 1))
    assert red > blue + 50  # Chelsea is ginger: were the channels swapped, she would be blue


def test_without_scikit_image_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "skimage.data", None)
    with pytest.raises(ImportError, match="pip install scikit-image"):
        cat()
