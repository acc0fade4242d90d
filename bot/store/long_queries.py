"""Searches too long for a custom_id, each kept under a short key that stands in it instead."""

from datetime import datetime

import sqlalchemy as sa

from bot.store.codec import storable
from bot.store.dialects import insert
from bot.store.session import Repository, Transaction, transactional
from bot.store.tables import long_queries

QUERIES_KEPT = 5_000
"""The most recently asked; each has at most 200 characters."""

_GET = sa.select(long_queries.c.query).where(long_queries.c.key == sa.bindparam("key"))
_OLD = (
    sa.select(long_queries.c.key)
    .order_by(long_queries.c.asked_at.desc(), long_queries.c.key)
    .offset(QUERIES_KEPT)
)


class LongQueryRepository(Repository):
    """The searches whose buttons carry a key. Who asked is not stored."""

    @transactional
    async def save(self, tx: Transaction, key: str, query: str, now: datetime) -> None:
        """Keep a query under its key; of all the newest ``QUERIES_KEPT`` stay."""
        row = insert(long_queries).values(key=key, query=storable(query), asked_at=now)
        await tx.execute(row.on_conflict_do_update(index_elements=["key"], set_={"asked_at": now}))
        await tx.execute(long_queries.delete().where(long_queries.c.key.in_(_OLD)))

    async def get(self, key: str) -> str | None:
        """The query under a key; ``None`` if it was dropped."""
        query: str | None = await self._session.scalar(_GET, {"key": key})
        return query
