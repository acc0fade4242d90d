"""What a poll means for the store. Pure: parsed entries and known rows in, intents out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from bot.feed.identity import url_key
from bot.model import Interview

_LAST = datetime.max.replace(tzinfo=UTC)


class KnownInterview(Protocol):
    """What deciding needs of an interview that is stored already (``bot.store.Known``)."""

    @property
    def id(self) -> int: ...
    @property
    def guid(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def withdrawn(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A parsed entry with the digest of what a person reads of it."""

    interview: Interview
    digest: str


@dataclass(frozen=True, slots=True)
class Update:
    """A stored interview that reads differently now, or that the site identifies differently."""

    id: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write for one poll.

    ``new`` stands oldest first, so that ids and announcements follow the order of publication.
    ``announce`` is false for a feed's first poll.
    """

    new: tuple[Entry, ...]
    updates: tuple[Update, ...]
    announce: bool

    @property
    def empty(self) -> bool:
        return not self.new and not self.updates


def decide(entries: Sequence[Entry], known: Iterable[KnownInterview], *, seeded: bool) -> Plan:
    """Sort a feed's entries into new, changed and unchanged.

    An entry is the interview that has its GUID; failing that, the one that has its canonical URL
    in any spelling (``url_key``), unless another entry has that one's GUID (a new article at the
    address that an older one gave up). `known` are the rows that have one of the entries' GUIDs
    or ``spellings``. Dates decide nothing: a backdated entry is new, an edited one is not. An
    interview that stands in the feed twice counts once, as its first entry tells it. One that was
    withdrawn and is in the feed again is updated, which brings it back; it is not announced again.
    """
    kept = _without_repeats(entries)
    matches = _match(kept, list(known))
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


def _without_repeats(entries: Sequence[Entry]) -> list[Entry]:
    guids: set[str] = set()
    urls: set[str] = set()
    kept: list[Entry] = []
    for entry in entries:
        guid, address = entry.interview.guid, url_key(entry.interview.url)
        if guid in guids or address in urls:
            continue
        guids.add(guid)
        if address:
            urls.add(address)
        kept.append(entry)
    return kept


def _match(entries: Sequence[Entry], rows: Sequence[KnownInterview]) -> list[KnownInterview | None]:
    """For each entry the row that it is, each row once."""
    by_guid = {row.guid: row for row in rows}
    matches = [by_guid.get(entry.interview.guid) for entry in entries]
    claimed = {row.id for row in matches if row is not None}
    by_url: dict[str, KnownInterview] = {}
    for row in rows:
        if row.id not in claimed and (address := url_key(row.url)):
            by_url.setdefault(address, row)
    return [
        row if row is not None else by_url.get(url_key(entry.interview.url))
        for entry, row in zip(entries, matches, strict=True)
    ]


def _differs(row: KnownInterview, entry: Entry) -> bool:
    """Identity counts too: an interview known by its URL under a new GUID must keep the new one,
    or a later change of the URL would make it a stranger that is announced again."""
    interview = entry.interview
    return (
        row.digest != entry.digest
        or row.withdrawn
        or row.guid != interview.guid
        or row.url != interview.url
    )


def _oldest_first(new: list[Entry]) -> tuple[Entry, ...]:
    """By date; of one date, or without any, feeds put the newest on top. Undated ones go last."""
    oldest_first = new[::-1]
    oldest_first.sort(key=lambda entry: entry.interview.published_at or _LAST)
    return tuple(oldest_first)
