"""From a path to the lines of the file, whichever program wrote it."""

import os
import re
import stat
from pathlib import Path

from course_utils.voltammetry.problem import Problem

LARGEST_FILE = 2**28  # bytes; a million points are some 40 million
LONGEST_LINE = 10_000  # characters

# Characters that no table holds: all controls but tab, line feed, form feed, carriage return.
CONTROLS = bytes({*range(32), 127} - {9, 10, 12, 13})

# First bytes of files that are not text -> what they are, and what to do.
SIGNATURES = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive, as Excel's .xlsx files are; save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an old Office document (.xls); save the sheet as CSV",
    b"\x1f\x8b": "compressed with gzip; unpack it",
    b"\x89HDF": "an HDF5 file",
    b"BIO-LOGIC MODULAR FILE": "EC-Lab's binary .mpr; export it as text (.mpt)",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
    b"{\\rtf": "a rich text document; save it as plain text",
}


def read_lines(path: Path) -> tuple[list[str], str]:
    """Return the lines of the file, and the name of its encoding."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise Problem("is not a file" + " but a folder" * stat.S_ISDIR(status.st_mode))
        if status.st_size > LARGEST_FILE:
            raise Problem(f"has {status.st_size:,} bytes; at most {LARGEST_FILE:,} are read")
        with open(path, "rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise Problem(f"cannot be opened: {error.strerror or error}") from error
    if not re.search(rb"[^\s\0]", content):
        raise Problem("the file is empty", 1)
    for signature, kind in SIGNATURES.items():
        if content[: len(signature)].lower() == signature.lower():
            raise Problem(f"this is not a table of numbers but {kind}", 1)
    text, encoding = _decode(content)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    longest = max(lines, key=len)
    if len(longest) > LONGEST_LINE:
        reason = f"the line has {len(longest):,} characters; no table has lines that long"
        raise Problem(reason, lines.index(longest) + 1)
    return lines, encoding


def _decode(content):
    if content.startswith(b"\xef\xbb\xbf"):
        encodings = ["utf-8-sig"]
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in content[:4000]:
        # Text in UTF-16 without its mark: every other byte of Latin letters and digits is zero.
        head = content[:4000]
        zeros = [head[parity::2].count(0) / len(head) * 2 for parity in (0, 1)]
        encodings = ["utf-16-le"] * (zeros[1] > 0.9) + ["utf-16-be"] * (zeros[0] > 0.9)
    else:
        encodings = ["utf-8", "latin-1"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise Problem("this is binary data, not text in UTF-8, UTF-16 or Latin-1", 1)
    # Old programs end their files with Ctrl-Z.
    text = text.rstrip("\x1a\0")
    plain = text.encode("utf-8")
    if len(plain.translate(None, CONTROLS)) < len(plain):
        place = re.search(f"[{CONTROLS.decode()}]", text).start()
        line = text.count("\n", 0, place) + 1
        raise Problem(f"binary data (byte {ord(text[place])}): this is not a text file", line)
    return text, encoding
