"""The announcer against a whole Discord: real sockets, faults on demand, forgotten nonces."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.client.guild_sync import GuildSync
from bot.core.model import DeliveryState, SubscriptionState
from bot.delivery.responses import InvalidResponses
from sandbox.entities import Channel
from sandbox.faults import Rule
from sandbox.observe import Request
from sandbox.permissions import P
from tests.clock import FakeClock
from tests.delivery.scene import Scene, connected, opened
from tests.store.rows import stored_interview

SEND = r"POST /channels/\d+/messages$"


@pytest.fixture
async def scene(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    async with opened(folder, monkeypatch) as made:
        yield made


def sends(scene: Scene) -> list[Request]:
    return [r for r in scene.sandbox.requests if r.method == "POST" and r.path.endswith("messages")]


def text_of(channel: Channel) -> str:
    return json.dumps(
        [[m.content, m.components] for m in channel.messages.values()], ensure_ascii=False
    )


# ---------------------------------------------------------------- sent before, perhaps


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"drop": True}])
async def test_with_nonces_forgotten_at_once_the_search_alone_keeps_it_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]
) -> None:
    async with opened(folder, monkeypatch, nonce_window=0.0, trust=0.0) as scene:
        channels = [await scene.channel(f"news-{number}") for number in range(3)]
        scene.sandbox.faults.add(Rule(match=SEND, times=4, when="after", **fault))
        await scene.outbox.publish(2)
        await scene.drain(8)
        assert [len(channel.messages) for channel in channels] == [2, 2, 2]
        assert await scene.outbox.counts() == {DeliveryState.SENT: 6}
        assert len(sends(scene)) == 6


async def test_a_5xx_to_a_message_is_not_sent_again_by_the_library(scene: Scene) -> None:
    await scene.channel()
    scene.sandbox.faults.add(Rule(match=SEND, times=1, status=502))
    await scene.outbox.publish()
    await scene.announcer.drain()
    assert len(sends(scene)) == 1
    assert await scene.outbox.counts() == {DeliveryState.PENDING: 1}
    await scene.drain(2)
    assert await scene.outbox.counts() == {DeliveryState.SENT: 1}


async def test_a_history_that_is_closed_is_not_taken_for_an_empty_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(folder, monkeypatch, nonce_window=0.0, trust=0.0) as scene:
        channel = await scene.channel()
        world = scene.sandbox.world
        world.set_overwrite(channel, scene.guild(channel).id, deny=P.READ_MESSAGE_HISTORY)
        scene.sandbox.faults.add(Rule(match=SEND, times=1, when="after", status=500))
        (id_,) = await scene.outbox.publish()
        await scene.drain(3)
        (row,) = await scene.outbox.rows(id_)
        assert (row.state, row.reason) == (DeliveryState.ABANDONED, "maybe-sent")
        assert len(channel.messages) == 1


@pytest.mark.parametrize("heard", [True, False])
async def test_an_empty_channel_is_known_to_be_empty_by_the_bots_permissions(
    folder: Path, monkeypatch: pytest.MonkeyPatch, heard: bool
) -> None:
    async with opened(folder, monkeypatch, nonce_window=0.0, trust=0.0) as scene:
        channel = await scene.channel()
        async with connected(scene) if heard else contextlib.nullcontext():
            scene.sandbox.faults.add(Rule(match=SEND, times=1, when="before", status=500))
            await scene.outbox.publish()
            await scene.drain(3)
            assert len(channel.messages) == 1
            assert await scene.outbox.counts() == {DeliveryState.SENT: 1}


# ---------------------------------------------------------------- refused, healed


async def test_a_parked_channel_is_probed_rarely_with_one_request_each(scene: Scene) -> None:
    channel = await scene.channel()
    world = scene.sandbox.world
    world.set_overwrite(channel, scene.guild(channel).id, deny=P.SEND_MESSAGES)
    await scene.outbox.publish(2)
    for _ in range(6 * 24):
        await scene.drain(pause=600)
    assert 5 <= len(sends(scene)) <= 12
    world.set_overwrite(channel, scene.guild(channel).id)
    for _ in range(6 * 25):
        await scene.drain(pause=600)
    assert len(channel.messages) == 2
    (overview,) = await scene.outbox.store.subscriptions.overview(scene.guild(channel).id)
    assert overview.subscription.state is SubscriptionState.ACTIVE


async def test_permission_given_back_is_heard_and_what_was_missed_arrives(scene: Scene) -> None:
    channel = await scene.channel()
    other = await scene.channel("other")
    world = scene.sandbox.world
    for one in (channel, other):
        world.set_overwrite(one, scene.guild(one).id, deny=P.SEND_MESSAGES)
    async with connected(scene):
        woken = asyncio.Event()
        GuildSync(scene.client, scene.outbox.store, scene.clock, woken.set).listen()
        for _ in range(6):
            await scene.outbox.publish()
            await scene.drain(pause=1)
        assert len(sends(scene)) == 2
        world.set_overwrite(channel, scene.guild(channel).id)
        await asyncio.wait_for(woken.wait(), 10)
        await scene.drain(2, pause=1)
        assert len(channel.messages) == 3
        assert [f"interview-{n}" in text_of(channel) for n in range(1, 7)] == [False] * 3 + [
            True
        ] * 3
        first, *rest = (json.dumps(m.components) for m in channel.messages.values())
        assert "3 more interviews came out" in first
        assert not any("earlier" in one for one in rest)
        assert len(other.messages) == 0
        assert len(sends(scene)) == 5
    counts = await scene.outbox.counts()
    assert counts[DeliveryState.SENT] == 3
    assert counts[DeliveryState.SUPERSEDED] == 3
    assert counts[DeliveryState.PARKED] == 6


# ---------------------------------------------------------------- edited, withdrawn


async def test_a_changed_interview_changes_its_message_once_an_hour_and_pings_nobody(
    scene: Scene,
) -> None:
    channel = await scene.channel()
    (id_,) = await scene.outbox.publish()
    await scene.drain()

    async def change(title: str) -> None:
        stored = await stored_interview(scene.outbox.store, id_)
        async with scene.outbox.store.transaction() as tx:
            await tx.interviews.update(id_, replace(stored.interview, title=title), "d")

    await change("A better title")
    assert await scene.editor.edit_due() == 1
    assert "A better title" in text_of(channel)
    await change("A title that lasts a moment")
    await change("The best title")
    await scene.clock.advance(3000)
    assert await scene.editor.edit_due() == 0
    await scene.clock.advance(700)
    assert await scene.editor.edit_due() == 1
    assert "The best title" in text_of(channel)
    assert len(channel.messages) == len(sends(scene)) == 1
    edits = [r for r in scene.sandbox.requests if r.method == "PATCH"]
    assert len(edits) == 2


async def test_a_withdrawn_interview_is_marked_in_place(scene: Scene) -> None:
    channel = await scene.channel()
    (id_,) = await scene.outbox.publish()
    await scene.drain()
    async with scene.outbox.store.transaction() as tx:
        await tx.interviews.withdraw(id_, scene.clock.now())
    assert await scene.editor.edit_due() == 1
    assert "KCrush has removed this interview from its site." in text_of(channel)
    assert "kc:read" not in text_of(channel)
    assert await scene.editor.edit_due() == 0


async def test_a_message_that_was_deleted_is_let_be(scene: Scene) -> None:
    channel = await scene.channel()
    (id_,) = await scene.outbox.publish()
    await scene.drain()
    channel.messages.clear()
    async with scene.outbox.store.transaction() as tx:
        await tx.interviews.withdraw(id_, scene.clock.now())
    assert await scene.editor.edit_due() == 1
    await scene.clock.advance(7 * 3600)
    assert await scene.editor.edit_due() == 0


# ---------------------------------------------------------------- invalid responses


async def test_invalid_responses_are_counted_also_those_that_the_library_treats_itself(
    scene: Scene,
) -> None:
    channel = await scene.channel()
    scene.sandbox.faults.add(Rule(match=SEND, times=2, status=429, retry_after=0.01))
    await scene.outbox.publish()
    await scene.drain()
    assert scene.invalid.count == 2
    scene.sandbox.world.set_overwrite(channel, scene.guild(channel).id, deny=P.SEND_MESSAGES)
    await scene.outbox.publish()
    await scene.drain(pause=0)
    assert scene.invalid.count == 3
    scene.sandbox.faults.add(Rule(match=SEND, times=1, status=429, scope="shared"))
    await scene.clock.advance(601)
    assert scene.invalid.count == 0


async def test_caution_grows_with_the_invalid_responses_and_stops_before_the_ban(
    clock: FakeClock,
) -> None:
    invalid = InvalidResponses(clock)

    async def caution() -> float:
        waiting = asyncio.create_task(invalid.caution())
        await asyncio.sleep(0)
        delays = clock.delays
        if waiting.done():
            return 0.0
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return delays[-1]

    for _ in range(2_000):
        invalid.note(403)
    assert await caution() == 0.0
    for _ in range(3_000):
        invalid.note(401)
    assert await caution() == pytest.approx(1.0)
    for _ in range(3_000):
        invalid.note(429, "user")
    for status, scope in ((429, "shared"), (200, None), (404, None), (500, None)):
        invalid.note(status, scope)
    assert invalid.count == 8_000
    stopped = asyncio.create_task(invalid.caution())
    await clock.asleep(1)
    await clock.advance(599)
    assert not stopped.done()
    await clock.advance(2)
    await asyncio.wait_for(stopped, 5)
    assert invalid.count == 0


async def test_a_void_token_stops_edits_as_well(scene: Scene) -> None:
    for number in range(5):
        await scene.channel(f"news-{number}")
    (id_,) = await scene.outbox.publish()
    await scene.drain()
    async with scene.outbox.store.transaction() as tx:
        await tx.interviews.withdraw(id_, scene.clock.now())
    refused = Rule(match=r"^PATCH ", status=401)
    scene.sandbox.faults.add(refused)
    assert await scene.editor.edit_due() == 0
    assert refused.fired == 1
    scene.sandbox.faults.clear()
    await scene.clock.advance(3600)
    assert await scene.editor.edit_due() == 5
    assert await scene.editor.edit_due() == 0


async def test_what_changed_while_it_was_in_doubt_is_brought_up_to_date_once_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(folder, monkeypatch, nonce_window=0.0, trust=0.0) as scene:
        channel = await scene.channel()
        scene.sandbox.faults.add(Rule(match=SEND, times=1, when="after", status=500))
        (id_,) = await scene.outbox.publish()
        await scene.announcer.drain()
        stored = await stored_interview(scene.outbox.store, id_)
        async with scene.outbox.store.transaction() as tx:
            await tx.interviews.update(id_, replace(stored.interview, title="The new title"), "d")
        assert await scene.editor.edit_due() == 0
        await scene.clock.advance(30)
        await scene.announcer.drain()
        assert "The new title" not in text_of(channel)
        assert await scene.editor.edit_due() == 1
        assert "The new title" in text_of(channel)
        assert len(channel.messages) == 1
