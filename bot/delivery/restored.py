"""Recognises a database that was restored from a backup, or copied: it knows less than was sent.

Such a database has forgotten messages that stand in its channels. What it would send may be among
them, so every open delivery is looked for before it is sent.
"""

from datetime import datetime

import structlog

from bot.delivery.failures import attempt
from bot.delivery.outcomes import OF_DISCORD, Failed, FailureKind
from bot.delivery.port import DiscordPort
from bot.store import Store

logger = structlog.get_logger(__name__)

CHANNELS = 5
"""Channels that are looked at; one would do, if it could always be read."""


async def look_for_restored(store: Store, port: DiscordPort, now: datetime) -> bool:
    """Whether one of the channels in which the newest known messages stand has announcements after
    them of which the outbox knows nothing; if so, that is written down.

    One request a channel, and for forums one more for each newer post.

    Raises:
        Exception: as ``DiscordPort`` raises it, while Discord can't be asked.
    """
    newest = await store.repairs.newest_messages(CHANNELS)
    for one in newest:
        found = await attempt(port.announced_after(one))
        if isinstance(found, Failed):
            if found.error is not None and found.kind in OF_DISCORD | {FailureKind.BUG}:
                raise found.error
            continue
        if await store.repairs.unexplained(one.subscription.id, found):
            after_id = newest[0].message_id
            deliveries = await store.repairs.mark_restored(now, after_id)
            logger.critical("announcer.database-restored", deliveries=deliveries)
            return True
    return False
