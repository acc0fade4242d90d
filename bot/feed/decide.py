"""What a poll means for the store. Pure: parsed entries and known rows in, intents out."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import product
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from bot.core.model import Interview
from bot.feed.charset import LOST
from bot.feed.identity import digest, url_key
from bot.feed.likeness import Mark, marks, title_mark
from bot.store.results import KnownInterview

_HOST = re.compile(r"^[^/?]*")
_LAST = datetime.max.replace(tzinfo=UTC)

MOST_IN_A_DAY = 5
"""New entries in one poll that are no flood, even if the site never published so many in a day."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A parsed entry with the digest of what a person reads of it."""

    interview: Interview
    digest: str

    @property
    def is_damaged(self) -> bool:
        """Whether characters of it were lost on the way."""
        transcript = self.interview.transcript
        answers = (answer.text for turn in transcript.turns for answer in turn.answers)
        questions = (turn.question for turn in transcript.turns)
        texts = (self.interview.title, transcript.intro, transcript.outro, *questions, *answers)
        return any(LOST in text for text in texts)

    @classmethod
    def of(cls, interview: Interview) -> Self:
        return cls(interview, digest(interview))


@dataclass(frozen=True, slots=True)
class Update:
    """A stored interview that reads differently now, or that the site identifies differently."""

    id: int
    entry: FeedEntry


@dataclass(frozen=True, slots=True)
class Past:
    """What deciding needs of the time before a poll.

    ``until`` is when everything was known that had been published, ``None`` where that is unknown;
    ``continuous`` says whether the poll before this one succeeded, a short while ago.
    ``most_in_a_day`` is how many interviews the site published on one day at most. ``alike`` has
    the ids of stored interviews that may be an entry under a new identity, by their ``marks`` and
    ``title_mark``.
    """

    until: datetime | None = None
    continuous: bool = False
    most_in_a_day: int = MOST_IN_A_DAY
    alike: Mapping[Mark, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write for one poll.

    ``new`` stands oldest first, so that ids and announcements follow the order of publication. Of
    it, ``announced`` are announced, and ``withheld`` are not until the operator says so.
    """

    new: tuple[FeedEntry, ...]
    updates: tuple[Update, ...]
    announced: tuple[FeedEntry, ...] = ()
    withheld: tuple[FeedEntry, ...] = ()

    @property
    def empty(self) -> bool:
        return not self.new and not self.updates


def decide(
    entries: Sequence[FeedEntry],
    known: Iterable[KnownInterview],
    *,
    seeded: bool,
    past: Past | None = None,
    older: Sequence[FeedEntry] = (),
) -> Plan:
    """Sort a feed's entries into new, changed and unchanged.

    An entry is the interview that has its GUID; failing that, the one that has its canonical URL
    in any spelling (``url_key``), unless another entry has that one's GUID (a new article at the
    address that an older one gave up); see ``match``. `known` are the rows that may be one of the
    entries (``keys_of``). Failing that too, it is the one of ``past.alike`` that reads the same,
    which gets its identity. Dates decide nothing: a backdated entry is new, an edited one is not.
    An interview that stands in the feed twice counts once, as its first entry tells it. One that
    was withdrawn and is in the feed again is updated, which brings it back; it is not announced
    again. `older` are entries of the feed's further pages, of which only the new ones count.

    What is new is announced, but for:

    - a second entry of a known interview, and a flood (``_flood``): withheld;
    - all that a feed had before its first poll (not `seeded`). Where some of it is known already,
      as after a change of the feed's address, what was published after ``past.until`` is announced.
    """
    past = past or Past()
    kept = without_repeats([*entries, *older])
    rows = match(kept, list(known))
    new, repeats, updates = _sort(kept, rows, past, {id(entry) for entry in older})
    news = [entry for entry in new if id(entry) not in repeats]
    if not seeded:
        is_known = len(new) < len(kept)
        news = [entry for entry in news if is_known and _is_after(entry, past.until)]
        repeats = set()
    flood = _flood(news, past)
    announced = {id(entry) for entry in news} - flood
    ordered = _oldest_first(new)
    return Plan(
        ordered,
        tuple(updates),
        tuple(one for one in ordered if id(one) in announced),
        tuple(one for one in ordered if id(one) in flood | repeats),
    )


def _sort(
    entries: Sequence[FeedEntry],
    rows: Sequence[KnownInterview | None],
    past: Past,
    further: Collection[int],
) -> tuple[list[FeedEntry], set[int], list[Update]]:
    """The new entries, the ``id()`` of those that repeat a known interview under another identity,
    and the updates."""
    taken = {row.id for row in rows if row is not None}
    new: list[FeedEntry] = []
    repeats: set[int] = set()
    updates: list[Update] = []
    for entry, row in zip(entries, rows, strict=True):
        if row is not None:
            if id(entry) not in further and _differs(row, entry):
                updates.append(Update(row.id, entry))
            continue
        twin = _twin(entry, past)
        if twin is not None and twin not in taken:
            taken.add(twin)
            updates += [] if entry.is_damaged else [Update(twin, entry)]
            continue
        new.append(entry)
        if twin is not None:
            repeats.add(id(entry))
    return new, repeats, updates


def _twin(entry: FeedEntry, past: Past) -> int | None:
    """The stored interview that `entry` reads like."""
    if not past.alike:
        return None
    return next((past.alike[mark] for mark in marks(entry.interview) if mark in past.alike), None)


def _flood(news: Sequence[FeedEntry], past: Past) -> set[int]:
    """Of more news than the site ever published in a day: those not published since the last poll,
    those of a title that is known, and, unless there was an outage, those of a day with too many.
    """
    if len(news) <= past.most_in_a_day:
        return set()
    days = Counter(_day(entry) for entry in news)
    return {
        id(entry)
        for entry in news
        if not _is_after(entry, past.until)
        or title_mark(entry.interview) in past.alike
        or (past.continuous and days[_day(entry)] > past.most_in_a_day)
    }


def _day(entry: FeedEntry) -> date | None:
    published = entry.interview.published_at
    return published.date() if published is not None else None


def _is_after(entry: FeedEntry, moment: datetime | None) -> bool:
    published = entry.interview.published_at
    return moment is not None and published is not None and published > moment


def spellings(url: str) -> tuple[str, ...]:
    """The canonical addresses that are the same article's: http and https, with and without
    ``www.`` and the trailing slash; none for an empty `url`. `url` itself is among them.
    """
    if not url_key(url):
        return ()
    parts = urlsplit(url)
    host = parts.netloc.removeprefix("www.")
    path = parts.path.rstrip("/")
    return tuple(
        urlunsplit((scheme, prefix + host, path + slash, parts.query, ""))
        for scheme, prefix, slash in product(("https", "http"), ("", "www."), ("/", ""))
        if path or slash
    )


def keys_of(entries: Iterable[FeedEntry]) -> tuple[set[str], set[str]]:
    """The GUIDs and addresses to ask the store for, so that ``decide`` can match `entries`."""
    guids: set[str] = set()
    urls: set[str] = set()
    for entry in entries:
        guids.update((entry.interview.guid, *spellings(entry.interview.guid)))
        urls.update(spellings(entry.interview.url))
    return guids, urls


def without_repeats(entries: Sequence[FeedEntry]) -> list[FeedEntry]:
    """The entries, each interview once, as its first entry tells it. Entries of one address are
    different interviews if their titles and GUIDs are."""
    guids: set[str] = set()
    titles: dict[str, str] = {}
    kept: list[FeedEntry] = []
    for entry in entries:
        guid, address = entry.interview.guid, url_key(entry.interview.url)
        title = entry.interview.title
        if guid in guids or (address and titles.get(address, title) == title and address in titles):
            continue
        guids.add(guid)
        if address:
            titles.setdefault(address, title)
        kept.append(entry)
    return kept


def match(
    entries: Sequence[FeedEntry], rows: Sequence[KnownInterview]
) -> list[KnownInterview | None]:
    """For each entry the row that it is, each row once.

    In this order: the same GUID; a GUID that is the same address but for scheme and ``www.``; the
    same address in any spelling; the same path on another host, with GUIDs that differ in their
    hosts alone (a site that moved to another domain and rewrote its GUIDs).
    """
    matches: list[KnownInterview | None] = [None] * len(entries)
    addresses = Counter(url_key(entry.interview.url) for entry in entries)
    free = {row.id: row for row in rows}
    for row_key, entry_key, is_address in _IDENTITIES:
        by_key: dict[object, KnownInterview] = {}
        for row in free.values():
            if key := row_key(row):
                by_key.setdefault(key, row)
        for place, entry in enumerate(entries):
            if is_address and addresses[url_key(entry.interview.url)] > 1:
                # Visibly not what identifies an interview.
                continue
            if matches[place] is None and (key := entry_key(entry)):
                found = by_key.pop(key, None)
                if found is not None:
                    matches[place] = found
                    del free[found.id]
    return matches


def _moved_key(guid: str, url: str) -> tuple[str, str] | None:
    """What is left of an interview's identity when its site changes its domain."""
    inner, path = _tail(guid), _tail(url)
    return (inner, path) if inner and path else None


