"""Faults on demand, through real sockets."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.entities import Channel
from sandbox.faults import AppliedFault, Faults, Rule
from tests.sandbox.rest_api import Api


@pytest.fixture
async def api(sandbox: Sandbox) -> Any:
    async with aiohttp.ClientSession() as session:
        yield Api(session, sandbox)


@pytest.fixture
def channel(sandbox: Sandbox) -> Channel:
    return sandbox.world.add_channel(sandbox.world.add_guild("Fans"), "news")


def test_rules_match_fire_and_run_out() -> None:
    faults = Faults()
    rule = faults.add(Rule(match=r"^POST /channels/\d+/messages$", times=2, status=500))
    assert faults.apply("GET", "/channels/1/messages") == AppliedFault()
    assert faults.apply("POST", "/channels/1/messages").rule is rule
    assert faults.apply("POST", "/channels/2/messages").rule is rule
    assert faults.apply("POST", "/channels/2/messages") == AppliedFault()
    assert rule.fired == 2


def test_delays_add_up_and_the_first_break_wins() -> None:
    faults = Faults()
    faults.add(Rule(latency=(0.25, 0.25)))
    first = faults.add(Rule(status=500, latency=(0.5, 0.5)))
    second = faults.add(Rule(drop=True))
    assert faults.apply("GET", "/x") == AppliedFault(0.75, first)
    faults.remove(first)
    assert faults.apply("GET", "/x") == AppliedFault(0.25, second)
    faults.clear()
    assert faults.apply("GET", "/x") == AppliedFault()


def test_probability_is_what_it_says() -> None:
    faults = Faults(random.Random(7))
    rule = faults.add(Rule(status=500, probability=0.25))
    for _ in range(4000):
        faults.apply("GET", "/x")
    assert 900 < rule.fired < 1100


@pytest.mark.parametrize(
    "settings",
    [{"probability": 2}, {"latency": (2, 1)}, {"latency": (-1, 1)}, {"status": 200}],
)
def test_nonsense_is_refused(settings: Any) -> None:
    with pytest.raises(ValueError, match="must be"):
        Rule(**settings)


async def test_an_error_before_the_effect(sandbox: Sandbox, api: Api, channel: Channel) -> None:
    sandbox.faults.add(Rule(match="POST .*/messages", times=1, status=503))
    answer = await api("POST", f"/channels/{channel.id}/messages", {"content": "one"})
    assert (answer.status, answer.json) == (
        503,
        {"message": "503: Service Unavailable", "code": 0},
    )
    assert not channel.messages


async def test_an_error_after_the_effect(sandbox: Sandbox, api: Api, channel: Channel) -> None:
    sandbox.faults.add(Rule(match="POST .*/messages", times=1, status=500, when="after"))
    answer = await api("POST", f"/channels/{channel.id}/messages", {"content": "one"})
    assert answer.status == 500
    assert [message.content for message in channel.messages.values()] == ["one"]


@pytest.mark.parametrize(("when", "there"), [("before", 0), ("after", 1)])
async def test_a_cut_connection(
    sandbox: Sandbox, api: Api, channel: Channel, when: Any, there: int
) -> None:
    sandbox.faults.add(Rule(match="POST .*/messages", times=1, drop=True, when=when))
    with pytest.raises(aiohttp.ClientError):
        await api("POST", f"/channels/{channel.id}/messages", {"content": "one"})
    assert len(channel.messages) == there
    again = await api("POST", f"/channels/{channel.id}/messages", {"content": "two"})
    assert again.status == 200


async def test_a_429_on_demand(sandbox: Sandbox, api: Api) -> None:
    sandbox.faults.add(Rule(times=1, status=429, retry_after=0.5, scope="global"))
    sandbox.faults.add(Rule(times=1, status=429, retry_after=2, scope="shared", via=False))
    first = await api("GET", "/users/@me")
    assert (first.status, first.json["retry_after"], first.json["global"]) == (429, 0.5, True)
    assert first.headers["X-RateLimit-Global"] == "true"
    assert first.headers["Via"] == "1.1 google"
    second = await api("GET", "/users/@me")
    assert (second.status, second.json["global"]) == (429, False)
    assert second.headers["X-RateLimit-Scope"] == "shared"
    assert "Via" not in second.headers
    assert sandbox.limiter.invalid[429] == 1, "shared ones are not counted"
    assert (await api("GET", "/users/@me")).status == 200


async def test_a_delayed_request_waits_in_the_sandboxs_own_sleep(
    sandbox: Sandbox, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(sandbox.rest, "_sleep", sleep)
    sandbox.faults.add(Rule(latency=(60.0, 120.0)))
    assert (await api("GET", "/users/@me")).status == 200
    assert len(slept) == 1
    assert 60.0 <= slept[0] <= 120.0


async def test_an_error_that_names_its_code(sandbox: Sandbox, api: Api) -> None:
    sandbox.faults.add(Rule(times=1, status=403, code=50001, message="Missing Access"))
    answer = await api("GET", "/users/@me")
    assert (answer.status, answer.json) == (403, {"message": "Missing Access", "code": 50001})
    assert sandbox.limiter.invalid[403] == 1


async def test_a_request_that_arrived_has_its_effect_without_its_sender(
    sandbox: Sandbox, api: Api, channel: Channel
) -> None:
    """As a killed bot's: what was on its way arrives after its death."""
    delay = sandbox.faults.add(Rule(match="POST .*/messages", latency=(0.2, 0.2)))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await api("POST", f"/channels/{channel.id}/messages", {"content": "last words"})
    assert delay.fired == 1
    assert not channel.messages
    message = await sandbox.wait_for_message(channel)
    assert message.content == "last words"
