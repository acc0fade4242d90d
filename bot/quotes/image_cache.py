"""Drawn pictures on disk, bounded in number and size; the least recently used go first."""

import contextlib
import os
import re
import secrets
from pathlib import Path

import structlog

logger = structlog.get_logger(__name__)

FILES = 400
BYTES = 64 * 1024 * 1024
"""Together. A picture has some 150 KB, so that the first bound is met first."""

_SUFFIX = ".jpg"
_PART = ".part"
_KEY = re.compile(r"[0-9a-f]{16,64}")


class ImageCache:
    """A folder of pictures by key (16 to 64 lower-case hex digits). Its methods block.

    A file is there whole or not at all. A folder that can't be written or read means that pictures
    are drawn again, never an error.
    """

    def __init__(self, folder: Path, *, files: int = FILES, size: int = BYTES) -> None:
        self._folder = folder
        self._files = files
        self._bytes = size

    def get(self, key: str) -> bytes | None:
        """The picture, which counts as used now.

        Raises:
            ValueError: `key` is no key.
        """
        path = self._path(key)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data or None

    def put(self, key: str, data: bytes) -> None:
        """Store a picture, and remove those beyond the bounds.

        Raises:
            ValueError: `key` is no key.
        """
        path = self._path(key)
        part = path.with_name(f"{key}.{secrets.token_hex(4)}{_PART}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            part.replace(path)
            self._remove_excess()
        except OSError as error:
            logger.warning("quote.not-kept", cause=str(error))
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a key: {key!r}")
        return self._folder / f"{key}{_SUFFIX}"

    def _remove_excess(self) -> None:
        """Remove the least recently used pictures beyond the bounds, and half-written files.

        A half-written file is left by a crash: only one process writes here (the data folder has
        one bot), one picture at a time.
        """
        for part in self._folder.glob(f"*{_PART}"):
            part.unlink(missing_ok=True)
        pictures = [
            (path.stat(), path)
            for path in self._folder.glob(f"*{_SUFFIX}")
            if path.is_file() and not path.is_symlink()
        ]
        pictures.sort(key=lambda one: one[0].st_mtime, reverse=True)
        total = 0
        for place, (found, path) in enumerate(pictures):
            total += found.st_size
            if place >= self._files or total > self._bytes:
                path.unlink(missing_ok=True)
