"""What a poll means for the store. Pure: parsed entries and known rows in, intents out."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from bot.core.model import Interview
from bot.feed.charset import LOST
from bot.feed.identity import digest, url_key
from bot.store.results import KnownInterview

_HOST = re.compile(r"^[^/?]*")
_LAST = datetime.max.replace(tzinfo=UTC)


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
class Plan:
    """What to write for one poll.

    ``new`` stands oldest first, so that ids and announcements follow the order of publication.
    ``announce`` is false for a feed's first poll.
    """

    new: tuple[FeedEntry, ...]
    updates: tuple[Update, ...]
    announce: bool

    @property
    def empty(self) -> bool:
        return not self.new and not self.updates


def decide(entries: Sequence[FeedEntry], known: Iterable[KnownInterview], *, seeded: bool) -> Plan:
    """Sort a feed's entries into new, changed and unchanged.

    An entry is the interview that has its GUID; failing that, the one that has its canonical URL
    in any spelling (``url_key``), unless another entry has that one's GUID (a new article at the
    address that an older one gave up); see ``match``. `known` are the rows that may be one of the
    entries (``keys_of``). Dates decide nothing: a backdated entry is new, an edited one is not. An
    interview that stands in the feed twice counts once, as its first entry tells it. One that was
    withdrawn and is in the feed again is updated, which brings it back; it is not announced again.
    """
    kept = without_repeats(entries)
    matches = match(kept, list(known))
    new = [entry for entry, row in zip(kept, matches, strict=True) if row is None]
    updates = [
        Update(row.id, entry)
        for entry, row in zip(kept, matches, strict=True)
        if row is not None and _differs(row, entry)
    ]
    return Plan(_oldest_first(new), tuple(updates), announce=seeded)


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
