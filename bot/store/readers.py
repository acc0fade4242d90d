"""What is stored of people who read: where they stopped, and what they saved."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.model import InterviewSummary, Position, StoredInterview
from bot.core.readers import Place, Saved
from bot.store import codec, drafts, history
from bot.store.dialects import insert
from bot.store.follows import FollowRepository
from bot.store.interviews import SUMMARY, InterviewRepository
from bot.store.session import Repository, Transaction, transactional
from bot.store.tables import interviews, places, saved, turns

PLACES_KEPT = 50
"""Interviews in which a person's place is stored: the most recently read."""


@dataclass(frozen=True, slots=True)
class OpenedInterview:
    """An interview as one person finds it: which questions they saved (0 for the whole), and where
    they stopped, if they ever read in it."""

    stored: StoredInterview
    saved: frozenset[int] = frozenset()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ListedInterview:
    """An interview for a list, and whether the site has withdrawn it since."""

    summary: InterviewSummary
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class SavedItem:
    """Something saved, with its interview; ``question`` is "" for a whole interview."""

    saved: Saved
    interview: ListedInterview
    question: str


@dataclass(frozen=True, slots=True)
class StartedInterview:
    """An interview that a person read in, and where they stopped."""

    place: Place
    summary: InterviewSummary


@dataclass(frozen=True, slots=True)
class DatedCount:
    """How many there are, from when to when; no dates for none."""

    number: int
    oldest: datetime | None = None
    newest: datetime | None = None


def _with_persons(table: sa.Table) -> sa.ColumnElement[bool]:
    """That a row belongs to the interview and to the person."""
    return sa.and_(
        table.c.interview_id == interviews.c.id, table.c.user_id == sa.bindparam("user_id")
    )


OPENED = (
    sa.select(
        interviews.c.revision,
        saved.c.section.label("saved"),
        places.c.section,
        places.c.part,
        places.c.read_at,
    )
    .select_from(
        interviews.outerjoin(places, _with_persons(places)).outerjoin(saved, _with_persons(saved))
    )
    .where(interviews.c.id == sa.bindparam("id"))
)
LISTED = sa.select(*SUMMARY, interviews.c.withdrawn_at).where(
    interviews.c.id.in_(sa.bindparam("ids", expanding=True))
)
STARTED = (
    sa.select(places.c.section, places.c.part, places.c.read_at, *SUMMARY)
    .join_from(places, interviews, places.c.interview_id == interviews.c.id)
    .where(places.c.user_id == sa.bindparam("user_id"), interviews.c.withdrawn_at.is_(None))
    .order_by(places.c.read_at.desc(), places.c.interview_id.desc())
    .limit(PLACES_KEPT)
)
SAVED = (
    sa.select(
        saved.c.section, saved.c.saved_at, turns.c.question, *SUMMARY, interviews.c.withdrawn_at
    )
    .select_from(
        saved.join(interviews, saved.c.interview_id == interviews.c.id).outerjoin(
            turns,
            sa.and_(
                turns.c.interview_id == saved.c.interview_id, turns.c.number == saved.c.section
            ),
        )
    )
    .where(saved.c.user_id == sa.bindparam("user_id"))
    .order_by(saved.c.saved_at.desc(), saved.c.interview_id.desc(), saved.c.section.desc())
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
    .offset(sa.bindparam("offset", type_=sa.BigInteger))
)


def _count_of(table: sa.Table, moment: sa.Column[Any]) -> sa.Select[Any]:
    columns: list[sa.ColumnElement[Any]] = [
        sa.func.count().label("number"),
        sa.func.min(moment).label("oldest"),
        sa.func.max(moment).label("newest"),
    ]
    return sa.select(*columns).where(table.c.user_id == sa.bindparam("user_id"))


_COUNT_PLACES = _count_of(places, places.c.read_at)
_COUNT_SAVED = _count_of(saved, saved.c.saved_at)


