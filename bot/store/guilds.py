"""What holds for a guild, and how long a guild that removed the bot is remembered."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime

import sqlalchemy as sa

from bot.core.model import Doubt, GuildSettings, SubscriptionState, TargetKind
from bot.store.dialects import insert
from bot.store.parking import change_state
from bot.store.session import Repository, Transaction, transactional
from bot.store.subscription_rows import NOT_ENDED, find_all
from bot.store.tables import deliveries, drafts, guilds, history, subscriptions
from bot.store.timing import reschedule

LEFT = "guild-left"
"""Why subscriptions of a guild that removed the bot are parked."""

_BY_ID = sa.select(guilds).where(guilds.c.id == sa.bindparam("guild_id"))

_LANGUAGE = sa.select(guilds.c.language).where(guilds.c.id == sa.bindparam("guild_id"))

_LANGUAGES = sa.select(guilds.c.id, guilds.c.language).where(guilds.c.language.is_not(None))

_SUBSCRIBED = sa.select(subscriptions.c.guild_id).where(subscriptions.c.kind != TargetKind.DIRECT)
_ANY = sa.union(_SUBSCRIBED, sa.select(guilds.c.id)).subquery()
_KNOWN = sa.select(_ANY.c.guild_id, guilds.c.removed_at).outerjoin(
    guilds, guilds.c.id == _ANY.c.guild_id
)

GuildEdit = Callable[[GuildSettings], GuildSettings]


class GuildRepository(Repository):
    """The guilds' own rows."""

    async def settings(self, guild_id: int) -> GuildSettings:
        """What holds for a guild; the defaults for one that chose nothing."""
        for row in await self._session.read(_BY_ID, {"guild_id": guild_id}):
            return GuildSettings(row.id, row.time_zone, Doubt(row.doubt), row.removed_at)
        return GuildSettings(guild_id)

    @transactional
    async def edit(
        self, tx: Transaction, guild_id: int, edit: GuildEdit
    ) -> tuple[GuildSettings, GuildSettings]:
        """Change what holds for a guild; as it is now and as it was. What waits for an hour gets
        it anew."""
        before = await GuildRepository(tx).settings(guild_id)
        after = edit(before)
        await tx.upsert(guilds, ["id"], asdict(after))
        if after.time_zone != before.time_zone:
            for one in await find_all(tx, subscriptions.c.guild_id == guild_id, NOT_ENDED):
                await reschedule(tx, one)
        return after, before

    async def language(self, guild_id: int) -> str | None:
        """Discord's name of the language that a guild chose, as ``note_languages`` was told."""
        language: str | None = await self._session.scalar(_LANGUAGE, {"guild_id": guild_id})
        return language

    async def note_languages(self, languages: Mapping[int, str | None]) -> None:
        """Remember the languages that guilds chose, by their ids; ``None`` where one chose none."""
        stored = {row.id: row.language for row in await self._session.read(_LANGUAGES)}
        changed = {id_: one for id_, one in languages.items() if stored.get(id_) != one}
        if changed:
            await self._change_languages(changed)

    @transactional
    async def _change_languages(self, tx: Transaction, changed: Mapping[int, str | None]) -> None:
        rows = [
            {"id": id_, "doubt": GuildSettings(id_).doubt, "language": language}
            for id_, language in changed.items()
        ]
        new = insert(guilds)
        language = {"language": new.excluded.language}
        await tx.execute(new.on_conflict_do_update(index_elements=["id"], set_=language), rows)

    async def known(self) -> dict[int, datetime | None]:
        """The guilds that anything is stored of, with when the bot was removed from them."""
        return {row.guild_id: row.removed_at for row in await self._session.read(_KNOWN)}

    @transactional
    async def leave(self, tx: Transaction, guild_id: int) -> int:
        """The bot was removed: park what the guild set up, and count its days of grace from the
        first time that this is called; how many subscriptions were parked."""
        now = tx.clock.now()
        found = await GuildRepository(tx).settings(guild_id)
        if found.removed_at is None:
            await tx.upsert(guilds, ["id"], asdict(replace(found, removed_at=now)))
        theirs = subscriptions.c.guild_id == guild_id
        awake = [
            one
            for one in await find_all(tx, theirs, NOT_ENDED)
            if one.state is not SubscriptionState.PAUSED and one.reason != LEFT
        ]
        for one in awake:
            await change_state(tx, one.id, SubscriptionState.PARKED, LEFT, now)
        # No channel there can be probed any more, and nobody gets a notice.
        await tx.execute(
            subscriptions.update().where(theirs).values(next_probe_at=None, notice_due_at=None)
        )
        return len(awake)

    @transactional
    async def come_back(self, tx: Transaction, guild_id: int) -> int:
        """The bot is there again: the days of grace are over, and what was parked for its absence
        goes on and catches up; how many subscriptions."""
        await tx.execute(guilds.update().where(guilds.c.id == guild_id).values(removed_at=None))
        parked = await find_all(
            tx,
            subscriptions.c.guild_id == guild_id,
            subscriptions.c.state == SubscriptionState.PARKED,
            subscriptions.c.reason == LEFT,
        )
        for one in parked:
            await change_state(tx, one.id, SubscriptionState.ACTIVE, None, tx.clock.now())
        return len(parked)

    @transactional
    async def welcome(self, tx: Transaction, guild_id: int) -> datetime | None:
        """Note that the bot says hello in a guild now; when it did so last, ``None`` for never."""
        query = sa.select(guilds.c.welcomed_at).where(guilds.c.id == guild_id)
        before: datetime | None = await tx.scalar(query)
        settings = asdict(await GuildRepository(tx).settings(guild_id))
        await tx.upsert(guilds, ["id"], {**settings, "welcomed_at": tx.clock.now()})
        return before

    @transactional
    async def purge(self, tx: Transaction, before: datetime) -> int:
        """Delete all of the guilds that the bot was removed from before `before`; how many."""
        gone = sa.select(guilds.c.id).where(guilds.c.removed_at <= before)
        theirs = subscriptions.c.guild_id.in_(gone)
        their_ids = sa.select(subscriptions.c.id).where(theirs)
        await tx.execute(deliveries.delete().where(deliveries.c.subscription_id.in_(their_ids)))
        await tx.execute(subscriptions.delete().where(theirs))
        for table in (history, drafts):
            await tx.execute(table.delete().where(table.c.guild_id.in_(gone)))
        return (await tx.execute(guilds.delete().where(guilds.c.removed_at <= before))).rowcount
