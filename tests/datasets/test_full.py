"""The full sets: every place and format they are read from, and what is said of bad files."""

import gzip
import hashlib
import os
import pickle
import re
import struct
from pathlib import Path

import numpy as np
import pytest

from course_utils.datasets import cifar10, fashion_mnist


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


@pytest.fixture(scope="session")
def rows(things):
    """The pixels of all the made-up things: each image's red, green and blue plane."""
    return np.ascontiguousarray(things[0].transpose(0, 3, 1, 2)).tobytes()


def python2_pickle(rows, labels):
    """A batch of CIFAR-10's Python version, in the opcodes Python 2 wrote (protocol 2)."""

    def text(s):
        return b"U" + bytes([len(s)]) + s  # SHORT_BINSTRING, which Python 3 does not write

    array = (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85"
        + text(b"b")
        + b"tR(K\x01M"
        + struct.pack("<H", len(labels))
        + b"M\x00\x0c\x86cnumpy\ndtype\n("
        + text(b"u1")
        + b"K\x00K\x01tR(K\x03"
        + text(b"|")
        + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T"
        + struct.pack("<i", len(rows))
        + rows
        + b"tb"
    )
    numbers = b"".join(b"K" + bytes([label]) for label in labels)
    return b"\x80\x02}(" + text(b"labels") + b"](" + numbers + b"e" + text(b"data") + array + b"u."


def test_fashion_mnist_from_kerass_cache(cache, clothes, clothes_files):
    write(cache / "fashion-mnist", clothes_files)
    images, labels = fashion_mnist("test", "full")
    assert (images == clothes[0]).all()
    assert (labels == clothes[1]).all()
    assert images.dtype == labels.dtype == np.uint8
    images[0] = 1  # not a read-only view


@pytest.mark.parametrize("column", [False, True], ids=["labels (n,)", "labels (n, 1)"])
def test_cifar10_from_npz(cache, things, column):
    images, labels = things
    stored = labels[:, None].astype(np.int64) if column else labels
    np.savez(cache / "cifar10.npz", x_test=images, y_test=stored)
    loaded = cifar10("test", "full")
    assert (loaded[0] == images).all()
    assert (loaded[1] == labels).all()
    assert loaded[1].shape == (10_000,)
    assert loaded[1].dtype == np.uint8


def test_cifar10_from_the_binary_archive(cache, things, things_archive):
    write(cache, {"cifar-10-binary.tar.gz": things_archive})
    images, labels = cifar10("test", "full")
    assert (images == things[0]).all()
    assert (labels == things[1]).all()


@pytest.mark.parametrize(
    "folder", ["cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py"]
)
def test_cifar10_from_the_batches_keras_unpacks(cache, things, rows, folder):
    write(cache / folder, {"test_batch": python2_pickle(rows, things[1])})
    images, labels = cifar10("test", "full")
    assert (images == things[0]).all()
    assert (labels == things[1]).all()
    assert labels.dtype == np.uint8


def test_cifar10_train_joins_the_five_batches_in_order(cache, rows):
    batches = {
        f"data_batch_{i}": python2_pickle(rows, np.full(10_000, i, np.uint8)) for i in range(1, 6)
    }
    write(cache / "cifar-10-batches-py", batches)
    _, labels = cifar10("train", "full")
    assert (labels == np.repeat(np.arange(1, 6), 10_000)).all()


def test_a_pickle_that_calls_something_is_refused_and_not_run(cache):
    class Attack:
        def __reduce__(self):
            return os.mkdir, (str(cache / "attacked"),)

    write(cache / "cifar-10-batches-py", {"test_batch": pickle.dumps({"data": Attack()}, 2)})
    with pytest.raises(ValueError, match="mkdir does not belong in a CIFAR-10 batch"):
        cifar10("test", "full")
    assert not (cache / "attacked").exists()


def flipped(content, position):
    damaged = bytearray(content)
    damaged[position] ^= 1
    return bytes(damaged)


IMAGES, LABELS = "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"


