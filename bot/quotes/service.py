"""What fans ask for: words that strike, of anybody or of one artist, as a picture."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.batching import batched
from bot.core.errors import UserError
from bot.core.model import Artist, Quote, StoredInterview
from bot.core.text import clean, is_visible, one_line
from bot.core.topics import topic_of
from bot.quotes.choosing import choose
from bot.quotes.drawing import Card
from bot.quotes.studio import Order, Studio
from bot.search import SearchIndex
from bot.store import Store

TRIES = 12
"""Interviews that are looked at for words that strike; nearly every one has some."""

_AT_ONCE = 4
"""Of these so many are read together, in one round to the store."""

_LONG = 20_000
"""Characters of an interview beyond which choosing (2 µs each) is not for the event loop."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Words of an interview, and of which section they were asked (0 for any)."""

    stored: StoredInterview
    quote: Quote
    section: int = 0


class Quotes:
    """Chooses by `rng` where there is a choice. With a `limit` of questions, as the reader has it
    where people read only the beginning, just these are quoted. `source` names the magazine."""

    def __init__(
        self,
        store: Store,
        index: SearchIndex,
        studio: Studio,
        rng: random.Random,
        *,
        source: str,
        limit: int | None = None,
    ) -> None:
        self._store = store
        self._index = index
        self._studio = studio
        self._rng = rng
        self._source = source
        self._limit = limit

    async def of(self, stored: StoredInterview, section: int = 0) -> Chosen:
        """The words of an interview: those of question `section`, where some stand on their own,
        else any.

        Raises:
            UserError: there are none that do.
        """
        for asked in (section, 0) if section else (0,):
            quote = await self._choose(stored, asked)
            if quote is not None:
                return Chosen(stored, quote, asked)
        raise UserError("error.no-quote")

    async def another(self, artist: Artist | None = None, *, than: int | None = None) -> Chosen:
        """Words of an interview by chance, of `artist` where given; of another one than `than`,
        where there is another.

        Raises:
            UserError: no interview that was looked at has any.
        """
        ids = self._drawn(artist)
        ids.sort(key=lambda one: one == than)
        for batch in batched(ids, _AT_ONCE):
            for stored in await self._store.interviews(batch):
                quote = None if stored.withdrawn_at else await self._choose(stored, 0)
                if quote is not None:
                    return Chosen(stored, quote)
        raise UserError("error.no-quote-of-artist" if artist else "error.no-quotes")

    async def kept(self, chosen: Chosen) -> bytes | None:
        """The picture, where it is ready."""
        return await self._studio.kept(self._order(chosen))

    async def picture(self, chosen: Chosen) -> bytes:
        """The picture, as ``Studio.picture``."""
        return await self._studio.picture(self._order(chosen))

    def _drawn(self, artist: Artist | None) -> list[int]:
        known: Sequence[int] = (
            artist.interviews
            if artist is not None
            else [summary.id for summary in self._index.listed() if summary.turn_count]
        )
        return self._rng.sample(known, min(TRIES, len(known)))

    async def _choose(self, stored: StoredInterview, section: int) -> Quote | None:
        turns = stored.interview.transcript.turns
        length = sum(len(answer.text) for turn in turns for answer in turn.answers)
        if length <= _LONG:
            return choose(stored.interview, section, limit=self._limit)
        return await asyncio.to_thread(choose, stored.interview, section, limit=self._limit)

    def _order(self, chosen: Chosen) -> Order:
        quote, interview = chosen.quote, chosen.stored.interview
        picture = interview.lead_image
        title = one_line(interview.title)
        card = Card(
            text=clean(quote.text),
            speaker=one_line(quote.speaker),
            role=one_line(quote.role or "") or None,
            source=self._source,
            title=title if is_visible(title) else "",
            kind=topic_of(interview.subjects, interview.tags),
        )
        return Order(card, picture.url if picture else None)
