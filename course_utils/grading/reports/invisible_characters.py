"""Strangers' text, made fit to show: characters that hide or reorder text become visible.

Control characters break terminals, XML and tables; characters that set the direction of writing can
make code look like different code; a lone surrogate cannot be written to a file at all.
"""

import re

# C0 except tab and newline, DEL and C1; zero-width and direction marks, embeddings, isolates, the
# byte order mark, tags; line and paragraph separators; surrogates; noncharacters.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    r"""The text with every character that cannot be seen written as an escape, such as ``\u202e``.

    Tabs and newlines stay; a carriage return before a newline goes.
    """
    return UNSEEN.sub(_escape, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """As `visible`, but on one line."""
    return " ".join(visible(text).split())


def _escape(match: re.Match) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
