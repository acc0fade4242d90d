"""The notices to admins: that announcements stopped, and why.

A notice is due at ``notice_due_at`` and is sent under a nonce made of that moment.
``notice_tried_at`` is written before it is sent. After a crash it is sent again only as long as
Discord knows the nonce; later it counts as sent, for a notice too few is better than one too many.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.core.model import Mode, SubscriptionState, TargetKind
from bot.store.results import DueNotice
from bot.store.session import Repository, Transaction, transactional
from bot.store.tables import subscriptions

NONCE_TRUSTED = timedelta(seconds=120)
"""For how long after an attempt without a known outcome it may be made again: Discord remembers a
nonce for "a few minutes" (Discord docs, Create Message)."""

_DUE = (
    sa.select(
        subscriptions.c.id.label("subscription_id"),
        subscriptions.c.guild_id,
        subscriptions.c.channel_id,
        subscriptions.c.created_by,
        subscriptions.c.reason,
        subscriptions.c.state,
        subscriptions.c.notice_due_at.label("due_at"),
        (subscriptions.c.mode == Mode.REGULAR).label("regular"),
    )
    .where(
        subscriptions.c.notice_due_at.is_not(None),
        subscriptions.c.notice_due_at <= sa.bindparam("now"),
        subscriptions.c.reason.is_not(None),
        # A person gets theirs beside the answer to their next command.
        subscriptions.c.kind != TargetKind.DIRECT,
    )
    .order_by(subscriptions.c.notice_due_at, subscriptions.c.id)
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)


class NoticeRepository(Repository):
    """The notices that are to be sent to admins."""

    @transactional
    async def due(self, tx: Transaction, now: datetime, limit: int) -> list[DueNotice]:
        """What is to be sent at `now`, the longest due first; attempts without a known outcome
        for ``NONCE_TRUSTED`` are counted as sent first."""
        lost = subscriptions.c.notice_tried_at <= now - NONCE_TRUSTED
        await tx.execute(subscriptions.update().where(lost).values(_sent(now)))
        rows = await tx.read(_DUE, {"now": now, "limit": limit})
        return [
            DueNotice(**dict(row._mapping) | {"state": SubscriptionState(row.state)})
            for row in rows
        ]

    async def begin_attempt(self, notices: Collection[DueNotice], now: datetime) -> None:
        """Note an attempt before it is made; a second one keeps the moment of the first."""
        first = sa.func.coalesce(subscriptions.c.notice_tried_at, now)
        await self._update(notices, {"notice_tried_at": first})

    async def mark_sent(self, notices: Collection[DueNotice], now: datetime) -> None:
        """They were sent, or nobody can get them."""
        await self._update(notices, _sent(now))

    async def delay(self, notices: Collection[DueNotice], until: datetime) -> None:
        """They were not sent, and are due again at `until`."""
        await self._update(notices, {"notice_due_at": until, "notice_tried_at": None})

    @transactional
    async def _update(
        self, tx: Transaction, notices: Collection[DueNotice], values: Mapping[str, Any]
    ) -> None:
        """Update those that were not planned anew, or healed, meanwhile."""
        these = (
            sa.and_(
                subscriptions.c.id == notice.subscription_id,
                subscriptions.c.notice_due_at == notice.due_at,
            )
            for notice in notices
        )
        await tx.execute(subscriptions.update().where(sa.or_(*these)).values(values))


def _sent(now: datetime) -> dict[str, Any]:
    return {
        "notified_at": now,
        "notified_cause": subscriptions.c.reason,
        "notice_due_at": None,
        "notice_tried_at": None,
    }
