"""How late the last channel hears of an interview."""

from bot.core.capacity import MOST_CHANNELS
from bot.core.discord_limits import GLOBAL_LIMIT
from bot.store import Store


async def lateness(store: Store) -> float | None:
    """Seconds from the first channel that is announced in to the last; ``None`` where that is soon
    enough.

    Raises:
        StoreError: the store can't be read.
    """
    channels = sum((await store.subscriptions.counts_by_guild()).values())
    return channels / GLOBAL_LIMIT if channels > MOST_CHANNELS else None
