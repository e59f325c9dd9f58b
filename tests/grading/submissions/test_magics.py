"""What only IPython understands, and what looks like it."""

import pytest

from course_utils.grading.submissions.magics import to_python


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n%%capture out\n%%time\nx = 1", "\n\n\nx = 1"),
        ("%%bash\nrm -rf /", ""),
        ("%%writefile a.py\ndef leaky(): pass", ""),
        ("!pip install \\\n    numpy\nx = 1", "pass\n\nx = 1"),
        ("if x:\n    !ls\nelse:\n    %cd ..", "if x:\n    pass\nelse:\n    pass"),
        ("files = !ls\nx['a'] = %sx ls", "files = None\nx['a'] = None"),
        ("%time y = f(x)\n%time", "y = f(x)\npass"),
        ("np.pad?\n?np.pad\nnp.pad??  # how", "pass\npass\npass"),
        # Python after all
        ("x = (a\n% b)", "x = (a\n% b)"),
        ("x = a \\\n% b", "x = a \\\n% b"),
        ("x %= 3\ny = a%b\nz = a != b", "x %= 3\ny = a%b\nz = a != b"),
        ('"""\n!no\n%%time\n"""\n!ls', '"""\n!no\n%%time\n"""\npass'),
        ("x = 'it''s' # isn't\n%x", "x = 'it''s' # isn't\npass"),
        ("x = 'a\\\n%b'\n%c", "x = 'a\\\n%b'\npass"),
        ("x = '\\\\'\n%c", "x = '\\\\'\npass"),
        ("ok = True # why?\nx = {\n'a': 1}", "ok = True # why?\nx = {\n'a': 1}"),
        ("x = 1\r\n%x\ry = 2", "x = 1\npass\ny = 2"),
        ("x = '\x0c'\n%x", "x = '\x0c'\npass"),
        ("", ""),
    ],
)
def test_lines_keep_their_numbers_and_magics_go(cell, python):
    assert to_python(cell) == python
