"""Read zips made by strangers: nothing is unpacked to disk, and every read is bounded.

A zip can claim anything: false sizes, names that lead out of its folder, links, a few bytes that
expand to gigabytes. Every bound here is on what is actually read.
"""

import datetime
import io
import os
import stat
import struct
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

DIRECTORY = 4 * 2**20  # bytes of a zip's list of entries
BULK_DIRECTORY = 64 * 2**20  # of a platform's download, which the instructor made
MOST_ENTRIES, MOST_BULK_ENTRIES = 2_000, 200_000
RATIO = 250  # a few hundred copies of one notebook come close; a bomb has 1000
SMALL = 2**20  # bytes for which the ratio does not matter
DEEPEST = 50  # levels of folders
CHUNK = 1 << 18


class UnreadableError(ValueError):
    """What was handed in cannot be read; the text says why."""


@dataclass
class Allowance:
    """How many more bytes a submission may take up, over all its files."""

    left: int

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise UnreadableError("its files are too large together")


class Archive:
    """A zip, by its safe names.

    Attributes
    ----------
    entries : dict
        Name, with slashes, to `zipfile.ZipInfo`; names of folders end in a slash.
    warnings : list of str
        What was left out.
    """

    def __init__(self, file: BinaryIO, *, bulk: bool = False):
        _bound_directory(file, BULK_DIRECTORY if bulk else DIRECTORY)
        try:
            self._zip = zipfile.ZipFile(file)
        except Exception as error:  # a damaged zip makes zipfile raise more than BadZipFile
            raise UnreadableError(f"it is not a readable zip ({error})") from None
        infos = self._zip.infolist()
        if len(infos) > (MOST_BULK_ENTRIES if bulk else MOST_ENTRIES):
            raise UnreadableError(f"it is a zip with {len(infos)} entries")
        self.entries: dict[str, zipfile.ZipInfo] = {}
        self.warnings: list[str] = []
        for info in infos:
            name = info.filename.replace("\\", "/")
            problem = _problem(name, info)
            if problem:
                self.warnings.append(f"{shown(name)} was left out: {problem}.")
                continue
            if name in self.entries:
                self.warnings.append(f"{shown(name)} is in the zip twice; the last one counts.")
            self.entries[name] = info

    def read(self, name: str, most: int, allowance: Allowance) -> bytes:
        """The contents of an entry.

        Raises
        ------
        UnreadableError
            If it is damaged, encrypted, larger than `most` bytes or than the allowance has left.
        """
        info = self.entries.get(name)
        if info is None:
            raise UnreadableError("it is no longer in the zip")
        data = bytearray()
        try:
            with self._zip.open(info) as file:
                while part := file.read(CHUNK):
                    data += part
                    allowance.take(len(part))
                    if len(data) > most:
                        raise UnreadableError(f"it has more than {most >> 20} MB")
                    if len(data) > max(SMALL, RATIO * info.compress_size):
                        raise UnreadableError("it is compressed more tightly than any notebook")
        except UnreadableError:
            raise
        except NotImplementedError as error:
            raise UnreadableError(f"it cannot be unpacked ({error})") from None
        except RuntimeError:
            raise UnreadableError("it is protected by a password") from None
        except Exception as error:
            raise UnreadableError(f"it is damaged ({error})") from None
        return bytes(data)


def _problem(name: str, info: zipfile.ZipInfo) -> str:
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link"
    if name.startswith("/") or (len(name) > 1 and name[1] == ":"):
        return "its name is an absolute path"
    if ".." in name.split("/"):
        return "its name leads out of the zip"
    if name.count("/") > DEEPEST:
        return "its folders are nested too deeply"
    return ""


def _bound_directory(file: BinaryIO, most: int) -> None:
    """Check at the end of the zip how long its list of entries is, before that is read."""
    end = file.seek(0, os.SEEK_END)
    tail_at = max(0, end - (1 << 16) - 22)
    file.seek(tail_at)
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < 22:
        raise UnreadableError("it is not a zip, or only the beginning of one")
    (size,) = struct.unpack_from("<I", tail, place + 12)
    if size == 0xFFFFFFFF:  # the real size is in the record before this one
        place = tail.rfind(b"PK\x06\x06")
        if place < 0 or len(tail) - place < 56:
            raise UnreadableError("it is not a readable zip")
        (size,) = struct.unpack_from("<Q", tail, place + 40)
    if size > most:
        raise UnreadableError("it is a zip with too many entries")
    file.seek(0)


def open_inner(data: bytes) -> Archive:
    """A zip within a zip."""
    return Archive(io.BytesIO(data))


def time_of(info: zipfile.ZipInfo) -> float:
    """When an entry was written, in this machine's time; 0 if what it says makes no sense."""
    try:
        return datetime.datetime(*info.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def shown(name: str) -> str:
    """A stranger's name for a file, made fit for a message."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in name)
    return text if len(text) <= 80 else f"{text[:38]}…{text[-38:]}"
