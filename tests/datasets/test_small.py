"""The subsets that ship with the package."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course_utils import datasets
from course_utils.datasets import loaders

DATA = Path(datasets.__file__).with_name("data")
SETS = [datasets.fashion_mnist, datasets.cifar10]
SHAPES = {
    ("fashion_mnist", "train"): (4000, 28, 28, 1),
    ("fashion_mnist", "test"): (1000, 28, 28, 1),
    ("cifar10", "train"): (2000, 32, 32, 3),
    ("cifar10", "test"): (500, 32, 32, 3),
}
# Of the pixels and labels that come out, first written when they were equal to the full sets'.
SHA256 = {
    ("fashion_mnist", "train"): "c43dd00ebb651ffe87c469a15b6d0f50ffc78d101648b65a623880a7e17a56d9",
    ("fashion_mnist", "test"): "3414d17eb9a18fcb3c9fbaaa87970edd746d6427fe906b3f9e99cb35dc2e3425",
    ("cifar10", "train"): "46ead834b047633b0b796e5eaf91c8a64d9d208e2d1c59faa4c58341e22f5f29",
    ("cifar10", "test"): "511617ffd6044e393323412378f4ef6e2c7617b75321b7f5457c2fd077ada970",
}
every_subset = pytest.mark.parametrize("split", ["train", "test"])
every_set = pytest.mark.parametrize("load", SETS, ids=lambda load: load.__name__)


@every_set
@every_subset
def test_shapes_types_and_content(load, split):
    images, labels = load(split, size="small")
    key = load.__name__, split
    assert images.shape == SHAPES[key]
    assert images.dtype == np.uint8
    assert labels.shape == SHAPES[key][:1]
    assert labels.dtype == np.uint8
    assert hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest() == SHA256[key]


@every_set
@every_subset
def test_every_ten_in_a_row_are_the_ten_classes(load, split):
    _, labels = load(split, size="small")
    assert (np.sort(labels.reshape(-1, 10)) == np.arange(10)).all()


@every_set
def test_no_image_occurs_twice(load):
    images = [image.tobytes() for split in ("train", "test") for image in load(split, "small")[0]]
    assert len(set(images)) == len(images)


def full_or_skip(load, split):
    cache = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets"
    file = {"fashion_mnist": "fashion-mnist/t10k-labels-idx1-ubyte.gz", "cifar10": "cifar10.npz"}
    if not (cache / file[load.__name__]).exists():
        pytest.skip(f"the full {load.__name__} is not in Keras's cache")
    return load(split, size="full")


@every_set
@every_subset
def test_images_are_those_the_recorded_seed_chooses_from_the_same_split(load, split):
    spec = importlib.util.spec_from_file_location(
        "build_subsets", Path(__file__).parents[2] / "tools" / "build_subsets.py"
    )
    build_subsets = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build_subsets)

    images, labels = load(split, size="small")
    full_images, full_labels = full_or_skip(load, split)
    index = np.load(DATA / f"{load.__name__}.npz")[f"index_{split}"]
    assert (full_images[index] == images).all()
    assert (full_labels[index] == labels).all()
    assert (build_subsets.choose(full_labels, len(labels)) == index).all()


def test_subsets_stay_below_12_megabytes():
    assert sum(file.stat().st_size for file in DATA.iterdir()) < 12e6


def test_class_names_match_the_images():
    """Shoes are dark above, skies and seas are blue: so it is if names and labels agree."""
    images, labels = datasets.fashion_mnist(size="small")
    upper_half = {
        name: images[labels == k, :14].mean() / images[labels == k].mean()
        for k, name in enumerate(datasets.FASHION_MNIST_CLASSES)
    }
    assert set(sorted(upper_half, key=upper_half.get)[:2]) == {"Sandal", "Sneaker"}

    images, labels = datasets.cifar10(size="small")
    blueness = {
        name: images[labels == k, ..., 2].mean() - images[labels == k, ..., 0].mean()
        for k, name in enumerate(datasets.CIFAR10_CLASSES)
    }
    assert set(sorted(blueness, key=blueness.get)[-2:]) == {"airplane", "ship"}


@every_set
def test_quick_profile_means_small(load, monkeypatch, cache):
    monkeypatch.setenv("COURSE_PROFILE", "quick")
    assert len(load("test")[0]) == SHAPES[load.__name__, "test"][0]


@every_set
def test_loading_again_is_not_affected_by_what_was_done_to_the_arrays(load):
    images, _ = load("test", "small")
    before = images.copy()
    images[:] = 0
    assert (load("test", "small")[0] == before).all()


@every_set
def test_unknown_split_or_size_is_quoted(load):
    with pytest.raises(ValueError, match='split is \'valid\'; expected "train" or "test"'):
        load("valid", "small")
    with pytest.raises(ValueError, match='size is \'tiny\'; expected "small", "full" or None'):
        load("train", "tiny")


@every_set
@pytest.mark.parametrize("damage", ["cut short", "one bit", "missing"])
def test_damaged_package_file(load, damage, tmp_path, monkeypatch):
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    monkeypatch.setattr(loaders, "__file__", str(tmp_path / "loaders.py"))
    load("train", "small")

    file = data / f"{load.__name__}.npz"
    content = bytearray(file.read_bytes())
    if damage == "cut short":
        file.write_bytes(content[:-1000])
    elif damage == "one bit":
        content[100_000] ^= 1
        file.write_bytes(content)
    else:
        file.unlink()
    error = FileNotFoundError if damage == "missing" else ValueError
    with pytest.raises(error) as caught:
        load("train", "small")
    assert str(file) in str(caught.value)
    assert "Install course_utils again" in str(caught.value)


def test_import_needs_numpy_alone():
    code = (
        "import sys, course_utils.datasets\n"
        "print(sorted({'pooch', 'tqdm', 'requests', 'skimage', 'tensorflow', 'matplotlib'}"
        " & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"
