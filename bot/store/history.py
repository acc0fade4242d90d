"""What admins changed in a guild: who, when, and what it was before."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from bot.core.model import GuildSettings, Subscription
from bot.core.regular_posts import RegularPost
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
    POST_ADDED = "post-added"
    POST_EDITED = "post-edited"
    POST_PAUSED = "post-paused"
    POST_RESUMED = "post-resumed"
    POST_REMOVED = "post-removed"


Changed = Subscription | GuildSettings | RegularPost
"""What can change."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change by an admin; ``user_id`` is ``None`` where they had it deleted since.

    ``before`` and ``after`` are a subscription, with ``SETTINGS`` those of the guild, with
    ``POST_ADDED`` and so on a regular post; of what is new there is no ``before``, of what was
    removed no ``after``.
    """

    guild_id: int
    user_id: int | None
    changed_at: datetime
    action: ChangeAction
    before: Changed | None
    after: Changed | None
    id: int = 0

    @property
    def channel_id(self) -> int | None:
        return _place(self.after or self.before)[1]


_SUBSCRIPTION = TypeAdapter(Subscription)
_SETTINGS = TypeAdapter(GuildSettings)
_POST = TypeAdapter(RegularPost)


def _place(one: Changed | None) -> tuple[int, int | None]:
    """The guild and the channel that something is about."""
    if isinstance(one, RegularPost):
        one = one.subscription
    if isinstance(one, Subscription):
        return one.guild_id, one.channel_id
    return (0 if one is None else one.id), None


def as_json(value: Changed | None) -> Any:
    """A subscription, settings or a regular post as a JSON object; ``None`` for none."""
    if value is None:
        return None
    adapters: dict[type, TypeAdapter[Any]] = {
        Subscription: _SUBSCRIPTION,
        GuildSettings: _SETTINGS,
        RegularPost: _POST,
    }
    return adapters[type(value)].dump_python(value, mode="json")


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
        before: Changed | None,
        after: Changed | None,
    ) -> int:
        """Write down a change, in the transaction that makes it; its id, 0 for what changes
        nothing. The oldest of too many goes."""
        changed = after or before
        if changed is None or before == after:
            return 0
        guild_id, channel_id = _place(changed)
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
    read: Any = subscription_of_json
    if action is ChangeAction.SETTINGS:
        read = settings_of_json
    elif action.startswith("post-"):
        read = _POST.validate_python
    before, after = (None if one is None else read(one) for one in (row.before, row.after))
    return Change(row.guild_id, row.user_id, row.changed_at, action, before, after, row.id)


async def forget(tx: Transaction, user_id: int) -> None:
    """Take a person's id off all changes."""
    theirs = history.c.user_id == user_id
    await tx.execute(history.update().where(theirs).values(user_id=None))
