"""``/announcements doctor``: each finding with its mend; and a preview that tells the truth."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.feed_state import FeedHealth
from bot.core.model import Mode, Subscription
from bot.ui.filters import FILTER_LIMIT
from sandbox.entities import ChannelType
from sandbox.outcome import Refused
from tests.cogs.stage import Stage, interview, labels, read
from tests.cogs.test_announcements import deny
from tests.cogs.test_channel_follows import allow
from tests.store.rows import park_delivery
from tests.ui.limits import walk


async def ask(stage: Stage, command: str, **options: object) -> str:
    return read(await stage.ask(f"announcements {command}", by=stage.admin, **options))


async def test_all_is_well(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    await ask(on_stage, "add", channel=on_stage.channel)
    told = await ask(on_stage, "doctor")
    assert told.startswith("## ✅ Everything works")
    assert "Newest interview: [Interview No. 1" in told
    assert "✅ Nothing to fix." in told


async def test_a_missing_permission_is_found(on_stage: Stage) -> None:
    await ask(on_stage, "add", channel=on_stage.channel)
    await deny(on_stage, on_stage.channel, 1 << 14)
    told = await ask(on_stage, "doctor")
    assert told.startswith("## 🩺 Something needs fixing")
    assert "**Embed Links**" in told


async def test_a_parked_channel_is_tried_again_with_a_press(on_stage: Stage) -> None:
    await ask(on_stage, "add", channel=on_stage.channel)
    (id_,) = await on_stage.publish(interview(1))
    now = on_stage.clock.now()
    async with on_stage.store.transaction() as tx:
        await tx.outbox.enqueue(id_, now)
    (leased,) = await on_stage.store.outbox.lease_due(now, now + timedelta(minutes=1), 1)
    await park_delivery(
        on_stage.store,
        leased.delivery.id,
        expected_attempts=1,
        now=now,
        reason="missing-access",
    )
    page = await on_stage.ask("announcements doctor", by=on_stage.admin)
    assert "can't see the channel" in read(page)
    assert labels(page) == ["Try again now", "Edit"]
    await on_stage.press(page, "Try again now", by=on_stage.admin)
    assert await on_stage.store.outbox.next_due() == now


async def test_a_filter_that_lets_nothing_through_and_a_lost_role_are_named(
    on_stage: Stage,
) -> None:
    await on_stage.publish(interview(1))
    role = on_stage.sandbox.world.add_role(on_stage.guild, "Fans", mentionable=True)
    await ask(on_stage, "add", channel=on_stage.channel, role=role)
    await ask(on_stage, "filter", channel=str(on_stage.channel.id), filter="kind:sport")
    async with on_stage.store.transaction() as tx:
        await tx.subscriptions.lose_roles(on_stage.guild.id, [role.id])
    told = await ask(on_stage, "doctor")
    assert "wouldn't have let the last interview through" in told
    assert "The role to ping was deleted" in told


async def test_a_deleted_channel_and_a_lost_webhook_are_named(on_stage: Stage) -> None:
    subscriptions = on_stage.store.subscriptions
    await subscriptions.subscribe(on_stage.guild.id, 4711, 1, lambda one: one)

    def follow(one: Subscription) -> Subscription:
        return replace(one, mode=Mode.FOLLOW, webhook_id=99)

    await subscriptions.subscribe(on_stage.guild.id, on_stage.channel.id, 1, follow)
    await allow(on_stage, on_stage.channel, 1 << 29)
    page = await on_stage.ask("announcements doctor", by=on_stage.admin)
    assert "I can't see this channel" in read(page)
    assert "is gone, so nothing arrives" in read(page)
    for left in (1, 0):
        page = await on_stage.ask("announcements doctor", by=on_stage.admin)
        remove = [one for one in walk(page.components) if one.get("label") == "Remove"]
        await on_stage.sandbox.press(on_stage.admin, page, remove[0]["custom_id"])
        assert len(await subscriptions.overview(on_stage.guild.id)) == left


async def test_a_magazine_that_cannot_be_read_is_said(on_stage: Stage) -> None:
    cog = on_stage.client.get_cog("DoctorCommands")
    health = FeedHealth("https://kcrush.example/feed/", failures=3)
    cog._subscriptions.feed_health = lambda: (health,)  # type: ignore[union-attr]
    told = await ask(on_stage, "doctor")
    assert "⚠️ I can't read KCrush; it last worked before I started." in told


async def test_a_long_filter_leaves_the_page_whole(on_stage: Stage) -> None:
    for number in range(6):
        place = on_stage.sandbox.world.add_channel(on_stage.guild, f"c{number}")
        await ask(on_stage, "add", channel=place)
        words = " ".join(f"-word{number}{term}" for term in range(40))
        await ask(on_stage, "filter", channel=str(place.id), filter=words)
    told = await ask(on_stage, "doctor")
    assert "and 1 more" in told
    assert FILTER_LIMIT < len(told) < 4000


async def test_a_stranger_is_refused(on_stage: Stage) -> None:
    with pytest.raises(Refused):
        await on_stage.ask("announcements doctor")


async def test_a_preview_shows_announcements_as_they_are(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    role = on_stage.sandbox.world.add_role(on_stage.guild, "Fans", mentionable=True)
    news = on_stage.sandbox.world.add_channel(on_stage.guild, "news", type=ChannelType.ANNOUNCEMENT)
    await ask(on_stage, "add", channel=news, crosspost=True, role=role)
    await ask(on_stage, "text", channel=str(news.id), text="Fresh for {roles}: {title}")
    shown = await on_stage.ask("announcements preview", by=on_stage.admin)
    assert shown.content.startswith(f"Fresh for <@&{role.id}>: Interview No. 1")
    assert shown.embeds
    assert shown.mention_roles == []
