"""Subscriptions that the bot keeps by itself: those of its home channels, made in its own name."""

import sqlalchemy as sa

from bot.core.model import Subscription, SubscriptionState
from bot.store.engine import Database
from bot.store.subscriptions import COLUMNS, subscription
from bot.store.tables import subscriptions

MADE_BY = (
    sa.select(*COLUMNS)
    .where(
        subscriptions.c.created_by == sa.bindparam("user_id"),
        subscriptions.c.state != SubscriptionState.ENDED,
    )
    .order_by(subscriptions.c.id)
)


class Homes:
    """The store's face for them. Raises what ``Store`` raises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def made_by(self, user_id: int) -> list[Subscription]:
        """The subscriptions that somebody set up and that have not ended."""
        rows = await self._database.fetch(MADE_BY, {"user_id": user_id})
        return [subscription(row) for row in rows]
