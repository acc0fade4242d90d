"""Pictures that were drawn, on disk: so many, so large together, the longest unused go first."""

import contextlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

import structlog

logger = structlog.get_logger(__name__)

FILES = 400
BYTES = 64 * 1024 * 1024
"""Together. A picture has some 150 KB, so that the first bound is met first."""

_SUFFIX = ".jpg"
_PART = ".part"
_KEY = re.compile(r"[0-9a-f]{16,64}")


@dataclass(frozen=True, slots=True)
class _Kept:
    path: Path
    size: int
    used: float


class Shelf:
    """A folder of pictures by key (lower-case hex digits). Its methods block: not for the loop.

    A file is there whole or not at all. A folder that can't be written or read means pictures
    that are drawn again, never an error.
    """

    def __init__(self, folder: Path, *, files: int = FILES, size: int = BYTES) -> None:
        self._folder = folder
        self._files = files
        self._bytes = size

    def get(self, key: str) -> bytes | None:
        """The picture, which counts as used now."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data or None

    def put(self, key: str, data: bytes) -> None:
        """Keep a picture, and let go of what is too much."""
        path = self._path(key)
        part = path.with_name(f"{key}.{secrets.token_hex(4)}{_PART}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            part.replace(path)
            self._tidy()
        except OSError as error:
            logger.warning("quote.not-kept", cause=str(error))
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a key: {key!r}")
        return self._folder / f"{key}{_SUFFIX}"

    def _tidy(self) -> None:
        """Remove the longest unused pictures beyond the bounds, and what a crash left half done.

        Only one process writes here (the data folder has one bot), one picture at a time.
        """
        kept: list[_Kept] = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                path = Path(entry.path)
                if path.suffix == _PART:
                    path.unlink(missing_ok=True)
                elif path.suffix == _SUFFIX and entry.is_file(follow_symlinks=False):
                    found = entry.stat(follow_symlinks=False)
                    kept.append(_Kept(path, found.st_size, found.st_mtime))
        kept.sort(key=lambda one: one.used, reverse=True)
        total = 0
        for place, one in enumerate(kept):
            total += one.size
            if place >= self._files or total > self._bytes:
                one.path.unlink(missing_ok=True)
