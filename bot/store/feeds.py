"""What is remembered of each feed between polls."""

from datetime import datetime

import sqlalchemy as sa

from bot.core.feed_state import FeedState, Validators
from bot.store.codec import storable, storable_or_none
from bot.store.session import Repository, Transaction, transactional
from bot.store.tables import feeds

_STATE = sa.select(feeds).where(feeds.c.url == sa.bindparam("url"))
_LAST_WRITTEN = sa.select(sa.func.max(feeds.c.polled_at, type_=feeds.c.polled_at.type)).where(
    feeds.c.seeded
)


class FeedRepository(Repository):
    """The state of the feeds, by URL."""

    async def state(self, url: str) -> FeedState:
        """What is remembered of a feed; a fresh, unseeded state for one never polled."""
        for row in await self._session.read(_STATE, {"url": storable(url)}):
            validators = Validators(row.etag, row.last_modified)
            return FeedState(
                url, validators, row.seeded, row.polled_at, row.changed_at, row.moved_to
            )
        return FeedState(url)

    async def last_written(self) -> datetime | None:
        """When a poll of any feed last brought something: all that was published until then is
        known. ``None`` where none ever did."""
        moment: datetime | None = await self._session.scalar(_LAST_WRITTEN)
        return moment

    @transactional
    async def save(self, tx: Transaction, state: FeedState) -> None:
        """Remember a feed's state under its URL."""
        values = {
            "url": storable(state.url),
            "etag": storable_or_none(state.validators.etag),
            "last_modified": storable_or_none(state.validators.last_modified),
            "seeded": state.seeded,
            "polled_at": state.polled_at,
            "changed_at": state.changed_at,
            "moved_to": storable_or_none(state.moved_to),
        }
        await tx.upsert(feeds, ["url"], values)
