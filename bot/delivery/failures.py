"""From the exceptions of discord.py and aiohttp to what is to be done about them.

The codes are those of Discord docs, "Opcodes and status codes", JSON error codes.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import TypeVar

import aiohttp
import discord

from bot.core.retry import read_retry_after
from bot.delivery.outcomes import Failed, FailureKind
from bot.delivery.port import EffectUnknownError, NothingSentError

T = TypeVar("T")

TRY_LIMIT = 90.0
"""Seconds for one attempt; more than discord.py waits between its own five tries (25 s)."""

_BLOCKED: Mapping[int, str] = {
    10003: "unknown-channel",
    10004: "unknown-guild",
    50001: "missing-access",
    50013: "missing-permissions",
    40058: "wrong-channel-type",
    50008: "wrong-channel-type",
    50024: "wrong-channel-type",
    40067: "tag-required",
    50083: "thread-archived",
    160005: "thread-locked",
    200000: "automod",
    200001: "automod",
    10013: "unknown-user",
    50033: "unknown-user",
    50007: "messages-closed",
    50278: "messages-closed",
}
"""50007 comes from who blocked the bot, 50278 from who takes no messages from servers or shares
none with it (discord-api-docs, issue 8238); Discord has one sentence for both, and so have we."""

TOO_MANY_DIRECT = "too-many-direct"
"""The reason that holds for all direct messages, not only for the one that met it."""

_TOO_MANY_DIRECT = frozenset({40003, 20026})
"""Direct messages are opened too fast; the bot was flagged as one that sends unwanted ones."""

_TEMPORARY = frozenset({40004, 40006, 130000})
"""Sending, or the feature, is switched off at Discord for a time; Discord is overloaded."""

_FILTERED = 40333
"""The filter before Discord's API does not like the request."""

_LIMITED = frozenset({20016, 20022, 20028, 20029})
"""Slowmode, and the limits on writing to a channel or guild."""


async def attempt(request: Awaitable[T], limit: float = TRY_LIMIT) -> T | Failed:
    """The result of a request to Discord, or why it failed within `limit` seconds."""
    try:
        async with asyncio.timeout(limit):
            return await request
    except Exception as error:  # noqa: BLE001 - failure_of has a treatment for each
        return failure_of(error)


def failure_of(error: Exception) -> Failed:
    """What an exception means.

    | answer | meaning |
    |---|---|
    | connection lost, timed out, never made; 5xx | lost: again, soon |
    | 429 of a channel, slowmode | limited: again, when Discord says |
    | direct messages opened too fast | limited, for all direct messages |
    | global 429, or one without ``Via``; 403 without a code | shut out: hold all |
    | 401 | unauthorized: hold all, loudly |
    | 403 or 404 with a code; codes of an unfit channel | blocked: park |
    | 400; other 4xx with a code | rejected: our bug, give this one up |
    | 404 and the like without a code | lost: that is not Discord speaking |
    | what had to be asked before the message | as above, but surely not sent |
    | anything else | a bug of ours: again, rarely |

    A 429 without ``Via`` comes from what stands before Discord's API and bans the bot's address; a
    refusal without a code is not Discord's word about the channel.
    """
    if isinstance(error, NothingSentError):
        return replace(failure_of(error.cause), maybe_sent=False)
    if isinstance(error, discord.HTTPException):
        failure = _of_answer(error)
    elif isinstance(error, EffectUnknownError):
        failure = Failed(FailureKind.LOST, "discord-down", error.retry_after, maybe_sent=True)
    elif isinstance(error, discord.RateLimited):
        failure = Failed(FailureKind.LIMITED, "rate-limited", error.retry_after)
    elif isinstance(error, aiohttp.ClientConnectorError):
        failure = Failed(FailureKind.LOST, "network")
    elif isinstance(error, aiohttp.ClientError | OSError):
        failure = Failed(FailureKind.LOST, "network", maybe_sent=True)
    else:
        failure = Failed(FailureKind.BUG, "bug")
    return replace(failure, error=error)


def _of_answer(error: discord.HTTPException) -> Failed:
    status, code = error.status, error.code
    retry_after = read_retry_after(_headers(error))
    if status == 429 or code in _LIMITED:
        kind = FailureKind.SHUT_OUT if _concerns_everything(error) else FailureKind.LIMITED
        return Failed(kind, "rate-limited", retry_after)
    if status >= 500:
        return Failed(FailureKind.LOST, "discord-down", retry_after, maybe_sent=True)
    if status == 401:
        return Failed(FailureKind.UNAUTHORIZED, "unauthorized")
    if code == _FILTERED or (status == 403 and not code):
        return Failed(FailureKind.SHUT_OUT, "shut-out", retry_after)
    if code in _TOO_MANY_DIRECT:
        return Failed(FailureKind.LIMITED, TOO_MANY_DIRECT, retry_after)
    if code in _TEMPORARY or (not code and status != 400):
        return Failed(FailureKind.LOST, "discord-down", retry_after)
    if code in _BLOCKED or status in (403, 404):
        other = "forbidden" if status == 403 else "unknown-channel"
        return Failed(FailureKind.BLOCKED, _BLOCKED.get(code, other))
    return Failed(FailureKind.REJECTED, "rejected")


def _concerns_everything(error: discord.HTTPException) -> bool:
    headers = _headers(error)
    return error.status == 429 and (
        "Via" not in headers
        or headers.get("X-RateLimit-Scope") == "global"
        or "X-RateLimit-Global" in headers
    )


def _headers(error: discord.HTTPException) -> Mapping[str, str]:
    headers: Mapping[str, str] = getattr(error.response, "headers", {})
    return headers
