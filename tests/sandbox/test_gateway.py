"""The gateway's protocol, spoken by hand."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import aiohttp
import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import Sandbox
from sandbox.gateway import GatewaySettings
from sandbox.gateway.connection import RATE_LIMIT
from sandbox.messages import create_message
from tests.openapi import Checker
from tests.sandbox.raw import identity


async def test_hello_tells_the_heartbeat_interval_in_milliseconds(
    sandbox: Sandbox, connect: Any
) -> None:
    raw = await connect(sandbox, hello=False)
    hello = await raw.receive()
    assert hello["op"] == 10
    assert hello["d"]["heartbeat_interval"] == 41250


async def test_heartbeats_are_acknowledged_before_and_after_identify(
    sandbox: Sandbox, connect: Any
) -> None:
    raw = await connect(sandbox)
    await raw.send(1, None)
    assert (await raw.receive())["op"] == 11
    await raw.send(2, identity(sandbox))
    await raw.until(0, "READY")
    await raw.send(1, 1)
    assert (await raw.until(11))["d"] is None


async def test_ready_lists_the_shards_guilds_as_unavailable_and_creates_follow(
    sandbox: Sandbox, connect: Any
) -> None:
    guilds = [sandbox.world.add_guild(f"Guild {n}") for n in range(3)]
    stranger = sandbox.world.add_guild("Without the bot", with_bot=False)
    raw = await connect(sandbox)
    await raw.send(2, identity(sandbox))
    ready = await raw.receive()
    assert ready["t"] == "READY"
    assert ready["s"] == 1
    assert ready["d"]["resume_gateway_url"] == sandbox.gateway_url
    assert ready["d"]["user"]["id"] == str(sandbox.world.application.bot.id)
    assert ready["d"]["application"]["id"] == str(sandbox.world.application.id)
    assert ready["d"]["guilds"] == [{"id": str(g.id), "unavailable": True} for g in guilds]
    created = [await raw.receive() for _ in guilds]
    assert [c["t"] for c in created] == ["GUILD_CREATE"] * 3
    assert [c["s"] for c in created] == [2, 3, 4]
    assert [c["d"]["id"] for c in created] == [str(g.id) for g in guilds]
    assert str(stranger.id) not in {c["d"]["id"] for c in created}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"token": 5}, 4002),
        ({"properties": None}, 4002),
        ({"shard": [2, 2]}, 4010),
        ({"shard": [-1, 2]}, 4010),
        ({"shard": [0]}, 4010),
        ({"shard": "0 of 1"}, 4010),
        ({"shard": [0, 0]}, 4010),
        ({"intents": 1 << 17}, 4013),
        ({"intents": -1}, 4013),
        ({"intents": None}, 4013),
        ({"intents": "1"}, 4013),
        ({"intents": 1 << 15}, 4014),
        ({"intents": 1 << 1}, 4014),
        ({"intents": 1 << 8}, 4014),
    ],
)
async def test_a_wrong_identify_closes_with_discords_code(
    sandbox: Sandbox, connect: Any, changes: Any, code: Any
) -> None:
    raw = await connect(sandbox)
    await raw.send(2, identity(sandbox, **changes))
    assert await raw.closed() == code


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("{", 4002),
        ("[]", 4002),
        ("null", 4002),
        ('{"op": 2, "d": []}', 4002),
        ('{"op": 99, "d": null}', 4001),
        ('{"op": "2", "d": null}', 4001),
        ('{"d": null}', 4001),
        ('{"op": 3, "d": {}}', 4003),
        ('{"op": 1, "d": "' + "x" * 16_000 + '"}', 4002),
    ],
)
async def test_a_wrong_payload_closes_with_discords_code(
    sandbox: Sandbox, connect: Any, sent: Any, code: Any
) -> None:
    raw = await connect(sandbox)
    await raw.socket.send_str(sent)
    assert await raw.closed() == code


async def test_identifying_twice_closes_with_4005(sandbox: Sandbox, connect: Any) -> None:
    raw = await connect(sandbox)
    await raw.send(2, identity(sandbox))
    await raw.until(0, "READY")
    await raw.send(2, identity(sandbox))
    assert await raw.closed() == 4005


@pytest.mark.parametrize(("query", "code"), [("v=6", 4012), ("v=10&encoding=etf", 4002)])
async def test_other_versions_and_encodings_are_refused(
    sandbox: Sandbox, connect: Any, query: Any, code: Any
) -> None:
    raw = await connect(sandbox, query, hello=False)
    assert await raw.closed() == code


async def test_more_than_120_payloads_in_a_minute_close_with_4008(
    sandbox: Sandbox, connect: Any
) -> None:
    raw = await connect(sandbox)
    allowed, _seconds = RATE_LIMIT
    assert RATE_LIMIT == (120, 60.0)
    for _ in range(allowed):
        await raw.send(1, None)
    assert [(await raw.receive())["op"] for _ in range(allowed)] == [11] * allowed
    await raw.send(1, None)
    assert await raw.closed() == 4008


@settings(deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_payload_whatever_breaks_the_gateway(sent: Any) -> None:
    """Every payload is either answered or closes the connection with a 4xxx code, and the
    gateway serves the next client."""

    async def play() -> None:
        async with (
            Sandbox(page=False) as sandbox,
            aiohttp.ClientSession() as session,
            session.ws_connect(sandbox.gateway_url) as socket,
        ):
            await socket.receive(timeout=5)
            if isinstance(sent, str):
                await socket.send_str(sent)
            else:
                await socket.send_bytes(sent)
            with contextlib.suppress(ConnectionError):
                await socket.send_str('{"op": 1, "d": null}')
            answer = await socket.receive(timeout=5)
            if answer.type is aiohttp.WSMsgType.TEXT:
                assert answer.json()["op"] == 11
            else:
                assert 4000 <= (socket.close_code or 0) < 4010
            async with session.ws_connect(sandbox.gateway_url) as other:
                assert (await other.receive_json(timeout=5))["op"] == 10

    asyncio.run(play())


async def test_zlib_stream_is_one_context_for_the_whole_connection(
    sandbox: Sandbox, connect: Any
) -> None:
    sandbox.world.add_guild("Compressed")
    raw = await connect(sandbox, "v=10&encoding=json&compress=zlib-stream", hello=False)
    hello = await raw.socket.receive(timeout=5)
    assert hello.type is aiohttp.WSMsgType.BINARY
    assert hello.data.endswith(b"\x00\x00\xff\xff")
    raw._inflate.decompress(hello.data)
    await raw.send(2, identity(sandbox))
    assert (await raw.receive())["t"] == "READY"
    assert (await raw.receive())["d"]["name"] == "Compressed"


async def test_an_unknown_compression_falls_back_to_text(sandbox: Sandbox, connect: Any) -> None:
    raw = await connect(sandbox, "compress=brotli", hello=False)
    message = await raw.socket.receive(timeout=5)
    assert message.type is aiohttp.WSMsgType.TEXT


async def test_large_payloads_are_compressed_one_by_one_when_asked_for(
    sandbox: Sandbox, connect: Any
) -> None:
    guild = sandbox.world.add_guild("Large")
    for n in range(40):
        sandbox.world.add_channel(guild, f"channel-{n}")
    raw = await connect(sandbox)
    await raw.send(2, identity(sandbox, compress=True))
    assert (await raw.socket.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT
    created = await raw.socket.receive(timeout=5)
    assert created.type is aiohttp.WSMsgType.BINARY


async def test_events_reach_only_the_shard_of_their_guild(sandbox: Sandbox, connect: Any) -> None:
    guilds = [sandbox.world.add_guild(f"Guild {n}") for n in range(8)]
    shards = []
    for index in range(2):
        raw = await connect(sandbox)
        await raw.send(2, identity(sandbox, shard=[index, 2]))
        ready = await raw.until(0, "READY")
        mine = [g.id for g in guilds if (g.id >> 22) % 2 == index]
        assert [g["id"] for g in ready["d"]["guilds"]] == [str(number) for number in mine]
        for _ in mine:
            await raw.until(0, "GUILD_CREATE")
        shards.append(raw)
    for guild in guilds:
        sandbox.world.add_channel(guild, "new")
    for index, raw in enumerate(shards):
        for guild in guilds:
            if (guild.id >> 22) % 2 == index:
                event = await raw.until(0, "CHANNEL_CREATE")
                assert event["d"]["guild_id"] == str(guild.id)


async def test_without_its_intent_an_event_is_not_sent(sandbox: Sandbox, connect: Any) -> None:
    guild = sandbox.world.add_guild("Quiet")
    raw = await connect(sandbox)
    await raw.send(2, identity(sandbox, intents=1 << 5))
    await raw.until(0, "READY")
    sandbox.world.add_channel(guild, "unseen")
    await raw.send(1, None)
    assert (await raw.receive())["op"] == 11


async def test_an_event_of_a_guild_still_to_come_waits_for_its_guild_create(
    sandbox: Sandbox, connect: Any
) -> None:
    guilds = [sandbox.world.add_guild(f"Guild {n}") for n in range(200)]
    raw = await connect(sandbox)
    await raw.send(2, identity(sandbox))
    await raw.until(0, "READY")
    last = guilds[-1]
    sandbox.world.add_channel(last, "late")
    names, created = [], 0
    while created < len(guilds):
        event = await raw.receive()
        created += event["t"] == "GUILD_CREATE"
        if str(last.id) in (event["d"].get("id"), event["d"].get("guild_id")):
            names.append(event["t"])
    assert names in (["GUILD_CREATE", "CHANNEL_CREATE"], ["GUILD_CREATE"])


async def test_resume_replays_what_was_missed_and_nothing_else(
    sandbox: Sandbox, connect: Any
) -> None:
    guild = sandbox.world.add_guild("Resumed")
    raw = await connect(sandbox)
    await raw.send(2, identity(sandbox))
    session = (await raw.until(0, "READY"))["d"]["session_id"]
    seq = (await raw.until(0, "GUILD_CREATE"))["s"]
    sandbox.gateway.drop()
    await sandbox.gateway.wait_gone()
    names = [sandbox.world.add_channel(guild, f"missed-{n}").name for n in range(3)]

    again = await connect(sandbox)
    await again.send(6, {"token": sandbox.token, "session_id": session, "seq": seq})
    events = [await again.receive() for _ in range(4)]
    assert [e["t"] for e in events] == ["CHANNEL_CREATE"] * 3 + ["RESUMED"]
    assert [e["d"]["name"] for e in events[:3]] == names
    assert [e["s"] for e in events] == [seq + 1, seq + 2, seq + 3, seq + 4]
    sandbox.world.add_channel(guild, "live")
    assert (await again.until(0, "CHANNEL_CREATE"))["d"]["name"] == "live"


async def test_resume_during_the_creation_of_guilds_brings_the_rest(
    sandbox: Sandbox, connect: Any
) -> None:
    guilds = [sandbox.world.add_guild(f"Guild {n}") for n in range(50)]
    raw = await connect(sandbox)
    await raw.send(2, identity(sandbox))
    ready = await raw.until(0, "READY")
    seen = {(await raw.until(0, "GUILD_CREATE"))["d"]["id"] for _ in range(5)}
    sandbox.gateway.drop()
    await sandbox.gateway.wait_gone()
    again = await connect(sandbox)
    data = {"token": sandbox.token, "session_id": ready["d"]["session_id"], "seq": 6}
    await again.send(6, data)
    while len(seen) < len(guilds):
        seen.add((await again.until(0, "GUILD_CREATE"))["d"]["id"])
    assert seen == {str(g.id) for g in guilds}


@pytest.mark.parametrize(
    ("changes", "code"), [({"token": "x"}, 4004), ({"seq": 999}, 4007), ({"seq": -1}, 4007)]
)
async def test_a_wrong_resume_closes(
    sandbox: Sandbox, connect: Any, changes: Any, code: Any
) -> None:
    raw = await connect(sandbox)
    await raw.send(2, identity(sandbox))
    session = (await raw.until(0, "READY"))["d"]["session_id"]
    again = await connect(sandbox)
    await again.send(6, {"token": sandbox.token, "session_id": session, "seq": 1, **changes})
    assert await again.closed() == code


@pytest.mark.parametrize("session_id", ["nobody", 7, None])
async def test_resuming_an_unknown_session_is_answered_by_invalid_session(
    sandbox: Sandbox, connect: Any, session_id: Any
) -> None:
    raw = await connect(sandbox)
    await raw.send(6, {"token": sandbox.token, "session_id": session_id, "seq": 1})
    assert await raw.receive() == {"op": 9, "d": False, "s": None, "t": None}
    await raw.send(2, identity(sandbox))
    assert (await raw.receive())["t"] == "READY"


async def test_a_session_that_missed_too_much_or_too_long_is_invalid(
    checker: Checker, connect: Any
) -> None:
    now = [1_800_000_000.0]
    settings = GatewaySettings(identify_interval=0, replay=5, resume_window=60)
    async with Sandbox(
        page=False, observer=checker, gateway=settings, clock=lambda: now[0]
    ) as sandbox:
        guild = sandbox.world.add_guild("Busy")
        for seconds, events, resumed in ((59, 5, True), (61, 0, False), (0, 6, False)):
            raw = await connect(sandbox)
            await raw.send(2, identity(sandbox))
            session = (await raw.until(0, "READY"))["d"]["session_id"]
            seq = (await raw.until(0, "GUILD_CREATE"))["s"]
            sandbox.gateway.drop()
            await sandbox.gateway.wait_gone()
            for n in range(events):
                sandbox.world.add_channel(guild, f"c-{n}")
            now[0] += seconds
            again = await connect(sandbox)
            await again.send(6, {"token": sandbox.token, "session_id": session, "seq": seq})
            answer = await again.receive()
            assert (answer["op"] == 0) is resumed
            sandbox.gateway.drop()
            await sandbox.gateway.wait_gone()


async def test_a_client_that_closes_with_1000_gives_its_session_up(
    sandbox: Sandbox, connect: Any
) -> None:
    raw = await connect(sandbox)
    await raw.send(2, identity(sandbox))
    session = (await raw.until(0, "READY"))["d"]["session_id"]
    await raw.socket.close(code=1000)
    await sandbox.gateway.wait_gone()
    again = await connect(sandbox)
    await again.send(6, {"token": sandbox.token, "session_id": session, "seq": 1})
    assert (await again.receive())["op"] == 9


async def test_resuming_takes_the_session_from_its_old_connection(
    sandbox: Sandbox, connect: Any
) -> None:
    guild = sandbox.world.add_guild("One")
    raw = await connect(sandbox)
    await raw.send(2, identity(sandbox))
    session = (await raw.until(0, "READY"))["d"]["session_id"]
    await raw.until(0, "GUILD_CREATE")
    again = await connect(sandbox)
    await again.send(6, {"token": sandbox.token, "session_id": session, "seq": 2})
    await again.until(0, "RESUMED")
    sandbox.world.add_channel(guild, "for the new one")
    assert (await again.receive())["d"]["name"] == "for the new one"
    with pytest.raises(AssertionError, match="closed"):
        await raw.receive()


async def test_missed_heartbeats_end_the_connection_with_4009(
    checker: Checker, connect: Any
) -> None:
    settings = GatewaySettings(heartbeat_interval=0.05)
    async with Sandbox(page=False, observer=checker, gateway=settings) as sandbox:
        raw = await connect(sandbox)
        assert await raw.closed() == 4009


async def test_identifies_are_paced_per_bucket(checker: Checker, connect: Any) -> None:
    now = [1_800_000_000.0]
    settings = GatewaySettings(identify_interval=5, max_concurrency=2)
    async with Sandbox(
        page=False, observer=checker, gateway=settings, clock=lambda: now[0]
    ) as sandbox:
        answers = []
        for shard, wait in ((0, 0), (1, 0), (2, 1), (2, 5), (3, 0)):
            now[0] += wait
            raw = await connect(sandbox)
            await raw.send(2, identity(sandbox, shard=[shard, 4]))
            answers.append((await raw.receive())["op"])
        assert answers == [0, 0, 9, 0, 0]


async def test_gateway_bot_tells_where_how_many_and_how_often(
    sandbox: Sandbox, connect: Any
) -> None:
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bot {sandbox.token}"}

        async def ask() -> Any:
            async with session.get(f"{sandbox.api_url}/gateway/bot", headers=headers) as answer:
                return await answer.json()

        before = await ask()
        assert before["url"] == sandbox.gateway_url
        assert before["shards"] == 1
        assert before["session_start_limit"]["remaining"] == 1000
        raw = await connect(sandbox)
        await raw.send(2, identity(sandbox))
        await raw.until(0, "READY")
        for n in range(1001):
            sandbox.world.add_guild(f"Guild {n}")
        after = await ask()
        assert after["shards"] == 2
        assert after["session_start_limit"]["remaining"] == 999


async def test_too_many_guilds_for_a_shard_close_with_4011(sandbox: Sandbox, connect: Any) -> None:
    for n in range(2501):
        sandbox.world.add_guild(f"Guild {n}")
    raw = await connect(sandbox)
    await raw.send(2, identity(sandbox))
    assert await raw.closed() == 4011


async def test_presence_updates_have_no_effect(sandbox: Sandbox, connect: Any) -> None:
    raw = await connect(sandbox)
    await raw.send(2, identity(sandbox))
    await raw.until(0, "READY")
    await raw.send(3, {"status": "online", "activities": [], "since": 0, "afk": False})
    await raw.send(1, None)
    assert (await raw.until(11))["d"] is None


async def test_message_content_is_blank_without_its_intent(checker: Checker, connect: Any) -> None:
    settings = GatewaySettings(identify_interval=0, privileged=1 << 15)
    async with Sandbox(page=False, observer=checker, gateway=settings) as sandbox:
        guild = sandbox.world.add_guild("Chatty")
        channel = sandbox.world.add_channel(guild, "general")
        fan = sandbox.world.add_user("fan")
        sandbox.world.add_member(guild, fan)
        for intents, text in ((1 | 1 << 9, ""), (1 | 1 << 9 | 1 << 15, "hello")):
            raw = await connect(sandbox)
            await raw.send(2, identity(sandbox, intents=intents))
            await raw.until(0, "GUILD_CREATE")
            create_message(sandbox.world, channel, fan, {"content": "hello"})
            event = await raw.until(0, "MESSAGE_CREATE")
            assert event["d"]["content"] == text


async def test_messages_of_a_hidden_channel_are_not_sent(sandbox: Sandbox, connect: Any) -> None:
    guild = sandbox.world.add_guild("Secret")
    hidden = sandbox.world.add_channel(guild, "hidden")
    shown = sandbox.world.add_channel(guild, "shown")
    deny = discord.Permissions(view_channel=True).value
    sandbox.world.set_overwrite(hidden, sandbox.world.application.bot.id, deny=deny)
    raw = await connect(sandbox)
    await raw.send(2, identity(sandbox, intents=1 | 1 << 9))
    await raw.until(0, "GUILD_CREATE")
    owner = sandbox.world.application.owner
    create_message(sandbox.world, hidden, owner, {"content": "psst"})
    create_message(sandbox.world, shown, owner, {"content": "hello"})
    event = await raw.until(0, "MESSAGE_CREATE")
    assert event["d"]["channel_id"] == str(shown.id)
