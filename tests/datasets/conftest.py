"""Stand-ins for the full data sets: the right formats and shapes, made-up pixels."""

import gzip
import io
import tarfile

import numpy as np
import pytest


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of Keras."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    folder = tmp_path / "datasets"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def clothes():
    """As many made-up images as Fashion-MNIST's test set has, no two rows of them alike."""
    rng = np.random.default_rng(0)
    images = np.zeros((10_000, 28, 28, 1), np.uint8)
    images[:, ::9, ::3] = rng.integers(0, 256, (10_000, 4, 10, 1))
    return images, rng.integers(0, 10, 10_000).astype(np.uint8)


@pytest.fixture(scope="session")
def clothes_files(clothes):
    """The same as the two IDX files of the test set: name -> content."""
    images, labels = clothes
    return {
        "t10k-images-idx3-ubyte.gz": gzip.compress(
            bytes.fromhex("00000803 00002710 0000001c 0000001c") + images.tobytes(), 1
        ),
        "t10k-labels-idx1-ubyte.gz": gzip.compress(
            bytes.fromhex("00000801 00002710") + labels.tobytes(), 1
        ),
    }


@pytest.fixture(scope="session")
def things():
    """As many made-up images as CIFAR-10's test set has."""
    rng = np.random.default_rng(1)
    images = np.zeros((10_000, 32, 32, 3), np.uint8)
    images[:, ::9, ::3] = rng.integers(0, 256, (10_000, 4, 11, 3))
    return images, rng.integers(0, 10, 10_000).astype(np.uint8)


@pytest.fixture(scope="session")
def things_archive(things):
    """The same as CIFAR-10's binary version, with its test batch alone."""
    images, labels = things
    records = b"".join(
        bytes([label]) + image[..., 0].tobytes() + image[..., 1].tobytes() + image[..., 2].tobytes()
        for image, label in zip(images, labels, strict=True)
    )
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz", compresslevel=1) as archive:
        member = tarfile.TarInfo("cifar-10-batches-bin/test_batch.bin")
        member.size = len(records)
        archive.addfile(member, io.BytesIO(records))
    return content.getvalue()
