"""Take the picture of an exercise that the first page shows, from the built book.

``python book/screenshot.py`` needs `make book` to have run and Chromium on this machine.
"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

BOOK = Path(__file__).parent
PAGE = BOOK.parent / "_build" / "html" / "chapters" / "02_convolution.html"
PICTURE = BOOK / "images" / "exercise.png"

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


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox"],
        )
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
        browser.close()


if __name__ == "__main__":
    main()
