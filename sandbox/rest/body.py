"""Request bodies: JSON, or multipart with ``payload_json`` and files; bounded in size."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import BodyPartReader, web

from sandbox.entities import Upload
from sandbox.errors import ApiError

# "The file upload size limit applies to each file", 10 MiB by default,
# https://docs.discord.com/developers/reference#uploading-files.
MAX_FILE = 10 * 1024 * 1024
MAX_FILES = 10
MAX_JSON = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Body:
    """The JSON (None without a body), the files, and the error in them."""

    json: Any = None
    files: tuple[Upload, ...] = ()
    error: ApiError | None = None


async def read_body(request: web.Request) -> Body:
    """Read the request's body.

    `error` is 413 for a body that is too large and 400 for one that is not JSON.
    """
    if not request.can_read_body:
        return Body()
    if request.content_type.startswith("multipart/"):
        return await _multipart(request)
    try:
        raw = await _read(request.content.read, MAX_JSON)
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
                payload = _json(await _read(part.read_chunk, MAX_JSON))
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
        content=await _read(part.read_chunk, MAX_FILE),
    )


async def _read(chunk: Callable[[int], Awaitable[bytes]], limit: int) -> bytes:
    data = bytearray()
    while part := await chunk(65536):
        data += part
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
