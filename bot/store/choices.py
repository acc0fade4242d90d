"""What admins change about a subscription: options, pause, resume. Each change one transaction."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.clock import Clock
from bot.core.model import DeliveryState, Subscription, SubscriptionState
from bot.store import subscriptions
from bot.store.engine import Database
from bot.store.guilds import Guilds
from bot.store.subscriptions import Edit
from bot.store.tables import deliveries
from bot.store.tables import subscriptions as table

PAUSED = "paused"
"""Why what a paused subscription misses is parked."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """A subscription as it was, how many interviews it missed, and how many of them it gets as
    announcements of their own (a digest lists them all)."""

    before: Subscription
    missed: int
    shown: int


class Choices:
    """Raises what ``Store`` raises."""

    def __init__(self, database: Database, clock: Clock, guilds: Guilds, catch_up: int) -> None:
        self._database = database
        self._clock = clock
        self._guilds = guilds
        self._catch_up = catch_up

    async def subscribe(
        self, guild_id: int, channel_id: int, created_by: int, edit: Edit
    ) -> tuple[Subscription, Subscription | None]:
        """Subscribe a channel, or edit and reactivate its subscription; as it is now, and as it
        was before (``None``: it had none, and `edit` begins with the defaults).

        `edit` is a pure function; only what admins choose is taken from its result. What waits and
        was never tried gets its hour anew.
        """

        async def change(
            connection: AsyncConnection,
        ) -> tuple[Subscription, Subscription | None]:
            after, before = await subscriptions.add(
                connection, guild_id, channel_id, created_by, edit, self._clock.now()
            )
            await self._guilds.reschedule(connection, after)
            return after, before

        return await self._database.change(change)

    async def edit(
        self, guild_id: int, channel_id: int, edit: Edit
    ) -> tuple[Subscription, Subscription] | None:
        """Change the options of a subscription, whatever its state; as it is now and as it was,
        ``None`` where the channel has none. What waits and was never tried gets its hour anew."""

        async def change(connection: AsyncConnection) -> tuple[Subscription, Subscription] | None:
            before = await subscriptions.find(connection, channel_id, guild_id)
            if before is None:
                return None
            after = edit(before)
            await subscriptions.save(connection, after)
            if after.timetable != before.timetable:
                await self._guilds.reschedule(connection, after)
            return after, before

        return await self._database.change(change)

    async def find(self, guild_id: int, channel_id: int) -> Subscription | None:
        """The subscription of a guild's channel that has not ended."""
        rows = await self._database.fetch(
            subscriptions.OF_GUILDS_CHANNEL, {"channel_id": channel_id, "guild_id": guild_id}
        )
        return subscriptions.subscription(rows[0]) if rows else None

    async def pause(self, guild_id: int, channel_id: int) -> Subscription | None:
        """Keep what comes until ``resume``; the subscription as it was, ``None`` for none."""

        async def change(connection: AsyncConnection) -> Subscription | None:
            before = await subscriptions.find(connection, channel_id, guild_id)
            if before is not None:
                await subscriptions.change_state(
                    connection, before.id, SubscriptionState.PAUSED, PAUSED, self._clock.now()
                )
            return before

        return await self._database.change(change)

    async def resume(self, guild_id: int, channel_id: int) -> Resumed | None:
        """Go on with a paused subscription: it catches up, a digest at its next hour. One in any
        other state stays as it is; ``None`` where the channel has none."""

        async def change(connection: AsyncConnection) -> Resumed | None:
            before = await subscriptions.find(connection, channel_id, guild_id)
            if before is None or before.state is not SubscriptionState.PAUSED:
                return Resumed(before, 0, 0) if before is not None else None
            missed = await _count(connection, before.id, DeliveryState.PARKED)
            await subscriptions.change_state(
                connection,
                before.id,
                SubscriptionState.ACTIVE,
                None,
                self._clock.now(),
                catch_up=self._catch_up,
            )
            await self._guilds.reschedule(connection, before)
            shown = await _count(connection, before.id, DeliveryState.PENDING)
            return Resumed(before, missed, min(shown, missed))

        return await self._database.change(change)

    async def end_channel(self, channel_id: int, reason: str) -> bool:
        """A channel is gone: end its subscription, and have its admins told; false where it had
        none."""

        async def change(connection: AsyncConnection) -> bool:
            found = await subscriptions.find(connection, channel_id)
            if found is None or found.state is SubscriptionState.ENDED:
                return False
            now = self._clock.now()
            await subscriptions.change_state(
                connection, found.id, SubscriptionState.ENDED, reason, now
            )
            await connection.execute(
                table.update().where(table.c.id == found.id).values(notice_due_at=now)
            )
            return True

        return await self._database.change(change)

    async def lose_roles(self, guild_id: int, role_ids: Collection[int]) -> int:
        """Roles are gone: announcements go on without their ping; for how many subscriptions."""

        async def change(connection: AsyncConnection) -> int:
            result = await connection.execute(
                table.update()
                .where(table.c.guild_id == guild_id, table.c.role_id.in_(list(role_ids)))
                .values(role_id=None, role_lost=True)
            )
            return result.rowcount

        return await self._database.change(change)

    async def roles(self) -> dict[int, set[int]]:
        """The roles that announcements ping, by guild."""
        found: dict[int, set[int]] = {}
        for guild_id, role_id in await self._database.fetch(_ROLES):
            found.setdefault(guild_id, set()).add(role_id)
        return found


_ROLES = (
    sa.select(table.c.guild_id, table.c.role_id)
    .where(table.c.role_id.is_not(None), table.c.state != SubscriptionState.ENDED)
    .distinct()
)


async def _count(connection: AsyncConnection, subscription_id: int, state: DeliveryState) -> int:
    return int(
        await connection.scalar(
            sa.select(sa.func.count()).where(
                deliveries.c.subscription_id == subscription_id, deliveries.c.state == state
            )
        )
        or 0
    )
