"""The titles and names of all interviews in memory, kept up with the store."""

import gc
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from bot.core.model import InterviewSummary, StoredInterview, Topic
from bot.core.topics import topic_of
from bot.search.artists import Directory
from bot.search.complete import Completions, Entry

_PAGE = 200
"""Interviews that are read at a time; the store makes values of them on the event loop."""

_OVERLAP = 20
"""Interviews that two pages share, so that one that is withdrawn meanwhile hides no other."""

_LARGE = 2_000
"""Interviews from which on Python's collector of garbage would hold up the event loop for tens of
milliseconds, again and again, to look through a snapshot in which there is none."""

InThread = Callable[[Callable[[], Any]], Awaitable[Any]]


class _Change(Protocol):
    @property
    def revision(self) -> int: ...
    @property
    def id(self) -> int: ...
    @property
    def interview(self) -> StoredInterview | None: ...


class _Source(Protocol):
    @property
    def identity(self) -> str: ...
    async def revision(self) -> int: ...
    async def changed_since(self, revision: int, limit: int = ...) -> Sequence[_Change]: ...
    async def latest(self, limit: int = ..., offset: int = ...) -> Sequence[InterviewSummary]: ...


@dataclass(frozen=True, slots=True)
class _Listed:
    entry: Entry[InterviewSummary]
    listed_at: datetime


class Snapshot:
    """All interviews at one moment, and the artists whom they are with."""

    def __init__(self, newest_first: Iterable[Entry[InterviewSummary]] = ()) -> None:
        entries = list(newest_first)
        self.completions = Completions(entries)
        self.listed = tuple(entry.value for entry in entries)
        self.artists = Directory(self.listed)
        by_kind: dict[Topic, list[InterviewSummary]] = {}
        by_day: dict[tuple[int, int], list[InterviewSummary]] = {}
        for summary in self.listed:
            by_kind.setdefault(summary.kind, []).append(summary)
            if summary.published_at is not None:
                day = summary.published_at.astimezone(UTC)
                by_day.setdefault((day.month, day.day), []).append(summary)
        self._by_kind = {kind: tuple(of_kind) for kind, of_kind in by_kind.items()}
        self._by_day = {day: tuple(on_day) for day, on_day in by_day.items()}

    def of_kind(self, kind: Topic | None) -> Sequence[InterviewSummary]:
        """All interviews of a kind, or all there are, newest first."""
        return self.listed if kind is None else self._by_kind.get(kind, ())

    def on_day(self, month: int, day: int) -> Sequence[InterviewSummary]:
        """What was published on a day of the year, in UTC, newest first."""
        return self._by_day.get((month, day), ())


class Catalogue:
    """Holds ``now``, a snapshot that is replaced when something changed."""

    def __init__(self) -> None:
        self.now = Snapshot()
        self._listed: dict[int, _Listed] = {}
        self._of: tuple[str, int] | None = None
        self._outdated = False

    @property
    def completions(self) -> Completions[InterviewSummary]:
        return self.now.completions

    async def keep_up(self, store: _Source, in_thread: InThread) -> None:
        """Take up what changed since the last time; everything at first.

        An interview whose text alone has changed costs nothing. Else a snapshot is built in the
        thread, while the one before answers.
        """
        if self._of is None or self._of[0] != store.identity:
            await self._load(store, in_thread)
        await self._follow(store, in_thread)
        if self._outdated:
            self.now = await in_thread(self._snapshot)
            self._outdated = False

    async def _load(self, store: _Source, in_thread: InThread) -> None:
        revision = await store.revision()
        listed: dict[int, _Listed] = {}
        # Newest first: what has no date, or a later one than what stands before it, was put
        # there by the day it was first seen.
        listed_at = datetime.max.replace(tzinfo=UTC)
        offset, whole = 0, True
        while whole:
            page = await store.latest(_PAGE, offset)
            entries: list[Entry[InterviewSummary]] = await in_thread(partial(_entries, page))
            for entry in entries:
                listed_at = min(listed_at, entry.value.published_at or listed_at)
                listed.setdefault(entry.value.id, _Listed(entry, listed_at))
            whole = len(page) == _PAGE
            if len(listed) >= _LARGE:
                _set_aside()
            offset += _PAGE - _OVERLAP
        self._listed = listed
        self._of = (store.identity, revision)
        self._outdated = True

    async def _follow(self, store: _Source, in_thread: InThread) -> None:
        assert self._of is not None  # noqa: S101
        identity, revision = self._of
        while changes := await store.changed_since(revision, _PAGE):
            changed: dict[int, _Listed | None] = await in_thread(partial(_changed, changes))
            for id_, listed in changed.items():
                self._outdated = self._outdated or self._listed.get(id_) != listed
                if listed is None:
                    self._listed.pop(id_, None)
                else:
                    self._listed[id_] = listed
            revision = changes[-1].revision
            self._of = (identity, revision)

    def _snapshot(self) -> Snapshot:
        newest_first = sorted(
            self._listed.items(), key=lambda item: (item[1].listed_at, item[0]), reverse=True
        )
        if len(newest_first) < _LARGE:
            return Snapshot(listed.entry for _, listed in newest_first)
        with _uncollected():
            return Snapshot(listed.entry for _, listed in newest_first)


@contextmanager
def _uncollected() -> Iterator[None]:
    _set_aside()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _set_aside() -> None:
    """What is there is not looked through by the collector any more.

    It still goes when nothing refers to it. See ``gc.freeze``, which is meant for this.
    """
    gc.collect(1)
    gc.freeze()


def _entries(summaries: Sequence[InterviewSummary]) -> list[Entry[InterviewSummary]]:
    return [_entry(summary) for summary in summaries]


def _changed(changes: Sequence[_Change]) -> dict[int, _Listed | None]:
    return {
        change.id: None if change.interview is None else _listed(change.interview)
        for change in changes
    }


def _entry(summary: InterviewSummary) -> Entry[InterviewSummary]:
    spellings = (name for subject in summary.subjects for name in (subject.name, *subject.aliases))
    return Entry.of(summary, summary.title, tuple(dict.fromkeys((*summary.names, *spellings))))


def _listed(stored: StoredInterview) -> _Listed:
    interview = stored.interview
    seen = stored.first_seen_at
    summary = InterviewSummary(
        id=stored.id,
        title=interview.title,
        url=interview.url,
        names=tuple(subject.name for subject in interview.subjects),
        published_at=interview.published_at,
        turn_count=len(interview.transcript.turns),
        subjects=interview.subjects,
        kind=topic_of(interview.subjects, interview.tags),
    )
    return _Listed(_entry(summary), min(interview.published_at or seen, seen))
