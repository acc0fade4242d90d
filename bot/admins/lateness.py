"""How late the last channel hears of an interview."""

from bot.core.capacity import MOST_CHANNELS, REQUESTS
from bot.store import Store


async def lateness(store: Store) -> float | None:
    """Seconds from the first channel that is announced in to the last; ``None`` where that is soon
    enough.

    Raises:
        StoreError: the store can't be read.
    """
    channels = sum((await store.subscriptions.counts_by_guild()).values())
    return channels / REQUESTS if channels > MOST_CHANNELS else None
