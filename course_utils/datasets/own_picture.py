"""The reader's own picture, made to look like an image of Fashion-MNIST."""

from pathlib import Path

import numpy as np

FORMATS = "JPEG, PNG, WebP, GIF, BMP or TIFF"
SIDE = 28
# Fashion-MNIST's pictures were trimmed of everything within 5% of the corner's color.
BACKGROUND = 0.05
# In pixels: anything smaller is a speck of dust, or noise.
SMALLEST = 4


def own_picture(path: str | Path) -> np.ndarray:
    """Read a picture file and prepare it the way Fashion-MNIST's pictures were prepared.

    The garment must be in front of an even background, as in a shop's photograph. The picture is
    turned as the camera says, made gray, inverted if the background is light (that of the data set
    is black), cropped to the garment, scaled so that its longer side has 28 pixels, and placed in
    the middle of a black square.

    Parameters
    ----------
    path : str or pathlib.Path
        A picture of any size, gray or colored, with or without transparency.

    Returns
    -------
    uint8 array of shape (28, 28, 1), like one image of `fashion_mnist`

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not a picture, is damaged, or shows only background.
    ImportError
        If pillow is not installed.

    Source: Xiao, Rasul and Vollgraf (2017), figure 1, https://arxiv.org/abs/1708.07747. Their
    pictures are scaled by leaving out rows and columns and then sharpened; here areas are averaged.
    """
    return fit_to_square(garment_on_black(read_gray(path)))


def read_gray(path: str | Path) -> np.ndarray:
    """Read a picture file as brightness: float array (H, W), 0 black to 1 white."""
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise ImportError(
            f"reading a picture needs pillow, which cannot be imported ({error}); "
            "install it with `pip install pillow`",
            name=error.name,
        ) from error
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(
            f"there is no file {str(path)!r}; a path without a folder is looked up in {Path.cwd()}"
        )
    if path.is_dir():
        raise ValueError(f"{path.name!r} is a folder; expected a picture file, {FORMATS}")
    if path.stat().st_size == 0:
        raise ValueError(f"{path.name!r} is empty: 0 bytes; copy or download it again")
    try:
        with Image.open(path) as picture:
            picture.load()
            picture = ImageOps.exif_transpose(picture)
            if picture.mode.startswith(("I", "F")):  # 16 bits, or floats: pillow would clip them
                values = np.asarray(picture, np.float64)
                return values / (65535 if values.max() > 255 else 255 if values.max() > 1 else 1)
            white = Image.new("RGBA", picture.size, "white")
            flat = Image.alpha_composite(white, picture.convert("RGBA"))
            return np.asarray(flat.convert("L"), np.float64) / 255
    except Image.UnidentifiedImageError as error:
        raise ValueError(
            f"{path.name!r} is not a picture that can be read; expected {FORMATS}. "
            "Open it in a picture viewer and save it as JPEG or PNG (phones often write HEIC)"
        ) from error
    except Image.DecompressionBombError as error:
        raise ValueError(f"{path.name!r} has too many pixels ({error}); make it smaller") from error
    except (OSError, SyntaxError, ValueError) as error:  # what pillow raises for damaged content
        raise ValueError(f"{path.name!r} is damaged: {error}; copy or download it again") from error


def garment_on_black(gray: np.ndarray) -> np.ndarray:
    """Crop a picture to what differs from its background, and make the background black.

    Parameters
    ----------
    gray : float array (H, W), 0 black to 1 white
        The background is the median of its border; if that is light, the picture is inverted.

    Returns
    -------
    float array (h, w), h <= H and w <= W
        0 is background, 1 differs from it as much as possible.

    Raises
    ------
    ValueError
        If no part differs from the background.
    """
    border = np.concatenate((gray[0], gray[-1], gray[:, 0], gray[:, -1]))
    background = np.median(border)
    if background > 0.5:
        values = (background - gray) / background
    else:
        values = (gray - background) / (1 - background)
    values = values.clip(0, 1)
    rows, columns = (np.flatnonzero(values.max(axis=axis) > BACKGROUND) for axis in (1, 0))
    if min(len(rows), len(columns)) < SMALLEST:
        raise ValueError(
            f"nothing stands out from the background, whose brightness is {background:.2f} (0 is "
            "black, 1 white); expected one garment before an even background that is lighter "
            "or darker than it"
        )
    return values[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def fit_to_square(values: np.ndarray, side: int = SIDE) -> np.ndarray:
    """Scale a picture so that its longer side fits, in the middle of a black square.

    Parameters
    ----------
    values : float array (h, w), 0 to 1
    side : int

    Returns
    -------
    uint8 array of shape (side, side, 1)
    """
    from PIL import Image

    factor = side / max(values.shape)
    height, width = (max(round(factor * length), 1) for length in values.shape)
    # Averages over areas; Image.resize without a box would skip pixels or draw halos.
    scaled = Image.fromarray(values.astype(np.float32)).resize(
        (width, height), Image.Resampling.BOX if factor < 1 else Image.Resampling.BILINEAR
    )
    square = np.zeros((side, side, 1), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width, 0] = np.rint(255 * np.asarray(scaled))
    return square
