"""The exercise "Patches as rows"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution_layers import CHAPTER
from course_utils.exercises.slip import Slip


def patch_matrix(image, kernel_height, kernel_width):
    height, width = image.shape
    patches = []
    for row in range(height - kernel_height + 1):
        for column in range(width - kernel_width + 1):
            window = image[row : row + kernel_height, column : column + kernel_width]
            patches.append(window.ravel())
    return np.array(patches)


def inputs(rng):
    yield {"image": np.array([[1, 2, 3], [4, 5, 6]]), "kernel_height": 1, "kernel_width": 2}
    yield {
        "image": np.array([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]),
        "kernel_height": 2,
        "kernel_width": 3,
    }
    yield {"image": rng.normal(size=(5, 4)), "kernel_height": 2, "kernel_width": 2}
    yield {"image": rng.normal(size=(6, 8)), "kernel_height": 3, "kernel_width": 2}
    yield {"image": rng.normal(size=(5, 9)), "kernel_height": 2, "kernel_width": 5}


def _unfold(image, kernel_height, kernel_width, columns_first=False, apart=False):
    height, width = image.shape
    rows = range(0, height - kernel_height + 1, kernel_height if apart else 1)
    columns = range(0, width - kernel_width + 1, kernel_width if apart else 1)
    places = [(r, c) for r in rows for c in columns]
    if columns_first:
        places = [(r, c) for c in columns for r in rows]
    windows = [image[r : r + kernel_height, c : c + kernel_width] for r, c in places]
    return np.array([window.ravel() for window in windows])


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Patches as rows",
    prompt="""All windows of an image, each as one row of a matrix.

    image : array (H, W)
    kernel_height, kernel_width : int

    Returns an array (places, kernel_height * kernel_width). The places go
    row by row, as a text is read; so do the pixels within a window. Windows
    overlap: stride 1.
    """,
    reference=patch_matrix,
    inputs=inputs,
    points=2.0,
    misconceptions=(
        Misconception(
            id="patches-as-columns",
            name="Each patch is a column, not a row.",
            hint="How many rows does the matrix have: places, or pixels of a window?",
            wrong=Slip(patch_matrix, "np.array(patches)", "np.array(patches).T"),
        ),
        Misconception(
            id="windows-do-not-overlap",
            name="The windows do not overlap.",
            hint="The next window starts one pixel further, not one window further.",
            wrong=lambda image, kernel_height, kernel_width: _unfold(
                image, kernel_height, kernel_width, apart=True
            ),
        ),
        Misconception(
            id="places-column-by-column",
            name="The places go down first, then across.",
            hint="Which loop is the outer one?",
            wrong=lambda image, kernel_height, kernel_width: _unfold(
                image, kernel_height, kernel_width, columns_first=True
            ),
        ),
        Misconception(
            id="pixels-column-by-column",
            name="The pixels of a window are read down first, then across.",
            hint="`ravel()` reads row by row unless it is told otherwise. Was it?",
            wrong=Slip(patch_matrix, "window.ravel()", 'window.ravel("F")'),
        ),
        Misconception(
            id="rows-and-columns-swapped",
            name="The window's height and width are swapped.",
            hint="The first slice of `image[..., ...]` takes rows.",
            wrong=lambda image, kernel_height, kernel_width: patch_matrix(
                image, kernel_width, kernel_height
            ),
        ),
    ),
    hints=(
        "The loops of slide_kernel visit the windows in the right order.",
        "`window.ravel()` writes a window as one row.",
        "Collect the rows in a list and return `np.array` of it.",
    ),
)
