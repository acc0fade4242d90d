"""What the typeface's file says itself: the characters it has (OpenType, ``cmap``, format 12)."""

import struct
from functools import cache
from pathlib import Path

from bot.quotes.fonts import Typeface

_KOREAN_FACE = 1


@cache
def characters() -> frozenset[int]:
    data = Path(Typeface().path).read_bytes()
    assert data[:4] == b"ttcf"
    (face,) = struct.unpack_from(">I", data, 12 + 4 * _KOREAN_FACE)
    (tables,) = struct.unpack_from(">H", data, face + 4)
    cmap = next(
        offset
        for tag, _, offset, _ in (
            struct.unpack_from(">4sIII", data, face + 12 + 16 * number) for number in range(tables)
        )
        if tag == b"cmap"
    )
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    found: set[int] = set()
    for number in range(count):
        _, _, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * number)
        (shape,) = struct.unpack_from(">H", data, cmap + offset)
        if shape != 12:
            continue
        (groups,) = struct.unpack_from(">I", data, cmap + offset + 12)
        for group in range(groups):
            first, last, _ = struct.unpack_from(">III", data, cmap + offset + 16 + 12 * group)
            found.update(range(first, last + 1))
    return frozenset(found)
