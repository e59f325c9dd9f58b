"""Download one file of a data set: whole and checked, or not at all."""

from collections.abc import Sequence
from pathlib import Path


def fetch(path: Path, urls: Sequence[str], checksum: str) -> None:
    """Download `path` from the first of `urls` that delivers it with the right `checksum`.

    pooch writes to a temporary file and renames it once the checksum is right, so a download
    that is cut off, wrong, or interrupted leaves nothing at `path`.

    Parameters
    ----------
    path : pathlib.Path
        Where the file will be; its folder is made if needed.
    urls : sequence of str
        URLs of the same file, the preferred one first.
    checksum : str
        "md5:" or "sha256:" and the hexadecimal digest.

    Raises
    ------
    FileNotFoundError
        If no host delivers the file, or pooch or tqdm is not installed.
    """
    offline = f'use size="small", which needs no download, or put the file there from {urls[0]}'
    try:
        import pooch
        import tqdm  # noqa: F401  (pooch's progress bar; it asks for it too late to be caught here)
    except ImportError as error:
        raise FileNotFoundError(
            f"{path} is missing, and downloading it needs {error.name}: "
            f"run `pip install pooch tqdm`. Or {offline}."
        ) from error

    failures = []
    for url in urls:
        # The default chunk of 1 kB makes the progress bar the bottleneck.
        downloader = pooch.HTTPDownloader(progressbar=True, chunk_size=2**16)
        try:
            pooch.retrieve(url, checksum, path.name, path.parent, downloader=downloader)
            return
        except (OSError, ValueError) as error:
            failures.append(f"\n  {url}: {error}")
    raise FileNotFoundError(
        f"{path} is missing and could not be downloaded:{''.join(failures)}\n"
        f"Check the network and run again, or {offline}."
    )
