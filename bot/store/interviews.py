"""Questions and changes about interviews."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.batching import batched
from bot.core.model import DeliveryState, FeedState, Interview, Validators
from bot.store import edits, parking, timing
from bot.store.codec import interview_values, path_of, storable, storable_or_none, turn_values
from bot.store.results import Known
from bot.store.tables import database, deliveries, feeds, interviews, turns

# Bound values of one statement; SQLite takes 32,766 (https://www.sqlite.org/limits.html, 9).
_CHUNK = 1_000

_THERE = interviews.c.withdrawn_at.is_(None)

SUMMARY = (
    interviews.c.id,
    interviews.c.title,
    interviews.c.url,
    interviews.c.subjects,
    interviews.c.kinds,
    interviews.c.published_at,
    interviews.c.turn_count,
)
"""What ``codec.summary`` reads."""


_ON_CARD = (
    interviews.c.title,
    interviews.c.url,
    interviews.c.excerpt,
    interviews.c.image_url,
    interviews.c.withdrawn_at,
)
"""What changes an announcement that was sent."""


def _once(column: sa.Column[Any]) -> sa.Label[Any]:
    """`column`, sent with the interview's first turn only: it may be long, and the turns many."""
    return sa.case((sa.func.coalesce(turns.c.number, 1) == 1, column)).label(column.name)


_FULL = (
    sa.select(
        interviews.c.id,
        *(
            _once(column)
            for column in interviews.c
            if column.name not in {"id", "digest", "turn_count", "listed_at", "revision", "path"}
        ),
        turns.c.number,
        turns.c.question,
        turns.c.answers,
        turns.c.images,
    )
    .select_from(interviews.outerjoin(turns, turns.c.interview_id == interviews.c.id))
    .order_by(interviews.c.id, turns.c.number)
)

BY_ID = _FULL.where(interviews.c.id == sa.bindparam("id"))
BY_IDS = _FULL.where(interviews.c.id.in_(sa.bindparam("ids", expanding=True)))
SUMMARIES = sa.select(*SUMMARY).where(
    interviews.c.id.in_(sa.bindparam("ids", expanding=True)), _THERE
)
LATEST = (
    sa.select(*SUMMARY)
    .where(_THERE)
    .order_by(interviews.c.listed_at.desc(), interviews.c.id.desc())
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
    .offset(sa.bindparam("offset", type_=sa.BigInteger))
)
COUNT = sa.select(sa.func.count().label("there")).select_from(interviews).where(_THERE)
IDENTITY = sa.select(database.c.identity)
CHANGED = (
    sa.select(interviews.c.id, interviews.c.revision, interviews.c.withdrawn_at)
    .where(interviews.c.revision > sa.bindparam("revision"))
    .order_by(interviews.c.revision)
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)
COUNT_CHANGED = (
    sa.select(sa.func.count().label("there"))
    .select_from(interviews)
    .where(interviews.c.revision > sa.bindparam("revision"))
)
REVISION = sa.select(database.c.revision)
FEED = sa.select(feeds).where(feeds.c.url == sa.bindparam("url"))


async def known(
    connection: AsyncConnection, guids: Collection[str], urls: Collection[str]
) -> list[Known]:
    found: dict[int, Known] = {}
    paths = {path_of(url) for url in urls} - {""}
    for column, wanted in (
        (interviews.c.guid, guids),
        (interviews.c.url, urls),
        (interviews.c.path, paths),
    ):
        for chunk in batched(map(storable, wanted), _CHUNK):
            rows = await connection.execute(
                sa.select(
                    interviews.c.id,
                    interviews.c.guid,
                    interviews.c.url,
                    interviews.c.digest,
                    interviews.c.withdrawn_at,
                ).where(column.in_(chunk))
            )
            for id_, guid, url, digest, withdrawn_at in rows:
                found[id_] = Known(id_, guid, url, digest, withdrawn_at is not None)
    return [found[id_] for id_ in sorted(found)]


