"""What one poll of a feed writes, in one transaction."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.core.feed_state import FeedState
from bot.core.model import Interview, StoredInterview
from bot.feed.decide import MOST_IN_A_DAY, FeedEntry, Past, Plan, decide, keys_of, match
from bot.feed.likeness import Mark, candidates, marks, title_mark
from bot.store import KnownInterview, Repositories, Store

logger = structlog.get_logger(__name__)

SLACK = timedelta(hours=1)
"""What was published so long before a poll may not have been in the feed yet: pages are cached, and
the site's clock is not ours."""


FAILED = "failed"
POLL_RESULTS = ("new", "changed", "unchanged", "not_modified", FAILED)
"""What may come of a poll; the last where it raised."""


@dataclass(frozen=True, slots=True)
class PollReport:
    """What one poll of a feed brought.

    ``status`` is 200 or 304. ``new_ids`` stand in the order of announcement; ``enqueued`` counts
    deliveries. ``seeded_now`` marks the first poll ever. ``withheld_ids`` are those of the new ones
    that are announced only if the operator says so. ``written`` says whether anything was written
    at all.
    """

    url: str
    status: int
    new_ids: tuple[int, ...] = ()
    updated_ids: tuple[int, ...] = ()
    enqueued: int = 0
    seeded_now: bool = False
    written: bool = False
    withheld_ids: tuple[int, ...] = ()

    @property
    def result(self) -> str:
        """What came of it, in a word: one of ``POLL_RESULTS``."""
        if self.changed:
            return "new" if self.new_ids else "changed"
        return "not_modified" if self.status == 304 else "unchanged"

    @property
    def changed(self) -> bool:
        """Whether an interview was added or changed."""
        return bool(self.new_ids or self.updated_ids)


async def write_poll(
    store: Store,
    before: FeedState,
    after: FeedState,
    entries: Sequence[FeedEntry],
    older: Sequence[FeedEntry],
    past: Past,
    now: datetime,
) -> PollReport:
    """Write what a feed's `entries` mean, and the state of the feed as it is `after` them.

    `older` are entries that the feed shows no more; `past` is completed by what the store knows.
    That is asked within the transaction, so that another process that polls the same feed can't
    come in between. Of `older`, each channel gets the newest ``catch_up``.

    Raises:
        StoreError: the database failed; nothing was changed.
    """
    further = {id(entry) for entry in older}
    new_ids: list[int] = []
    withheld: list[int] = []
    late: list[int] = []
    enqueued = 0
    async with store.transaction() as tx:
        known = await tx.interviews.known(*keys_of([*entries, *older]))
        past = await _complete(past, tx, [*entries, *older], known)
        # Texts from outside, compared letter by letter: the event loop goes on meanwhile.
        plan = await asyncio.to_thread(
            decide, entries, known, seeded=before.seeded, past=past, older=older
        )
        if plan.empty and before.seeded and after == before:
            return PollReport(before.url, 200)
        for update in plan.updates:
            await tx.interviews.update(update.id, update.entry.interview, update.entry.digest)
        announced, held = set(map(id, plan.announced)), set(map(id, plan.withheld))
        for entry in plan.new:
            id_ = await tx.interviews.insert(entry.interview, entry.digest)
            new_ids.append(id_)
            if id(entry) in held:
                withheld.append(id_)
                await tx.backlog.withhold(id_, now)
            elif id(entry) in announced:
                enqueued += await tx.outbox.enqueue(id_, now)
                late += [id_] if id(entry) in further else []
        await tx.backlog.merge(late, now)
        await tx.feeds.save(_saved(after, plan, now))
    if withheld:
        _warn(before.url, withheld)
    return PollReport(
        before.url,
        200,
        new_ids=tuple(new_ids),
        updated_ids=tuple(update.id for update in plan.updates),
        enqueued=enqueued,
        seeded_now=not before.seeded,
        written=True,
        withheld_ids=tuple(withheld),
    )


async def _complete(
    past: Past,
    tx: Repositories,
    entries: Sequence[FeedEntry],
    known: Sequence[KnownInterview],
) -> Past:
    """Asks the store no more than the entries need: where all are known, nothing."""
    unknown = [
        entry.interview
        for entry, row in zip(entries, match(entries, known), strict=True)
        if row is None
    ]
    if not unknown:
        return past
    most = await tx.interviews.most_in_a_day() if len(unknown) > MOST_IN_A_DAY else 0
    alike = await known_marks(tx, unknown)
    return replace(past, most_in_a_day=max(most, MOST_IN_A_DAY), alike=alike)


async def known_marks(tx: Repositories, unknown: Sequence[Interview]) -> Mapping[Mark, int]:
    """The ids of stored interviews that one of `unknown` may be, by their ``marks``, and of those
    of the same title."""
    if not unknown:
        return {}
    ids = await asyncio.to_thread(candidates, unknown, await tx.interviews.outlines())
    return await asyncio.to_thread(_by_marks, await tx.interviews.get_many(ids))


def _by_marks(stored: Iterable[StoredInterview]) -> dict[Mark, int]:
    known: dict[Mark, int] = {}
    for one in stored:
        for mark in (*marks(one.interview), title_mark(one.interview)):
            known.setdefault(mark, one.id)
    return known


def _warn(url: str, ids: Iterable[int]) -> None:
    listed = " ".join(map(str, ids))
    logger.warning(
        "feed.withheld",
        feed=url,
        interviews=listed,
        cause="known titles and texts at new addresses, or more at once than ever in a day",
        mend=f"if they are new, announce them: python -m bot announce {listed}",
    )


def _saved(state: FeedState, plan: Plan, now: datetime) -> FeedState:
    return replace(
        state,
        seeded=True,
        polled_at=now,
        changed_at=state.changed_at if plan.empty else now,
    )
