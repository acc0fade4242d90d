"""One request to Discord, sent once, whatever comes of it.

discord.py sends a request up to five times, and where a bucket is spent by a request it sleeps
before it gives that request's answer: for an hour after the tenth crosspost. Neither will do for
what must not be done twice, or is paced by the bot itself.
"""

import asyncio
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
import discord
from discord.http import MultipartParameters, Route, json_or_text

from bot.client.client import KcrushClient
from bot.core.retry import parse_seconds, read_retry_after
from bot.delivery.port import EffectUnknownError

TIMEOUT = aiohttp.ClientTimeout(total=60.0)


class Bucket:
    """A rate-limit bucket (Discord docs, Rate limits) into which no request is sent while it is
    known to be empty."""

    def __init__(self) -> None:
        self._empty_until = 0.0

    def check(self) -> None:
        """
        Raises:
            discord.RateLimited: the bucket is empty; nothing was asked.
        """
        left = self._empty_until - asyncio.get_running_loop().time()
        if left > 0:
            raise discord.RateLimited(left)

    def note(self, status: int, headers: Mapping[str, str]) -> None:
        """Note what an answer says about it."""
        seconds = None
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            seconds = read_retry_after(headers)
        elif headers.get("X-RateLimit-Remaining") == "0":
            seconds = parse_seconds(headers.get("X-RateLimit-Reset-After"))
        if seconds is not None:
            self._empty_until = asyncio.get_running_loop().time() + seconds


async def request_once(
    client: KcrushClient,
    route: Route,
    body: Mapping[str, Any] | aiohttp.FormData | None = None,
    bucket: Bucket | None = None,
) -> Any:
    """The answer's JSON. Needs a logged-in client, whose connections it uses. `body` is JSON, or
    a form where files go with it.

    Raises:
        EffectUnknownError: 5xx; it may have had its effect.
        ValueError: the answer is no JSON, or no UTF-8; it may have had its effect.
        discord.RateLimited: `bucket` is empty; nothing was asked.
        discord.HTTPException: any other refusal, 429 too.
        aiohttp.ClientError, OSError: Discord could not be asked, or its answer was lost.
    """
    if bucket is not None:
        bucket.check()
    http = client.http
    is_form = isinstance(body, aiohttp.FormData)
    headers = {"Authorization": f"Bot {http.token}", "User-Agent": http.user_agent}
    async with (
        aiohttp.ClientSession(
            connector=http.connector,
            connector_owner=False,
            timeout=TIMEOUT,
            trace_configs=[http.http_trace] if http.http_trace else None,
        ) as session,
        session.request(
            route.method,
            route.url,
            json=None if is_form else body,
            data=body if is_form else None,
            headers=headers,
            proxy=http.proxy,
            proxy_auth=http.proxy_auth,
        ) as response,
    ):
        data = await json_or_text(response)
        if bucket is not None:
            bucket.note(response.status, response.headers)
        _raise_for(response, data)
        return data


def payload_of(message: MultipartParameters) -> dict[str, Any]:
    """A message's JSON, whether or not files go with it."""
    if not message.multipart:
        return message.payload or {}
    value = next(part["value"] for part in message.multipart if part["name"] == "payload_json")
    payload: dict[str, Any] = json.loads(value)
    return payload


def created_id(answer: Any) -> int:
    """The id in the answer to a request that creates something.

    Raises:
        EffectUnknownError: this is no such answer.
    """
    try:
        return int(answer["id"])
    except (LookupError, TypeError, ValueError) as error:
        raise EffectUnknownError(HTTPStatus.OK) from error


def listed(answer: Any) -> list[Any]:
    """The answer to a request for a list.

    Raises:
        EffectUnknownError: this is no such answer.
    """
    if not isinstance(answer, list):
        raise EffectUnknownError(HTTPStatus.OK)
    return answer


def _raise_for(response: aiohttp.ClientResponse, data: Any) -> None:
    status = response.status
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise EffectUnknownError(status, read_retry_after(response.headers))
    refusals = {403: discord.Forbidden, 404: discord.NotFound}
    raise refusals.get(status, discord.HTTPException)(response, data)
