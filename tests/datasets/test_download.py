"""Downloads, from a server on this computer that may cut them off."""

import hashlib
import http.server
import re
import sys
import threading

import pytest

from course_utils.datasets import cifar10, fashion_mnist, loaders
from course_utils.datasets.download import fetch

CONTENT = bytes(range(256)) * 4000
MD5 = "md5:" + hashlib.md5(CONTENT).hexdigest()


class Host(http.server.BaseHTTPRequestHandler):
    """/good/NAME is the file, /cut/NAME stops after half of it, /wrong/NAME has a bit flipped."""

    def do_GET(self):
        self.server.requested.append(self.path)
        _, behavior, name = self.path.split("/")
        if behavior == "gone":
            self.send_error(404)
            return
        content = self.server.files[name]
        if behavior == "wrong":
            content = bytes([content[0] ^ 1]) + content[1:]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if behavior == "cut" else content)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        server.files = {"file.gz": CONTENT}
        server.requested = []
        server.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def left(folder):
    return sorted(path.name for path in folder.rglob("*"))


def test_whole_file_arrives_with_a_progress_bar(server, tmp_path, capsys):
    path = tmp_path / "new folder" / "file.gz"
    fetch(path, [f"{server.url}/good/file.gz"], MD5)
    assert path.read_bytes() == CONTENT
    assert left(path.parent) == ["file.gz"]
    assert re.search(r"100%\|.*1.02M/1.02M", capsys.readouterr().err)


@pytest.mark.parametrize("behavior", ["cut", "wrong", "gone"])
def test_failed_download_leaves_nothing_and_says_what_to_do(server, tmp_path, behavior):
    path = tmp_path / "file.gz"
    url = f"{server.url}/{behavior}/file.gz"
    with pytest.raises(FileNotFoundError) as caught:
        fetch(path, [url], MD5)
    assert left(tmp_path) == []
    message = str(caught.value)
    assert message.startswith(f"{path} is missing and could not be downloaded:\n  {url}: ")
    assert f'use size="small", which needs no download, or put the file there from {url}' in message


@pytest.mark.parametrize("behavior", ["cut", "wrong", "gone"])
def test_next_host_is_asked_when_one_fails(server, tmp_path, behavior):
    path = tmp_path / "file.gz"
    fetch(path, [f"{server.url}/{behavior}/file.gz", f"{server.url}/good/file.gz"], MD5)
    assert path.read_bytes() == CONTENT
    assert left(tmp_path) == ["file.gz"]


def test_interrupted_download_leaves_nothing(server, tmp_path, monkeypatch):
    """The user presses Ctrl-C, or stops the notebook's cell, when some bytes have arrived."""

    def interrupt(self, n):
        assert any(path.stat().st_size for path in tmp_path.iterdir())
        raise KeyboardInterrupt

    monkeypatch.setattr("tqdm.tqdm.update", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch(tmp_path / "file.gz", [f"{server.url}/good/file.gz"], MD5)
    assert left(tmp_path) == []


@pytest.mark.parametrize("package", ["pooch", "tqdm"])
def test_without_pooch_or_tqdm_the_error_says_what_to_install(tmp_path, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    path = tmp_path / "file.gz"
    with pytest.raises(FileNotFoundError) as caught:
        fetch(path, ["https://example.org/file.gz"], MD5)
    message = str(caught.value)
    assert message.startswith(f"{path} is missing, and downloading it needs {package}: ")
    assert "pip install pooch tqdm" in message
    assert 'size="small"' in message


def test_fashion_mnist_downloads_what_is_missing_once(
    server, cache, clothes, clothes_files, monkeypatch
):
    server.files = clothes_files
    monkeypatch.setattr(loaders, "FASHION_MNIST_HOSTS", (f"{server.url}/good/",))
    monkeypatch.setattr(
        loaders,
        "FASHION_MNIST_MD5",
        {name: hashlib.md5(content).hexdigest() for name, content in clothes_files.items()},
    )
    for _ in range(2):
        images, labels = fashion_mnist("test", "full")
    assert (images == clothes[0]).all()
    assert (labels == clothes[1]).all()
    assert left(cache / "fashion-mnist") == sorted(clothes_files)
    assert server.requested == [f"/good/{name}" for name in clothes_files]


def test_cifar10_downloads_what_is_missing_once(server, cache, things, things_archive, monkeypatch):
    server.files = {"cifar-10-binary.tar.gz": things_archive}
    monkeypatch.setattr(loaders, "CIFAR10_HOSTS", (f"{server.url}/good/",))
    monkeypatch.setattr(loaders, "CIFAR10_MD5", hashlib.md5(things_archive).hexdigest())
    for _ in range(2):
        images, labels = cifar10("test", "full")
    assert (images == things[0]).all()
    assert (labels == things[1]).all()
    assert left(cache) == ["cifar-10-binary.tar.gz"]
    assert server.requested == ["/good/cifar-10-binary.tar.gz"]


@pytest.mark.parametrize(
    ("load", "hosts", "name"),
    [
        (fashion_mnist, "FASHION_MNIST_HOSTS", "fashion-mnist/t10k-images-idx3-ubyte.gz"),
        (cifar10, "CIFAR10_HOSTS", "cifar-10-binary.tar.gz"),
    ],
)
def test_without_network_the_error_names_the_file_and_the_offline_way(
    cache, monkeypatch, load, hosts, name
):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(loaders, hosts, ("http://127.0.0.1:9/",))
    with pytest.raises(FileNotFoundError) as caught:
        load("test", "full")
    assert str(cache / name) in str(caught.value)
    assert 'use size="small"' in str(caught.value)
