"""One feed's archive during a run: saves posts with the progress of the run, and counts them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.archive.results import SitePost
from bot.archive.site_address import SiteAddress
from bot.archive.site_client import SiteClient
from bot.core.clock import Clock
from bot.feed.dates import iso_date
from bot.feed.decide import FeedEntry, keys_of, match, without_repeats
from bot.feed.identity import url_key
from bot.feed.likeness import marks
from bot.feed.writing import known_marks
from bot.store import ArchivePost, ArchiveState, KnownInterview, PostState, Repositories, Store

logger = structlog.get_logger(__name__)

HELD_FOR = timedelta(days=2)
"""Age up to which an interview that no poll found yet is left to the watcher, which announces it:
caches may show an article in the feed later than elsewhere."""

UNSEEN_CHANGE = timedelta(seconds=2)
"""Sites count in whole seconds, and their clock may differ from ours by one: a post that changed
so lately may change again without a new time of modification."""


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """What a run brought. ``strategy`` is how the archive is read, ``seen`` the number of posts
    that were read or set aside, ``total`` that of all posts if it is known, ``finished`` whether
    all of them were read."""

    url: str
    strategy: str | None = None
    seen: int = 0
    stored: int = 0
    updated: int = 0
    withdrawn: int = 0
    total: int | None = None
    finished: bool = False

    @property
    def changed(self) -> bool:
        return bool(self.stored or self.updated or self.withdrawn)


class FeedArchive:
    """One feed's archive during a run.

    Every method that writes is one transaction, in which the state of the archive is saved too:
    a killed run resumes exactly there.
    """

    def __init__(
        self,
        client: SiteClient,
        site: SiteAddress,
        store: Store,
        clock: Clock,
        on_commit: Callable[[], None] | None = None,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> None:
        self.client = client
        self.site = site
        self.store = store
        self.clock = clock
        self.report = ArchiveReport(site.feed)
        self._on_commit = on_commit
        self._progress = progress

    async def state(self) -> ArchiveState:
        return await self.store.archives.state(self.site.feed)

    async def posts(self) -> dict[str, ArchivePost]:
        """All known posts of the archive by their keys."""
        return await self.store.archives.posts(self.site.feed)

    async def waiting(self, limit: int) -> list[ArchivePost]:
        """The first `limit` posts that are still to be read."""
        return await self.store.archives.waiting(self.site.feed, limit)

    async def save(
        self,
        after: ArchiveState,
        read: Sequence[SitePost] = (),
        set_aside: Sequence[ArchivePost] = (),
    ) -> None:
        """Save posts that were read, posts that could not be, and the state of the archive.

        A known interview keeps the wording of its feed until the site changes the post: feed, REST
        API and page word one article in slightly different ways.
        """
        entries, repeated = await asyncio.to_thread(_entries, read)
        by_interview = {id(one.interview): one for one in read}
        seeded = (await self.store.feeds.state(self.site.feed)).seeded
        now = self.clock.now()
        updated = 0
        async with self.store.transaction() as tx:
            rows = match(entries, await tx.interviews.known(*keys_of(entries)))
            if after.finished_at is not None:
                rows = await _with_twins(tx, entries, rows)
            known = await tx.archives.posts(self.site.feed, [one.key for one in read])
            posts: list[ArchivePost] = []
            new: dict[int, FeedEntry] = {}
            for entry, row in zip(entries, rows, strict=True):
                one = by_interview[id(entry.interview)]
                before = known.get(one.key)
                mark = "" if _may_change_unseen(before, one.mark, now) else one.mark
                post = ArchivePost(one.key, PostState.TAKEN, mark, row.id if row else None)
                if row is None and seeded and is_recent(entry.interview.published_at, now):
                    post = replace(post, state=PostState.HELD)
                elif row is None:
                    new[len(posts)] = entry
                elif row.withdrawn or (
                    row.digest != entry.digest
                    and not entry.is_damaged
                    and _was_edited(before, one, row.url, entry.digest)
                ):
                    # The feed's own GUID stays: other sources know no more of it than the id.
                    await tx.interviews.update(
                        row.id, replace(entry.interview, guid=row.guid), entry.digest
                    )
                    updated += 1
                posts.append(post)
            ids = await tx.interviews.insert_many(
                [(entry.interview, entry.digest) for entry in new.values()]
            )
            for place, id_ in zip(new, ids, strict=True):
                posts[place] = replace(posts[place], interview_id=id_)
            posts = [post for post in posts if post != known.get(post.key)]
            posts += [ArchivePost(one.key, PostState.OTHER, one.mark) for one in repeated]
            await tx.archives.save_posts(self.site.feed, [*posts, *set_aside])
            await tx.archives.save_progress(after)
        self._count(seen=len(read) + len(set_aside), stored=len(new), updated=updated)
        self._show(after)

    async def queue_new(self, posts: Sequence[ArchivePost], after: ArchiveState) -> ArchiveState:
        """Queue posts for reading, except known ones; `after` with the number of posts as known
        now, where the site does not tell it."""
        async with self.store.transaction() as tx:
            added = await tx.archives.add_waiting(self.site.feed, posts)
            if after.offered is None:
                after = replace(after, total=(after.total or 0) + added)
            await tx.archives.save_progress(after)
        return after

    async def queue(self, posts: Sequence[ArchivePost], after: ArchiveState) -> None:
        """Queue posts for reading, known ones too."""
        waiting = [replace(post, state=PostState.WAITING) for post in posts]
        async with self.store.transaction() as tx:
            await tx.archives.save_posts(self.site.feed, waiting)
            await tx.archives.save_progress(after)

    async def withdraw(self, post: ArchivePost) -> None:
        """Save that a post is gone from the site, and withdraw its interview."""
        state = await self.state()
        id_ = post.interview_id
        async with self.store.transaction() as tx:
            await tx.archives.save_posts(self.site.feed, [replace(post, state=PostState.GONE)])
            withdraws = id_ is not None and await tx.interviews.withdraw(id_, self.clock.now())
            await tx.archives.save_progress(state)
        self._count(withdrawn=int(withdraws))

    def _count(
        self, *, seen: int = 0, stored: int = 0, updated: int = 0, withdrawn: int = 0
    ) -> None:
        report = self.report
        self.report = replace(
            report,
            seen=report.seen + seen,
            stored=report.stored + stored,
            updated=report.updated + updated,
            withdrawn=report.withdrawn + withdrawn,
        )
        if self._on_commit is not None and (stored or updated or withdrawn):
            try:
                self._on_commit()
            except Exception:
                logger.exception("archive.listener-failed", feed=self.site.feed)

    def _show(self, state: ArchiveState) -> None:
        if self._progress is not None:
            self._progress(state.done, state.total)


async def _with_twins(
    tx: Repositories, entries: Sequence[FeedEntry], rows: Sequence[KnownInterview | None]
) -> list[KnownInterview | None]:
    """`rows` with the stored interviews that unknown entries read like: of a site that was built
    anew every post has another identity."""
    unknown = [one.interview for one, row in zip(entries, rows, strict=True) if row is None]
    known = await known_marks(tx, unknown)
    if not known:
        return list(rows)
    taken = {row.id for row in rows if row is not None}
    found: list[KnownInterview | None] = []
    for entry, row in zip(entries, rows, strict=True):
        id_ = next((known[mark] for mark in marks(entry.interview) if mark in known), None)
        if row is None and id_ is not None and id_ not in taken:
            taken.add(id_)
            row = await tx.interviews.known_by_id(id_)
        found.append(row)
    return found


def is_recent(published: datetime | None, now: datetime) -> bool:
    """Whether the feed may still be about to show what was published at that time."""
    return published is not None and now - HELD_FOR < published < now + HELD_FOR


def _entries(read: Sequence[SitePost]) -> tuple[list[FeedEntry], list[SitePost]]:
    """Each interview once, and the posts that repeat one of another post."""
    entries = [FeedEntry.of(one.interview) for one in read if one.interview is not None]
    distinct = without_repeats(entries)
    interviews = {id(entry.interview) for entry in distinct}
    return distinct, [one for one in read if id(one.interview) not in interviews]


def _may_change_unseen(before: ArchivePost | None, mark: str, now: datetime) -> bool:
    """Whether a known post changed so lately that the next change may have the same time. A new
    post has not: the feed's wording of it stays."""
    changed = iso_date(mark, [])
    known = before is not None and before.interview_id is not None
    return known and changed is not None and abs(now - changed) < UNSEEN_CHANGE


def _was_edited(before: ArchivePost | None, now: SitePost, url: str, digest: str) -> bool:
    """Whether the site changed a post since it was last read here, or moved it to another address.

    A mark that is a time is saved when the post is queued. A mark that is a digest is known only
    when the post was read, and is then still the old one.
    """
    if before is None or before.interview_id is None:
        return now.interview is not None and url_key(url) != url_key(now.interview.url)
    return before.mark != now.mark or (before.state is PostState.WAITING and now.mark != digest)
