"""Take the book's pictures of pages: an exercise in the built book, and a class page of the grader.

``python book/screenshot.py`` needs `make book` to have run, and Chromium on this machine; the class
page needs one of the grader's sandboxes. ``python book/screenshot.py class`` takes that one alone.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

BOOK = Path(__file__).parent
PAGE = BOOK.parent / "_build" / "html" / "chapters" / "02_convolution.html"
PICTURE = BOOK / "images" / "exercise.png"
CLASS_PICTURE = BOOK / "images" / "class_page.png"

EXERCISE = "slide_kernel"
# A right sum at every place, of a kernel that was turned: the mistake most often made.
ANSWER = """\
def slide_kernel(image, kernel):
    kernel = kernel[::-1, ::-1]
    height, width = kernel.shape
    rows = image.shape[0] - height + 1
    columns = image.shape[1] - width + 1
    output = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = image[i : i + height, j : j + width]
            output[i, j] = np.sum(window * kernel)
    return output
"""


def take_exercise(browser) -> None:
    """An exercise of chapter 2 with the report on a wrong answer."""
    page = browser.new_page(
        viewport={"width": 1100, "height": 1000}, device_scale_factor=1.5, color_scheme="light"
    )
    page.goto(PAGE.as_uri())
    exercise = page.locator(f"#exercise-{EXERCISE}")
    exercise.get_by_role("textbox").fill(ANSWER)
    exercise.get_by_role("button", name="Check").click()
    exercise.locator(".report").wait_for(timeout=120_000)
    page.evaluate("document.activeElement.blur()")
    exercise.screenshot(path=PICTURE)


def take_class_page(browser) -> None:
    """The upper part of the class page of the example class."""
    with tempfile.TemporaryDirectory() as folder:
        week = Path(folder) / "week-2"
        grade = [sys.executable, "-m", "course_utils.grading.commands.main"]
        run = ["run", week / "submissions", "--assignment", week / "assignment.toml"]
        for command in (["example", week], [*run, "--out", week / "graded"]):
            subprocess.run([*grade, *command], check=True)
        subprocess.run([*grade, "report", week / "graded"], check=True)
        page = browser.new_page(
            viewport={"width": 900, "height": 1358}, device_scale_factor=1.5, color_scheme="light"
        )
        page.goto((week / "graded" / "report" / "index.html").as_uri())
        page.screenshot(path=CLASS_PICTURE)


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox"],
        )
        if "class" not in sys.argv[1:]:
            take_exercise(browser)
        take_class_page(browser)
        browser.close()


if __name__ == "__main__":
    main()
