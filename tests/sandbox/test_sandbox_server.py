"""The sandbox as one object: addresses, the log of requests, waiting, closing."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox import InteractionFailed, Sandbox
from sandbox.entities import Command
from sandbox.faults import Rule
from tests.openapi import Checker
from tests.sandbox.raw import identity


async def post(sandbox: Sandbox, channel: int, text: str) -> int:
    """Send a message as the bot; returns the status, 0 when the connection was cut."""
    headers = {"Authorization": f"Bot {sandbox.token}"}
    address = f"{sandbox.api_url}/channels/{channel}/messages"
    async with aiohttp.ClientSession(headers=headers) as session:
        try:
            async with session.post(address, json={"content": text}) as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0


async def test_two_sandboxes_know_nothing_of_each_other(checker: Checker) -> None:
    async with (
        Sandbox(page=False, observer=checker) as one,
        Sandbox(page=False, observer=checker, token="its.own.token") as other,
    ):
        assert one.url != other.url
        assert other.token == "its.own.token"
        channel = one.world.add_channel(one.world.add_guild("One"), "general")
        assert await post(one, channel.id, "Hello") == 200
        assert await post(other, channel.id, "Hello") == 404


async def test_requests_are_logged_within_bounds(checker: Checker) -> None:
    now = [1_800_000_000.0]
    async with Sandbox(
        page=False, observer=checker, keep_requests=3, clock=lambda: now[0]
    ) as sandbox:
        channel = sandbox.world.add_channel(sandbox.world.add_guild("Logged"), "general")
        path = f"/channels/{channel.id}/messages"
        for n in range(4):
            now[0] += 10
            await post(sandbox, channel.id, f"Message {n}")
        assert [r.json["content"] for r in sandbox.requests] == [f"Message {n}" for n in (1, 2, 3)]
        assert {(r.method, r.path, r.status) for r in sandbox.requests} == {("POST", path, 200)}
        assert [r.time - 1_800_000_000 for r in sandbox.requests] == [20, 30, 40]


async def test_a_cut_connection_is_logged_with_status_0(sandbox: Sandbox) -> None:
    channel = sandbox.world.add_channel(sandbox.world.add_guild("Cut"), "general")
    sandbox.faults.add(Rule("POST /channels/.*/messages", drop=True, when="after", times=1))
    assert await post(sandbox, channel.id, "Lost answer") == 0
    assert [r.status for r in sandbox.requests] == [0]
    assert [m.content for m in channel.messages.values()] == ["Lost answer"]


async def test_waiting_for_messages_and_anything_else(sandbox: Sandbox) -> None:
    world = sandbox.world
    channel = world.add_channel(world.add_guild("Waiting"), "general")
    waiting = [
        asyncio.ensure_future(wait)
        for wait in (
            sandbox.wait_for_message(channel, lambda m: m.content == "Second"),
            sandbox.wait_until(lambda w: len(w.channels[channel.id].messages) == 2),
        )
    ]
    await post(sandbox, channel.id, "First")
    assert [task.done() for task in waiting] == [False] * 2
    await post(sandbox, channel.id, "Second")
    message, found = await asyncio.wait_for(asyncio.gather(*waiting), 5)
    assert message.content == "Second"
    assert found is True
    assert (await sandbox.wait_for_message(channel)).content == "First"
    for wait, what in (
        (sandbox.wait_for_message(channel, lambda m: False, timeout=0.01), "message in general"),
        (sandbox.wait_until(lambda w: None, 0.01, "nothing"), "nothing"),
        (sandbox.wait_ready(2, timeout=0.01), r"2 ready shard\(s\)"),
    ):
        with pytest.raises(TimeoutError, match=f"waited 0.01 s in vain for .*{what}"):
            await wait


async def test_it_closes_quickly_under_a_client_that_does_not_answer(
    checker: Checker, connect: Any
) -> None:
    async with Sandbox(page=False, observer=checker) as sandbox:
        raw = await connect(sandbox)
        await raw.send(2, identity(sandbox))
        await raw.until(0, "READY")
        started = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - started < 3


# Whatever a bot sends in answer to an interaction is taken or refused with an error body.

plain = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
anything = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
fields = st.sampled_from(
    ["content", "components", "choices", "custom_id", "title", "flags", "embeds", "attachments"]
)
callbacks = anything | st.fixed_dictionaries(
    {"type": st.integers(0, 13)},
    optional={"data": anything | st.dictionaries(fields, anything, max_size=4)},
)


@given(
    st.booleans(),
    callbacks,
    anything | st.dictionaries(fields, anything, max_size=4),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_answer_whatever_is_a_server_error(completing: Any, callback: Any, body: Any) -> None:
    asyncio.run(_answered(completing, callback, body))


async def _answered(completing: bool, callback: Any, body: Any) -> None:
    async with Sandbox(page=False, rate_limits=False, interaction_timeout=5) as sandbox:
        world = sandbox.world
        channel = world.add_channel(world.add_guild("Fuzzed"), "general")
        option = {"type": 3, "name": "q", "description": "Q", "autocomplete": True}
        world.commands[1] = Command(
            1, world.application.id, "go", 1, description="Go", options=[option]
        )
        created: list[dict[str, Any]] = []
        world.listen(lambda e: created.append(e.data) if e.name == "INTERACTION_CREATE" else None)
        owner = world.application.owner
        act = (
            sandbox.autocomplete(owner, channel, "go", focused="q")
            if completing
            else sandbox.command(owner, channel, "go")
        )
        acting = asyncio.ensure_future(act)
        await asyncio.sleep(0)
        number, token = created[0]["id"], created[0]["token"]
        hook = f"{sandbox.api_url}/webhooks/{world.application.id}/{token}"
        async with aiohttp.ClientSession() as session:
            for method, address, sent in (
                ("POST", f"{sandbox.api_url}/interactions/{number}/{token}/callback", callback),
                ("POST", hook, body),
                ("PATCH", f"{hook}/messages/@original", body),
                ("GET", f"{hook}/messages/@original", None),
                ("DELETE", f"{hook}/messages/@original", None),
            ):
                async with session.request(method, address, json=sent) as answer:
                    assert answer.status < 500
                    if answer.status >= 400:
                        assert {"code", "message"} <= set(await answer.json())
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)


async def test_an_interaction_without_any_bot_fails(checker: Checker) -> None:
    async with Sandbox(page=False, observer=checker, interaction_timeout=0.02) as sandbox:
        world = sandbox.world
        channel = world.add_channel(world.add_guild("Alone"), "general")
        world.commands[1] = Command(1, world.application.id, "go", 1, description="Go")
        with pytest.raises(InteractionFailed, match="The application did not respond"):
            await sandbox.command(world.application.owner, channel, "go")
