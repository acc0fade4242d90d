"""What a regular post shows on a day: an interview, or a question of one with words to quote."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date

from bot.core.errors import UserError
from bot.core.model import StoredInterview
from bot.core.regular_posts import (
    RegularCandidate,
    RegularPost,
    RegularSort,
    candidates_for,
    sections_for,
)
from bot.quotes.service import ChosenQuote
from bot.store import Store

QUOTES_TRIED = 40
"""Interviews in which words for a day are looked for; nearly every interview has some."""

QuoteOf = Callable[[StoredInterview, int], Awaitable[ChosenQuote]]


class RegularChoice:
    """Chooses by what the channel has been shown, and by chance.

    Chance is decided by the database, the post and the day: a bot that is killed before it has
    written its choice down, or whose database is restored, chooses the same again. `quote_of` is
    ``Quotes.of``.
    """

    def __init__(self, store: Store, quote_of: QuoteOf) -> None:
        self._store = store
        self._quote_of = quote_of

    async def choose(
        self, post: RegularPost, day: date, candidates: Sequence[RegularCandidate]
    ) -> tuple[int | None, int]:
        """The interview, ``None`` where there is nothing, and the question that is quoted (0 for
        none).

        Raises:
            StoreError: the store can't be read.
        """
        memory = await self._store.regular_posts.memory(post, day)
        seed = f"{self._store.identity}:{post.subscription.id}:{day}"
        ids = await asyncio.to_thread(candidates_for, post.sort, candidates, day, memory, seed)
        if post.sort is not RegularSort.QUOTE:
            return (ids[0] if ids else None), 0
        by_id = {one.id: one for one in candidates}
        for id_ in ids[:QUOTES_TRIED]:
            stored = await self._store.interviews.get(id_)
            if stored is None or stored.withdrawn_at:
                continue
            left = sections_for(by_id[id_], memory, seed)
            section = await self._section(stored, left)
            if section:
                return id_, section
        return None, 0

    async def _section(self, stored: StoredInterview, left: Sequence[int]) -> int:
        """The question with the interview's best words of those that are `left`; 0 for none."""
        for asked in (0, *left):
            try:
                chosen = await self._quote_of(stored, asked)
            except UserError:
                return 0
            if chosen.quote.section in left and asked in (0, chosen.quote.section):
                return chosen.quote.section
        return 0
