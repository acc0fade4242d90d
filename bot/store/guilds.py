"""What holds for a guild, and how long a guild that removed the bot is remembered."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.batching import batched
from bot.core.clock import Clock
from bot.core.model import Doubt, GuildSettings, Subscription, SubscriptionState, TargetKind
from bot.store import subscriptions as rows_of
from bot.store import timing
from bot.store.engine import Database
from bot.store.tables import deliveries, guilds, subscriptions

LEFT = "guild-left"
"""Why subscriptions of a guild that removed the bot are parked."""

_CHUNK = 500
"""Ids in one statement, far below SQLite's 32,766 (SQLite docs, Limits)."""

BY_ID = sa.select(guilds).where(guilds.c.id == sa.bindparam("guild_id"))

_SUBSCRIBED = sa.select(subscriptions.c.guild_id).where(subscriptions.c.kind != TargetKind.DIRECT)
_ANY = sa.union(_SUBSCRIBED, sa.select(guilds.c.id)).subquery()
KNOWN = sa.select(_ANY.c.guild_id, guilds.c.removed_at).outerjoin(
    guilds, guilds.c.id == _ANY.c.guild_id
)


GuildEdit = Callable[[GuildSettings], GuildSettings]


class Guilds:
    """The guilds' own rows, each change one transaction. Raises what ``Store`` raises."""

    def __init__(self, database: Database, clock: Clock, catch_up: int) -> None:
        self._database = database
        self._clock = clock
        self._catch_up = catch_up

    async def settings(self, guild_id: int) -> GuildSettings:
        """What holds for a guild; the defaults for one that chose nothing."""
        return settings(guild_id, await self._database.fetch(BY_ID, {"guild_id": guild_id}))

    async def edit(self, guild_id: int, edit: GuildEdit) -> tuple[GuildSettings, GuildSettings]:
        """Change what holds for a guild; as it is now and as it was. What waits for an hour gets
        it anew."""

        async def change(connection: AsyncConnection) -> tuple[GuildSettings, GuildSettings]:
            rows = (await connection.execute(BY_ID, {"guild_id": guild_id})).all()
            before = settings(guild_id, rows)
            after = edit(before)
            await save(connection, after)
            if after.time_zone != before.time_zone:
                for one in await rows_of.of_guild(connection, guild_id):
                    await timing.reschedule(connection, one, after.time_zone, self._clock.now())
            return after, before

        return await self._database.change(change)

    async def reschedule(self, connection: AsyncConnection, subscription: Subscription) -> None:
        """Within a transaction: give what waits for a subscription its hour by its options."""
        rows = (await connection.execute(BY_ID, {"guild_id": subscription.guild_id})).all()
        zone = settings(subscription.guild_id, rows).time_zone
        await timing.reschedule(connection, subscription, zone, self._clock.now())

    async def known(self) -> dict[int, datetime | None]:
        """The guilds that anything is stored of, with when the bot was removed from them."""
        rows = await self._database.fetch(KNOWN)
        return {row.guild_id: row.removed_at for row in rows}

    async def leave(self, guild_id: int) -> int:
        """The bot was removed: park what the guild set up, and count its days of grace from the
        first time that this is told; how many subscriptions were parked."""
        return await self._database.change(
            lambda connection: leave(connection, guild_id, self._clock.now())
        )

    async def come_back(self, guild_id: int) -> int:
        """The bot is there again: the days of grace are over, and what was parked for its absence
        goes on and catches up; how many subscriptions."""

        async def change(connection: AsyncConnection) -> int:
            now = self._clock.now()
            await connection.execute(
                guilds.update().where(guilds.c.id == guild_id).values(removed_at=None)
            )
            revived = [
                one
                for one in await rows_of.of_guild(connection, guild_id)
                if one.state is SubscriptionState.PARKED and one.reason == LEFT
            ]
            for one in revived:
                await rows_of.change_state(
                    connection,
                    one.id,
                    SubscriptionState.ACTIVE,
                    None,
                    now,
                    catch_up=self._catch_up,
                )
            return len(revived)

        return await self._database.change(change)

    async def purge(self, before: datetime) -> int:
        """Delete all of the guilds that the bot was removed from before `before`; how many."""
        return await self._database.change(lambda connection: purge(connection, before))


def settings(guild_id: int, rows: Sequence[Any]) -> GuildSettings:
    if not rows:
        return GuildSettings(guild_id)
    row = rows[0]
    return GuildSettings(row.id, row.time_zone, Doubt(row.doubt), row.removed_at)


async def save(connection: AsyncConnection, guild: GuildSettings) -> None:
    values = {
        "time_zone": guild.time_zone,
        "doubt": guild.doubt,
        "removed_at": guild.removed_at,
    }
    updated = await connection.execute(
        guilds.update().where(guilds.c.id == guild.id).values(values)
    )
    if updated.rowcount == 0:
        await connection.execute(guilds.insert().values(id=guild.id, **values))


async def leave(connection: AsyncConnection, guild_id: int, now: datetime) -> int:
    found = settings(guild_id, (await connection.execute(BY_ID, {"guild_id": guild_id})).all())
    if found.removed_at is None:
        await save(connection, replace(found, removed_at=now))
    awake = [
        one
        for one in await rows_of.of_guild(connection, guild_id)
        if one.state is not SubscriptionState.PAUSED and one.reason != LEFT
    ]
    for one in awake:
        await rows_of.change_state(connection, one.id, SubscriptionState.PARKED, LEFT, now)
    # Nothing there can be asked any more, nor anybody told.
    await connection.execute(
        subscriptions.update()
        .where(subscriptions.c.guild_id == guild_id)
        .values(next_probe_at=None, notice_due_at=None)
    )
    return len(awake)


async def purge(connection: AsyncConnection, before: datetime) -> int:
    found = await connection.scalars(sa.select(guilds.c.id).where(guilds.c.removed_at <= before))
    ids = list(found)
    for chunk in batched(ids, _CHUNK):
        theirs = sa.select(subscriptions.c.id).where(subscriptions.c.guild_id.in_(chunk))
        await connection.execute(
            deliveries.delete().where(deliveries.c.subscription_id.in_(theirs))
        )
        await connection.execute(subscriptions.delete().where(subscriptions.c.guild_id.in_(chunk)))
        await connection.execute(guilds.delete().where(guilds.c.id.in_(chunk)))
    return len(ids)
