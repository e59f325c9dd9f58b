"""Characters that cannot be seen are written out; all others stay."""

import unicodedata

from course_utils.grading.reports.invisible_characters import one_line, visible


def test_controls_directions_and_surrogates_are_written_out():
    assert visible("a\u202eb") == "a\\u202eb"
    assert visible("\x1b[31m\x00") == "\\x1b[31m\\x00"
    assert visible("\ud800\U000e0041") == "\\ud800\\U000e0041"
    assert visible("a\r\nb\tc\rd") == "a\nb\tc\\x0dd"


def test_nothing_unseen_is_left():
    everything = "".join(map(chr, range(0x110000)))
    shown = visible(everything)
    shown.encode("utf-8")
    left = {c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")}
    assert left == {"\t", "\n"}
    bidirectional = {c for c in shown if unicodedata.bidirectional(c) in ("LRE", "RLE", "PDF")}
    assert bidirectional | {c for c in shown if 0x2066 <= ord(c) <= 0x2069} == set()


def test_other_text_stays_as_it_is():
    names = "Søren Kierkegaard, 李善蘭, Ἀρχιμήδης, محمد بن موسى, Ada 𝔏, naïve — ×"
    assert visible(names) == names


def test_one_line():
    assert one_line(" a\n\tb\r\nc ") == "a b c"
