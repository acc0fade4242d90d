"""Bringing the search index up to date whenever the store changes."""

import asyncio

from bot.core.clock import Clock
from bot.core.supervisor import supervise
from bot.search.index import SearchIndex
from bot.store import Store

LOOK_AGAIN = 60.0
"""Seconds between two looks at the store for changes that nobody notified of, and after a
failure."""


async def run_sync(
    index: SearchIndex, store: Store, clock: Clock, changed: asyncio.Event, synced: asyncio.Event
) -> None:
    """Keep the index at the store's revision until cancelled. `changed` is set by every commit of
    interviews, and `synced` after every sync."""

    async def sync() -> float:
        await index.sync(store)
        synced.set()
        return LOOK_AGAIN

    await supervise("index", sync, clock, wake=changed, pause=LOOK_AGAIN)
