"""What fans ask for: a striking answer of anybody, or of one artist, as a picture."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.core.artists import other_name
from bot.core.errors import UserError
from bot.core.model import Artist, StoredInterview
from bot.core.text import clean, is_visible, one_line
from bot.core.topics import topic_of
from bot.core.worker import WorkerError
from bot.quotes.card import USUAL_LOOK, Banner, Design, Look, QuoteCard, has_typeface, looks
from bot.quotes.choosing import Quote, choose
from bot.quotes.renderer import QuoteRenderer
from bot.search import SearchIndex
from bot.store import Store

logger = structlog.get_logger(__name__)

TRIES = 12
"""Interviews in which a quote is looked for; nearly every interview has one."""

BANNER_NAMES = 3
"""Names on a banner: so many lines stand in it large."""

_LONG = 20_000
"""Characters of an interview beyond which choosing (2 µs each) would hold up the event loop."""


@dataclass(frozen=True, slots=True)
class ChosenQuote:
    """A quote with its interview, and its picture's look; ``section`` is the question it was chosen
    from, 0 for any."""

    stored: StoredInterview
    quote: Quote
    section: int = 0
    look: Look = USUAL_LOOK


class Quotes:
    """Chooses quotes, at random by `rng`, and has them drawn.

    With a `limit` only so many questions of an interview are quoted from, as the reader shows.
    `source` is the magazine's name on the pictures.
    """

    def __init__(
        self,
        store: Store,
        index: SearchIndex,
        renderer: QuoteRenderer,
        rng: random.Random,
        *,
        source: str,
        limit: int | None = None,
    ) -> None:
        self._store = store
        self._index = index
        self._renderer = renderer
        self._rng = rng
        self._source = source
        self._limit = limit

    async def of(
        self, stored: StoredInterview, section: int = 0, look: Look = USUAL_LOOK
    ) -> ChosenQuote:
        """A quote of question `section`, or where it has none, of the interview.

        Raises:
            UserError: no words of the interview stand on their own.
        """
        for asked in dict.fromkeys((section, 0)):
            quote = await self._choose(stored, asked)
            if quote is not None:
                return ChosenQuote(stored, quote, asked, _offered(look, stored))
        raise UserError("error.no-quote")

    async def another(
        self, artist: Artist | None = None, *, than: int | None = None, look: Look = USUAL_LOOK
    ) -> ChosenQuote:
        """A quote of a random interview, of `artist` where given; from the interview `than` only
        where no other has any.

        Raises:
            UserError: none of the interviews that were tried has a quote.
        """
        ids = self._sample(artist)
        ids.sort(key=lambda one: one == than)
        for id_ in ids:
            stored = await self._store.interviews.get(id_)
            if stored is None or stored.withdrawn_at:
                continue
            quote = await self._choose(stored, 0)
            if quote is not None:
                return ChosenQuote(stored, quote, look=_offered(look, stored))
        raise UserError("error.no-quote-of-artist" if artist else "error.no-quotes")

    async def cached_picture(self, chosen: ChosenQuote) -> bytes | None:
        """The picture as JPEG, if it was drawn before."""
        return await self._renderer.cached(self._card(chosen))

    async def picture(self, chosen: ChosenQuote) -> bytes:
        """The picture as JPEG; raises as ``QuoteRenderer.picture``."""
        return await self._renderer.picture(self._card(chosen))

    async def card(self, stored: StoredInterview) -> bytes | None:
        """A picture that stands for the interview: a quote of it, or its title where it has none;
        ``None`` where neither can be drawn."""
        if not has_typeface():
            return None
        quote = await self._choose(stored, 0)
        if quote is None:
            names = ", ".join(subject.name for subject in stored.interview.subjects)
            title = one_line(stored.interview.title)
            quote = Quote(title, names, None, question="", title=title, section=0)
        return await self._drawn(stored, self._card(ChosenQuote(stored, quote)))

    async def banner(self, stored: StoredInterview) -> bytes | None:
        """The banner of an interview without a picture: who it is with, or its title where nobody
        is named; ``None`` where it can't be drawn."""
        if not has_typeface():
            return None
        interview = stored.interview
        people = [one for one in interview.subjects if is_visible(one.name)][:BANNER_NAMES]
        role = people[0].role if len(people) == 1 else None
        banner = Banner(
            names=tuple(one_line(one.name) for one in people) or (one_line(interview.title),),
            other=", ".join(filter(None, map(other_name, people))),
            role=one_line(role or ""),
            source=self._source,
            topic=topic_of(interview.subjects, interview.tags),
        )
        return await self._drawn(stored, banner)

    async def _drawn(self, stored: StoredInterview, card: QuoteCard | Banner) -> bytes | None:
        try:
            return await self._renderer.picture(card)
        except (UserError, WorkerError) as error:
            logger.info("delivery.picture-not-drawn", interview=stored.id, cause=str(error)[:200])
            return None

    def _sample(self, artist: Artist | None) -> list[int]:
        ids: Sequence[int] = (
            artist.interviews
            if artist is not None
            else [summary.id for summary in self._index.listed() if summary.turn_count]
        )
        return self._rng.sample(ids, min(TRIES, len(ids)))

    async def _choose(self, stored: StoredInterview, section: int) -> Quote | None:
        turns = stored.interview.transcript.turns
        length = sum(len(answer.text) for turn in turns for answer in turn.answers)
        if length <= _LONG:
            return choose(stored.interview, section, limit=self._limit)
        return await asyncio.to_thread(choose, stored.interview, section, limit=self._limit)

    def _card(self, chosen: ChosenQuote) -> QuoteCard:
        quote, interview, look = chosen.quote, chosen.stored.interview, chosen.look
        title, image = one_line(interview.title), interview.lead_image
        return QuoteCard(
            text=clean(quote.text),
            speaker=one_line(quote.speaker),
            role=one_line(quote.role or "") or None,
            source=self._source,
            title=title if is_visible(title) else "",
            topic=topic_of(interview.subjects, interview.tags),
            image_url=image.url if image and look.design is Design.PHOTO else None,
            look=look,
        )


def _offered(look: Look, stored: StoredInterview) -> Look:
    """The look, or where the interview has no image for it, another of the same format."""
    offered = looks(has_image=stored.interview.lead_image is not None)
    same = [one for one in offered if one.format is look.format]
    return look if look in same else same[0]
