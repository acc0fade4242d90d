"""What Discord finds out about a picture that was uploaded: its kind and its size in pixels."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image

_KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}


@dataclass(frozen=True, slots=True)
class Look:
    """A picture's media type and its width and height."""

    content_type: str
    width: int
    height: int


def look_at(content: bytes) -> Look | None:
    """What the head of a file tells; None for what is no picture. Nothing is decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=tuple(_KINDS)) as image:
                return Look(_KINDS[str(image.format)], *image.size)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
