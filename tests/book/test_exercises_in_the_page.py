"""A reader answers exercises in the page, opened from the disk."""

import functools
import inspect
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from course_utils.exercises import catalog

PAGE = "chapters/02_convolution"
ID = "slide_kernel"
EXERCISE = next(exercise for exercise in catalog() if exercise.id == ID)
RIGHT = inspect.getsource(EXERCISE.reference)
FLIPPED = RIGHT.replace("window * kernel", "window * kernel[::-1, ::-1]")
ENDLESS = f"def {ID}(image, kernel):\n    while True:\n        pass\n"

# Loading Python takes some seconds, and more on a busy machine.
PATIENCE = 90_000


class Exercise:
    """What a reader sees of one exercise."""

    def __init__(self, page, id: str):
        self.box = page.locator(f"#exercise-{id}")
        self.editor = self.box.get_by_role("textbox")
        self.printed = self.box.locator(".exercise-printed")
        self.result = self.box.locator(".exercise-result")
        self.stop = self.box.get_by_role("button", name="Stop")

    def check(self, source: str) -> None:
        self.editor.fill(source)
        self.press("Check")

    def press(self, name: str) -> None:
        self.box.get_by_role("button", name=name).click()

    def shows(self, text: str) -> None:
        expect(self.result).to_contain_text(text, timeout=PATIENCE)


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


@pytest.fixture
def exercise(page):
    return Exercise(page, ID)


@pytest.fixture(scope="module")
def running(pages):
    """An exercise in a page that has loaded Python, for the tests that leave it as it was."""
    with pages() as open_page:
        exercise = Exercise(open_page(PAGE), ID)
        exercise.check(RIGHT)
        exercise.shows("Passed")
        yield exercise


def test_answers_are_checked(running):
    exercise = running
    exercise.check(FLIPPED)
    exercise.shows("The kernel is turned by 180 degrees")
    exercise.check(RIGHT.replace("    return output", "    print(output.shape)\n    return output"))
    exercise.shows("Passed")
    expect(exercise.printed).to_contain_text("(2, 2)")
    exercise.check(RIGHT.replace("    return output", "    return output / unknown"))
    exercise.shows("NameError: name 'unknown' is not defined")
    exercise.shows("return output / unknown")
    exercise.check(RIGHT.replace("    return output", "    return output +"))
    exercise.shows("SyntaxError")
    exercise.check("1 / 0\n" + RIGHT)
    exercise.shows("ZeroDivisionError")
    assert "page.py" not in exercise.result.inner_text()  # the reader's own lines only
    exercise.check(RIGHT.replace(f"def {ID}", "def another_name"))
    exercise.shows(f"Expected a function called {ID}")
    exercise.press("Reset")
    exercise.press("Check")
    exercise.shows("Not attempted yet")
    assert "run that cell" not in exercise.result.inner_text()


def test_an_endless_loop_is_stopped_and_the_next_check_works(page, exercise):
    page.clock.install()
    exercise.check(ENDLESS)
    expect(exercise.stop).to_be_visible(timeout=PATIENCE)
    exercise.press("Stop")
    exercise.shows("Stopped.")
    exercise.check(RIGHT)
    exercise.shows("Passed")
    exercise.check(ENDLESS)
    expect(exercise.stop).to_be_visible()
    page.clock.fast_forward(21_000)
    exercise.shows("still running after 20 seconds")


def test_a_print_in_a_loop_is_cut(running):
    exercise = running
    exercise.check(f"for i in range(1_000_000):\n    print(i)\n{RIGHT}")
    exercise.shows("Passed")
    text = exercise.printed.text_content()
    assert text.startswith("0\n1\n2\n")
    assert text.endswith("(the rest is left out)\n")
    assert len(text) < 21_000


def test_answers_are_kept_until_reset(page, exercise):
    starter = exercise.editor.input_value()
    assert starter == EXERCISE.starter
    exercise.editor.fill(RIGHT)
    page.reload()
    assert exercise.editor.input_value() == RIGHT
    exercise.press("Reset")
    assert exercise.editor.input_value() == starter
    page.reload()
    assert exercise.editor.input_value() == starter


def test_the_editor_by_keyboard(page, exercise):
    exercise.editor.fill("")
    for keys in ("def f(x):", "Enter", "for i in x:", "Enter", "return i", "Enter", "y"):
        if keys == "Enter":
            page.keyboard.press("Enter")
        else:
            exercise.editor.press_sequentially(keys)
    assert exercise.editor.input_value() == "def f(x):\n    for i in x:\n        return i\n    y"
    for keys in ("Shift+Tab", "Home", "Tab"):
        page.keyboard.press(keys)
    assert exercise.editor.input_value().endswith("return i\n    y")
    page.keyboard.press("Backspace")
    assert exercise.editor.input_value().endswith("return i\ny")
    # Both layers show the same text in the same place, or the caret would be beside it.
    colored = exercise.box.locator(".exercise-colors")
    assert colored.text_content().rstrip() == exercise.editor.input_value()
    assert colored.bounding_box() == exercise.editor.bounding_box()
    expect(exercise.editor).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(exercise.box.get_by_role("button", name="Check")).to_be_focused()


def test_hints_come_one_at_a_time(exercise):
    hints = exercise.box.locator("summary")
    expect(hints.filter(visible=True)).to_have_text(["Hint 1"])
    hints.first.click()
    expect(hints.filter(visible=True)).to_have_text(["Hint 1", "Hint 2"])


def test_without_scripts_the_exercise_can_still_be_read(open_page):
    page = open_page(PAGE, java_script_enabled=False)
    cell = page.locator(f"#exercise-{ID}")
    expect(cell).to_contain_text(f"def {ID}(image, kernel):")
    expect(page.get_by_text("Hint 1").first).to_be_visible()


def test_python_is_not_loaded_before_it_is_needed(page):
    loaded = page.evaluate("[...document.scripts].map((script) => script.src)")
    assert any("exercises.js" in address for address in loaded)
    assert not any("vendor/python" in address for address in loaded)


PARTS = 8  # of the catalog: each is one check, which has its 20 seconds


def test_every_exercise_works_in_the_pages_python(running):
    """Its numpy is older than the tests' own, and its default integer has 32 bits."""
    exercise = running
    for part in range(PARTS):
        exercise.check(f"""\
import numpy as np
from course_utils.exercises import catalog, evaluate
part = catalog()[{part}::{PARTS}]
print(np.__version__, np.zeros(1, int).dtype, len(part), "exercises")
for exercise in part:
    if exercise.returns_model:
        continue
    if not evaluate(exercise.id, exercise.reference).passed:
        print("not passed:", exercise.id)
    for misconception in exercise.misconceptions:
        if evaluate(exercise.id, misconception.wrong).misconception != misconception.id:
            print("not named:", exercise.id, misconception.id)
""")
        exercise.shows("Expected a function")
        count = len(catalog()[part::PARTS])
        assert exercise.printed.text_content() == f"2.0.1 int32 {count} exercises\n"


def test_it_works_over_http_too(book, chromium):
    handler = functools.partial(SimpleHTTPRequestHandler, directory=book.folder)
    handler.log_message = lambda *_: None
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = chromium.new_context()
    try:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/{PAGE}.html")
        exercise = Exercise(page, ID)
        exercise.check(RIGHT)
        exercise.shows("Passed")
    finally:
        context.close()
        server.shutdown()
