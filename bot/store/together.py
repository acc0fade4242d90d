"""Changes that come at about the same time share a transaction, and so its one sync to the disk."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import Database, whole

T = TypeVar("T")

MOST = 64
"""Changes in one transaction: keeps others that want to write from waiting for long."""

Work = Callable[[AsyncConnection], Awaitable[T]]


class Together(Generic[T]):
    """Does changes in the order of asking. What comes while a transaction is being committed waits
    for the next, together with all else that came meanwhile; alone, a change waits for nothing.

    All of a transaction happen or none: one that fails fails those that share it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Work[T], asyncio.Future[T]]] = []
        self._working: asyncio.Task[None] | None = None

    async def change(self, work: Work[T]) -> T:
        """What `work` gives, once it is committed. Cancelled, it is done nevertheless, and only
        then is the caller cancelled.

        Raises:
            StoreError, RuntimeError: as ``Database.change``; nothing was changed.
        """
        self._database.refuse_nesting()
        return await whole(self._asked(work))

    async def _asked(self, work: Work[T]) -> T:
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._working is None:
            self._working = asyncio.create_task(self._work(), name="together")
        return await done

    async def _work(self) -> None:
        try:
            while self._waiting:
                # Whoever is ready to change something too has said so before the batch is cut.
                await asyncio.sleep(0)
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._commit(batch)
        finally:
            self._working = None

    async def _commit(self, batch: list[tuple[Work[T], asyncio.Future[T]]]) -> None:
        async def all_of_them(connection: AsyncConnection) -> list[T]:
            return [await work(connection) for work, _ in batch]

        try:
            results = await self._database.change(all_of_them)
        except Exception as error:  # noqa: BLE001 - told to all who wait
            for _, done in batch:
                done.set_exception(error)
        else:
            for (_, done), result in zip(batch, results, strict=True):
                done.set_result(result)
