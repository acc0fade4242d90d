"""From what discord.py raises to what is to be done about it.

The codes are those of Discord docs, "Opcodes and status codes", JSON error codes.
"""

from collections.abc import Mapping
from dataclasses import replace

import aiohttp
import discord

from bot.delivery.machine import Failed, Kind
from bot.delivery.sender import EffectUnknownError, NothingSentError

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

TOO_MANY = "too-many-direct"
"""The reason that stands for all direct messages, not for the one that met it."""

_TOO_MANY = frozenset({40003, 20026})
"""Direct messages are opened too fast; the bot was flagged as one that sends unwanted ones."""

_TEMPORARY = frozenset({40004, 40006, 130000})
"""Sending, or the feature, is switched off at Discord's for a time; it is overloaded."""

_FILTERED = 40333
"""The filter before Discord's API does not like the request."""

_LIMITED = frozenset({20016, 20022, 20028, 20029})
"""Slowmode, and the limits on writing to a channel or guild."""


def failure_of(error: Exception) -> Failed:
    """What an exception of the sender means.

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

    A 429 without ``Via`` comes from what stands before Discord's API and bans our address; a
    refusal without a code is no word of Discord's about the channel.
    """
    if isinstance(error, NothingSentError):
        return replace(failure_of(error.cause), maybe_sent=False)
    if isinstance(error, EffectUnknownError):
        return Failed(Kind.LOST, "discord-down", error.retry_after, maybe_sent=True)
    if isinstance(error, discord.RateLimited):
        return Failed(Kind.LIMITED, "rate-limited", retry_after=error.retry_after)
    if isinstance(error, discord.HTTPException):
        return _of_answer(error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return Failed(Kind.LOST, "network")
    if isinstance(error, aiohttp.ClientError | OSError):
        return Failed(Kind.LOST, "network", maybe_sent=True)
    return Failed(Kind.BUG, "bug")


def _of_answer(error: discord.HTTPException) -> Failed:
    status, code = error.status, error.code
    if status == 429 or code in _LIMITED:
        return _of_limit(error)
    if status >= 500:
        return Failed(Kind.LOST, "discord-down", _retry_after(error), maybe_sent=True)
    if status == 401:
        return Failed(Kind.UNAUTHORIZED, "unauthorized")
    if code == _FILTERED:
        return Failed(Kind.SHUT_OUT, "shut-out", _retry_after(error))
    if code in _TOO_MANY:
        return Failed(Kind.LIMITED, TOO_MANY, _retry_after(error))
    if code in _TEMPORARY:
        return Failed(Kind.LOST, "discord-down", _retry_after(error))
    if code in _BLOCKED:
        return Failed(Kind.BLOCKED, _BLOCKED[code])
    if not code:
        return _of_stranger(error)
    if status in (403, 404):
        return Failed(Kind.BLOCKED, "forbidden" if status == 403 else "unknown-channel")
    return Failed(Kind.REJECTED, "rejected")


def _of_stranger(error: discord.HTTPException) -> Failed:
    """A refusal without Discord's code: a proxy, a firewall or the edge of Discord's network."""
    if error.status == 403:
        return Failed(Kind.SHUT_OUT, "shut-out", _retry_after(error))
    if error.status == 400:
        return Failed(Kind.REJECTED, "rejected")
    return Failed(Kind.LOST, "discord-down", _retry_after(error))


def _of_limit(error: discord.HTTPException) -> Failed:
    headers = _headers(error)
    scope = headers.get("X-RateLimit-Scope", "")
    everywhere = error.status == 429 and (
        "Via" not in headers or scope == "global" or "X-RateLimit-Global" in headers
    )
    kind = Kind.SHUT_OUT if everywhere else Kind.LIMITED
    return Failed(kind, "rate-limited", _retry_after(error))


def _retry_after(error: discord.HTTPException) -> float | None:
    value = _headers(error).get("Retry-After", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _headers(error: discord.HTTPException) -> Mapping[str, str]:
    headers: Mapping[str, str] = getattr(error.response, "headers", {})
    return headers
