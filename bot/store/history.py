"""What admins changed in a guild: who, when, and what it was before."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from bot.core.model import GuildSettings, Subscription
from bot.store.session import Repository, Transaction, transactional
from bot.store.tables import history

KEPT = 50
"""Changes that are stored of a guild."""


class ChangeAction(StrEnum):
    ADDED = "added"
    EDITED = "edited"
    PAUSED = "paused"
    RESUMED = "resumed"
    REMOVED = "removed"
    FOLLOWED = "followed"
    RESTORED = "restored"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Change:
    """One change by an admin; ``user_id`` is ``None`` where they had it deleted since.

    ``before`` and ``after`` are a subscription, or with ``SETTINGS`` those of the guild; of a new
    subscription there is no ``before``, of a removed one no ``after``.
    """

    guild_id: int
    user_id: int | None
    changed_at: datetime
    action: ChangeAction
    before: Subscription | GuildSettings | None
    after: Subscription | GuildSettings | None
    id: int = 0

    @property
    def channel_id(self) -> int | None:
        one = self.after or self.before
        return one.channel_id if isinstance(one, Subscription) else None


_SUBSCRIPTION = TypeAdapter(Subscription)
_SETTINGS = TypeAdapter(GuildSettings)


def as_json(value: Subscription | GuildSettings | None) -> Any:
    """A subscription or settings as a JSON object; ``None`` for none."""
    if value is None:
        return None
    adapter: TypeAdapter[Any] = _SUBSCRIPTION if isinstance(value, Subscription) else _SETTINGS
    return adapter.dump_python(value, mode="json")


def subscription_of_json(data: Any) -> Subscription:
    """
    Raises:
        pydantic.ValidationError: it is no subscription.
    """
    return _SUBSCRIPTION.validate_python(data)


def settings_of_json(data: Any) -> GuildSettings:
    """
    Raises:
        pydantic.ValidationError: these are no settings.
    """
    return _SETTINGS.validate_python(data)


class HistoryRepository(Repository):
    """The newest ``KEPT`` changes of each guild."""

    @transactional
    async def add(
        self,
        tx: Transaction,
        user_id: int,
        action: ChangeAction,
        before: Subscription | GuildSettings | None,
        after: Subscription | GuildSettings | None,
    ) -> int:
        """Write down a change, in the transaction that makes it; its id, 0 for what changes
        nothing. The oldest of too many goes."""
        changed = after or before
        if changed is None or before == after:
            return 0
        if isinstance(changed, GuildSettings):
            guild_id, channel_id = changed.id, None
        else:
            guild_id, channel_id = changed.guild_id, changed.channel_id
        values = {
            "guild_id": guild_id,
            "user_id": user_id,
            "changed_at": tx.clock.now(),
            "action": action,
            "channel_id": channel_id,
            "before": as_json(before),
            "after": as_json(after),
        }
        made = await tx.execute(history.insert().values(values))
        theirs = history.c.guild_id == guild_id
        newest = sa.select(history.c.id).where(theirs).order_by(history.c.id.desc()).limit(KEPT)
        await tx.execute(history.delete().where(theirs, history.c.id.not_in(newest)))
        assert made.inserted_primary_key is not None  # noqa: S101
        return int(made.inserted_primary_key[0])

    async def newest(self, guild_id: int) -> list[Change]:
        """All that is stored of a guild's changes, newest first."""
        query = (
            sa.select(history).where(history.c.guild_id == guild_id).order_by(history.c.id.desc())
        )
        return [_change(row) for row in await self._session.read(query)]

    async def count_of(self, user_id: int) -> int:
        """How many changes are stored beside a person's id."""
        query = sa.select(sa.func.count()).where(history.c.user_id == user_id)
        return int(await self._session.scalar(query))


def _change(row: Any) -> Change:
    action = ChangeAction(row.action)
    read: Any = settings_of_json if action is ChangeAction.SETTINGS else subscription_of_json
    before, after = (None if one is None else read(one) for one in (row.before, row.after))
    return Change(row.guild_id, row.user_id, row.changed_at, action, before, after, row.id)


async def forget(tx: Transaction, user_id: int) -> None:
    """Take a person's id off all changes."""
    theirs = history.c.user_id == user_id
    await tx.execute(history.update().where(theirs).values(user_id=None))
