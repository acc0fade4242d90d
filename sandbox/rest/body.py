"""Request bodies: JSON, or multipart with ``payload_json`` and files. Bounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import BodyPartReader, web

from sandbox.entities import Upload
from sandbox.errors import ApiError

__all__ = ["Body", "Upload", "read_body"]

# "The file upload size limit applies to each file", 10 MiB by default,
# https://docs.discord.com/developers/reference#uploading-files.
MAX_FILE = 10 * 1024 * 1024
MAX_FILES = 10
MAX_JSON = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Body:
    """What came: the JSON (None without one), the files, and what was wrong with them."""

    json: Any = None
    files: tuple[Upload, ...] = ()
    error: ApiError | None = None


async def read_body(request: web.Request) -> Body:
    """Read the request's body. `error` is 413 for one too large and 400 for one that is not JSON;
    what was read before stands beside it."""
    if not request.can_read_body:
        return Body()
    if request.content_type.startswith("multipart/"):
        return await _multipart(request)
    try:
        raw = await _bounded(request.content.iter_chunked(65536), MAX_JSON)
        return Body(_json(raw) if raw else None)
    except ApiError as error:
        return Body(error=error)


async def _multipart(request: web.Request) -> Body:
    payload: Any = None
    files: list[Upload] = []
    try:
        reader = await request.multipart()
        async for part in reader:
            if not isinstance(part, BodyPartReader):
                return Body(payload, error=_not_json())
            if part.name == "payload_json":
                payload = _json(await _part(part, MAX_JSON))
            elif part.filename:
                files.append(await _upload(part, len(files)))
    except ApiError as error:
        return Body(payload, error=error)
    except ValueError:
        return Body(payload, error=_not_json())
    if len(files) > MAX_FILES:
        return Body(payload, error=_too_large())
    return Body(payload, tuple(files))


async def _upload(part: BodyPartReader, position: int) -> Upload:
    name = part.name or ""
    digits = name.removeprefix("files[").removesuffix("]")
    return Upload(
        index=int(digits) if digits.isdecimal() else position,
        filename=part.filename or "unknown",
        content_type=part.headers.get("Content-Type", "application/octet-stream"),
        content=await _part(part, MAX_FILE),
    )


async def _part(part: BodyPartReader, limit: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(65536):
        data += chunk
        if len(data) > limit:
            raise _too_large()
    return bytes(data)


async def _bounded(chunks: Any, limit: int) -> bytes:
    data = bytearray()
    async for chunk in chunks:
        data += chunk
        if len(data) > limit:
            raise _too_large()
    return bytes(data)


def _json(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _not_json() from error


def _not_json() -> ApiError:
    return ApiError(400, 50109, "The request body contains invalid JSON.")


def _too_large() -> ApiError:
    return ApiError(413, 40005, "Request entity too large")
