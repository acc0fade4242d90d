"""Which subscriptions do not let an interview through."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
import structlog

from bot.core.artists import artist_key
from bot.core.errors import UserError
from bot.core.filters import InterviewFacts, lets_through
from bot.core.model import Delivery, Interview, Mode, Subject
from bot.store.codec import subjects_of
from bot.store.outbox_queries import ROW, delivery
from bot.store.session import Repository, Session, Transaction
from bot.store.subscription_rows import NOT_ENDED
from bot.store.tables import deliveries, interviews, subscriptions

logger = structlog.get_logger(__name__)

_FILTERED = sa.select(subscriptions.c.id, subscriptions.c.filter).where(
    subscriptions.c.filter != "", subscriptions.c.mode == Mode.POST, NOT_ENDED
)

_SUBJECTS = sa.select(interviews.c.subjects)


class FilterRepository(Repository):
    """What filters ask of interviews, and what came of an interview."""

    async def facts(self, listed: Sequence[Interview]) -> list[InterviewFacts]:
        """The facts of each interview, with all names that the archive has for those in it."""
        return await facts_of(self._session, listed)

    async def outcomes(self, guild_id: int, interview_id: int) -> dict[int, Delivery]:
        """What became of an interview in a guild, by subscription."""
        query = (
            sa.select(*ROW)
            .join(subscriptions, subscriptions.c.id == deliveries.c.subscription_id)
            .where(subscriptions.c.guild_id == guild_id, deliveries.c.interview_id == interview_id)
        )
        rows = [delivery(row) for row in await self._session.read(query)]
        return {row.subscription_id: row for row in rows}


async def left_out(tx: Transaction, interview: Interview) -> list[int]:
    """The ids of the subscriptions whose filter does not let an interview through."""
    filtered = await tx.read(_FILTERED)
    if not filtered:
        return []
    facts = await facts_of(tx, [interview])
    # A thousand filters take 20 ms: the event loop goes on meanwhile.
    return await asyncio.to_thread(_refused, filtered, facts[0])


def _refused(filtered: Iterable[Any], facts: InterviewFacts) -> list[int]:
    refused = []
    for id_, text in filtered:
        try:
            if not lets_through(text, facts):
                refused.append(id_)
        except UserError as error:
            # Written by another version: what may be wanted is announced.
            logger.warning("filter.unreadable", subscription=id_, cause=str(error))
    return refused


async def facts_of(session: Session, listed: Sequence[Interview]) -> list[InterviewFacts]:
    """The facts of each interview, with all names that the archive has for those in it."""
    rows = await session.read(_SUBJECTS)

    def read() -> list[InterviewFacts]:
        known = [subject for row in rows for subject in subjects_of(row)]
        return [InterviewFacts.of(one, other_spellings(one.subjects, known)) for one in listed]

    return await asyncio.to_thread(read)


def other_spellings(subjects: Iterable[Subject], known: Iterable[Subject]) -> set[str]:
    """All aliases under which `known` subjects of the same names go."""
    names = {artist_key(subject.name) for subject in subjects} - {""}
    return {alias for one in known if artist_key(one.name) in names for alias in one.aliases}
