"""Answers that are not Discord's: whatever comes back, a message stands once."""

import json

import pytest

from bot.core.extras import ExtraKind, ExtraState
from bot.core.model import (
    DeliveryState,
    SubscriptionState,
)
from sandbox.entities import ChannelType
from sandbox.faults import Rule
from tests.delivery.stage import Stage, spoken
from tests.delivery.test_channel_kinds import posts

GARBLED = {
    "markup": "<html>captive portal</html>",
    "cut": '{"id": "12345',
    "empty": "",
    "null": "null",
    "list": "[]",
    "object": "{}",
}
CREATE = r"POST /channels/\d+/(messages|threads)$"


async def deliver(stage: Stage, times: int) -> None:
    for _ in range(times):
        await stage.deliver()
        await stage.clock.advance(400)


@pytest.mark.parametrize("body", GARBLED.values(), ids=GARBLED)
@pytest.mark.parametrize(
    "kind", [ChannelType.TEXT, ChannelType.ANNOUNCEMENT, ChannelType.FORUM, ChannelType.MEDIA]
)
async def test_a_message_whose_answer_is_garbled_stands_once(
    on_stage: Stage, kind: ChannelType, body: str
) -> None:
    channel = on_stage.channel(kind)
    on_stage.sandbox.world.nonce_window = 0.0
    await on_stage.subscribe(channel)
    rule = on_stage.sandbox.faults.add(Rule(match=CREATE, times=14, garbled=body, when="after"))
    number = await on_stage.publish()
    await deliver(on_stage, 4)
    places = posts(on_stage, channel) or [channel]
    assert sum(len(spoken(place)) for place in places) == 1
    assert rule.fired == 1
    assert (await on_stage.row(number)).state is DeliveryState.SENT


@pytest.mark.parametrize("body", GARBLED.values(), ids=GARBLED)
@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.FORUM])
async def test_a_history_whose_answer_is_garbled_is_not_taken_for_an_empty_one(
    on_stage: Stage, kind: ChannelType, body: str
) -> None:
    if body == "[]" and kind is ChannelType.TEXT:
        pytest.skip("an empty list is what Discord answers too")
    channel = on_stage.channel(kind)
    on_stage.sandbox.world.nonce_window = 0.0
    await on_stage.subscribe(channel)
    on_stage.sandbox.faults.add(Rule(match=CREATE, times=1, status=500, when="after"))
    on_stage.sandbox.faults.add(
        Rule(match=r"GET /channels/\d+/messages|threads", times=3, garbled=body, when="after")
    )
    number = await on_stage.publish()
    await deliver(on_stage, 8)
    places = posts(on_stage, channel) or [channel]
    assert sum(len(spoken(place)) for place in places) == 1
    assert (await on_stage.row(number)).state is DeliveryState.SENT


@pytest.mark.parametrize("body", GARBLED.values(), ids=GARBLED)
async def test_extras_whose_answers_are_garbled_are_done_once(on_stage: Stage, body: str) -> None:
    channel = on_stage.channel(ChannelType.ANNOUNCEMENT)
    await on_stage.subscribe(channel, crosspost=True, discussion=True)
    on_stage.sandbox.faults.add(Rule(match=r"POST .*/threads$", times=1, garbled=body))
    on_stage.sandbox.faults.add(Rule(match=r"POST .*/crosspost$", times=1, garbled=body))
    number = await on_stage.publish()
    await deliver(on_stage, 3)
    for what in (ExtraKind.CROSSPOST, ExtraKind.DISCUSSION):
        assert (await on_stage.after(number, what))[0] is ExtraState.DONE
    (thread,) = on_stage.guild.threads.values()
    assert len(spoken(thread)) == 1


async def test_the_answer_of_another_message_is_not_believed(on_stage: Stage) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel)
    other = on_stage.sandbox.world.add_channel(on_stage.guild, "other")
    alien = json.dumps({"id": str(other.id), "channel_id": str(channel.id), "components": []})
    on_stage.sandbox.faults.add(Rule(match=CREATE, times=1, garbled=alien))
    number = await on_stage.publish()
    await deliver(on_stage, 3)
    (message,) = spoken(channel)
    assert (await on_stage.row(number)).message_id == message.id


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize("seconds", [25.0, 95.0, 7200.0])
async def test_a_long_rate_limit_is_a_refusal(on_stage: Stage, seconds: float) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel)
    limited = Rule(match=CREATE, times=1, status=429, retry_after=seconds, scope="shared")
    on_stage.sandbox.faults.add(limited)
    number = await on_stage.publish()
    await on_stage.deliver()
    row = await on_stage.row(number)
    assert (row.state, row.reason) == (DeliveryState.PENDING, "rate-limited")
    assert row.maybe_sent_at is None
    assert (row.next_attempt_at - on_stage.clock.now()).total_seconds() >= seconds


@pytest.mark.parametrize(
    ("kind", "code", "reason"),
    [
        (ChannelType.FORUM, 160006, "too-many-threads"),
        (ChannelType.TEXT, 240000, "link-filter"),
        (ChannelType.TEXT, 299999, "refused"),
    ],
)
async def test_a_refusal_of_a_place_passes(
    on_stage: Stage, kind: ChannelType, code: int, reason: str
) -> None:
    channel = on_stage.channel(kind)
    await on_stage.subscribe(channel)
    on_stage.sandbox.faults.add(Rule(match=CREATE, times=5, status=400, code=code))
    number = await on_stage.publish()
    await on_stage.deliver()
    row = await on_stage.row(number)
    assert (row.state, row.reason, row.maybe_sent_at) == (DeliveryState.PENDING, reason, None)
    for _ in range(36):
        await on_stage.clock.advance(1200)
        await on_stage.deliver()
    assert on_stage.asked("POST", "/threads") + on_stage.asked("POST", "/messages") == 6
    assert (await on_stage.row(number)).state is DeliveryState.SENT


async def test_a_message_that_was_deleted_before_it_was_known_is_not_sent_again(
    on_stage: Stage,
) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel)
    on_stage.sandbox.faults.add(Rule(match=CREATE, times=1, status=500, when="after"))
    number = await on_stage.publish()
    await on_stage.deliver()
    await on_stage.clock.advance(5)
    on_stage.sandbox.faults.add(Rule(match=CREATE, times=1, status=404, code=10008))
    await on_stage.deliver()
    row = await on_stage.row(number)
    assert (row.state, row.reason) == (DeliveryState.ABANDONED, "deleted")


async def test_a_message_that_is_unknown_at_its_first_attempt_is_tried_again(
    on_stage: Stage,
) -> None:
    await on_stage.subscribe(on_stage.channel(ChannelType.TEXT))
    on_stage.sandbox.faults.add(Rule(match=CREATE, times=1, status=404, code=10008))
    number = await on_stage.publish()
    await on_stage.deliver()
    assert (await on_stage.row(number)).state is DeliveryState.PENDING
    await on_stage.clock.advance(1200)
    await on_stage.deliver()
    assert (await on_stage.row(number)).state is DeliveryState.SENT
    (overview,) = await on_stage.store.subscriptions.overview(on_stage.guild.id)
    assert overview.subscription.state is SubscriptionState.ACTIVE