@pytest.mark.parametrize(
    ("name", "damage", "problem"),
    [
        (IMAGES, lambda content: b"", "begins with ;"),
        (IMAGES, lambda content: b"<html>not found</html>", "not a whole gzip file"),
        (IMAGES, lambda content: content[: len(content) // 2], "not a whole gzip file"),
        (IMAGES, lambda content: content[:-1], "not a whole gzip file"),
        (IMAGES, lambda content: flipped(content, len(content) // 2), "not a whole gzip file"),
        (LABELS, lambda content: flipped(content, -5), "not a whole gzip file"),
        (
            IMAGES,
            lambda content: gzip.compress(b"\0\0\x08\x01" + gzip.decompress(content)[4:], 1),
            "begins with 00 00 08 01 00 00 27 10 00 00 00 1c 00 00 00 1c; "
            "an IDX file of shape (10000, 28, 28) begins with 00 00 08 03 00 00 27 10",
        ),
        (
            IMAGES,
            lambda content: gzip.compress(gzip.decompress(content)[:-784], 1),
            "holds 7839216 bytes of data, shape (10000, 28, 28) needs 7840000",
        ),
        (
            LABELS,
            lambda content: gzip.compress(gzip.decompress(content)[:8], 1),
            "holds 0 bytes of data, shape (10000,) needs 10000",
        ),
        (
            LABELS,
            lambda content: gzip.compress(gzip.decompress(content)[:-1] + b"\x0a", 1),
            "labels go from 0 to 10; expected 0 to 9",
        ),
    ],
    ids=[
        "empty",
        "a web page",
        "half",
        "last byte lost",
        "a bit flipped",
        "checksum wrong",
        "magic number wrong",
        "an image lost",
        "header alone",
        "label 10",
    ],
)
def test_damaged_fashion_mnist(cache, clothes_files, name, damage, problem):
    path = cache / "fashion-mnist" / name
    write(path.parent, {**clothes_files, name: damage(clothes_files[name])})
    with pytest.raises(ValueError, match="^" + re.escape(str(path))) as caught:
        fashion_mnist("test", "full")
    message = str(caught.value)
    assert problem in message
    assert 'Delete it and run again to download it, or use size="small".' in message


def npz(path, **arrays):
    np.savez(path, **arrays)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path, x, y: npz(path, x_test=x, y_test=y)[:-500], "not a whole .npz file"),
        (lambda path, x, y: flipped(npz(path, x_test=x, y_test=y), 90_000), "not a whole .npz"),
        (lambda path, x, y: b"", "not a whole .npz file"),
        (lambda path, x, y: npz(path, x_test=x), "no item named 'y_test.npy'"),
        (lambda path, x, y: npz(path, x_test=x, y_test=y.astype(object)), "Object arrays cannot"),
        (
            lambda path, x, y: npz(path, x_test=x.astype("f2"), y_test=y),
            "holds float16 images of shape (10000, 32, 32, 3) and 10000 labels; "
            "expected uint8 of shape (10000, 32, 32, 3)",
        ),
        (
            lambda path, x, y: npz(path, x_test=x.transpose(0, 3, 1, 2), y_test=y),
            "(10000, 3, 32, 32)",
        ),
        (lambda path, x, y: npz(path, x_test=x, y_test=y[:-1]), "9999 labels"),
    ],
    ids=["cut short", "a bit flipped", "empty", "missing", "pickled", "float", "NCHW", "9999"],
)
def test_damaged_cifar10_npz(cache, things, make, problem):
    path = cache / "cifar10.npz"
    path.write_bytes(make(path, *things))
    with pytest.raises(ValueError, match="^" + re.escape(str(path))) as caught:
        cifar10("test", "full")
    message = str(caught.value)
    assert problem in message
    assert 'Delete it and run again to download it, or use size="small".' in message


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: flipped(content, -5),
        lambda content: gzip.compress(gzip.decompress(content)[:512], 1),
        lambda content: gzip.compress(
            gzip.decompress(content).replace(b"test_batch", b"etst_batch"), 1
        ),
    ],
    ids=["half", "checksum wrong", "member empty", "member missing"],
)
def test_damaged_cifar10_archive(cache, things_archive, damage):
    path = cache / "cifar-10-binary.tar.gz"
    path.write_bytes(damage(things_archive))
    expected = re.escape(f"{path} is damaged: it is not a whole .tar.gz file (")
    with pytest.raises(ValueError, match=f"^{expected}.*Delete it and run again"):
        cifar10("test", "full")


def test_damaged_cifar10_batch(cache, things, rows):
    path = cache / "cifar-10-batches-py" / "test_batch"
    write(path.parent, {path.name: python2_pickle(rows, things[1])[:-1000]})
    expected = re.escape(f"{path} is damaged: it is not a whole CIFAR-10 batch (")
    with pytest.raises(ValueError, match=f"^{expected}.*Delete it and run again"):
        cifar10("test", "full")


def test_the_full_sets_here_are_the_published_ones():
    """SHA-256 of test_batch.bin and of the unpacked t10k-labels-idx1-ubyte, as published."""
    cache = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets"
    if not (cache / "cifar10.npz").exists() or not (cache / "fashion-mnist" / LABELS).exists():
        pytest.skip("the full sets are not in Keras's cache")
    images, labels = cifar10("test", "full")
    records = np.hstack([labels[:, None], images.transpose(0, 3, 1, 2).reshape(-1, 3072)])
    assert (
        hashlib.sha256(records.tobytes()).hexdigest()
        == "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"
    )
    _, labels = fashion_mnist("test", "full")
    assert (
        hashlib.sha256(bytes.fromhex("00000801 00002710") + labels.tobytes()).hexdigest()
        == "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
    )
