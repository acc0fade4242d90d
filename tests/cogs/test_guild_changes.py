"""What guilds do to themselves: they remove the bot, delete a channel or a role, and come back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.client.guild_sync import PURGE_EVERY, GuildSync
from bot.core.model import Doubt, SubscriptionState
from bot.store.tables import deliveries, guilds, subscriptions
from sandbox.entities import ChannelType
from tests.cogs.stage import Stage, read
from tests.cogs.test_announcement_options import ask, come_out, only
from tests.store.rows import add_subscription

DAY = 24 * 3600


@pytest.fixture
async def kept(on_stage: Stage) -> GuildSync:
    """The stage with its rows kept true to the guilds."""
    sync = GuildSync(on_stage.client, on_stage.store, on_stage.clock, on_stage.roused.set)
    sync.listen()
    return sync


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    """Wait until the store says so: the client hears of a change, and only then writes it."""
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110 - the store has no event to wait on
            await asyncio.sleep(0.01)


async def state(stage: Stage) -> tuple[SubscriptionState, str | None]:
    one = (await only(stage)).subscription
    return one.state, one.reason


async def count(stage: Stage, table: object) -> int:
    rows = await stage.store.database.read(select(func.count()).select_from(table))  # type: ignore[arg-type]
    return int(rows[0][0])


async def is_left(stage: Stage) -> bool:
    return (await stage.store.guilds.settings(stage.guild.id)).removed_at is not None


async def test_a_guild_that_comes_back_in_time_finds_everything(
    on_stage: Stage, kept: GuildSync
) -> None:
    world, guild = on_stage.sandbox.world, on_stage.guild
    await ask(on_stage, "add", timezone="Asia/Seoul", quiet="23-7")
    before = (await only(on_stage)).subscription
    world.remove_bot(guild)
    await until(lambda: is_left(on_stage))
    assert await state(on_stage) == (SubscriptionState.PARKED, "guild-left")
    await come_out(on_stage, 4, 3, 2, 1)
    await on_stage.clock.advance(29 * DAY)
    assert await kept.purge() == 0
    on_stage.roused.clear()
    world.add_bot(guild)
    await asyncio.wait_for(on_stage.roused.wait(), 10)
    assert (await only(on_stage)).subscription == before
    now = on_stage.clock.now()
    (leased,) = await on_stage.store.outbox.lease_due(now, now + timedelta(minutes=1), 9)
    assert leased.delivery.missed == 1
    await on_stage.clock.advance(40 * DAY)
    assert await kept.purge() == 0


async def test_after_thirty_days_nothing_of_it_is_left(on_stage: Stage, kept: GuildSync) -> None:
    await ask(on_stage, "add")
    await come_out(on_stage, 1)
    await on_stage.store.guilds.edit(1, lambda guild: guild)
    await add_subscription(on_stage.store, 1, 10, None, 77)
    on_stage.sandbox.world.remove_bot(on_stage.guild)
    await until(lambda: is_left(on_stage))
    running = asyncio.create_task(kept.run())
    try:
        await on_stage.clock.asleep_for(PURGE_EVERY)
        for _ in range(29):
            await on_stage.clock.advance(DAY)
            await on_stage.clock.asleep_for(PURGE_EVERY)
        assert await count(on_stage, subscriptions) == 2
        await on_stage.clock.advance(DAY + 1)

        async def gone() -> bool:
            return await count(on_stage, subscriptions) == 1

        await until(gone)
    finally:
        running.cancel()
    assert await count(on_stage, deliveries) == 0
    assert await count(on_stage, guilds) == 1
    assert await on_stage.store.subscriptions.overview(on_stage.guild.id) == []


async def test_what_happened_while_nobody_listened_is_found_out(
    on_stage: Stage, kept: GuildSync
) -> None:
    await ask(on_stage, "add")
    await add_subscription(on_stage.store, 1, 10, None, 77)
    await kept.compare(0)
    assert (await on_stage.store.guilds.settings(1)).removed_at == on_stage.clock.now()
    assert await state(on_stage) == (SubscriptionState.ACTIVE, None)
    first = on_stage.clock.now()
    await on_stage.clock.advance(DAY)
    await kept.compare(0)
    assert (await on_stage.store.guilds.settings(1)).removed_at == first
    await on_stage.store.guilds.leave(on_stage.guild.id)
    await kept.compare(0)
    assert await state(on_stage) == (SubscriptionState.ACTIVE, None)
    assert not await is_left(on_stage)


async def test_settings_and_pauses_outlast_an_absence(on_stage: Stage, kept: GuildSync) -> None:
    await ask(on_stage, "add")
    await ask(on_stage, "pause")
    await on_stage.ask(
        "announcements settings", by=on_stage.admin, timezone="Asia/Seoul", doubt="rather-twice"
    )
    await on_stage.store.guilds.leave(on_stage.guild.id)
    await on_stage.store.guilds.come_back(on_stage.guild.id)
    assert await state(on_stage) == (SubscriptionState.PAUSED, "paused")
    settings = await on_stage.store.guilds.settings(on_stage.guild.id)
    assert (settings.time_zone, settings.doubt) == ("Asia/Seoul", Doubt.RATHER_TWICE)


@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.FORUM])
async def test_a_deleted_channel_ends_its_subscription_and_its_admin_is_told(
    on_stage: Stage, kept: GuildSync, kind: ChannelType
) -> None:
    world = on_stage.sandbox.world
    channel = world.add_channel(on_stage.guild, "interviews", type=kind)
    await ask(on_stage, "add", channel=channel)
    await come_out(on_stage, 1)
    world.delete_channel(channel)

    async def ended() -> bool:
        return await on_stage.store.subscriptions.overview(on_stage.guild.id) == []

    await until(ended)
    (notice,) = await on_stage.store.notices.due(on_stage.clock.now(), 5)
    assert (notice.channel_id, notice.created_by) == (channel.id, on_stage.admin.id)
    assert (notice.state, notice.reason) == (SubscriptionState.ENDED, "unknown-channel")
    now = on_stage.clock.now()
    assert await on_stage.store.outbox.lease_due(now, now + timedelta(minutes=1), 5) == []


async def test_a_deleted_role_is_pinged_no_more_and_the_list_says_so(
    on_stage: Stage, kept: GuildSync
) -> None:
    world = on_stage.sandbox.world
    role = world.add_role(on_stage.guild, "Fans", mentionable=True)
    await ask(on_stage, "add", role=role)
    world.delete_role(role)

    async def lost() -> bool:
        return bool((await only(on_stage)).subscription.role_lost)

    await until(lost)
    one = (await only(on_stage)).subscription
    assert (one.role_id, one.state) == (None, SubscriptionState.ACTIVE)
    listed = read(await on_stage.ask("announcements list", by=on_stage.admin))
    assert "The role to ping was deleted, so nobody gets a ping." in listed
    other = world.add_role(on_stage.guild, "Readers", mentionable=True)
    await ask(on_stage, "edit", role=other)
    listed = read(await on_stage.ask("announcements list", by=on_stage.admin))
    assert "was deleted" not in listed
    assert f"pings <@&{other.id}>" in listed


async def test_a_role_deleted_while_nobody_listened_is_found_out(
    on_stage: Stage, kept: GuildSync
) -> None:
    await add_subscription(on_stage.store, on_stage.guild.id, on_stage.channel.id, 4711, 1)
    await kept.compare(0)
    assert (await only(on_stage)).subscription.role_lost
