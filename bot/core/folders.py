"""Folders that only their owner may look into."""

from pathlib import Path


def make_private_folder(path: Path) -> None:
    """Make a folder and those above it that are missing; what is there stays as it is.

    Raises:
        OSError: it can't be made.
    """
    for folder in reversed([path, *path.parents]):
        if not folder.is_dir():
            folder.mkdir(0o700, exist_ok=True)
