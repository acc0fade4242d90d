"""The interviews: what is known of them, lists of them, and their history for the search index."""

import random
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

import sqlalchemy as sa
import structlog

from bot.core.batching import batched
from bot.core.model import Interview, InterviewSummary, StoredInterview
from bot.store import codec, edits, parking, timing
from bot.store.codec import interview_values, path_of, storable, turn_values
from bot.store.delivery_states import WITHDRAW, take
from bot.store.results import InterviewChange, KnownInterview
from bot.store.session import Repository, Transaction, transactional
from bot.store.tables import database, deliveries, interviews, turns

logger = structlog.get_logger(__name__)

_ID_BITS = 63

_AVAILABLE = interviews.c.withdrawn_at.is_(None)

SUMMARY = (
    interviews.c.id,
    interviews.c.title,
    interviews.c.url,
    interviews.c.subjects,
    interviews.c.tags,
    interviews.c.published_at,
    interviews.c.turn_count,
    interviews.c.image_url,
)
"""What ``codec.summary`` reads."""

_ON_CARD = (
    interviews.c.title,
    interviews.c.url,
    interviews.c.excerpt,
    interviews.c.image_url,
    interviews.c.withdrawn_at,
)
"""What a message shows: if one of these changes, the message is edited."""

_NOT_IN_FULL = {"id", "digest", "turn_count", "listed_at", "path"}


def _once(column: sa.Column[Any]) -> sa.Label[Any]:
    """`column`, sent with the interview's first turn only: it may be long, and the turns many."""
    return sa.case((sa.func.coalesce(turns.c.number, 1) == 1, column)).label(column.name)


_FULL = (
    sa.select(
        interviews.c.id,
        *(_once(column) for column in interviews.c if column.name not in _NOT_IN_FULL),
        turns.c.number,
        turns.c.question,
        turns.c.answers,
        turns.c.images,
    )
    .select_from(interviews.outerjoin(turns, turns.c.interview_id == interviews.c.id))
    .order_by(interviews.c.id, turns.c.number)
)

BY_IDS = _FULL.where(interviews.c.id.in_(sa.bindparam("ids", expanding=True)))
_SUMMARIES = sa.select(*SUMMARY).where(
    interviews.c.id.in_(sa.bindparam("ids", expanding=True)), _AVAILABLE
)
LATEST = (
    sa.select(*SUMMARY)
    .where(_AVAILABLE)
    .order_by(interviews.c.listed_at.desc(), interviews.c.id.desc())
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
    .offset(sa.bindparam("offset", type_=sa.BigInteger))
)
_COUNT = sa.select(sa.func.count()).select_from(interviews).where(_AVAILABLE)
CHANGED = (
    sa.select(interviews.c.id, interviews.c.revision, interviews.c.withdrawn_at)
    .where(interviews.c.revision > sa.bindparam("revision"))
    .order_by(interviews.c.revision)
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)
_COUNT_CHANGED = (
    sa.select(sa.func.count())
    .select_from(interviews)
    .where(interviews.c.revision > sa.bindparam("revision"))
)
_REVISION = sa.select(database.c.revision)
_KNOWN = sa.select(
    interviews.c.id,
    interviews.c.guid,
    interviews.c.url,
    interviews.c.digest,
    interviews.c.withdrawn_at.is_not(None),
)
_OUTLINES = sa.select(interviews.c.id, interviews.c.title, interviews.c.published_at)
_A_DAY = (
    sa.select(sa.func.count().label("number"))
    .where(interviews.c.published_at.is_not(None))
    .group_by(sa.func.date(interviews.c.published_at))
    .subquery()
)
_MOST_IN_A_DAY = sa.select(sa.func.max(_A_DAY.c.number))


