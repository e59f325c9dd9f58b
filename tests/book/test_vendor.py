"""Fetching what the pages load: pinned, once, and clear about what is missing."""

import json
import subprocess

import pytest

import vendor


def test_nothing_is_fetched_when_everything_is_there(book, monkeypatch):
    monkeypatch.setattr(vendor, "fetch", None)
    assert vendor.vendor() is False


def test_without_a_network_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("npm_config_offline", "true")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "empty"))
    target = tmp_path / "target"
    with pytest.raises(vendor.VendorError, match=r"(?s)mathjax@.*first build needs a network"):
        vendor.vendor(target)
    assert not target.exists()


def test_a_package_that_is_not_the_pinned_one_is_refused(tmp_path, monkeypatch):
    def pack(command, cwd, **options):
        (cwd / "mathjax.tgz").write_bytes(b"something else")
        return subprocess.CompletedProcess(
            command, 0, json.dumps([{"filename": "mathjax.tgz"}]), ""
        )

    monkeypatch.setattr(subprocess, "run", pack)
    with pytest.raises(vendor.VendorError, match=r"has SHA-256 .*, expected 1b9c0a1c"):
        vendor.fetch(*vendor.MATHJAX, tmp_path)
