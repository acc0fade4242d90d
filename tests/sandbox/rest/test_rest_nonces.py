"""Enforced nonces."""

from __future__ import annotations

import asyncio

from sandbox import Sandbox
from sandbox.entities import Channel
from sandbox.permissions import Permission
from tests.sandbox.rest_api import Api, ManualClock, post

P = Permission


async def test_an_enforced_nonce_gives_the_message_of_then(
    api: Api, clock: ManualClock, channel: Channel
) -> None:
    payload = {"content": "new interview", "nonce": "delivery-1", "enforce_nonce": True}
    first = await post(api, channel, payload)
    assert first.json["nonce"] == "delivery-1"
    clock.advance(299)
    again = await post(api, channel, payload)
    assert (again.status, again.json["id"]) == (200, first.json["id"])
    assert len(channel.messages) == 1
    other = await post(api, channel, payload | {"nonce": "delivery-2"})
    assert other.json["id"] != first.json["id"]
    clock.advance(300)
    later = await post(api, channel, payload)
    assert later.json["id"] != first.json["id"]
    assert len(channel.messages) == 3


async def test_a_nonce_not_enforced_is_only_repeated_back(api: Api, channel: Channel) -> None:
    payload = {"content": "x", "nonce": 7}
    answers = [await post(api, channel, payload) for _ in range(2)]
    assert [answer.json["nonce"] for answer in answers] == [7, 7]
    assert len(channel.messages) == 2


async def test_a_window_of_zero_switches_it_off(
    sandbox: Sandbox, api: Api, channel: Channel
) -> None:
    sandbox.world.nonce_window = 0.0
    payload = {"content": "x", "nonce": "n", "enforce_nonce": True}
    for _ in range(2):
        await post(api, channel, payload)
    assert len(channel.messages) == 2


async def test_nonces_are_forgotten_in_time(
    sandbox: Sandbox, api: Api, clock: ManualClock, channel: Channel
) -> None:
    for number in range(20):
        clock.advance(100)
        payload = {"content": "x", "nonce": str(number), "enforce_nonce": True}
        await post(api, channel, payload)
    assert len(sandbox.world.nonces) <= 3


async def test_two_at_once_with_one_nonce_make_one_message(api: Api, channel: Channel) -> None:
    payload = {"content": "x", "nonce": "n", "enforce_nonce": True}
    answers = await asyncio.gather(*(post(api, channel, payload) for _ in range(5)))
    assert len({answer.json["id"] for answer in answers}) == 1
    assert len(channel.messages) == 1