class InterviewRepository(Repository):
    """The interviews.

    Text may hold anything: what no database takes (NUL, lone surrogates) is dropped or replaced.
    """

    async def get(self, interview_id: int) -> StoredInterview | None:
        """One interview with all its turns, withdrawn ones too; one round to the database."""
        found = await self.get_many([interview_id])
        return found[0] if found else None

    async def get_many(self, ids: Sequence[int]) -> list[StoredInterview]:
        """The interviews with their turns, in the order asked; missing ones, and those that can't
        be decoded, are left out."""
        try:
            rows = await self._session.read(BY_IDS, {"ids": _valid(ids)}) if _valid(ids) else ()
            found = codec.stored_interviews(rows)
        except (AttributeError, LookupError, TypeError, ValueError):
            if len(ids) == 1:
                logger.exception("interview.unreadable", interview=ids[0])
                return []
            return [one for id_ in ids for one in await self.get_many([id_])]
        return [found[id_] for id_ in ids if id_ in found]

    async def summaries(self, ids: Sequence[int]) -> list[InterviewSummary]:
        """The interviews without their turns, in the order asked; missing and withdrawn ones are
        left out."""
        rows = await self._session.read(_SUMMARIES, {"ids": _valid(ids)})
        found = {row.id: codec.summary(row) for row in rows}
        return [found[id_] for id_ in ids if id_ in found]

    async def latest(self, limit: int = 10, offset: int = 0) -> list[InterviewSummary]:
        """The newest published first, withdrawn ones left out.

        One without a date, or dated into the future, counts from when it was first seen.
        """
        if limit <= 0:
            return []
        rows = await self._session.read(LATEST, {"limit": limit, "offset": max(0, offset)})
        return [codec.summary(row) for row in rows]

    async def count(self) -> int:
        """How many interviews there are, withdrawn ones left out."""
        return int(await self._session.scalar(_COUNT))

    async def random(self, rng: random.Random) -> InterviewSummary | None:
        """Any interview, each with the same chance; ``None`` when there is none."""
        count = await self.count()
        found = await self.latest(1, rng.randrange(count)) if count else []
        return found[0] if found else None

    async def changed_since(self, revision: int, limit: int = 200) -> list[InterviewChange]:
        """The interviews changed after `revision`, oldest change first; 0 for all there are.

        Every insert, update and withdrawal gets a higher revision than all before it, and an
        interview is listed once, with its newest.
        """
        rows = await self._session.read(CHANGED, {"revision": revision, "limit": limit})
        there = [row.id for row in rows if row.withdrawn_at is None]
        found = {one.id: one for one in await self.get_many(there) if one.withdrawn_at is None}
        return [InterviewChange(row.revision, row.id, found.get(row.id)) for row in rows]

    async def count_changed_since(self, revision: int) -> int:
        """How many changes ``changed_since`` would list without a limit."""
        return int(await self._session.scalar(_COUNT_CHANGED, {"revision": revision}))

    async def revision(self) -> int:
        """The revision of the newest change; 0 for none yet."""
        return int(await self._session.scalar(_REVISION))

    async def known(self, guids: Collection[str], urls: Collection[str]) -> list[KnownInterview]:
        """The stored interviews that have one of these GUIDs or canonical URLs, by id; also those
        that have the path of one of the URLs on another host."""
        found: dict[int, KnownInterview] = {}
        paths = {path_of(url) for url in urls} - {""}
        chunks = (batched(map(storable, values), codec.CHUNK) for values in (guids, urls, paths))
        for some_guids, some_urls, some_paths in zip_longest(*chunks, fillvalue=()):
            one_of_them = sa.or_(
                interviews.c.guid.in_(some_guids),
                interviews.c.url.in_(some_urls),
                interviews.c.path.in_(some_paths),
            )
            for row in await self._session.read(_KNOWN.where(one_of_them)):
                found[row.id] = KnownInterview(*row)
        return [found[id_] for id_ in sorted(found)]

    async def known_by_id(self, interview_id: int) -> KnownInterview | None:
        """One stored interview, as ``known`` has it."""
        rows = await self._session.read(_KNOWN.where(interviews.c.id == interview_id))
        return KnownInterview(*rows[0]) if rows else None

    async def outlines(self) -> list[tuple[int, str, datetime | None]]:
        """Id, title and moment of publication of all interviews, withdrawn ones too."""
        return [(row[0], row[1], row[2]) for row in await self._session.read(_OUTLINES)]

    async def most_in_a_day(self) -> int:
        """How many interviews were published on one day (of UTC) at most."""
        return int(await self._session.scalar(_MOST_IN_A_DAY) or 0)

    @transactional
    async def insert(self, tx: Transaction, interview: Interview, digest: str) -> int:
        """Store a new interview and return its id. Its turns are numbered by their order.

        Raises:
            StoreError: an interview with this GUID is stored already.
        """
        (id_,) = await _insert(tx, [(interview, digest)])
        return id_

    @transactional
    async def insert_many(
        self, tx: Transaction, new: Sequence[tuple[Interview, str]]
    ) -> Sequence[int]:
        """Store new interviews with their digests, as ``insert`` does; their ids, in this order."""
        return await _insert(tx, new)

    @transactional
    async def update(
        self, tx: Transaction, interview_id: int, interview: Interview, digest: str
    ) -> None:
        """Replace what is stored of an interview; one that was withdrawn is there again. Messages
        that show what has changed are to be edited.

        Raises:
            LookupError: there is no interview with this id.
        """
        this = interviews.c.id == interview_id
        shown = sa.select(interviews.c.first_seen_at, *_ON_CARD).where(this)
        before = (await tx.execute(shown)).one_or_none()
        if before is None:
            raise LookupError(f"no interview {interview_id}")
        await tx.execute(
            interviews.update()
            .where(this)
            .values(
                **interview_values(interview),
                digest=digest,
                listed_at=_listed_at(interview, before.first_seen_at),
                withdrawn_at=None,
                revision=await _next_revision(tx),
            )
        )
        if (await tx.execute(shown)).one() != before:
            await edits.plan(tx, interview_id, tx.clock.now())
        await tx.execute(turns.delete().where(turns.c.interview_id == interview_id))
        await _write_turns(tx, (interview_id, interview))

    @transactional
    async def withdraw(self, tx: Transaction, interview_id: int, now: datetime) -> bool:
        """Take an interview out of lists and search; what was not sent of it is superseded, and
        messages that show it are to be edited. What may have been sent is looked for first, by its
        next lease. False where it is not there to be withdrawn."""
        result = await tx.execute(
            interviews.update()
            .where(interviews.c.id == interview_id, _AVAILABLE)
            .values(withdrawn_at=now, revision=await _next_revision(tx))
        )
        if result.rowcount == 0:
            return False
        alone = (deliveries.c.interview_id == interview_id, deliveries.c.batch.is_(None))
        never_sent = deliveries.c.maybe_sent_at.is_(None)
        await take(tx, WITHDRAW, now, *alone, never_sent, reason="withdrawn")
        await timing.withdraw_from_digests(tx, interview_id, now)
        await parking.probe_stranded(tx, now)
        await edits.plan(tx, interview_id, now)
        return True


