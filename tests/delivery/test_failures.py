"""Exceptions as discord.py and aiohttp make them, and what they are taken for."""

import json
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from aiohttp.client_reqrep import ConnectionKey

from bot.delivery.failures import failure_of
from bot.delivery.outcomes import Failed, FailureKind
from bot.delivery.port import EffectUnknownError, NothingSentError

VIA = {"Via": "1.1 google"}
RETRY = {"Retry-After": "1"}


def answer(status: int, code: int | None = None, headers: dict[str, str] = VIA) -> Exception:
    """As ``HTTPClient.request`` raises it."""
    response = SimpleNamespace(status=status, reason="Reason", headers=headers)
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    kind = discord.DiscordServerError if status >= 500 else kinds.get(status, discord.HTTPException)
    body = "<html>" if code is None else {"code": code, "message": "words"}
    return kind(response, body)


NOT_CONNECTED = aiohttp.ClientConnectorError(
    ConnectionKey(
        host="discord.com",
        port=443,
        is_ssl=True,
        ssl=True,
        proxy=None,
        proxy_auth=None,
        proxy_headers_hash=None,
    ),
    OSError(111, "refused"),
)

CASES = [
    (NOT_CONNECTED, Failed(FailureKind.LOST, "network")),
    (
        aiohttp.ServerDisconnectedError(),
        Failed(FailureKind.LOST, "network", maybe_sent=True),
    ),
    (
        ConnectionResetError(104, "reset"),
        Failed(FailureKind.LOST, "network", maybe_sent=True),
    ),
    (TimeoutError(), Failed(FailureKind.LOST, "network", maybe_sent=True)),
    (answer(500), Failed(FailureKind.LOST, "discord-down", maybe_sent=True)),
    (answer(502), Failed(FailureKind.LOST, "discord-down", maybe_sent=True)),
    (
        answer(503, headers={"Retry-After": "30"}),
        Failed(FailureKind.LOST, "discord-down", 30, maybe_sent=True),
    ),
    (answer(403, 40004), Failed(FailureKind.LOST, "discord-down")),
    (answer(503, 130000), Failed(FailureKind.LOST, "discord-down", maybe_sent=True)),
    (discord.RateLimited(12.5), Failed(FailureKind.LIMITED, "rate-limited", 12.5)),
    (
        answer(429, 0, {**VIA, "Retry-After": "3", "X-RateLimit-Scope": "user"}),
        Failed(FailureKind.LIMITED, "rate-limited", 3),
    ),
    (answer(400, 20016), Failed(FailureKind.LIMITED, "rate-limited")),
    (answer(403, 20028), Failed(FailureKind.LIMITED, "rate-limited")),
    (
        answer(429, 0, {**VIA, "Retry-After": "3", "X-RateLimit-Global": "true"}),
        Failed(FailureKind.SHUT_OUT, "rate-limited", 3),
    ),
    (
        answer(429, 0, {**VIA, "Retry-After": "3", "X-RateLimit-Scope": "global"}),
        Failed(FailureKind.SHUT_OUT, "rate-limited", 3),
    ),
    (
        answer(429, headers={"Retry-After": "900"}),
        Failed(FailureKind.SHUT_OUT, "rate-limited", 900),
    ),
    (answer(403), Failed(FailureKind.SHUT_OUT, "shut-out")),
    (answer(403, 40333), Failed(FailureKind.SHUT_OUT, "shut-out")),
    (answer(401, 0), Failed(FailureKind.UNAUTHORIZED, "unauthorized")),
    (answer(403, 50001), Failed(FailureKind.BLOCKED, "missing-access")),
    (answer(403, 50013), Failed(FailureKind.BLOCKED, "missing-permissions")),
    (answer(404, 10003), Failed(FailureKind.BLOCKED, "unknown-channel")),
    (answer(404, 10004), Failed(FailureKind.BLOCKED, "unknown-guild")),
    (answer(400, 50024), Failed(FailureKind.BLOCKED, "wrong-channel-type")),
    (answer(400, 40067), Failed(FailureKind.BLOCKED, "tag-required")),
    (answer(400, 50083), Failed(FailureKind.BLOCKED, "thread-archived")),
    (answer(400, 200000), Failed(FailureKind.BLOCKED, "automod")),
    (answer(403, 50007), Failed(FailureKind.BLOCKED, "messages-closed")),
    (answer(403, 50278), Failed(FailureKind.BLOCKED, "messages-closed")),
    (answer(404, 10013), Failed(FailureKind.BLOCKED, "unknown-user")),
    (answer(400, 50033), Failed(FailureKind.BLOCKED, "unknown-user")),
    (answer(403, 40003), Failed(FailureKind.LIMITED, "too-many-direct")),
    (answer(400, 40003), Failed(FailureKind.LIMITED, "too-many-direct")),
    (answer(403, 20026), Failed(FailureKind.LIMITED, "too-many-direct")),
    (NothingSentError(answer(503)), Failed(FailureKind.LOST, "discord-down")),
    (NothingSentError(TimeoutError()), Failed(FailureKind.LOST, "network")),
    (answer(403, 50009), Failed(FailureKind.BLOCKED, "forbidden")),
    (answer(404, 10008), Failed(FailureKind.DELETED, "deleted")),
    (answer(400, 160006), Failed(FailureKind.REFUSED, "too-many-threads")),
    (answer(400, 240000), Failed(FailureKind.REFUSED, "link-filter")),
    (answer(409, 299999), Failed(FailureKind.REFUSED, "refused")),
    (
        answer(400, headers={**VIA, "Content-Type": "text/html"}),
        Failed(FailureKind.LOST, "discord-down", maybe_sent=True),
    ),
    (
        json.JSONDecodeError("cut", "{", 1),
        Failed(FailureKind.LOST, "discord-down", maybe_sent=True),
    ),
    (
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"),
        Failed(FailureKind.LOST, "discord-down", maybe_sent=True),
    ),
    (EffectUnknownError(200), Failed(FailureKind.LOST, "discord-down", maybe_sent=True)),
    (NothingSentError(KeyError("card")), Failed(FailureKind.BUG, "bug")),
    (answer(400, 50035), Failed(FailureKind.REJECTED, "rejected")),
    (answer(400, 50006), Failed(FailureKind.REJECTED, "rejected")),
    (answer(400, 0), Failed(FailureKind.REJECTED, "rejected")),
    (answer(413, 40005), Failed(FailureKind.REJECTED, "rejected")),
    (answer(404), Failed(FailureKind.LOST, "discord-down", maybe_sent=True)),
    (answer(405, 0), Failed(FailureKind.LOST, "discord-down", maybe_sent=True)),
    (KeyError("card"), Failed(FailureKind.BUG, "bug", maybe_sent=True)),
    # A proxy's own answers: nirn-proxy's when Discord was slow, its queue is full or another node
    # of it was lost, twilight's http-proxy's, and what nginx says before either.
    (
        answer(408, headers={"Content-Type": "text/plain; charset=utf-8"}),
        Failed(FailureKind.LOST, "discord-down", maybe_sent=True),
    ),
    (
        answer(429, 0, {"Generated-By-Proxy": "true", "x-ratelimit-scope": "user", **RETRY}),
        Failed(FailureKind.LOST, "discord-down", 1, maybe_sent=True),
    ),
    *(
        (
            answer(status, headers={"Content-Type": kind}),
            Failed(FailureKind.LOST, "discord-down", maybe_sent=True),
        )
        for status in (500, 501, 502, 503, 504)
        for kind in ("text/plain; charset=utf-8", "text/html")
    ),
]


@pytest.mark.parametrize(
    ("error", "expected"),
    CASES,
    ids=[f"{index} {case[0]!r:.60}" for index, case in enumerate(CASES)],
)
def test_each_exception_has_its_treatment(error: Exception, expected: Failed) -> None:
    assert failure_of(error) == expected


@pytest.mark.parametrize("value", ["soon", "-1", "nan", "inf", "", "1e999"])
def test_a_wish_that_is_no_number_of_seconds_is_no_wish(value: str) -> None:
    assert failure_of(answer(503, headers={"Retry-After": value})).retry_after is None


def test_an_answer_without_headers_is_understood() -> None:
    error: Any = answer(500)
    error.response = SimpleNamespace(status=500, reason="Reason")
    assert failure_of(error) == Failed(FailureKind.LOST, "discord-down", maybe_sent=True)


def test_every_reason_is_a_sentence_of_the_catalogue(catalogue_keys: set[str]) -> None:
    assert {f"delivery.reason.{expected.reason}" for _, expected in CASES} <= catalogue_keys
