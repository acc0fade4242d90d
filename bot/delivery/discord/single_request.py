"""One request to Discord, sent once, whatever comes of it.

discord.py sends a request up to five times, and where a bucket is spent by a request it sleeps
before it gives that request's answer: for an hour after the tenth crosspost. Neither will do for
what must not be done twice, or is paced by ourselves.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
import discord
from discord.http import Route, json_or_text

from bot.client.client import KcrushClient
from bot.delivery.sender import EffectUnknownError

TIMEOUT = aiohttp.ClientTimeout(total=60.0)


async def ask_once(
    client: KcrushClient, route: Route, body: Mapping[str, Any] | None = None
) -> tuple[Any, Mapping[str, str]]:
    """The answer's JSON and headers. Needs a logged-in client, whose connections it uses.

    Raises:
        EffectUnknownError: 5xx; it may have had its effect.
        discord.HTTPException: any other refusal, 429 too.
        aiohttp.ClientError, OSError: Discord could not be asked, or its answer was lost.
    """
    http = client.http
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
            json=body,
            headers=headers,
            proxy=http.proxy,
            proxy_auth=http.proxy_auth,
        ) as response,
    ):
        data = await json_or_text(response)
        _raise_for(response, data)
        return data, response.headers


def seconds(value: str | None) -> float | None:
    """A header's number of seconds; ``None`` for none."""
    try:
        return float(value or "")
    except ValueError:
        return None


def _raise_for(response: aiohttp.ClientResponse, data: Any) -> None:
    status = response.status
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise EffectUnknownError(status, seconds(response.headers.get("Retry-After")))
    if status == HTTPStatus.FORBIDDEN:
        raise discord.Forbidden(response, data)
    if status == HTTPStatus.NOT_FOUND:
        raise discord.NotFound(response, data)
    raise discord.HTTPException(response, data)