def _valid(ids: Iterable[int]) -> list[int]:
    """Those that may be row ids; others come from forged custom_ids and overflow the column."""
    return [id_ for id_ in ids if 0 < id_ < 1 << _ID_BITS]


def _listed_at(interview: Interview, first_seen_at: datetime) -> datetime:
    return min(interview.published_at or first_seen_at, first_seen_at)


async def _insert(tx: Transaction, new: Sequence[tuple[Interview, str]]) -> Sequence[int]:
    """A page of an archive takes three statements, as one interview does: statements, not rows, are
    what takes the time."""
    if not new:
        return []
    now = tx.clock.now()
    last = await _next_revision(tx, len(new))
    rows = [
        {
            **interview_values(interview),
            "digest": digest,
            "first_seen_at": now,
            "listed_at": _listed_at(interview, now),
            "revision": revision,
        }
        for revision, (interview, digest) in enumerate(new, last - len(new) + 1)
    ]
    returning = interviews.insert().returning(interviews.c.id, sort_by_parameter_order=True)
    ids: list[int] = [row.id for row in await tx.read(returning, rows)]
    written = zip(ids, (interview for interview, _ in new), strict=True)
    await _write_turns(tx, *written)
    return ids


async def _write_turns(tx: Transaction, *written: tuple[int, Interview]) -> None:
    rows = [
        row
        for interview_id, interview in written
        for row in turn_values(interview_id, interview.transcript.turns)
    ]
    if rows:
        await tx.execute(turns.insert(), rows)


async def _next_revision(tx: Transaction, count: int = 1) -> int:
    """The last of the next `count` revisions, which are taken."""
    return int(
        await tx.scalar(
            database.update()
            .values(revision=database.c.revision + count)
            .returning(database.c.revision)
        )
    )
