"""From the exceptions of discord.py and aiohttp to what is to be done about them.

The codes are those of Discord docs, "Opcodes and status codes", JSON error codes.
"""

import asyncio
import json
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

TOO_MANY_DIRECT = "too-many-direct"
"""The reason that holds for all direct messages, not only for the one that met it: they are opened
too fast, or the bot was flagged as one that sends unwanted ones."""

_PROXY = "Generated-By-Proxy"
"""The header of what nirn-proxy answers itself (its ``lib/queue_manager.go``)."""

_CODES: Mapping[tuple[FailureKind, str], tuple[int, ...]] = {
    (FailureKind.BLOCKED, "unknown-channel"): (10003,),
    (FailureKind.BLOCKED, "unknown-guild"): (10004,),
    (FailureKind.BLOCKED, "missing-access"): (50001,),
    (FailureKind.BLOCKED, "missing-permissions"): (50013,),
    (FailureKind.BLOCKED, "wrong-channel-type"): (40058, 50008, 50024),
    (FailureKind.BLOCKED, "tag-required"): (40067,),
    (FailureKind.BLOCKED, "thread-archived"): (50083,),
    (FailureKind.BLOCKED, "thread-locked"): (160005,),
    (FailureKind.BLOCKED, "automod"): (200000, 200001),
    (FailureKind.BLOCKED, "unknown-user"): (10013, 50033),
    # 50007 comes from who blocked the bot, 50278 from who takes no messages from servers or shares
    # none with it (discord-api-docs, issue 8238); Discord has one sentence for both.
    (FailureKind.BLOCKED, "messages-closed"): (50007, 50278),
    # A place's refusals that pass by themselves.
    (FailureKind.REFUSED, "too-many-threads"): (160006,),
    (FailureKind.REFUSED, "link-filter"): (240000,),
    # Slowmode, and the limits on writing to a channel or guild.
    (FailureKind.LIMITED, "rate-limited"): (20016, 20022, 20028, 20029),
    (FailureKind.LIMITED, TOO_MANY_DIRECT): (40003, 20026),
    # Sending, or the feature, is switched off at Discord for a time; Discord is overloaded.
    (FailureKind.LOST, "discord-down"): (40004, 40006, 130000),
    # The filter before Discord's API does not like the request.
    (FailureKind.SHUT_OUT, "shut-out"): (40333,),
    (FailureKind.DELETED, "deleted"): (10008,),
    # The request is too large, empty, or an invalid form, file or JSON.
    (FailureKind.REJECTED, "rejected"): (40005, 50006, 50035, 50046, 50109),
}
"""What a code of a 4xx means, whatever the status but 401 and 429."""

_BY_CODE = {code: meaning for meaning, codes in _CODES.items() for code in codes}


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
    | 404 with code 10008 | the message is deleted |
    | 4xx with a code that blames the request | rejected: our bug, give this one up |
    | other 4xx with a code | refused: again, rarely |
    | 4xx without a code, other than 401, 403, 429 | lost: Discord's API did not answer |
    | 429 of a proxy's own (``Generated-By-Proxy``) | lost: again, when it says |
    | a 2xx that is not Discord's answer | lost: again, soon |
    | what had to be asked before the message | as above, but surely not sent |
    | anything else | a bug of ours: again, rarely |

    A 429 without ``Via`` comes from what stands before Discord's API and bans the bot's address; a
    refusal without a code is not Discord's word about the channel. Only a refusal that is
    understood shows that nothing was sent: whatever else is raised may have been raised after the
    request was written, and leaves ``maybe_sent``.
    """
    if isinstance(error, NothingSentError):
        return replace(failure_of(error.cause), maybe_sent=False)
    if isinstance(error, discord.HTTPException):
        failure = _of_answer(error)
    elif isinstance(error, EffectUnknownError):
        failure = Failed(FailureKind.LOST, "discord-down", error.retry_after, maybe_sent=True)
    elif isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        failure = Failed(FailureKind.LOST, "discord-down", maybe_sent=True)
    elif isinstance(error, discord.RateLimited):
        failure = Failed(FailureKind.LIMITED, "rate-limited", error.retry_after)
    elif isinstance(error, aiohttp.ClientConnectorError):
        failure = Failed(FailureKind.LOST, "network")
    elif isinstance(error, aiohttp.ClientError | OSError):
        failure = Failed(FailureKind.LOST, "network", maybe_sent=True)
    else:
        failure = Failed(FailureKind.BUG, "bug", maybe_sent=True)
    return replace(failure, error=error)


def _of_answer(error: discord.HTTPException) -> Failed:
    status, code = error.status, error.code
    retry_after = read_retry_after(_headers(error))
    # nirn-proxy says 429 for a request whose way through its cluster broke, too.
    if status >= 500 or _PROXY in _headers(error):
        return Failed(FailureKind.LOST, "discord-down", retry_after, maybe_sent=True)
    if status == 429:
        kind = FailureKind.SHUT_OUT if _concerns_everything(error) else FailureKind.LIMITED
        return Failed(kind, "rate-limited", retry_after)
    if status == 401:
        return Failed(FailureKind.UNAUTHORIZED, "unauthorized")
    if code in _BY_CODE:
        kind, reason = _BY_CODE[code]
        return Failed(kind, reason, retry_after)
    if not code:
        return _of_status(error, retry_after)
    if status in (403, 404):
        reason = "forbidden" if status == 403 else "unknown-channel"
        return Failed(FailureKind.BLOCKED, reason)
    return Failed(FailureKind.REFUSED, "refused")


def _of_status(error: discord.HTTPException, retry_after: float | None) -> Failed:
    """A 4xx without a code of Discord's."""
    if error.status == 403:
        return Failed(FailureKind.SHUT_OUT, "shut-out", retry_after)
    if error.status == 400 and "html" not in _headers(error).get("Content-Type", ""):
        return Failed(FailureKind.REJECTED, "rejected")
    return Failed(FailureKind.LOST, "discord-down", retry_after, maybe_sent=True)


def _concerns_everything(error: discord.HTTPException) -> bool:
    headers = _headers(error)
    return (
        "Via" not in headers
        or headers.get("X-RateLimit-Scope") == "global"
        or "X-RateLimit-Global" in headers
    )


def _headers(error: discord.HTTPException) -> Mapping[str, str]:
    headers: Mapping[str, str] = getattr(error.response, "headers", {})
    return headers
