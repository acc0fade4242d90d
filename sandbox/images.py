"""The media type and dimensions of uploaded images."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image

_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """Media type, and width and height in pixels."""

    content_type: str
    width: int
    height: int


def read_image_info(content: bytes) -> ImageInfo | None:
    """Read an image's header without decoding it; None for content that is no image."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=tuple(_TYPES)) as image:
                return ImageInfo(_TYPES[str(image.format)], *image.size)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
