"""How gateway payloads become WebSocket frames: plain, or compressed for the whole connection.

https://docs.discord.com/developers/events/gateway#transport-compression
"""

import importlib
import zlib
from typing import Any, Protocol

#: Payloads above this many bytes are compressed one by one for a client that identified with
#: ``compress: true`` and chose no transport compression.
PAYLOAD_THRESHOLD = 8192


class Transport(Protocol):
    """Encodes one payload; `binary` tells which kind of frame carries it."""

    binary: bool

    def encode(self, payload: bytes) -> bytes: ...


class Plain:
    """One text frame a payload."""

    binary = False

    def encode(self, payload: bytes) -> bytes:
        return payload


class ZlibStream:
    """``zlib-stream``: one zlib context for the connection, flushed after each payload, so that
    each frame ends in 00 00 FF FF."""

    binary = True

    def __init__(self) -> None:
        self._context = zlib.compressobj(level=1)

    def encode(self, payload: bytes) -> bytes:
        return self._context.compress(payload) + self._context.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """``zstd-stream``: one zstd frame for the connection, flushed after each payload."""

    binary = True

    def __init__(self, context: Any, flush_mode: Any) -> None:
        self._context = context
        self._flush_mode = flush_mode

    def encode(self, payload: bytes) -> bytes:
        flushed: bytes = self._context.compress(payload) + self._context.flush(self._flush_mode)
        return flushed


def transport(compress: str | None) -> Transport | None:
    """The transport that a gateway URL's ``compress`` asks for.

    None for an unknown name, and for ``zstd-stream`` where this Python has no zstd at all (the
    caller falls back to plain text frames, which clients take as they are).
    """
    if not compress:
        return Plain()
    if compress == "zlib-stream":
        return ZlibStream()
    if compress == "zstd-stream":
        return _zstd()
    return None


def _zstd() -> Transport | None:
    """Python 3.14 has zstd; before, the two packages that clients use for it may be there."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        compressor: Any = module.ZstdCompressor()
        return ZstdStream(compressor, compressor.FLUSH_BLOCK)
    try:
        zstandard = importlib.import_module("zstandard")
    except ImportError:
        return None
    return ZstdStream(zstandard.ZstdCompressor().compressobj(), zstandard.COMPRESSOBJ_FLUSH_BLOCK)
