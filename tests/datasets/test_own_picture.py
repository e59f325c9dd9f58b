"""The reader's own picture comes out like an image of the data set."""

import io

import numpy as np
import pytest
from PIL import Image

from course_utils.datasets import fashion_mnist, own_picture

DARK_BLUE = np.array([30, 40, 90])


def garment(side=12):
    """Brightness of a garment, 0 for background: a bright body with a darker band."""
    body = np.full((4 * side, 2 * side), 200)
    body[side : 2 * side] = 120
    return body


def photograph(ink, margins=(20, 35, 10, 50), light=255):
    """A colored photograph on a light background of what is bright in `ink` (h, w), 0 to 255."""
    framed = np.pad(ink, (margins[:2], margins[2:]))[..., np.newaxis] / 255
    return (light - framed * (light - DARK_BLUE)).astype(np.uint8)


def saved(folder, pixels, name="picture.png", **options):
    path = folder / name
    Image.fromarray(pixels).save(path, **options)
    return path


def test_an_image_of_the_data_set_comes_back(tmp_path):
    images, labels = fashion_mnist("test", size="small")
    boot = images[labels == 9][0][..., 0]
    large = np.kron(boot, np.ones((12, 12), int))
    path = saved(tmp_path, photograph(large), "boot.jpg", quality=95)
    again = own_picture(path)
    assert again.shape == (28, 28, 1)
    assert again.dtype == np.uint8
    # Cut to the garment, scaled and put in the middle, as the original had been.
    assert np.corrcoef(again.ravel(), boot.ravel())[0, 1] > 0.97


def test_the_garment_is_bright_and_centered_and_the_background_black(tmp_path):
    picture = own_picture(saved(tmp_path, photograph(garment())))[..., 0]
    assert (picture[:, :7] == 0).all()
    assert (picture[:, 21:] == 0).all()
    assert picture[:, 7:21].min() > 50  # 28 high, half as wide
    assert picture[0, 14] > picture[10, 14]  # the band stays darker than the rest


def test_a_dark_background_is_not_inverted(tmp_path):
    light = photograph(garment())
    assert own_picture(saved(tmp_path, 255 - light))[3, 14, 0] > 50
    assert own_picture(saved(tmp_path, 255 - light))[3, 2, 0] == 0


def test_a_gray_cast_of_the_background_is_taken_away(tmp_path):
    picture = own_picture(saved(tmp_path, photograph(garment(), light=215)))
    assert (picture[:, :7] == 0).all()


@pytest.mark.parametrize("margins", [(0, 300, 0, 10), (5, 5, 400, 5)])
def test_where_the_garment_stands_and_how_large_it_is_does_not_matter(tmp_path, margins):
    first = own_picture(saved(tmp_path, photograph(garment(12))))
    moved = own_picture(saved(tmp_path, photograph(garment(28), margins)))
    assert np.abs(first.astype(int) - moved).max() < 30


def test_every_kind_of_pixel_gives_the_same_picture(tmp_path):
    rgb = Image.fromarray(photograph(garment()))
    wanted = own_picture(saved(tmp_path, np.asarray(rgb)))
    gray = np.asarray(rgb.convert("L"))
    kinds = {
        "gray.png": Image.fromarray(gray),
        "sixteen.png": Image.fromarray(gray.astype(np.uint16) * 257),
        "palette.gif": rgb.convert("P"),
        "cmyk.jpg": rgb.convert("CMYK"),
        "gray.bmp": Image.fromarray(gray),
        "float.tiff": Image.fromarray(gray.astype(np.float32) / 255),
    }
    for name, picture in kinds.items():
        picture.save(tmp_path / name, quality=98)
        difference = np.abs(own_picture(tmp_path / name).astype(int) - wanted)
        assert np.median(difference) <= 2, name
        assert difference.mean() < 6, name


def test_transparent_is_background(tmp_path):
    alpha = np.pad(np.full((48, 24), 255), 30)
    pixels = np.dstack((np.zeros((*alpha.shape, 3)), alpha)).astype(np.uint8)  # black all over
    picture = own_picture(saved(tmp_path, pixels))[..., 0]
    assert (picture[:, 7:21] == 255).all()
    assert (picture[:, :7] == 0).all()


def test_a_picture_is_turned_as_the_camera_says(tmp_path):
    upright = photograph(garment())
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by 90 degrees
    lying = np.rot90(upright)
    path = saved(tmp_path, np.ascontiguousarray(lying), exif=exif)
    np.testing.assert_array_equal(own_picture(path), own_picture(saved(tmp_path, upright, "u.png")))


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file 'shoe\.jpg'; a path without"):
        own_picture("shoe.jpg")
    with pytest.raises(ValueError, match="is a folder; expected a picture file"):
        own_picture(tmp_path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty: 0 bytes"),
        (b"my shoe", "not a picture that can be read; expected JPEG, PNG"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), "phones often write HEIC"),
    ],
)
def test_what_is_no_picture_is_named(tmp_path, content, says):
    path = tmp_path / "shoe.jpg"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=says):
        own_picture(path)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "BMP", "TIFF", "WEBP"])
def test_a_file_that_is_cut_off_is_damaged(tmp_path, format):
    whole = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    Image.fromarray(noise).save(whole, format)
    path = tmp_path / "shoe"
    path.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    with pytest.raises(ValueError, match=r"damaged|not a picture"):
        own_picture(path)


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((50, 50), 255, np.uint8),
        np.zeros((1, 1), np.uint8),
        np.pad(np.full((2, 2), 100, np.uint8), 40, constant_values=250),  # a speck
    ],
)
def test_a_picture_of_nothing_is_refused(tmp_path, pixels):
    with pytest.raises(ValueError, match="nothing stands out from the background"):
        own_picture(saved(tmp_path, pixels))
