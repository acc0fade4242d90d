"""What admins are setting up and have not saved: each change of it outlives a restart."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.store.session import Repository, Transaction, transactional
from bot.store.tables import drafts

STORED_FOR: Final = timedelta(days=1)
"""For how long after its last change."""

OF_ONE_PERSON: Final = 5
"""Drafts that are stored of one person; a new one takes the place of the oldest."""


class DraftRepository(Repository):
    """JSON objects, each of one person in one guild."""

    @transactional
    async def create(self, tx: Transaction, guild_id: int, user_id: int, data: Any) -> int:
        """Store a draft; its id. Those that are too old go."""
        now, theirs = tx.clock.now(), drafts.c.user_id == user_id
        newest = (
            sa.select(drafts.c.id)
            .where(theirs)
            .order_by(drafts.c.id.desc())
            .limit(OF_ONE_PERSON - 1)
        )
        await tx.execute(drafts.delete().where(drafts.c.changed_at < now - STORED_FOR))
        await tx.execute(drafts.delete().where(theirs, drafts.c.id.not_in(newest)))
        values = {"guild_id": guild_id, "user_id": user_id, "data": data, "changed_at": now}
        made = await tx.execute(drafts.insert().values(values))
        assert made.inserted_primary_key is not None  # noqa: S101
        return int(made.inserted_primary_key[0])

    async def find(self, id_: int, guild_id: int, user_id: int) -> Any:
        """The person's draft in this guild; ``None`` where there is none (any more)."""
        query = sa.select(drafts.c.data).where(*_this(id_, guild_id, user_id))
        oldest = self._session.clock.now() - STORED_FOR
        return await self._session.scalar(query.where(drafts.c.changed_at >= oldest))

    @transactional
    async def edit(
        self,
        tx: Transaction,
        id_: int,
        guild_id: int,
        user_id: int,
        edit: Callable[[Any], Any],
    ) -> Any:
        """Change a draft; as it is now, ``None`` where there is none (any more)."""
        data = await DraftRepository(tx).find(id_, guild_id, user_id)
        if data is None:
            return None
        data = edit(data)
        values = {"data": data, "changed_at": tx.clock.now()}
        await tx.execute(drafts.update().where(drafts.c.id == id_).values(values))
        return data

    @transactional
    async def delete(self, tx: Transaction, id_: int, guild_id: int, user_id: int) -> None:
        await tx.execute(drafts.delete().where(*_this(id_, guild_id, user_id)))


def _this(id_: int, guild_id: int, user_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return drafts.c.id == id_, drafts.c.guild_id == guild_id, drafts.c.user_id == user_id


async def forget(tx: Transaction, user_id: int) -> None:
    """Delete a person's drafts."""
    await tx.execute(drafts.delete().where(drafts.c.user_id == user_id))
