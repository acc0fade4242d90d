"""Image files as sites serve them, good and hostile."""

import io
import struct
import zlib
from typing import Any

from PIL import Image


def picture(
    colour: Any = (40, 90, 160),
    size: tuple[int, int] = (1200, 675),
    mode: str = "RGB",
    kind: str = "PNG",
    **how: Any,
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **how)
    return out.getvalue()


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (640, 360), (shade, 0, 0)) for shade in (250, 120, 10)]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that says it is `side` pixels square."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100_000))
        + chunk(b"IEND", b"")
    )


def endless(scans: int = 1000) -> bytes:
    """A progressive JPEG of some kilobytes whose last scan is to be read again and again."""
    whole = picture(size=(4400, 4400), kind="JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * scans + whole[-2:]
