"""What the processes that share the gateway's shards agree on: how many there are, and who may
identify when. Times are the database server's, for the machines' clocks differ."""

import sqlalchemy as sa

from bot.store.dialects import insert, server_time
from bot.store.session import Repository, Transaction, transactional
from bot.store.tables import database, identifies

_BUCKET = identifies.c.bucket == sa.bindparam("bucket")
_AGE = sa.select(server_time() - identifies.c.identified_at).where(_BUCKET)


class GatewayRepository(Repository):
    """The number of shards, and the newest IDENTIFY of each bucket of shards."""

    async def shard_count(self) -> int | None:
        """How many shards there are in all; ``None`` where nobody said."""
        count: int | None = await self._session.scalar(sa.select(database.c.shard_count))
        return count

    @transactional
    async def agree_shard_count(
        self, tx: Transaction, recommended: int, *, anew: bool, raised: bool
    ) -> int:
        """How many shards there are in all from now on: as many as are stored, or as `recommended`
        where none are, where that is to be found out `anew`, or where it is more and they are to
        be `raised`."""
        stored = await GatewayRepository(tx).shard_count()
        if stored is not None and not anew and not (raised and recommended > stored):
            return stored
        await tx.execute(database.update().values(shard_count=recommended))
        return recommended

    async def time_to_identify(self, bucket: int, interval: float) -> float:
        """Seconds until a shard of the bucket may identify, `interval` after the last one."""
        age = await self._session.scalar(_AGE, {"bucket": bucket})
        return max(0.0, interval - age) if age is not None and age >= 0 else 0.0

    @transactional
    async def begin_to_identify(self, tx: Transaction, bucket: int, interval: float) -> bool:
        """Whether the bucket's last IDENTIFY was `interval` seconds ago; another one is noted
        then."""
        if await GatewayRepository(tx).time_to_identify(bucket, interval) > 0:
            return False
        new = insert(identifies).values(bucket=bucket, identified_at=server_time())
        again = {"identified_at": new.excluded.identified_at}
        await tx.execute(new.on_conflict_do_update(index_elements=["bucket"], set_=again))
        return True
