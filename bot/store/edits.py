"""The sent messages that are to be edited, because their interview has changed.

Editing twice is harmless, so rows need no lease. ``edit_due_at`` is set in the transaction that
changes or withdraws the interview, and cleared after the edit, unless it was set anew meanwhile.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.core.extras import ExtraKind
from bot.core.model import (
    DeliveryState,
    SubscriptionState,
    TargetKind,
)
from bot.store.regular_posts import contents
from bot.store.results import DueEdit
from bot.store.session import Repository, Transaction, transactional
from bot.store.subscription_rows import STYLE, style
from bot.store.tables import deliveries, extras, subscriptions

EDIT_PAUSE = timedelta(hours=1)
"""A message is edited no oftener, however often its interview changes."""

_ROW = (
    deliveries.c.id,
    deliveries.c.interview_id,
    deliveries.c.message_id,
    deliveries.c.digest,
    deliveries.c.plain,
    deliveries.c.edit_attempts,
    deliveries.c.edit_due_at,
    deliveries.c.missed,
    subscriptions.c.guild_id,
    sa.func.coalesce(deliveries.c.channel_id, subscriptions.c.channel_id),
    subscriptions.c.role_id,
    subscriptions.c.more_role_ids,
    *STYLE,
    # What is published to followers is sent as an embed, and stays one.
    sa.exists().where(
        extras.c.delivery_id == deliveries.c.id,
        extras.c.what == ExtraKind.CROSSPOST.value,
    ),
    subscriptions.c.kind,
    subscriptions.c.channel_id,
)

_WAITING = sa.and_(
    deliveries.c.edit_due_at.is_not(None),
    deliveries.c.state == DeliveryState.SENT,
    subscriptions.c.state != SubscriptionState.ENDED,
)

_JOINED = deliveries.join(subscriptions, subscriptions.c.id == deliveries.c.subscription_id)

DUE = (
    sa.select(*_ROW)
    .select_from(_JOINED)
    .where(_WAITING, deliveries.c.edit_due_at <= sa.bindparam("now"))
    .order_by(deliveries.c.edit_due_at, deliveries.c.id)
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)

NEXT_DUE = (
    sa.select(deliveries.c.edit_due_at)
    .select_from(_JOINED)
    .where(_WAITING)
    .order_by(deliveries.c.edit_due_at)
    .limit(1)
)


async def plan(tx: Transaction, interview_id: int, now: datetime) -> None:
    """Have every message of an interview edited, also one that is being sent now or may have been.
    Digests are not: their list of titles opens the interview as it is."""
    edited_lately = deliveries.c.edited_at > now - EDIT_PAUSE
    messages = (
        deliveries.c.interview_id == interview_id,
        sa.or_(
            deliveries.c.state.in_([DeliveryState.SENT, DeliveryState.LEASED]),
            deliveries.c.maybe_sent_at.is_not(None),
        ),
        deliveries.c.batch.is_(None),
    )
    not_lately = sa.or_(deliveries.c.edited_at.is_(None), sa.not_(edited_lately))
    await tx.execute(deliveries.update().where(*messages, not_lately).values(edit_due_at=now))
    moments = sa.select(deliveries.c.edited_at).where(*messages, edited_lately).distinct()
    for moment in await tx.scalars(moments):
        await tx.execute(
            deliveries.update()
            .where(*messages, deliveries.c.edited_at == moment)
            .values(edit_due_at=moment + EDIT_PAUSE)
        )


def _due_edit(row: Any) -> DueEdit:
    """The edit of a row that has the columns ``_ROW``."""
    role_id, others, *looks_and_more = row[10:]
    roles = (role_id, *others) if role_id is not None else ()
    looks = style(*looks_and_more[: len(STYLE)])
    published, kind, target_id = looks_and_more[len(STYLE) :]
    return replace(
        DueEdit(*row[:10]),
        role_ids=roles,
        published=published,
        kind=TargetKind(kind),
        target_id=target_id,
        style=looks,
    )


class EditRepository(Repository):
    """The sent messages that are to be edited."""

    async def due(self, now: datetime, limit: int) -> list[DueEdit]:
        """What is to be edited at `now`, the longest due first."""
        rows = await self._session.read(DUE, {"now": now, "limit": limit})
        found = await contents(self._session, [row.id for row in rows])
        return [replace(_due_edit(row), regular=found.get(row.id)) for row in rows]

    async def next_due(self) -> datetime | None:
        """When ``due`` will next find something, ``None`` for nothing to edit."""
        due: datetime | None = await self._session.scalar(NEXT_DUE)
        return due

    @transactional
    async def settle(
        self,
        tx: Transaction,
        edit: DueEdit,
        now: datetime,
        digest: str | None,
        again: datetime | None = None,
    ) -> None:
        """Write down that the message shows `digest` now (``None``: that it can't be edited), or,
        with `again`, when to try next."""
        this = (deliveries.c.id == edit.delivery_id, deliveries.c.edit_due_at == edit.due_at)
        values: dict[str, Any] = {"edit_due_at": again, "edit_attempts": edit.attempts + 1}
        if again is None:
            values["edit_attempts"] = 0
            if digest is not None:
                values["digest"] = digest
            # What was edited for its picture alone, not for a change, delays no change.
            if digest is not None and edit.digest is not None:
                values["edited_at"] = now
        await tx.execute(deliveries.update().where(*this).values(values))
