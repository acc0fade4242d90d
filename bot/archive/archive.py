"""One feed's archive while it is read: what is found goes to the store through here."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.archive.pages import Found, Place
from bot.archive.single_request import Asker
from bot.core.clock import Clock
from bot.feed.dates import iso_date
from bot.feed.decide import Entry, asked, match, without_repeats
from bot.feed.identity import digest, url_key
from bot.store import ArchivePost, ArchiveState, PostState, Store

logger = structlog.get_logger(__name__)

HELD_FOR = timedelta(days=2)
"""A feed may show an article later than the site does (caches): until then it is the watcher's to
announce."""


MOMENT = timedelta(seconds=2)
"""A second in which a post may be changed twice, and one between the site's clock and ours."""


@dataclass(frozen=True, slots=True)
class Report:
    """What reading an archive brought. ``way`` is how it is read; ``seen`` counts posts looked at,
    ``total`` how many there are, where the site tells; ``finished`` says that all were read."""

    url: str
    way: str | None = None
    seen: int = 0
    stored: int = 0
    updated: int = 0
    withdrawn: int = 0
    total: int | None = None
    finished: bool = False

    @property
    def changed(self) -> bool:
        return bool(self.stored or self.updated or self.withdrawn)


class Archive:
    """One feed's archive while it is read: what the ways and the keeping in step share."""

    def __init__(
        self,
        place: Place,
        asker: Asker,
        store: Store,
        clock: Clock,
        on_commit: Callable[[], None] | None = None,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> None:
        self.place = place
        self.asker = asker
        self.store = store
        self.clock = clock
        self.report = Report(place.feed)
        self._on_commit = on_commit
        self._progress = progress

    async def state(self) -> ArchiveState:
        return await self.store.archives.state(self.place.feed)

    async def take(self, found: Sequence[Found], after: ArchiveState) -> None:
        """Write down posts and how far the archive is read then, in one transaction.

        What is known stays as its feed tells it, unless the site changed it since it was last
        looked at here: feed and REST word one article in slightly different ways.
        """
        digests = await asyncio.to_thread(lambda: [digest(one.interview) for one in found])
        entries = [Entry(one.interview, code) for one, code in zip(found, digests, strict=True)]
        by_interview = {id(one.interview): one for one in found}
        kept = await asyncio.to_thread(without_repeats, entries)
        seeded = (await self.store.feed_state(self.place.feed)).seeded
        now = self.clock.now()
        stored = updated = 0
        async with self.store.write() as write:
            rows = match(kept, await write.known(*asked(kept)))
            known = await write.archive.posts(self.place.feed, [one.key for one in found])
            posts: list[ArchivePost] = []
            for entry, row in zip(kept, rows, strict=True):
                one = by_interview[id(entry.interview)]
                before = known.get(one.key)
                mark = "" if _may_change_unseen(before, one.mark, now) else one.mark
                post = ArchivePost(one.key, PostState.TAKEN, mark, row.id if row else None)
                if row is None and seeded and is_recent(entry.interview.published_at, now):
                    post = replace(post, state=PostState.HELD)
                elif row is None:
                    id_ = await write.insert(entry.interview, entry.digest)
                    post = replace(post, interview_id=id_)
                    stored += 1
                elif row.withdrawn or (
                    row.digest != entry.digest and _edited(before, one, row.url, entry.digest)
                ):
                    # Its GUID is the feed's to tell: a page knows no more than the id in it.
                    told = replace(entry.interview, guid=row.guid)
                    await write.update(row.id, told, entry.digest)
                    updated += 1
                if post != before:
                    posts.append(post)
            await write.archive.save_posts(self.place.feed, posts)
            await write.archive.save(after)
        self.count(seen=len(found), stored=stored, updated=updated)
        self.show(after)

    async def put_aside(self, posts: Sequence[ArchivePost], after: ArchiveState) -> None:
        """Write down posts that are no interviews of this feed."""
        async with self.store.write() as write:
            await write.archive.save_posts(self.place.feed, posts)
            await write.archive.save(after)
        self.count(seen=len(posts))
        self.show(after)

    async def queue(self, posts: Sequence[ArchivePost], after: ArchiveState) -> int:
        """Write down posts that are to be read; how many of them are new."""
        async with self.store.write() as write:
            added = await write.archive.add_waiting(self.place.feed, posts)
            await write.archive.save(replace(after, total=(after.total or 0) + added))
        return added

    async def withdraw(self, post: ArchivePost) -> None:
        """Write down that a post is gone, and take its interview out."""
        state = await self.state()
        async with self.store.write() as write:
            gone = replace(post, state=PostState.GONE)
            await write.archive.save_posts(self.place.feed, [gone])
            there = post.interview_id is not None and not await write.archive.withdrawn(
                post.interview_id
            )
            if there and post.interview_id is not None:
                await write.withdraw(post.interview_id, self.clock.now())
            await write.archive.save(state)
        self.count(withdrawn=int(there))

    def count(
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
        if stored or updated or withdrawn:
            self._tell()

    def show(self, state: ArchiveState) -> None:
        if self._progress is not None:
            self._progress(state.done, state.total)

    def _tell(self) -> None:
        if self._on_commit is not None:
            try:
                self._on_commit()
            except Exception:
                logger.exception("archive.listener-failed", feed=self.place.feed)


def is_recent(published: datetime | None, now: datetime) -> bool:
    """Whether a feed may be yet to show what was published then."""
    return published is not None and now - HELD_FOR < published < now + HELD_FOR


def _may_change_unseen(before: ArchivePost | None, mark: str, now: datetime) -> bool:
    """Whether a known post was changed so lately that one more change may bear the same time, for
    sites count in whole seconds. What is new is left out: the feed's wording of it stays."""
    changed = iso_date(mark, [])
    known = before is not None and before.interview_id is not None
    return known and changed is not None and abs(now - changed) < MOMENT


def _edited(before: ArchivePost | None, now: Found, url: str, code: str) -> bool:
    """Whether the site changed a post since it was last read here, or gave it another address.

    Where a digest is the mark, only another one tells of a change; where a time is, it is written
    down before the post is read.
    """
    if before is None or before.interview_id is None:
        return url_key(url) != url_key(now.interview.url)
    return before.mark != now.mark or (before.state is PostState.WAITING and now.mark != code)
