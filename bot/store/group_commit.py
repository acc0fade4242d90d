"""Group commit: changes that come at about the same time share a transaction, and so its one sync
to the disk."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Any, TypeVar

from bot.store.session import Transaction, Work

T = TypeVar("T")

MOST = 64
"""Changes in one transaction: keeps others that want to write from waiting for long."""


class GroupCommit:
    """Does changes in the order in which they are submitted.

    What is submitted while a transaction is being committed waits for the next one, together with
    all else that came meanwhile; a single change waits for nothing. All changes of a transaction
    happen or none: one that fails fails those that share it.
    """

    def __init__(self, run: Callable[[Work[list[Any]]], Awaitable[list[Any]]]) -> None:
        self._run = run
        self._waiting: list[tuple[Work[Any], asyncio.Future[Any]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def submit(self, work: Work[T]) -> T:
        """The result of `work`, once it is committed."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._worker is None:
            # What it logs is no more the first one's than the others'.
            worker = self._commit_all()
            self._worker = asyncio.create_task(worker, name="group commit", context=Context())
        return await done

    async def _commit_all(self) -> None:
        try:
            while self._waiting:
                # Whoever is ready to submit a change too does so before the batch is cut.
                await asyncio.sleep(0)
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._commit(batch)
        finally:
            self._worker = None

    async def _commit(self, batch: list[tuple[Work[Any], asyncio.Future[Any]]]) -> None:
        async def all_of_them(tx: Transaction) -> list[Any]:
            return [await work(tx) for work, _ in batch]

        try:
            results = await self._run(all_of_them)
        except Exception as error:  # noqa: BLE001 - raised again in all tasks that wait
            for _, done in batch:
                done.set_exception(error)
        else:
            for (_, done), result in zip(batch, results, strict=True):
                done.set_result(result)
