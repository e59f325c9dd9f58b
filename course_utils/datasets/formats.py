"""Reading the file formats that the data sets come in.

Every reader returns uint8 arrays and raises a ValueError that names the file and what is wrong
with it. None of them runs code that a file contains.
"""

import gzip
import io
import pickle
import tarfile
import zipfile
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np


@contextmanager
def _open(path, what):
    """Open the file; any error while its content is read means that it is damaged."""
    with path.open("rb") as file:
        try:
            yield file
        except MemoryError:
            raise
        except Exception as error:  # the modules below raise nearly anything for damaged bytes
            raise ValueError(f"{path} is damaged: it is not a whole {what} ({error})") from error


def read_idx(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Read a gzipped IDX file of bytes, the format of MNIST, that must hold this `shape`."""
    with _open(path, "gzip file") as file:
        content = gzip.GzipFile(fileobj=file).read()
    header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">i4").tobytes()
    found = content[: len(header)]
    if found != header:
        raise ValueError(
            f"{path} is not the expected file: it begins with {found.hex(' ')}; "
            f"an IDX file of shape {shape} begins with {header.hex(' ')}"
        )
    data = np.frombuffer(content, np.uint8, offset=len(header))
    if data.size != np.prod(shape):
        raise ValueError(
            f"{path} is damaged: it holds {data.size} bytes of data, "
            f"shape {shape} needs {np.prod(shape)}"
        )
    return data.reshape(shape).copy()  # a view of bytes would be read-only


def read_npz(path: Path, *names: str) -> list[np.ndarray]:
    """Read the arrays with these names from an .npz file."""
    with _open(path, ".npz file") as file, zipfile.ZipFile(file) as archive:
        # np.load would parse a damaged array before the zip's checksum is compared.
        members = [io.BytesIO(archive.read(f"{name}.npy")) for name in names]
        return [np.lib.format.read_array(member, allow_pickle=False) for member in members]


def undo_delta(stored: np.ndarray) -> np.ndarray:
    """Return the images (n, h, w, c) of which `stored` (c, n, h, w) holds the differences.

    Each stored value is the difference, modulo 256, to the pixel above, to the one on the left
    and to the channel before, in turn. Photographs compress a third better that way.
    """
    images = np.moveaxis(stored, 0, -1)
    for axis in (1, 2, 3):
        images = np.cumsum(images, axis, dtype=np.uint8)
    return np.ascontiguousarray(images)


def read_cifar_binary(path: Path, batches: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Read these `batches` from CIFAR-10's "binary version", a .tar.gz file.

    A batch is a sequence of records of 3073 bytes: the label, then the red, the green and the
    blue plane, each row by row. https://www.cs.toronto.edu/~kriz/cifar.html
    """
    # Unpacked to the end before anything is read, because only the end has gzip's checksum.
    with _open(path, ".tar.gz file") as file:
        content = io.BytesIO(gzip.GzipFile(fileobj=file).read())
        with tarfile.open(fileobj=content, mode="r:") as archive:
            members = [archive.extractfile(f"cifar-10-batches-bin/{b}.bin") for b in batches]
            data = b"".join(member.read() for member in members)
        records = np.frombuffer(data, np.uint8).reshape(-1, 3073)
    return _from_planes(records[:, 1:]), records[:, 0]


# Everything that the pickle of an array refers to.
_ARRAY_PICKLE = {
    ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


class _BatchUnpickler(pickle.Unpickler):
    """Builds the dicts, lists, bytes and arrays of a CIFAR-10 batch, and nothing else."""

    def find_class(self, module, name):
        if (module, name) not in _ARRAY_PICKLE:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong in a CIFAR-10 batch")
        return _ARRAY_PICKLE[module, name]


def read_cifar_batches(paths: Sequence[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Read batches of CIFAR-10's "Python version", as Keras unpacks it: one pickle each."""
    images, labels = [], []
    for path in paths:
        with _open(path, "CIFAR-10 batch") as file:
            batch = _BatchUnpickler(file, encoding="bytes").load()
            images.append(_from_planes(batch[b"data"]))
            labels.append(np.array(batch[b"labels"]))
    return np.concatenate(images), np.concatenate(labels)


def _from_planes(rows):
    images = rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images)


def checked(
    path: Path, images: np.ndarray, labels: np.ndarray, shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return images and labels as the package hands them out, or raise ValueError."""
    labels = labels.reshape(-1)  # Keras stores CIFAR-10's labels as a column
    if images.dtype != np.uint8 or images.shape != shape or len(labels) != len(images):
        raise ValueError(
            f"{path} is not the expected file: it holds {images.dtype} images of shape "
            f"{images.shape} and {len(labels)} labels; expected uint8 of shape {shape}"
        )
    if labels.min() < 0 or labels.max() > 9:
        raise ValueError(
            f"{path} is not the expected file: its labels go from {labels.min()} to "
            f"{labels.max()}; expected 0 to 9"
        )
    return images, labels.astype(np.uint8)
