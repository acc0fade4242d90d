"""``/announcements why``: what was decided of an interview, and what became of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.admins.explaining import ExplanationService
from bot.admins.subscriptions import SubscriptionService
from bot.core.filters import Cause
from bot.core.model import DeliveryState
from bot.ui.explaining import explain
from bot.ui.ids import interview_value
from sandbox.outcome import Refused
from tests.cogs.stage import Stage, interview, read
from tests.core.filter_cases import CASES, INTERVIEWS
from tests.store.rows import deliveries_of, park_delivery, settle_delivery


async def ask(stage: Stage, command: str, **options: object) -> str:
    return read(await stage.ask(f"announcements {command}", by=stage.admin, **options))


async def come_out(stage: Stage, number: int = 1) -> int:
    (id_,) = await stage.publish(interview(number))
    async with stage.store.transaction() as tx:
        await tx.outbox.enqueue(id_, stage.clock.now())
    return id_


async def test_what_became_of_an_interview_is_told(on_stage: Stage) -> None:
    await ask(on_stage, "add", channel=on_stage.channel)
    id_ = await come_out(on_stage)
    value = interview_value(id_)
    assert "⏳ It will be posted <t:" in await ask(on_stage, "why", interview=value)
    now = on_stage.clock.now()
    (leased,) = await on_stage.store.outbox.lease_due(now, now + timedelta(minutes=1), 1)
    assert "being posted right now" in await ask(on_stage, "why", interview=value)
    assert await settle_delivery(
        on_stage.store,
        leased.delivery.id,
        expected_attempts=1,
        state=DeliveryState.SENT,
        now=now,
        message_id=777,
    )
    address = f"https://discord.com/channels/{on_stage.guild.id}/{on_stage.channel.id}/777"
    assert f"✅ Sent: {address}" in await ask(
        on_stage, "why", interview="Interview No. 1 with Han Seoyun"
    )


async def test_a_parked_or_paused_row_says_what_it_waits_for(on_stage: Stage) -> None:
    await ask(on_stage, "add", channel=on_stage.channel)
    await ask(on_stage, "pause", channel=str(on_stage.channel.id))
    told = await ask(on_stage, "why", interview=interview_value(await come_out(on_stage)))
    assert "⏸️ It's waiting: announcements are paused" in told
    await ask(on_stage, "resume", channel=str(on_stage.channel.id))
    id_ = await come_out(on_stage, 2)
    now = on_stage.clock.now()
    (leased,) = await on_stage.store.outbox.lease_due(now, now + timedelta(minutes=1), 1)
    await park_delivery(
        on_stage.store,
        leased.delivery.id,
        expected_attempts=1,
        now=now,
        reason="missing-access",
    )
    assert "can't see the channel" in await ask(on_stage, "why", interview=interview_value(id_))


async def test_without_a_row_the_filter_or_the_time_is_why(on_stage: Stage) -> None:
    before = await come_out(on_stage, 3)
    await on_stage.clock.advance(60)
    await ask(on_stage, "add", channel=on_stage.channel)
    told = await ask(on_stage, "why", interview=interview_value(before))
    assert "before these announcements were set up" in told
    await ask(on_stage, "filter", channel=str(on_stage.channel.id), filter="kind:sport")
    id_ = await come_out(on_stage, 4)
    told = await ask(on_stage, "why", interview=interview_value(id_))
    assert "➖ The filter only allows Sport, and this is Music." in told
    await ask(on_stage, "filter", channel=str(on_stage.channel.id), filter="off")
    told = await ask(on_stage, "why", interview=interview_value(id_))
    assert "but didn't when it came out" in told


async def test_a_stranger_is_refused(on_stage: Stage) -> None:
    await come_out(on_stage)
    with pytest.raises(Refused):
        await on_stage.ask("announcements why", interview="1")


async def test_a_wrong_title_is_named(on_stage: Stage) -> None:
    assert "There's no interview called “zzz”" in await ask(on_stage, "why", interview="zzz")


async def test_the_filter_command_says_what_would_have_come(on_stage: Stage) -> None:
    await on_stage.publish(*map(interview, range(1, 4)))
    await ask(on_stage, "add", channel=on_stage.channel)
    channel = str(on_stage.channel.id)
    told = await ask(on_stage, "filter", channel=channel, filter='"No. 2"')
    assert "Of the last 3 interviews, 1 would have been posted: [Interview No. 2" in told
    told = await ask(on_stage, "filter", channel=channel, filter="kind:sport")
    assert "None of the last 3 interviews would have been posted." in told


_WORDS = {
    Cause.EXCLUDED: "leaves out",
    Cause.KIND: ", and this is ",
    Cause.ARTIST: "this isn't one",
    Cause.WORDS: "this doesn't mention it",
}


async def test_all_cases_are_told_as_they_are_decided(on_stage: Stage) -> None:
    """Each through what the command shows; every twentieth through Discord as well."""
    ids = dict(zip(INTERVIEWS, await on_stage.publish(*INTERVIEWS.values()), strict=True))
    await ask(on_stage, "add", channel=on_stage.channel)
    guild_id, text = on_stage.guild.id, on_stage.client.messages.text()
    (one,) = await on_stage.store.subscriptions.in_channel(guild_id, on_stage.channel.id)
    explanations = ExplanationService(
        SubscriptionService(on_stage.store, on_stage.clock, on_stage.roused.set)
    )
    assert len(CASES) >= 60
    for number, (filter_, key, cause) in enumerate(CASES):
        becomes = replace(one, filter=filter_)
        await on_stage.store.subscriptions.edit(guild_id, one.id, lambda _: becomes)  # noqa: B023
        stored = await on_stage.store.interviews.get(ids[key])
        assert stored is not None
        (explained,) = await explanations.explain(guild_id, stored)
        assert explained.decision.cause is cause, (filter_, key)
        told = explain(stored, explained, text)
        expected = _WORDS[cause] if cause is not None else "these announcements were set up"
        assert expected in told or (cause is None and "allows it now" in told), (filter_, key, told)
        if number % 20 == 0:
            assert told in await ask(on_stage, "why", interview=interview_value(ids[key]))


@pytest.mark.parametrize("text", ["", "kind:music"])
async def test_deliveries_are_only_the_guilds_own(on_stage: Stage, text: str) -> None:
    id_ = await come_out(on_stage)
    await on_stage.store.subscriptions.subscribe(77, 78, 1, lambda one: one, filtered=text)
    async with on_stage.store.transaction() as tx:
        await tx.outbox.enqueue(id_, on_stage.clock.now())
    assert len(await deliveries_of(on_stage.store, id_)) == 1
    assert "<#78>" not in await ask(on_stage, "why", interview=interview_value(id_))