def _tail(url: str) -> str:
    """Path and query; "" where there are none, or for what is no address."""
    return _HOST.sub("", url_key(url))


_IDENTITIES: tuple[
    tuple[Callable[[KnownInterview], object], Callable[[FeedEntry], object], bool], ...
] = (
    (lambda row: row.guid, lambda entry: entry.interview.guid, False),
    (lambda row: url_key(row.guid), lambda entry: url_key(entry.interview.guid), False),
    (lambda row: url_key(row.url), lambda entry: url_key(entry.interview.url), True),
    (
        lambda row: _moved_key(row.guid, row.url),
        lambda entry: _moved_key(entry.interview.guid, entry.interview.url),
        True,
    ),
)
"""Keys of stored interviews and of entries, and whether they are addresses of articles."""


def _differs(row: KnownInterview, entry: FeedEntry) -> bool:
    """Identity counts too: an interview known by its URL under a new GUID must keep the new one,
    or a later change of the URL would make it a stranger that is announced again."""
    interview = entry.interview
    if entry.is_damaged and not row.withdrawn:
        # What is stored is not worse, and was shown already.
        return False
    return (
        row.digest != entry.digest
        or row.withdrawn
        or row.guid != interview.guid
        or row.url != interview.url
    )


def _oldest_first(new: list[FeedEntry]) -> tuple[FeedEntry, ...]:
    """By date; of one date, or without any, feeds put the newest on top. Undated ones go last."""
    oldest_first = new[::-1]
    oldest_first.sort(key=lambda entry: entry.interview.published_at or _LAST)
    return tuple(oldest_first)
