"""All interviews and artists in memory, kept up with the store."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC
from typing import Any, Protocol

from bot.core.artists import artist_key
from bot.core.model import InterviewSummary, Topic
from bot.search.artists import ArtistDirectory
from bot.search.complete import Choice, Completer
from bot.search.results import OFFERS, Lookup
from bot.store import InterviewChange

_PAGE = 200
"""Interviews read at a time; the store decodes them on the event loop."""

_OVERLAP = 20
"""Interviews that two pages share, so that one that is withdrawn meanwhile hides no other."""

InThread = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Runs a function in another thread and returns its result."""


class IndexedRepository(Protocol):
    """What search needs of the store's interviews."""

    async def revision(self) -> int: ...
    async def count_changed_since(self, revision: int) -> int: ...
    async def changed_since(self, revision: int, limit: int = ...) -> Sequence[InterviewChange]: ...
    async def latest(self, limit: int = ..., offset: int = ...) -> Sequence[InterviewSummary]: ...


class Source(Protocol):
    """What search needs of the store."""

    @property
    def identity(self) -> str: ...
    @property
    def interviews(self) -> IndexedRepository: ...


class Snapshot:
    """All interviews at one moment, newest first, and their artists."""

    def __init__(self, interviews: tuple[InterviewSummary, ...] = ()) -> None:
        self.interviews = interviews
        self.artists = ArtistDirectory(interviews)
        self.completer = Completer(map(_choice, interviews))
        self._titled: dict[str, list[InterviewSummary]] = {}
        for interview in interviews:
            if key := artist_key(interview.title):
                self._titled.setdefault(key, []).append(interview)

    def lookup(self, words: str) -> Lookup[InterviewSummary]:
        """The interview with this title, or with the artist who is called so."""
        called = self._titled.get(artist_key(words)) or self._with_artist(words)
        return Lookup.of(called, lambda: self.completer.complete(words, OFFERS))

    def _with_artist(self, words: str) -> list[InterviewSummary]:
        named = self.artists.lookup(words)
        artists = named.offers if named.exact else filter(None, (named.match,))
        ids = {number for artist in artists for number in artist.interviews}
        return [interview for interview in self.interviews if interview.id in ids]

    def of_topic(self, topic: Topic | None) -> Sequence[InterviewSummary]:
        """The interviews with a topic, or all for ``None``, newest first."""
        if topic is None:
            return self.interviews
        return tuple(interview for interview in self.interviews if interview.kind is topic)

    def on_day(self, month: int, day: int) -> Sequence[InterviewSummary]:
        """The interviews published on this day of any year, in UTC, newest first."""
        dated = ((one, one.published_at) for one in self.interviews if one.published_at)
        days = ((interview, at.astimezone(UTC)) for interview, at in dated)
        return tuple(interview for interview, at in days if (at.month, at.day) == (month, day))


class Catalogue:
    """Holds ``now``, a snapshot that is replaced when something changed."""

    def __init__(self) -> None:
        self.now = Snapshot()
        self._version: tuple[str, int] | None = None

    async def keep_up(self, store: Source, in_thread: InThread) -> None:
        """Replace ``now`` if the interviews in the store have changed.

        The new snapshot is built in another thread; until then the previous one answers. What
        changes while the store is read is taken up by the next call.
        """
        version = (store.identity, await store.interviews.revision())
        if version == self._version:
            return
        read: dict[int, InterviewSummary] = {}
        offset, is_last = 0, False
        while not is_last:
            page = await store.interviews.latest(_PAGE, offset)
            for summary in page:
                read.setdefault(summary.id, summary)
            is_last = len(page) < _PAGE
            offset += _PAGE - _OVERLAP
        interviews = tuple(read.values())
        if interviews != self.now.interviews:
            self.now = await in_thread(lambda: Snapshot(interviews))
        self._version = version


def _choice(summary: InterviewSummary) -> Choice[InterviewSummary]:
    spellings = (name for one in summary.subjects for name in (one.name, *one.aliases))
    return Choice(summary, summary.title, tuple(dict.fromkeys((*summary.names, *spellings))))
