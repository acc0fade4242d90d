"""Syncs an index in small steps, and prints how far it is after each.

Arguments: database URL, folder of the index.
"""

import asyncio
import sys
from pathlib import Path

from bot.core.clock import SystemClock
from bot.search import SearchIndex, index
from bot.store import open_store

index.BATCH, index.COMMIT_EVERY = 10, 20


async def main(url: str, folder: str) -> None:
    async with open_store(url, SystemClock()) as store:
        search = SearchIndex.open(Path(folder))
        await search.sync(store, lambda done, _: print(done, flush=True))  # noqa: T201


asyncio.run(main(*sys.argv[1:]))
