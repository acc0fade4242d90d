"""What scrolled out of a feed before a poll saw it."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

from bot.core.model import Interview
from bot.feed.decide import FeedEntry, keys_of, match
from bot.store import Store

OlderPages = Callable[[str, datetime], AsyncIterator[Sequence[Interview]]]
"""The further pages of the feed at an address, newest first, as far back as a moment at least; it
ends where there are no more. Raises ``FetchError``, ``ParseError`` where they can't be read now."""


async def read_older(
    pages: OlderPages, store: Store, url: str, entries: Sequence[FeedEntry], until: datetime
) -> list[FeedEntry]:
    """Entries published after `until` that a feed shows no more, if its `entries` are that new:
    from its further pages, up to the first whose last entry is known or not so new.

    Raises:
        FetchError, ParseError: a page could not be read.
        StoreError: the database failed.
    """
    older: list[FeedEntry] = []
    if not await _may_hide(store, entries, until):
        return older
    async for page in pages(url, until):
        found = [FeedEntry.of(interview) for interview in page]
        older += [entry for entry in found if _is_after(entry, until)]
        if not await _may_hide(store, found, until):
            break
    return older


async def _may_hide(store: Store, entries: Sequence[FeedEntry], until: datetime) -> bool:
    """Whether older entries may be new: the oldest of these is, and was published after `until`."""
    dates = [
        (entry.interview.published_at, -place)
        for place, entry in enumerate(entries)
        if entry.interview.published_at is not None
    ]
    if not dates:
        return False
    # Of one date, the last in the feed is the oldest.
    oldest, place = min(dates)
    if oldest <= until:
        return False
    known = await store.interviews.known(*keys_of(entries))
    return match(entries, known)[-place] is None


def _is_after(entry: FeedEntry, moment: datetime) -> bool:
    published = entry.interview.published_at
    return published is not None and published > moment