class ReaderRepository(Repository):
    """What is stored of people who read."""

    async def open(
        self, user_id: int, interview_id: int, known: StoredInterview | None = None
    ) -> OpenedInterview | None:
        """An interview, withdrawn ones too, as this person finds it.

        One round to the database where `known`, the interview as it was once read, is what is
        stored; without it, two at the same time.
        """
        stored = InterviewRepository(self._session)
        asked = {"id": interview_id, "user_id": user_id}
        if known is None:
            rows, known = await asyncio.gather(
                self._session.read(OPENED, asked), stored.get(interview_id)
            )
        else:
            rows = await self._session.read(OPENED, asked)
        if not rows or known is None:
            return None
        first = rows[0]
        if known.revision != first.revision:
            known = await stored.get(interview_id)
            if known is None:
                return None
        place = None
        if first.read_at is not None:
            place = Place(interview_id, Position(first.section, first.part), first.read_at)
        sections = frozenset(row.saved for row in rows if row.saved is not None)
        return OpenedInterview(known, sections, place)

    async def listed(self, ids: Collection[int]) -> dict[int, ListedInterview]:
        """The interviews that there are, withdrawn ones too, by id."""
        rows = await self._session.read(LISTED, {"ids": list(ids)})
        return {row.id: _listed(row) for row in rows}

    @transactional
    async def save_places(self, tx: Transaction, found: Collection[tuple[int, Place]]) -> None:
        """Remember where people (by their user id) stopped, all in one transaction.

        A place older than the one that is stored changes nothing, nor does the cover where any is
        stored; an interview that was deleted has none. Of each person the newest ``PLACES_KEPT``
        stay.
        """
        rows = [
            {
                "user": user_id,
                "interview": place.interview_id,
                "at_section": place.position.section,
                "at_part": place.position.part,
                "at": place.read_at,
            }
            for user_id, place in found
        ]
        if rows:
            await tx.execute(_SAVE_PLACE, rows)
            await tx.execute(_TRIM, [{"user": user} for user in {user for user, _ in found}])

    async def started(self, user_id: int) -> list[StartedInterview]:
        """The interviews that a person read in, most recently read first, without withdrawn ones.

        At most ``PLACES_KEPT``.
        """
        rows = await self._session.read(STARTED, {"user_id": user_id})
        return [
            StartedInterview(
                Place(row.id, Position(row.section, row.part), row.read_at), codec.summary(row)
            )
            for row in rows
        ]

    @transactional
    async def save(self, tx: Transaction, user_id: int, item: Saved, limit: int) -> bool:
        """Save a question or an interview; false, and nothing changed, where the person has
        `limit` saved already. Saved again it keeps its date."""
        others = sa.select(sa.func.count()).where(
            saved.c.user_id == user_id,
            sa.or_(saved.c.interview_id != item.interview_id, saved.c.section != item.section),
        )
        if await tx.scalar(others) >= limit:
            return False
        values = {
            "user": user_id,
            "interview": item.interview_id,
            "at_section": item.section,
            "at": item.saved_at,
        }
        await tx.execute(_SAVE, values)
        return True

    @transactional
    async def unsave(self, tx: Transaction, user_id: int, interview_id: int, section: int) -> bool:
        """Delete what was saved; whether it was saved."""
        result = await tx.execute(
            saved.delete().where(
                saved.c.user_id == user_id,
                saved.c.interview_id == interview_id,
                saved.c.section == section,
            )
        )
        return result.rowcount > 0

    async def saved(self, user_id: int, limit: int, offset: int = 0) -> list[SavedItem]:
        """What a person saved, most recently saved first; withdrawn interviews too."""
        page = {"user_id": user_id, "limit": limit, "offset": offset}
        return [
            SavedItem(Saved(row.id, row.section, row.saved_at), _listed(row), row.question or "")
            for row in await self._session.read(SAVED, page)
        ]

    @transactional
    async def forget(self, tx: Transaction, user_id: int) -> None:
        """Delete all that is stored of a person, in one transaction: whom they follow, too, and
        that it was they who changed something in a guild."""
        for table in (places, saved):
            await tx.execute(table.delete().where(table.c.user_id == user_id))
        await FollowRepository(tx).forget(user_id)
        await history.forget(tx, user_id)
        await drafts.forget(tx, user_id)

    async def count_places(self, user_id: int) -> DatedCount:
        """How many places are stored of a person."""
        return DatedCount(*(await self._session.read(_COUNT_PLACES, {"user_id": user_id}))[0])

    async def count_saved(self, user_id: int) -> DatedCount:
        """How many things a person saved."""
        return DatedCount(*(await self._session.read(_COUNT_SAVED, {"user_id": user_id}))[0])


def _listed(row: Any) -> ListedInterview:
    return ListedInterview(codec.summary(row), row.withdrawn_at is not None)


_USER = sa.bindparam("user", type_=sa.BigInteger)
_INTERVIEW = sa.bindparam("interview", type_=sa.BigInteger)
_SECTION = sa.bindparam("at_section", type_=sa.Integer)
_PART = sa.bindparam("at_part", type_=sa.Integer)
_AT = sa.bindparam("at", type_=places.c.read_at.type)
_EXISTS = sa.exists().where(interviews.c.id == _INTERVIEW)

_NEW_PLACE = insert(places).from_select(
    ["user_id", "interview_id", "section", "part", "read_at"],
    sa.select(_USER, _INTERVIEW, _SECTION, _PART, _AT).where(_EXISTS),
)
_SAVE_PLACE = _NEW_PLACE.on_conflict_do_update(
    index_elements=["user_id", "interview_id"],
    set_={name: _NEW_PLACE.excluded[name] for name in ("section", "part", "read_at")},
    where=sa.and_(
        places.c.read_at <= _NEW_PLACE.excluded.read_at,
        sa.or_(_NEW_PLACE.excluded.section > 0, _NEW_PLACE.excluded.part > 0),
    ),
)
_NEWEST = (
    sa.select(places.c.interview_id)
    .where(places.c.user_id == _USER)
    .order_by(places.c.read_at.desc(), places.c.interview_id.desc())
    .limit(PLACES_KEPT)
)
_TRIM = places.delete().where(places.c.user_id == _USER, places.c.interview_id.not_in(_NEWEST))
_SAVE = (
    insert(saved)
    .from_select(
        ["user_id", "interview_id", "section", "saved_at"],
        sa.select(_USER, _INTERVIEW, _SECTION, _AT).where(_EXISTS),
    )
    .on_conflict_do_nothing()
)
