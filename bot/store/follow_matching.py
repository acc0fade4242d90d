"""What a stored interview meets of what people follow, and who follows that."""

import asyncio
import json
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
import structlog

from bot.core.errors import UserError
from bot.core.filters import InterviewFacts, lets_through
from bot.core.model import Interview
from bot.core.readers import FollowSort, followed_ids
from bot.store.dialects import values_of_json
from bot.store.filtering import facts_of
from bot.store.session import Session, Transaction
from bot.store.tables import follow_spellings, follows

logger = structlog.get_logger(__name__)

WORDS = (
    sa.select(follows.c.artist_id, follows.c.name)
    .where(follows.c.sort == sa.literal_column(f"'{FollowSort.WORDS}'"))
    .distinct()
)


async def followers_of(tx: Transaction, interview: Interview) -> sa.Select[tuple[int]]:
    """The persons who follow something of an interview, as a query."""
    words = {row.artist_id: row.name for row in await tx.read(WORDS)}
    (met,) = await ids_met(tx, [interview], words)
    ids = values_of_json(json.dumps(sorted(met)), sa.Text)
    return sa.select(follow_spellings.c.user_id).where(follow_spellings.c.spelling_id.in_(ids))


async def ids_met(
    session: Session, listed: Sequence[Interview], words: Mapping[str, str]
) -> list[set[str]]:
    """For each interview the ids of all that is followed and met by it; of words these, by id."""
    met = [set(followed_ids(interview)) for interview in listed]
    if words:
        facts = await facts_of(session, listed)

        def add_words() -> None:
            for ids, one in zip(met, facts, strict=True):
                ids.update(id_ for id_, text in words.items() if _occur(text, one))

        # A thousand take 20 ms: the event loop goes on meanwhile.
        await asyncio.to_thread(add_words)
    return met


def _occur(words: str, facts: InterviewFacts) -> bool:
    try:
        return lets_through(words, facts)
    except UserError as error:
        # Written by another version.
        logger.warning("follow.unreadable", cause=error.key)
        return False