async def insert(
    connection: AsyncConnection, interview: Interview, digest: str, now: datetime
) -> int:
    values = interview_values(interview)
    result = await connection.execute(
        interviews.insert().values(
            **values,
            digest=digest,
            first_seen_at=now,
            listed_at=_listed_at(interview, now),
            revision=await _next_revision(connection),
        )
    )
    assert result.inserted_primary_key is not None  # noqa: S101
    id_: int = result.inserted_primary_key[0]
    await _write_turns(connection, id_, interview)
    return id_


async def update(
    connection: AsyncConnection, id_: int, interview: Interview, digest: str, now: datetime
) -> None:
    """Replace what is stored; messages that show what has changed are to be edited."""
    found = await connection.execute(
        sa.select(interviews.c.first_seen_at, *_ON_CARD).where(interviews.c.id == id_)
    )
    before = found.one_or_none()
    if before is None:
        raise LookupError(f"no interview {id_}")
    first_seen_at = before.first_seen_at
    await connection.execute(
        interviews.update()
        .where(interviews.c.id == id_)
        .values(
            **interview_values(interview),
            digest=digest,
            listed_at=_listed_at(interview, first_seen_at),
            withdrawn_at=None,
            revision=await _next_revision(connection),
        )
    )
    after = await connection.execute(sa.select(*_ON_CARD).where(interviews.c.id == id_))
    if tuple(after.one()) != tuple(before)[1:]:
        await edits.plan(connection, id_, now)
    await connection.execute(turns.delete().where(turns.c.interview_id == id_))
    await _write_turns(connection, id_, interview)


async def withdraw(connection: AsyncConnection, id_: int, now: datetime) -> None:
    result = await connection.execute(
        interviews.update()
        .where(interviews.c.id == id_, _THERE)
        .values(withdrawn_at=now, revision=await _next_revision(connection))
    )
    if result.rowcount == 0:
        return
    await connection.execute(
        deliveries.update()
        .where(
            deliveries.c.interview_id == id_,
            deliveries.c.state.in_([DeliveryState.PENDING, DeliveryState.PARKED]),
            deliveries.c.batch.is_(None),
        )
        .values(state=DeliveryState.SUPERSEDED, reason="withdrawn", changed_at=now)
    )
    await timing.withdraw(connection, id_, now)
    await parking.probe_stranded(connection, now)
    await edits.plan(connection, id_, now)


async def save_feed_state(connection: AsyncConnection, state: FeedState) -> None:
    url = storable(state.url)
    values = {
        "etag": storable_or_none(state.validators.etag),
        "last_modified": storable_or_none(state.validators.last_modified),
        "seeded": state.seeded,
        "failures": state.failures,
        "polled_at": state.polled_at,
        "changed_at": state.changed_at,
    }
    updated = await connection.execute(feeds.update().where(feeds.c.url == url).values(values))
    if updated.rowcount == 0:
        await connection.execute(feeds.insert().values(url=url, **values))


def feed_state(url: str, rows: Sequence[Any]) -> FeedState:
    if not rows:
        return FeedState(url)
    row = rows[0]
    return FeedState(
        url=url,
        validators=Validators(row.etag, row.last_modified),
        seeded=row.seeded,
        failures=row.failures,
        polled_at=row.polled_at,
        changed_at=row.changed_at,
    )


def _listed_at(interview: Interview, first_seen_at: datetime) -> datetime:
    return min(interview.published_at or first_seen_at, first_seen_at)


async def _write_turns(connection: AsyncConnection, id_: int, interview: Interview) -> None:
    rows = turn_values(id_, interview.transcript.turns)
    if rows:
        await connection.execute(turns.insert(), rows)


async def _next_revision(connection: AsyncConnection) -> int:
    result = await connection.execute(
        database.update().values(revision=database.c.revision + 1).returning(database.c.revision)
    )
    return int(result.scalar_one())
