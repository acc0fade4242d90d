"""Rate limits: buckets, the global limit, headers, invalid requests."""

from __future__ import annotations

import aiohttp

from sandbox import Sandbox
from sandbox.ratelimit import INVALID_PERIOD, Limit, RateLimiter, bucket_hash
from tests.sandbox.rest_api import Answer, Api, ManualClock

FIVE = Limit(5, 5.0)


def taken(
    limiter: RateLimiter, major: str = "1", *, route: str = "POST /x", globally: bool = True
) -> float | None:
    """The seconds to wait of a denied request, None for one that may pass."""
    denial, _headers = limiter.check(route, major, FIVE, counts_globally=globally)
    return None if denial is None else denial.body()["retry_after"]


def test_a_bucket_lets_its_number_through_and_then_says_how_long() -> None:
    clock = ManualClock()
    limiter = RateLimiter(clock)
    assert [taken(limiter) for _ in range(5)] == [None] * 5
    clock.advance(2.0)
    assert taken(limiter) == 3.0
    clock.advance(3.0)
    assert taken(limiter) is None


def test_major_parameters_and_routes_have_their_own_buckets() -> None:
    limiter = RateLimiter(ManualClock())
    assert [taken(limiter, "1") for _ in range(6)][-1] is not None
    assert taken(limiter, "2") is None
    assert taken(limiter, "1", route="PATCH /x") is None


def test_headers_count_down() -> None:
    clock = ManualClock(1000.0)
    limiter = RateLimiter(clock)
    limiter.check("POST /x", "1", FIVE, counts_globally=True)
    clock.advance(1.2345)
    _, headers = limiter.check("POST /x", "1", FIVE, counts_globally=True)
    assert headers == {
        "X-RateLimit-Limit": "5",
        "X-RateLimit-Remaining": "3",
        "X-RateLimit-Reset": "1005.000",
        "X-RateLimit-Reset-After": "3.766",
        "X-RateLimit-Bucket": bucket_hash("POST /x"),
    }


def test_the_wait_told_is_never_too_short() -> None:
    clock = ManualClock(1000.0)
    limiter = RateLimiter(clock)
    for _ in range(5):
        taken(limiter)
    clock.advance(1.00049)
    wait = taken(limiter)
    assert wait is not None
    clock.advance(wait)
    assert taken(limiter) is None


def test_the_global_limit_spans_buckets_but_not_webhooks() -> None:
    clock = ManualClock()
    limiter = RateLimiter(clock)
    assert all(taken(limiter, str(number)) is None for number in range(50))
    denial, _ = limiter.check("POST /x", "51", FIVE, counts_globally=True)
    assert denial is not None
    assert (denial.body()["retry_after"], denial.body()["global"]) == (1.0, True)
    assert denial.headers == {
        "Retry-After": "1",
        "X-RateLimit-Scope": "global",
        "X-RateLimit-Global": "true",
    }
    assert taken(limiter, "52", globally=False) is None
    clock.advance(1.0)
    assert taken(limiter, "51") is None


def test_limits_can_be_set_for_a_route_and_switched_off() -> None:
    limiter = RateLimiter(ManualClock())
    limiter.limits["POST /x"] = Limit(1, 9.0)
    assert [taken(limiter), taken(limiter)] == [None, 9.0]
    limiter.enabled = False
    assert [taken(limiter) for _ in range(100)] == [None] * 100


def test_windows_that_are_over_are_forgotten() -> None:
    clock = ManualClock()
    limiter = RateLimiter(clock)
    for number in range(10_000):
        taken(limiter, str(number), globally=False)
        clock.advance(0.01)
    assert len(limiter._windows) < 3_000


def test_too_many_invalid_requests_are_shut_out_for_a_while() -> None:
    clock = ManualClock()
    limiter = RateLimiter(clock, invalid_limit=3)
    for status in (401, 403, 429, 404, 500):
        limiter.record(status)
    limiter.record(429, "shared")
    assert limiter.banned() is None
    assert limiter.invalid == {401: 1, 403: 1, 429: 1}
    limiter.record(403)
    assert limiter.banned() == INVALID_PERIOD
    clock.advance(INVALID_PERIOD)
    assert limiter.banned() is None


async def burst(sandbox: Sandbox, api: Api, count: int) -> list[Answer]:
    guild = sandbox.world.add_guild("Fans")
    channel = sandbox.world.add_channel(guild, "news")
    path = f"/channels/{channel.id}/messages"
    return [await api("POST", path, {"content": f"{number}"}) for number in range(count)]


async def test_the_sixth_message_in_a_channel_is_429_as_discord_words_it(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        answers = await burst(sandbox, Api(session, sandbox), 6)
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    last = answers[-1]
    assert last.json["message"] == "You are being rate limited."
    assert last.json["global"] is False
    assert 0 < last.json["retry_after"] <= 5
    assert last.headers["Via"] == "1.1 google"
    assert last.headers["X-RateLimit-Scope"] == "user"
    assert last.headers["X-RateLimit-Remaining"] == "0"
    assert last.headers["Content-Type"] == "application/json"
    assert answers[0].headers["X-RateLimit-Remaining"] == "4"
    assert sandbox.limiter.invalid[429] == 1


async def test_the_banned_get_no_via(sandbox: Sandbox) -> None:
    sandbox.limiter._invalid_limit = 0
    async with aiohttp.ClientSession() as session:
        api = Api(session, sandbox)
        assert (await api("GET", "/users/@me", token="wrong")).status == 401
        banned = await api("GET", "/users/@me")
    assert banned.status == 429
    assert "Via" not in banned.headers
    assert int(banned.headers["Retry-After"]) > 500
