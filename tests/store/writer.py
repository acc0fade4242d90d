"""Writes interviews until it is killed, and prints the id of each that is committed.

Argument: database URL.
"""

import asyncio
import sys

from bot.core.clock import SystemClock
from bot.store import open_store
from tests.store.rows import add_subscription
from tests.store.samples import NOON, interview


async def main(url: str) -> None:
    async with open_store(url, SystemClock()) as store:
        await add_subscription(store, 1, 10, None, 1)
        number = 0
        while True:
            number += 1
            async with store.transaction() as tx:
                id_ = await tx.interviews.insert(interview(number), "d")
                await tx.outbox.enqueue(id_, NOON)
            print(id_, flush=True)  # noqa: T201


asyncio.run(main(sys.argv[1]))
